/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/expect.h"

#include "base/counter.h"
#include "nat/nat.h"

static uint16_t *
bucket_of(struct expectations *x, const struct tuple *first)
{
	return &x->bucket[(rte_be_to_cpu_16(first->dport) ^ first->proto) % EXPECT_BUCKETS];
}

/* Removes the expectation that a link leads to. */
static void
drop(struct expectations *x, struct nat *nat, uint16_t *link, uint64_t now_ns)
{
	uint16_t index = *link;
	struct expectation *e = &x->at[index - 1];

	*link = e->next;
	if (nat != NULL)
		nat_release(nat, &e->hold, SESSION_END_closed, now_ns);
	e->next = x->vacant;
	x->vacant = index;
	x->used--;
}

static bool
is_same(const struct tuple *a, const struct tuple *b)
{
	return a->family == b->family && a->proto == b->proto && a->domain == b->domain
		&& a->dport == b->dport && address_equal(&a->src, &b->src)
		&& address_equal(&a->dst, &b->dst);
}

/* Removes what a test holds for, in a bucket. */
typedef bool drop_test(const struct expectation *e, const void *what);

static void
drop_where(struct expectations *x, struct nat *nat, uint16_t *link, uint64_t now_ns,
	drop_test *test, const void *what)
{
	while (*link != 0) {
		if (test(&x->at[*link - 1], what))
			drop(x, nat, link, now_ns);
		else
			link = &x->at[*link - 1].next;
	}
}

static bool
is_over(const struct expectation *e, const void *now_ns)
{
	return e->until_ns <= *(const uint64_t *)now_ns;
}

static bool
is_for(const struct expectation *e, const void *first)
{
	return is_same(&e->first, first);
}

static bool
is_of(const struct expectation *e, const void *control)
{
	return e->control == *(const uint32_t *)control;
}

/* Returns how many expectations there are of a client, and the link to its oldest. */
static unsigned
count_of(struct expectations *x, const struct expectation *of, uint16_t **oldest)
{
	uint64_t least = UINT64_MAX;
	unsigned n = 0;

	for (unsigned i = 0; i < EXPECT_BUCKETS; i++) {
		for (uint16_t *link = &x->bucket[i]; *link != 0; link = &x->at[*link - 1].next) {
			const struct expectation *e = &x->at[*link - 1];

			if (e->client_domain != of->client_domain
				|| !address_equal(&e->client, &of->client))
				continue;
			n++;
			if (e->until_ns < least) {
				least = e->until_ns;
				*oldest = link;
			}
		}
	}
	return n;
}

bool
expectation_add(
	struct expectations *x, struct nat *nat, const struct expectation *e, uint64_t now_ns)
{
	uint16_t *bucket = bucket_of(x, &e->first), *oldest = NULL, index;

	for (unsigned i = 0; i < EXPECT_BUCKETS; i++)
		drop_where(x, nat, &x->bucket[i], now_ns, is_over, &now_ns);
	drop_where(x, nat, bucket, now_ns, is_for, &e->first);
	if (count_of(x, e, &oldest) >= EXPECT_PER_CLIENT)
		drop(x, nat, oldest, now_ns);
	if (x->vacant == 0 && x->high == EXPECT_MAX) {
		counter_add(&x->refused, 1);
		return false;
	}
	index = x->vacant != 0 ? x->vacant : ++x->high;
	if (index == x->vacant)
		x->vacant = x->at[index - 1].next;
	x->at[index - 1] = *e;
	x->at[index - 1].until_ns = now_ns + EXPECT_NS;
	x->at[index - 1].next = *bucket;
	*bucket = index;
	x->used++;
	counter_add(&x->made, 1);
	return true;
}

const struct expectation *
expectation_find(const struct expectations *x, const struct tuple *t, uint64_t now_ns)
{
	uint16_t index = x->used == 0
		? 0
		: x->bucket[(rte_be_to_cpu_16(t->dport) ^ t->proto) % EXPECT_BUCKETS];

	for (; index != 0; index = x->at[index - 1].next)
		if (is_same(&x->at[index - 1].first, t) && x->at[index - 1].until_ns > now_ns)
			return &x->at[index - 1];
	return NULL;
}

void
expectation_met(struct expectations *x, struct nat *nat, const struct tuple *t, uint64_t now_ns)
{
	drop_where(x, nat, bucket_of(x, t), now_ns, is_for, t);
	counter_add(&x->met, 1);
}

void
expectation_forget(struct expectations *x, struct nat *nat, uint32_t control, uint64_t now_ns)
{
	for (unsigned i = 0; x->used > 0 && i < EXPECT_BUCKETS; i++)
		drop_where(x, nat, &x->bucket[i], now_ns, is_of, &control);
}
