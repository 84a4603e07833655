/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows without state: which of them get a record, and which make room. */

#include "flow/table.h"

bool
flow_table_admit(struct flow_table *t, uint64_t hash)
{
	struct bucket *b = flow_bucket(t, hash);
	uint16_t sig = flow_sig(hash);

	for (unsigned i = 0; i < 4; i++) {
		if (b->recent[i] == sig) {
			b->recent[i] = 0;
			return true;
		}
	}
	/* With replacement in turn, five alternating flows would overwrite each other's signatures
	 * for ever. */
	b->turn = (uint8_t)(b->turn * 5 + 3);
	b->recent[b->turn >> 6] = sig;
	return false;
}

uint32_t
flow_table_evict(struct flow_table *t, uint64_t hash, uint32_t now_tick)
{
	const struct bucket *b = flow_bucket(t, hash);
	uint32_t victim = 0, oldest = 0;

	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		const struct flow *f = flow_at(t, b->index[i]);
		uint32_t age = now_tick - f->seen;

		if (b->index[i] == 0 || (f->flags & (FLOW_SESSION | FLOW_ALIAS)) == FLOW_SESSION
			|| age <= oldest)
			continue;
		oldest = age;
		victim = b->index[i];
	}
	if (victim != 0) {
		flow_table_remove(t, victim);
		t->evicted++;
	}
	return victim;
}

bool
flow_table_make_room(struct flow_table *t, uint32_t n, uint32_t look)
{
	while (look-- > 0 && t->used + n > t->capacity) {
		uint32_t index = t->room_hand >= t->high ? 1 : t->room_hand + 1;
		const struct flow *f = flow_at(t, index);

		t->room_hand = index;
		if ((f->flags & FLOW_USED)
			&& (f->flags & (FLOW_SESSION | FLOW_ALIAS)) != FLOW_SESSION) {
			flow_table_remove(t, index);
			t->evicted++;
		}
	}
	return t->used + n <= t->capacity;
}
