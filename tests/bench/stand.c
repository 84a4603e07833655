/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance for benches. */

#include "stand.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/appliance.h"

void
stand_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

struct appliance *
stand_start(const char *text, unsigned burst)
{
	struct appliance_options how = {
		.virtual_time = true,
		.stepped = true,
		.workers = 1,
		.burst = burst,
	};
	struct appliance *a = NULL;
	struct err *err = err_create();
	struct config *cfg = config_load_text("<bench>", text, err);

	if (cfg != NULL && err_count(err) == 0)
		a = appliance_start(cfg, &how, err);
	err_print(err, stderr, false);
	err_destroy(err);
	if (a == NULL)
		stand_die("the path does not start");
	return a;
}
