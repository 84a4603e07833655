/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker tells of flows, for their export: packets, bytes and times of each session in both
 * directions, and of each flow without a session; and when translated sessions begin and end.
 *
 * An account is kept for each session and for each record of a flow without one.  It is told when
 * the flow ends, and when it is active for longer than the active timeout; the next report of the
 * flow has what comes after that.  Reports go through a ring.  One that finds no room is lost and
 * counted.  Flows without a session may fill half of the ring, sessions without a reply three
 * quarters of it, so a scan leaves room for the conversations of others.
 *
 * Threads: the owning worker; the exporter takes reports and reads counts.  Memory:
 * flow_reports_create. */
#ifndef TAP_FLOW_REPORT_H
#define TAP_FLOW_REPORT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"
#include "tap/ring.h"

enum {
	FLOW_REPORTS = 32768, /* that wait */
};

enum flow_report_kind {
	FLOW_REPORT_FLOW,
	FLOW_REPORT_NAT_BEGINS, /* of a session */
	FLOW_REPORT_NAT_ENDS,
};

/* Why a flow is told: values of flowEndReason (RFC 5102). */
enum flow_report_why {
	FLOW_REPORT_IDLE = 1,
	FLOW_REPORT_ACTIVE = 2,
	FLOW_REPORT_ENDED = 3,
	FLOW_REPORT_FORCED = 4,
	FLOW_REPORT_NO_ROOM = 5,
};

struct flow_report {
	uint64_t start_ns, end_ns;     /* first and last packet, the worker's clock */
	uint64_t packets[2], bytes[2]; /* forward, reply; of IP */
	struct tuple from, to;         /* as forward packets come in, and as they leave */
	uint16_t in, out;              /* interfaces by id; 0: none */
	uint8_t kind;                  /* enum flow_report_kind */
	uint8_t why;                   /* enum flow_report_why */
	uint8_t status;                /* forwardingStatus (RFC 7270) */
	bool session;                  /* a session of two directions */
};

/* What a flow has counted since its last report. */
struct flow_account {
	uint64_t packets[2], bytes[2];
	uint64_t start_ns; /* of the first of them */
	uint32_t last;     /* clock_tick of the last one */
	uint16_t era;      /* if it is not that of the reports, the account is empty */
	uint16_t spare;
	uint64_t spare_words[2];
};
static_assert(sizeof(struct flow_account) == 64, "one line");

/* The whole is lost last: who may use how much of the ring. */
enum flow_report_class {
	FLOW_REPORT_CONVERSATION, /* both sides were heard of: all of it */
	FLOW_REPORT_UNREPLIED,
	FLOW_REPORT_LOOSE, /* no session */
};

struct flow_reports_size {
	uint32_t sessions, flows4, flows6; /* indexes are below */
};

struct flow_reports {
	struct ring *entries;
	struct flow_account *session, *flow4, *flow6;
	uint64_t active_ns;
	uint16_t era;
	bool stopping;
	uint64_t lost, lost_packets, lost_bytes; /* reports, and what they counted */
	struct flow_reports_size size;
};

struct flow_reports *flow_reports_create(const struct flow_reports_size *size, int numa_node);
void flow_reports_destroy(struct flow_reports *r);       /* NULL is fine */
size_t flow_reports_bytes(const struct flow_reports *r); /* 0 of NULL */

/* Begins to report: what was counted before is forgotten. */
void flow_reports_begin(struct flow_reports *r);

/* Returns true if the account has packets. */
static inline bool
flow_account_has(const struct flow_reports *r, const struct flow_account *a)
{
	return a->era == r->era && (a->packets[0] | a->packets[1]) != 0;
}

/* Packets that were counted together. */
struct flow_counted {
	bool reply;
	uint64_t packets, bytes;
	uint64_t first_ns; /* time of the first of them, as far as it is known */
	uint32_t last;     /* clock_tick of the last one */
};

void flow_account_add(
	const struct flow_reports *r, struct flow_account *a, const struct flow_counted *c);

/* Returns the place of a report about an account with packets, with times and counts, and empties
 * the account.  The caller fills all the rest: the place has what an earlier report left.  NULL
 * after counting it as lost. */
struct flow_report *flow_reports_tell(struct flow_reports *r, struct flow_account *a,
	enum flow_report_class class, uint64_t now_ns);

/* The same for a report without an account, of these counts at this time. */
struct flow_report *flow_reports_tell_once(struct flow_reports *r, uint64_t packets, uint64_t bytes,
	enum flow_report_class class, uint64_t now_ns);

/* Gives a filled report to the exporter. */
void flow_reports_commit(struct flow_reports *r);

#endif
