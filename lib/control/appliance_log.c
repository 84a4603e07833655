/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's log of a running appliance. */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "control/appliance_priv.h"
#include "control/nat_log.h"

int
log_open(const struct appliance *a, const struct config *cfg, struct nat_log_file **f,
	struct err *err)
{
	const struct nat_log_cfg *log = &cfg->telemetry.nat_log;
	bool offline = a->options.captures;
	const char *path = offline ? a->options.nat_log : log->file.resolved;

	*f = NULL;
	if (path == NULL || (a->nat_log != NULL && strcmp(path, nat_log_path(a->nat_log)) == 0))
		return 0;
	*f = nat_log_open(
		path, offline, offline ? (struct loc){ 0 } : cfg_loc(&log->head, &log->file), err);
	return *f != NULL ? 0 : -EINVAL;
}

void
log_take(struct appliance *a, struct nat_log_file *next)
{
	if (a->nat_log == NULL) {
		a->nat_log = next;
	} else if (next != NULL) {
		appliance_write_log(a);
		nat_log_move(a->nat_log, next);
	} else if (!a->options.captures && a->cfg->telemetry.nat_log.file.resolved == NULL) {
		appliance_write_log(a);
		nat_log_close(a->nat_log);
		a->nat_log = NULL;
	}
}

void
appliance_write_log(struct appliance *a)
{
	int64_t wall_ns = -(int64_t)APPLIANCE_TIME_ZERO_NS;
	struct timespec ts;

	if (a->nat_log == NULL || a->workers == NULL)
		return;
	if (!a->options.virtual_time) {
		clock_gettime(CLOCK_REALTIME, &ts);
		wall_ns = (int64_t)ts.tv_sec * (int64_t)NS_PER_S + ts.tv_nsec
			- (int64_t)clock_read(&a->clock);
	}
	nat_log_write(a->nat_log, a->workers, wall_ns);
}

void
appliance_reopen_log(struct appliance *a)
{
	appliance_write_log(a);
	if (a->nat_log != NULL)
		nat_log_reopen(a->nat_log);
}

const struct nat_log_file *
appliance_nat_log(const struct appliance *a)
{
	return a->nat_log;
}
