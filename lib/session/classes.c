/* SPDX-License-Identifier: BSD-3-Clause */
/* Classes of sessions: the share of each in the table, and the list of its sessions, oldest first.
 * IPv4 and IPv6 have lists of their own. */

#include <netinet/in.h>

#include "base/counter.h"
#include "session/session_priv.h"
#include "session/tcp.h"

#define SHARES 64u /* shares are in 64ths of the table */

const uint8_t session_shares[SESSION_CLASSES] = {
	[SESSION_CLOSED] = 2,
	[SESSION_HALF_OPEN] = 16,
	[SESSION_UNREPLIED_UDP] = 16,
	[SESSION_UNREPLIED_ICMP] = 4,
	[SESSION_UNREPLIED_OTHER] = 4,
	[SESSION_REPLIED] = 16,
};

uint32_t
session_share(const struct sessions *t, enum session_class class)
{
	return (uint32_t)((uint64_t)t->capacity * session_shares[class] / SHARES);
}

static const char *const class_names[SESSION_CLASSES] = {
	"closed",
	"half-open",
	"unreplied",
	"unreplied",
	"unreplied",
	"replied",
	"established",
};

const char *session_class_name(enum session_class class)
{
	return class_names[class];
}

uint32_t
session_seen(const struct sessions *t, const struct session *s)
{
	uint32_t a, b;

	if (!(s->flags & SESSION_LINKED))
		return s->queued;
	a = session_seen_by(t, s, false);
	b = session_seen_by(t, s, true);
	return (s->flags & SESSION_FORWARD_REFRESHES) || (int32_t)(a - b) > 0 ? a : b;
}

static struct session_list *
list_of(struct sessions *t, const struct session *s)
{
	return &t->list[s->family == 6][s->class];
}

void
session_append(struct sessions *t, struct session *s, enum session_class class)
{
	uint32_t index = session_index(t, s);
	struct session_list *l;

	s->class = class & 7;
	session_look_again(t, s);
	if (s->proto != IPPROTO_TCP)
		s->queued = session_seen(t, s);
	s->next = 0;
	l = list_of(t, s);
	s->prev = l->last;
	if (s->prev != 0)
		t->session[s->prev].next = index;
	else
		l->first = index;
	l->last = index;
	l->count++;
	counter_add(&t->count[class], 1);
}

void
session_take_out(struct sessions *t, struct session *s)
{
	struct session_list *l = list_of(t, s);

	if (s->prev != 0)
		t->session[s->prev].next = s->next;
	else
		l->first = s->next;
	if (s->next != 0)
		t->session[s->next].prev = s->prev;
	else
		l->last = s->prev;
	l->count--;
	counter_add(&t->count[s->class], -1);
}

void
session_become(struct sessions *t, struct session *s, enum session_class class)
{
	if (s->class == class)
		return;
	session_take_out(t, s);
	session_append(t, s, class);
}

void
session_replied(struct sessions *t, struct session *s)
{
	s->state = PLAIN_BOTH;
	session_become(t, s, SESSION_REPLIED);
}
