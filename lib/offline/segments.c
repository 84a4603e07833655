/* SPDX-License-Identifier: BSD-3-Clause */
/* The sequence numbers of TCP in a conversation that is written without them. */

#include "offline/segments.h"

#include <stdio.h>
#include <string.h>

#include <rte_tcp.h>

enum {
	PROTO_TCP = 6,
	FIRST = 1000,    /* of an end that begins */
	APART = 1 << 20, /* a connection that begins again on the same ports */
};

static bool
is_whole_segment(const struct view *v)
{
	return (v->kind == VIEW_IP4 || v->kind == VIEW_IP6) && v->proto == PROTO_TCP && !v->fragment
		&& v->l4_fault == 0;
}

static bool
same_end(const struct tuple *a, const struct tuple *b)
{
	return a->family == b->family && a->sport == b->sport && a->dport == b->dport
		&& address_equal(&a->src, &b->src) && address_equal(&a->dst, &b->dst);
}

static const struct segment_end *
end_find(const struct segments *s, const struct tuple *t)
{
	for (unsigned i = 0; i < s->n; i++)
		if (same_end(&s->end[i].tuple, t))
			return &s->end[i];
	return NULL;
}

/* Returns an end, a new one if need be; NULL: there is no room. */
static struct segment_end *
end_of(struct segments *s, const struct tuple *t)
{
	struct segment_end *end = (struct segment_end *)end_find(s, t);

	if (end != NULL || s->n == SEGMENT_ENDS_MAX)
		return end;
	s->end[s->n] = (struct segment_end){ .tuple = *t };
	return &s->end[s->n++];
}

/* Returns true if the text has a word, outside of quotes. */
static bool
has_word(const char *text, const char *word)
{
	size_t bytes = strlen(word);
	bool quoted = false;

	for (const char *at = text; *at != '\0'; at++) {
		quoted ^= *at == '"';
		if (!quoted && *at == ' ' && strncmp(at + 1, word, bytes) == 0
			&& at[1 + bytes] == ' ')
			return true;
	}
	return false;
}

static void
append(char *text, size_t room, const char *word, uint32_t number)
{
	size_t used = strlen(text);

	if (!has_word(text, word))
		snprintf(text + used, room - used, " %s %u", word, number);
}

static bool
begins(const struct view *v)
{
	return (v->tcp_flags & (RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG)) == RTE_TCP_SYN_FLAG;
}

/* Returns the number that an end gives its SYN: the same one until something follows it. */
static uint32_t
first_of(const struct segment_end *end)
{
	if (end == NULL || !end->sends)
		return FIRST;
	return end->next == end->first + 1 ? end->first : end->next + APART;
}

void
segments_number(const struct segments *s, const struct view *v, char *text, size_t room)
{
	const struct segment_end *end = end_find(s, &v->tuple);

	if (!is_whole_segment(v))
		return;
	if (begins(v))
		append(text, room, "seq", first_of(end));
	else if (end != NULL && end->sends)
		append(text, room, "seq", end->next);
	if ((v->tcp_flags & RTE_TCP_ACK_FLAG) != 0 && end != NULL && end->hears)
		append(text, room, "ack", end->reached);
}

void
segments_pass(struct segments *s, const struct view *sent, const struct view *arrives)
{
	struct tuple back = {
		.family = arrives->tuple.family,
		.sport = arrives->tuple.dport,
		.dport = arrives->tuple.sport,
		.src = arrives->tuple.dst,
		.dst = arrives->tuple.src,
	};
	struct segment_end *from, *to;
	uint32_t next;

	if (!is_whole_segment(sent) || !is_whole_segment(arrives))
		return;
	next = sent->tcp_seq + sent->l3_bytes - (sent->payload - sent->l3);
	next += (sent->tcp_flags & RTE_TCP_SYN_FLAG) != 0;
	next += (sent->tcp_flags & RTE_TCP_FIN_FLAG) != 0;
	from = end_of(s, &sent->tuple);
	if (from != NULL) {
		if (begins(sent))
			from->first = sent->tcp_seq;
		from->next = next;
		from->sends = true;
	}
	to = end_of(s, &back);
	if (to != NULL) {
		to->reached = next;
		to->hears = true;
	}
}
