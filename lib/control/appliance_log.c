/* SPDX-License-Identifier: BSD-3-Clause */
/* The logs of a running appliance: NAT's, and events; what is said of ports. */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "control/appliance_priv.h"
#include "control/event_sink.h"
#include "control/events.h"
#include "control/nat_log.h"
#include "io/abilities.h"

static int
open_nat(const struct appliance *a, const struct config *cfg, struct nat_log_file **f,
	struct err *err)
{
	const struct nat_log_cfg *log = &cfg->telemetry.nat_log;
	bool offline = a->options.captures;
	const char *path = offline ? a->options.nat_log : log->file.resolved;

	if (path == NULL || (a->nat_log != NULL && strcmp(path, nat_log_path(a->nat_log)) == 0))
		return 0;
	*f = nat_log_open(
		path, offline, offline ? (struct loc){ 0 } : cfg_loc(&log->head, &log->file), err);
	return *f != NULL ? 0 : -EINVAL;
}

int
logs_open(const struct appliance *a, const struct config *cfg, const struct generation *gen,
	struct logs *next, struct err *err)
{
	const struct events_setup setup = { cfg, gen };

	*next = (struct logs){ 0 };
	if (open_nat(a, cfg, &next->nat, err) == 0
		&& (a->options.captures || events_open(a->events, &setup, &next->events, err) == 0))
		return 0;
	logs_close(next);
	return -EINVAL;
}

void
logs_close(struct logs *next)
{
	nat_log_close(next->nat);
	event_sink_close(next->events);
	*next = (struct logs){ 0 };
}

static void
take_nat(struct appliance *a, struct nat_log_file *next)
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
logs_take(struct appliance *a, const struct logs *next)
{
	const struct events_setup setup = { a->cfg, a->gen };

	take_nat(a, next->nat);
	if (a->options.captures)
		return;
	appliance_write_log(a); /* what rules have decided so far, where they stood */
	events_take(a->events, &setup, next->events);
}

int64_t
appliance_wall_ns(struct appliance *a)
{
	struct timespec ts;

	if (a->options.virtual_time)
		return -(int64_t)APPLIANCE_TIME_ZERO_NS;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * (int64_t)NS_PER_S + ts.tv_nsec - (int64_t)clock_read(&a->clock);
}

static void
write_events(struct appliance *a, int64_t wall_ns)
{
	struct events_now now = {
		.workers = a->workers,
		.gen = a->gen,
		.ports = &a->ports,
		.pools = &a->pools,
		.ifaces = &a->names.ifaces,
		.wall_ns = wall_ns,
		.clock_ns = clock_read(&a->clock),
	};

	events_tick(a->events, &now);
	events_look_at_levels(a->events, &now);
	events_look_at_bridges(a->events, a->gen);
}

void
appliance_write_log(struct appliance *a)
{
	int64_t wall_ns;

	if (a->workers == NULL)
		return;
	wall_ns = appliance_wall_ns(a);
	if (a->nat_log != NULL) {
		nat_log_use(a->nat_log, a->gen);
		nat_log_write(a->nat_log, a->workers, wall_ns);
	}
	if (!a->options.captures)
		write_events(a, wall_ns);
}

void
appliance_reopen_log(struct appliance *a)
{
	appliance_write_log(a);
	if (a->nat_log != NULL)
		nat_log_reopen(a->nat_log);
	events_reopen(a->events);
}

const struct nat_log_file *
appliance_nat_log(const struct appliance *a)
{
	return a->nat_log;
}

void
appliance_tell(struct appliance *a, const char *event, json_t *members)
{
	events_tell(a->events, event, members);
}

void
appliance_tell_link(const struct port *port)
{
	char why[128];

	port_link_text(port, why, sizeof(why));
	if (atomic_load_explicit(&port->link_up, memory_order_relaxed))
		log_info("port %s: link up", port->name);
	else
		log_warning("port %s: link down%s", port->name, why);
}

void
appliance_tell_devices(const struct appliance *a)
{
	char text[ABILITIES_TEXT_MAX];

	for (unsigned i = 0; i < a->ports.count; i++) {
		const struct port *port = &a->ports.at[i];

		abilities_text(port, text, sizeof(text));
		if (port->used && port->kind != DEVICE_CAPTURE)
			log_info("port %s: %s: %s%s%s", port->name, port->device, text,
				a->ports.workers > 1 ? ", replies to NAT: " : "",
				a->ports.workers > 1 ? ports_replies(&a->ports, port) : "");
	}
}

void
appliance_tell_links(struct appliance *a)
{
	for (unsigned i = 0; i < a->ports.count; i++)
		if (a->ports.at[i].used
			&& !atomic_load_explicit(&a->ports.at[i].link_up, memory_order_relaxed))
			appliance_tell_link(&a->ports.at[i]);
}
