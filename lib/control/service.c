/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells systemd how the appliance does. */

#include "control/service.h"

#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "fastpath/fastpath.h"

enum {
	STATUS_MS = 2000,
	US_PER_MS = 1000,
};

static struct {
	uint64_t watchdog_ms; /* interval of feeding; 0: no watchdog */
	uint64_t fed_ms, told_ms;
	bool refused; /* the last reload */
} service;

void
service_begin(void)
{
	uint64_t us = 0;

	if (sd_watchdog_enabled(0, &us) > 0)
		service.watchdog_ms = us / US_PER_MS / 3;
}

static uint64_t
count_sessions(struct appliance *a)
{
	struct workers *ws = appliance_workers(a);
	uint64_t n = 0;

	for (unsigned i = 0; i < workers_count(ws); i++) {
		struct fastpath_flows flows;

		fastpath_figures(workers_at(ws, i)->fp, &flows);
		n += flows.sessions;
	}
	return n;
}

static unsigned
count_links(struct appliance *a)
{
	const struct ports *ports = appliance_ports(a);
	unsigned up = 0;

	for (unsigned i = 0; i < ports->count; i++)
		up += atomic_load_explicit(&ports->at[i].link_up, memory_order_relaxed);
	return up;
}

static void
status_text(struct appliance *a, char *text, size_t size)
{
	unsigned workers = workers_count(appliance_workers(a));

	snprintf(text, size, "generation %llu, %u worker%s, %u of %u links up, %llu sessions%s",
		(unsigned long long)appliance_generation(a)->number, workers,
		workers == 1 ? "" : "s", count_links(a), appliance_ports(a)->count,
		(unsigned long long)count_sessions(a),
		service.refused ? "; the last reload was refused" : "");
}

static void
tell(struct appliance *a, const char *state)
{
	char text[256];

	status_text(a, text, sizeof(text));
	sd_notifyf(0, "%sSTATUS=%s", state, text);
}

void
service_ready(struct appliance *a)
{
	tell(a, "READY=1\n");
}

void
service_reloading(void)
{
	sd_notify(0, "RELOADING=1");
}

void
service_reloaded(struct appliance *a, bool taken)
{
	service.refused = !taken;
	tell(a, "READY=1\n");
}

void
service_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

void
service_tick(struct appliance *a, unsigned stalled, uint64_t now_ms)
{
	if (service.watchdog_ms != 0 && stalled == 0
		&& now_ms - service.fed_ms >= service.watchdog_ms) {
		sd_notify(0, "WATCHDOG=1");
		service.fed_ms = now_ms;
	}
	if (now_ms - service.told_ms < STATUS_MS)
		return;
	service.told_ms = now_ms;
	if (stalled > 0)
		sd_notifyf(0, "STATUS=%u worker%s stand%s still", stalled, stalled == 1 ? "" : "s",
			stalled == 1 ? "s" : "");
	else
		tell(a, "");
}
