/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker tells of flows, for their export: packets, bytes and times of each session in both
 * directions, and of each flow without a session; and when translated sessions begin and end.
 *
 * An account is kept for each session and for each record of a flow without one.  It is told when
 * the flow ends, and when it is active for longer than the active timeout; the next report of the
 * flow has what comes after that.
 *
 * Reports are copies: what becomes of a session after it was told does not matter.  Those of IPv4
 * sessions with few packets (session_account.h), and of their translation, are one cache line each
 * and have a ring of their own; all others go through a second ring.  A report that finds no room
 * is lost and counted; nothing waits.  Flows without a session may fill half of a ring, sessions
 * without a reply three quarters, so a scan leaves room for the conversations of others.
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
#include "tap/line_ring.h"
#include "tap/ring.h"
#include "tap/session_account.h"

enum {
	FLOW_REPORTS = 32768,                      /* that wait, in each of the two rings */
	FLOW_REPORTS_LEFT_MOST = FLOW_REPORTS / 2, /* places that any class leaves free */
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

/* The report of an IPv4 session that has a short account, or of the begin or end of its
 * translation, as its parts stand in a line. */
struct session_line {
	struct session_account account;
	struct key4 forward, reply; /* of its packets as they arrive */
	uint8_t kind, why, status;  /* as in struct flow_report */
	uint8_t spare[13];
};
static_assert(sizeof(struct session_line) == LINE_RING_LINE, "one line");

/* What a flow without a session, or a session with a long account, has counted since its last
 * report. */
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
	struct line_ring *lines;               /* of struct session_line */
	struct session_account *short_account; /* of sessions */
	struct flow_account *session, *flow4, *flow6;
	uint64_t active_ns;
	uint64_t began; /* in the unit of a session_account's start; those of before are empty */
	uint16_t era;
	bool stopping;
	uint64_t lost, lost_packets, lost_bytes; /* reports, and what they counted */
	struct flow_reports_size size;
};

struct flow_reports *flow_reports_create(const struct flow_reports_size *size, int numa_node);
void flow_reports_destroy(struct flow_reports *r);       /* NULL is fine */
size_t flow_reports_bytes(const struct flow_reports *r); /* 0 of NULL */

/* Begins to report: what was counted before is forgotten. */
void flow_reports_begin(struct flow_reports *r, uint64_t now_ns);

/* Makes all reports visible to the exporter: lines that were added lately are not yet. */
static inline void
flow_reports_publish(struct flow_reports *r)
{
	line_ring_publish(r->lines);
}

/* Packets that were counted together. */
struct flow_counted {
	bool reply;
	uint64_t packets, bytes;
	uint64_t first_ns; /* time of the first of them, as far as it is known */
	uint32_t last;     /* clock_tick of the last one */
};

/* --- accounts of flows without a session --- */

/* Returns true if the account has packets. */
static inline bool
flow_account_has(const struct flow_reports *r, const struct flow_account *a)
{
	return a->era == r->era && (a->packets[0] | a->packets[1]) != 0;
}

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

/* --- accounts of sessions, by their index --- */

/* Returns true if the account has packets. */
static inline bool
session_account_has(const struct flow_reports *r, uint32_t index)
{
	const struct session_account *a = &r->short_account[index];

	return a->counts != 0 && session_account_start(a) >= r->began;
}

/* Returns the start of an account whose first packet came then; times before that of the reports
 * are of packets that nobody has counted. */
static inline uint64_t
session_account_begins(const struct flow_reports *r, uint64_t first_ns)
{
	uint64_t start = session_account_time(first_ns);

	return start > r->began ? start : r->began;
}

/* Begins the account of a session with its first packet, which goes forward; what the account had
 * is forgotten. */
static inline void
session_account_begin(struct flow_reports *r, uint32_t index, uint64_t now_ns, uint32_t bytes)
{
	struct session_account *a = &r->short_account[index];

	a->when = session_account_begins(r, now_ns);
	a->counts = bytes | UINT64_C(1) << 48;
}

/* Adds to any account: one that has packets, or to which more is added than is usual. */
void session_account_add_any(struct flow_reports *r, uint32_t index, const struct flow_counted *c);

/* Adds to an account, most likely the first packet. */
static inline void
session_account_add(struct flow_reports *r, uint32_t index, const struct flow_counted *c)
{
	struct session_account *a = &r->short_account[index];
	uint64_t start = session_account_begins(r, c->first_ns);
	uint32_t late = c->last - clock_tick(start << ACCOUNT_UNIT);

	if (unlikely(session_account_has(r, index) || c->packets > ACCOUNT_PACKETS_MAX
		    || c->bytes > ACCOUNT_BYTES_MAX || late > ACCOUNT_LATE_MAX)) {
		session_account_add_any(r, index, c);
		return;
	}
	a->when = start | (uint64_t)late << 48;
	a->counts = c->bytes << 24 * c->reply | c->packets << (48 + 8 * c->reply);
}

/* As flow_reports_tell, for any session. */
struct flow_report *session_account_tell(
	struct flow_reports *r, uint32_t index, enum flow_report_class class, uint64_t now_ns);

/* What a line tells of a session of IPv4 beside its account. */
struct session_told {
	const struct key4 *forward, *reply; /* of its packets as they arrive */
	uint8_t kind, why, status;
};

/* Returns true if there is room for a line of any class. */
static inline bool
flow_reports_have_room(struct flow_reports *r)
{
	return line_ring_has_room(r->lines, FLOW_REPORTS_LEFT_MOST);
}

/* Adds a line, for which there must be room. */
static inline void
flow_reports_add_line(
	struct flow_reports *r, const struct session_account *a, const struct session_told *told)
{
	const void *const part[3] = { a, told->forward, told->reply };
	uint64_t word = told->kind | (uint64_t)told->why << 8 | (uint64_t)told->status << 16;

	line_ring_add(r->lines, part, rte_cpu_to_le_64(word));
}

/* Tells a session of IPv4 with a short account, which has packets, and empties the account. */
void session_account_tell_line(struct flow_reports *r, uint32_t index, enum flow_report_class class,
	const struct session_told *told);

/* The same while flow_reports_have_room: in few instructions. */
static inline void
session_account_tell_line_quickly(
	struct flow_reports *r, uint32_t index, const struct session_told *told)
{
	struct session_account *a = &r->short_account[index];

	flow_reports_add_line(r, a, told);
	a->counts = 0;
}

/* Tells that something has happened to a session of IPv4, without its counts. */
void flow_reports_tell_event(struct flow_reports *r, uint64_t now_ns, enum flow_report_class class,
	const struct session_told *told);

/* --- the exporter's --- */

enum flow_report_way {
	FLOW_REPORT_BY_ENTRY,
	FLOW_REPORT_BY_LINE,
	FLOW_REPORT_WAYS,
};

/* Returns the oldest report that came by one of the rings, in room or elsewhere, valid until
 * flow_reports_release; NULL without one. */
const struct flow_report *flow_reports_peek(
	struct flow_reports *r, enum flow_report_way way, struct flow_report *room);
void flow_reports_release(struct flow_reports *r, enum flow_report_way way);

/* Returns the number of reports that wait. */
uint32_t flow_reports_waiting(const struct flow_reports *r);

#endif
