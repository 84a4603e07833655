/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the exporter share. */
#ifndef EXPORT_IPFIX_PRIV_H
#define EXPORT_IPFIX_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "export/ipfix.h"
#include "export/ipfix_collector.h"
#include "export/ipfix_queue.h"
#include "export/ipfix_record.h"
#include "io/eal.h"
#include "packet/ledger.h"
#include "tap/flow_report.h"

enum {
	IPFIX_NAME = 64,
};

/* A name that an option tells. */
struct ipfix_name {
	uint16_t set; /* IPFIX_INTERFACE, IPFIX_POOL or IPFIX_DOMAIN */
	uint32_t number;
	char name[IPFIX_NAME];
};

/* What a configuration says. */
struct ipfix_settings {
	struct ipfix_cfg cfg;
	unsigned n_names;
	struct ipfix_name name[];
};

/* A worker's rings, and what is known to be lost of them. */
struct ipfix_source {
	struct flow_reports *flows;
	struct nat_log *nat;
	uint64_t lost_flows, lost_nat;
};

struct ipfix {
	pthread_t thread;
	int wake; /* eventfd */
	atomic_bool stop, ended;
	atomic_int_fast64_t wall_ns; /* control: write */
	pthread_mutex_t lock;        /* of next, shown */
	struct ipfix_settings *next; /* NULL: nothing new */
	struct exporter_figures shown;

	/* The thread's own. */
	struct ipfix_settings *now;
	struct collector collector;
	struct ipfix_queue *queue;
	unsigned n_sources;
	struct ipfix_source source[EAL_WORKERS_MAX];
	unsigned next_name;  /* the next one to tell; n_names: all are told */
	uint64_t options_ms; /* when the figures were told last */
	bool figures_due;
	uint64_t records; /* made */
};

/* --- ipfix_drain.c --- */

/* Makes records of what waits in the rings, as far as there is room; returns their number. */
unsigned ipfix_drain(struct ipfix *x, uint64_t now_ms);

/* Returns the number of entries that wait in the rings, and what was lost. */
uint64_t ipfix_waiting(const struct ipfix *x);
void ipfix_lost(const struct ipfix *x, struct ipfix_reliability *out);

#endif
