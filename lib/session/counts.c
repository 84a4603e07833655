/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts sessions for reports. */

#include <netinet/in.h>

#include "base/counter.h"
#include "session/session.h"

const char *
session_kind_name(enum session_kind kind)
{
	static const char *const names[SESSION_KINDS] = { "tcp", "udp", "icmp", "other" };

	return names[kind];
}

static enum session_kind
kind_of(const struct session *s)
{
	switch (s->proto) {
	case IPPROTO_TCP:
		return SESSION_TCP;
	case IPPROTO_UDP:
		return SESSION_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return SESSION_ICMP;
	default:
		return SESSION_OTHER;
	}
}

void
sessions_figures(const struct sessions *t, struct session_counts *out)
{
	*out = (struct session_counts){
		.created = counter_get(&t->created),
		.refused = counter_get(&t->refused),
		.limited = counter_get(&t->limited),
		.unproven = counter_get(&t->unproven),
		.capacity = t->capacity,
		.half_open_max = t->half_open_max,
	};
	for (unsigned i = 0; i < SESSION_CLASSES; i++) {
		out->now[i] = counter_get(&t->count[i]);
		out->evicted[i] = counter_get(&t->evicted[i]);
	}
	for (unsigned i = 0; i < SESSION_END_COUNT; i++)
		out->ended[i] = counter_get(&t->ended[i]);
}

void
sessions_count(const struct sessions *t, struct session_counts *out)
{
	sessions_figures(t, out);
	for (uint32_t i = 1; i <= t->high; i++) {
		const struct session *s = &t->session[i];

		if (!(s->flags & SESSION_USED))
			continue;
		out->proto[kind_of(s)]++;
		if (s->proto == IPPROTO_TCP)
			out->tcp[s->state]++;
	}
}

static void
add(uint64_t *sum, const uint64_t *more, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		sum[i] += more[i];
}

void
session_counts_add(struct session_counts *sum, const struct session_counts *more)
{
	sum->created += more->created;
	sum->refused += more->refused;
	sum->limited += more->limited;
	sum->unproven += more->unproven;
	sum->capacity += more->capacity;
	sum->half_open_max += more->half_open_max;
	add(sum->now, more->now, SESSION_CLASSES);
	add(sum->proto, more->proto, SESSION_KINDS);
	add(sum->tcp, more->tcp, SESSION_TCP_STATES);
	add(sum->evicted, more->evicted, SESSION_CLASSES);
	add(sum->ended, more->ended, SESSION_END_COUNT);
}
