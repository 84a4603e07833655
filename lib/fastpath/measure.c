/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts clocks around the steps of the data path, by a variant that calls the real one. */

#include "fastpath/measure.h"

#include <stddef.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "fastpath/fastpath_priv.h"
#include "program/action_list.h"

/* Bits that no flow and no listed action has otherwise. */
#define FLOW_TCP_LEFT_OUT     0x80
#define FLOW_ACTIONS_LEFT_OUT 0x40
#define ACTION_LEFT_OUT       0x80000000u

enum {
	CLOCK_TRIES = 1000,
};

struct clocked {
	struct fastpath_variant variant; /* first member: the struct is found by it */
	const struct fastpath_variant *real;
	struct measured *out;
	uint64_t mark; /* when the current step began */
};

uint64_t
measure_clock(void)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < CLOCK_TRIES; i++) {
		uint64_t began = rte_rdtsc(), cycles = rte_rdtsc() - began;

		least = cycles < least ? cycles : least;
	}
	return least;
}

/* Adds the time since the mark to the step. */
static void
end_step(struct clocked *c, enum measured_step step)
{
	uint64_t now = rte_rdtsc(), cycles = now - c->mark;

	c->out->cycles[step] += cycles > c->out->clock_cycles ? cycles - c->out->clock_cycles : 0;
	c->mark = rte_rdtsc();
}

static struct clocked *
clocked_of(const struct fastpath *fp)
{
	return (struct clocked *)(uintptr_t)fp->variant;
}

static void
parse(struct fastpath *fp, struct burst *b)
{
	struct clocked *c = clocked_of(fp);

	c->real->parse(fp, b);
	end_step(c, MEASURED_PARSE);
}

/* Reads what the real variant's look-up reads: a bucket's line, and the record that it leads to. */
static __attribute__((noinline)) void
look_up(const struct fastpath *fp, struct burst *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		const struct flow_table *t = b->class[i] == SLOT_PLAIN6 ? fp->dp.flow6
									: fp->dp.flow4;

		if (b->class[i] > SLOT_PLAIN6)
			continue;
		b->flow[i] = flow_candidate(t, b->hash[i]);
		rte_prefetch0(flow_at(t, b->flow[i]));
	}
}

/* Measures look-up and execution.  The look-up runs once from memory, and once more inside the real
 * variant, from the cache; a third run measures that second one, which is subtracted. */
static unsigned
execute(struct fastpath *fp, struct burst *b)
{
	struct clocked *c = clocked_of(fp);
	uint64_t *cycles = c->out->cycles, again;
	unsigned done;

	look_up(fp, b);
	end_step(c, MEASURED_LOOK_UP);
	look_up(fp, b);
	again = rte_rdtsc() - c->mark;
	again = again > c->out->clock_cycles ? again - c->out->clock_cycles : 0;
	c->mark = rte_rdtsc();
	done = c->real->execute(fp, b);
	end_step(c, MEASURED_EXECUTE);
	cycles[MEASURED_EXECUTE] -= again < cycles[MEASURED_EXECUTE] ? again
								     : cycles[MEASURED_EXECUTE];
	if (done == b->n)
		return done;
	slowpath_settle(&fp->dp, b, done);
	end_step(c, MEASURED_FIRST);
	return b->n;
}

void
fastpath_measure(
	struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, struct measured *out)
{
	const struct fastpath_variant *real = fp->variant;
	struct clocked c = {
		.variant = { .name = real->name, .parse = parse, .execute = execute },
		.real = real,
		.out = out,
	};

	fp->variant = &c.variant;
	c.mark = rte_rdtsc();
	fastpath_process(fp, port, m, n, false);
	fastpath_flush(fp);
	end_step(&c, MEASURED_SEND);
	fp->variant = real;
}

/* --- actions --- */

const char *
measured_action_name(enum measured_action a)
{
	static const char *const names[] = {
		[MEASURED_TCP] = "tcp",
		[MEASURED_METER] = "meter",
		[MEASURED_DSCP] = "dscp",
	};

	return names[a];
}

struct leaving {
	const struct action_lists *lists;
	enum measured_action action;
	uint32_t found;
};

static bool
is_left_out(uint32_t word)
{
	return word & ACTION_LEFT_OUT;
}

/* Sets whether the list has an action that is executed, and one that was taken away. */
static void
look_through(const struct action_list *l, bool *any, bool *gone)
{
	*any = *gone = false;
	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && l->word[i] != 0; i++) {
		*gone |= is_left_out(l->word[i]);
		*any |= !is_left_out(l->word[i]) && ACTION_OP(l->word[i]) != ACTION_COUNT;
	}
}

static void
leave_one(void *arg, struct flow_table *t, uint32_t index)
{
	struct leaving *leaving = arg;
	struct flow *f = flow_at(t, index);
	unsigned flags = f->flags;
	bool any, gone;

	if (leaving->action == MEASURED_TCP) {
		if (!(flags & FLOW_TCP))
			return;
		f->flags = (uint8_t)((flags & ~FLOW_TCP) | FLOW_TCP_LEFT_OUT);
		leaving->found++;
		return;
	}
	if (!(flags & FLOW_ACTIONS))
		return;
	look_through(action_lists_at(leaving->lists, f->list), &any, &gone);
	leaving->found += gone;
	if (gone && !any)
		f->flags = (uint8_t)((flags & ~FLOW_ACTIONS) | FLOW_ACTIONS_LEFT_OUT);
}

static void
put_one(void *arg, struct flow_table *t, uint32_t index)
{
	struct flow *f = flow_at(t, index);
	unsigned flags = f->flags;

	(void)arg;
	if (flags & FLOW_TCP_LEFT_OUT)
		flags = (flags & ~FLOW_TCP_LEFT_OUT) | FLOW_TCP;
	if (flags & FLOW_ACTIONS_LEFT_OUT)
		flags = (flags & ~FLOW_ACTIONS_LEFT_OUT) | FLOW_ACTIONS;
	f->flags = (uint8_t)flags;
}

/* Marks every word of every list that has operation op; op 0 restores all. */
static void
mark_words(struct action_lists *t, unsigned op)
{
	for (uint32_t l = 1; l <= t->high; l++) {
		for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && t->list[l].word[i] != 0; i++) {
			uint32_t *word = &t->list[l].word[i];

			if (op == 0)
				*word &= ~ACTION_LEFT_OUT;
			else if (ACTION_OP(*word) == op)
				*word |= ACTION_LEFT_OUT;
		}
	}
}

uint32_t
fastpath_leave_out(struct fastpath *fp, enum measured_action a)
{
	struct leaving leaving = { .lists = fp->dp.lists, .action = a };

	if (a != MEASURED_TCP)
		mark_words(fp->dp.lists, a == MEASURED_METER ? ACTION_METER : ACTION_DSCP);
	flow_table_sweep(fp->dp.flow4, UINT32_MAX, leave_one, &leaving);
	flow_table_sweep(fp->dp.flow6, UINT32_MAX, leave_one, &leaving);
	return leaving.found;
}

void
fastpath_put_back(struct fastpath *fp)
{
	mark_words(fp->dp.lists, 0);
	flow_table_sweep(fp->dp.flow4, UINT32_MAX, put_one, NULL);
	flow_table_sweep(fp->dp.flow6, UINT32_MAX, put_one, NULL);
}
