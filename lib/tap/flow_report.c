/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports of flows. */

#include "tap/flow_report.h"

#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/memory.h"

/* Entries that a class leaves to those before it. */
static const uint32_t left_free[] = {
	[FLOW_REPORT_CONVERSATION] = 0,
	[FLOW_REPORT_UNREPLIED] = FLOW_REPORTS / 4,
	[FLOW_REPORT_LOOSE] = FLOW_REPORTS_LEFT_MOST,
};

static struct flow_account *
take(uint32_t n, int numa_node)
{
	return memory_take_last(n * sizeof(struct flow_account), numa_node);
}

static void
give(struct flow_account *a, uint32_t n)
{
	memory_give(a, n * sizeof(struct flow_account));
}

struct flow_reports *
flow_reports_create(const struct flow_reports_size *size, int numa_node)
{
	struct flow_reports *r = memory_take(sizeof(*r), numa_node);

	if (r == NULL)
		return NULL;
	r->size = *size;
	r->entries = ring_create(FLOW_REPORTS, sizeof(struct flow_report), numa_node);
	r->flow6 = take(size->flows6, numa_node);
	r->flow4 = take(size->flows4, numa_node);
	r->session = take(size->sessions, numa_node);
	r->short_account = memory_take(size->sessions * sizeof(struct session_account), numa_node);
	r->lines = line_ring_create(FLOW_REPORTS, numa_node);
	if (r->entries != NULL && r->lines != NULL && r->short_account != NULL && r->session != NULL
		&& r->flow4 != NULL && r->flow6 != NULL)
		return r;
	flow_reports_destroy(r);
	return NULL;
}

void
flow_reports_destroy(struct flow_reports *r)
{
	if (r == NULL)
		return;
	ring_destroy(r->entries);
	line_ring_destroy(r->lines);
	memory_give(r->short_account, r->size.sessions * sizeof(struct session_account));
	give(r->session, r->size.sessions);
	give(r->flow4, r->size.flows4);
	give(r->flow6, r->size.flows6);
	memory_give(r, sizeof(*r));
}

size_t
flow_reports_bytes(const struct flow_reports *r)
{
	if (r == NULL)
		return 0;
	return sizeof(*r) + FLOW_REPORTS * sizeof(struct flow_report) + line_ring_bytes(r->lines)
		+ r->size.sessions * sizeof(struct session_account)
		+ ((size_t)r->size.sessions + r->size.flows4 + r->size.flows6)
		* sizeof(struct flow_account);
}

void
flow_reports_begin(struct flow_reports *r, uint64_t now_ns)
{
	r->began = session_account_time(now_ns) + 1;
	if (++r->era == 0)
		r->era = 1;
}

void
flow_account_add(const struct flow_reports *r, struct flow_account *a, const struct flow_counted *c)
{
	if (!flow_account_has(r, a))
		*a = (struct flow_account){
			.start_ns = c->first_ns,
			.last = c->last,
			.era = r->era,
		};
	if ((int32_t)(c->last - a->last) > 0)
		a->last = c->last;
	a->packets[c->reply] += c->packets;
	a->bytes[c->reply] += c->bytes;
}

static void
lose(struct flow_reports *r, uint64_t packets, uint64_t bytes)
{
	counter_add(&r->lost, 1);
	counter_add(&r->lost_packets, packets);
	counter_add(&r->lost_bytes, bytes);
}

/* Returns the place of the next report, NULL after counting it as lost. */
static struct flow_report *
reserve(struct flow_reports *r, const struct flow_account *a, enum flow_report_class class)
{
	struct flow_report *out = ring_has_room(r->entries, left_free[class])
		? ring_reserve(r->entries)
		: NULL;

	if (out == NULL)
		lose(r, a->packets[0] + a->packets[1], a->bytes[0] + a->bytes[1]);
	return out;
}

struct flow_report *
flow_reports_tell(struct flow_reports *r, struct flow_account *a, enum flow_report_class class,
	uint64_t now_ns)
{
	/* A tick is where it begins: the last packet came up to a tick later. */
	uint64_t end_ns = ((now_ns >> 20) - (uint64_t)(clock_tick(now_ns) - a->last)) << 20;
	struct flow_report *out = reserve(r, a, class);

	if (out != NULL) {
		out->start_ns = a->start_ns;
		out->end_ns = end_ns > a->start_ns ? end_ns : a->start_ns;
		memcpy(out->packets, a->packets, sizeof(out->packets));
		memcpy(out->bytes, a->bytes, sizeof(out->bytes));
	}
	a->packets[0] = a->packets[1] = 0;
	return out;
}

struct flow_report *
flow_reports_tell_once(struct flow_reports *r, uint64_t packets, uint64_t bytes,
	enum flow_report_class class, uint64_t now_ns)
{
	const struct flow_account a = { .packets = { packets }, .bytes = { bytes } };
	struct flow_report *out = reserve(r, &a, class);

	if (out == NULL)
		return NULL;
	out->start_ns = out->end_ns = now_ns;
	out->packets[0] = packets;
	out->bytes[0] = bytes;
	out->packets[1] = out->bytes[1] = 0;
	return out;
}

void
flow_reports_commit(struct flow_reports *r)
{
	ring_commit(r->entries);
}

/* --- sessions --- */

/* Writes what a short account has to a long one. */
static void
widen(const struct flow_reports *r, const struct session_account *a, struct flow_account *to)
{
	uint64_t start_ns = session_account_start_ns(a);

	*to = (struct flow_account){
		.packets = { session_account_packets(a, false), session_account_packets(a, true) },
		.bytes = { session_account_bytes(a, false), session_account_bytes(a, true) },
		.start_ns = start_ns,
		.last = clock_tick(start_ns) + session_account_late(a),
		.era = r->era,
	};
}

/* Adds to a short account.  Returns false if it cannot hold that. */
static bool
add_short(struct session_account *a, const struct flow_counted *c)
{
	uint64_t packets = c->packets + session_account_packets(a, c->reply);
	uint64_t bytes = c->bytes + session_account_bytes(a, c->reply);
	uint32_t late = session_account_late(a);
	int32_t came = (int32_t)(c->last - clock_tick(session_account_start_ns(a)));

	if (packets > ACCOUNT_PACKETS_MAX || bytes > ACCOUNT_BYTES_MAX
		|| came > (int32_t)ACCOUNT_LATE_MAX)
		return false;
	if (came > (int32_t)late)
		a->when += (uint64_t)((uint32_t)came - late) << 48;
	a->counts += c->bytes << 24 * c->reply | c->packets << (48 + 8 * c->reply);
	return true;
}

void
session_account_add_any(struct flow_reports *r, uint32_t index, const struct flow_counted *c)
{
	struct session_account *a = &r->short_account[index];

	if (!session_account_has(r, index)) {
		a->when = session_account_begins(r, c->first_ns);
		a->counts = 0;
	}
	if (!session_account_is_long(a)) {
		if (add_short(a, c))
			return;
		widen(r, a, &r->session[index]);
		a->when |= ACCOUNT_LONG;
		a->counts = 1;
	}
	flow_account_add(r, &r->session[index], c);
}

struct flow_report *
session_account_tell(
	struct flow_reports *r, uint32_t index, enum flow_report_class class, uint64_t now_ns)
{
	struct session_account *a = &r->short_account[index];

	if (!session_account_is_long(a))
		widen(r, a, &r->session[index]);
	a->counts = 0;
	return flow_reports_tell(r, &r->session[index], class, now_ns);
}

static void
tell_line(struct flow_reports *r, const struct session_account *a, enum flow_report_class class,
	const struct session_told *told)
{
	if (line_ring_has_room(r->lines, left_free[class]))
		flow_reports_add_line(r, a, told);
	else
		lose(r, session_account_packets(a, false) + session_account_packets(a, true),
			session_account_bytes(a, false) + session_account_bytes(a, true));
}

void
session_account_tell_line(struct flow_reports *r, uint32_t index, enum flow_report_class class,
	const struct session_told *told)
{
	struct session_account *a = &r->short_account[index];

	tell_line(r, a, class, told);
	a->counts = 0;
}

void
flow_reports_tell_event(struct flow_reports *r, uint64_t now_ns, enum flow_report_class class,
	const struct session_told *told)
{
	const struct session_account now = {
		.when = session_account_time(now_ns),
	};

	tell_line(r, &now, class, told);
}

/* --- the exporter's --- */

/* As session_tuple (session/session.h). */
static void
read_key(const struct key4 *key, struct tuple *out)
{
	tuple_from_key4(out, key);
	if (proto_has_ident(key->proto))
		out->sport = out->dport = 0;
}

/* Reads a line as a report. */
static void
read_line(const struct session_line *l, struct flow_report *out)
{
	uint64_t start_ns = session_account_start_ns(&l->account);
	uint64_t end_ns = ((start_ns >> 20) + session_account_late(&l->account)) << 20;
	struct tuple answer;

	out->start_ns = start_ns;
	out->end_ns = end_ns > start_ns ? end_ns : start_ns;
	out->packets[0] = session_account_packets(&l->account, false);
	out->packets[1] = session_account_packets(&l->account, true);
	out->bytes[0] = session_account_bytes(&l->account, false);
	out->bytes[1] = session_account_bytes(&l->account, true);
	read_key(&l->forward, &out->from);
	read_key(&l->reply, &answer);
	tuple_reverse(&out->to, &answer);
	out->in = l->forward.iface;
	out->out = l->reply.iface;
	out->kind = l->kind;
	out->why = l->why;
	out->status = l->status;
	out->session = true;
}

const struct flow_report *
flow_reports_peek(struct flow_reports *r, enum flow_report_way way, struct flow_report *room)
{
	const struct session_line *l;

	if (way == FLOW_REPORT_BY_ENTRY)
		return ring_peek(r->entries);
	l = line_ring_peek(r->lines);
	if (l == NULL)
		return NULL;
	read_line(l, room);
	return room;
}

void
flow_reports_release(struct flow_reports *r, enum flow_report_way way)
{
	if (way == FLOW_REPORT_BY_ENTRY)
		ring_release(r->entries);
	else
		line_ring_release(r->lines);
}

uint32_t
flow_reports_waiting(const struct flow_reports *r)
{
	return ring_waiting(r->entries) + line_ring_waiting(r->lines);
}
