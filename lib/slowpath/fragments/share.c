/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of holders, and the holder that has most. */

#include "slowpath/fragments/share.h"

#include <string.h>

void
share_init(struct share *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i <= SHARE_MAX; i++)
		s->head[i] = SHARE_NONE;
}

static void
leave(struct share *s, uint16_t i)
{
	struct share_holder *h = &s->holder[i];

	if (h->before != SHARE_NONE)
		s->holder[h->before].behind = h->behind;
	else
		s->head[h->count] = h->behind;
	if (h->behind != SHARE_NONE)
		s->holder[h->behind].before = h->before;
}

static void
enter(struct share *s, uint16_t i)
{
	struct share_holder *h = &s->holder[i];

	h->before = SHARE_NONE;
	h->behind = s->head[h->count];
	if (h->behind != SHARE_NONE)
		s->holder[h->behind].before = i;
	s->head[h->count] = i;
}

void
share_add(struct share *s, uint16_t holder)
{
	struct share_holder *h = &s->holder[holder];

	if (h->count > 0)
		leave(s, holder);
	h->count++;
	enter(s, holder);
	if (h->count > s->most)
		s->most = h->count;
}

void
share_sub(struct share *s, uint16_t holder)
{
	struct share_holder *h = &s->holder[holder];

	leave(s, holder);
	if (h->count == s->most && s->head[h->count] == SHARE_NONE)
		s->most--;
	h->count--;
	if (h->count > 0)
		enter(s, holder);
}

uint16_t
share_most(const struct share *s)
{
	return s->head[s->most];
}
