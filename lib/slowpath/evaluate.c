/* SPDX-License-Identifier: BSD-3-Clause */
/* Judging the misses of a burst: together, pipeline by pipeline. */

#include "slowpath/slowpath_priv.h"
#include "stage/pipeline.h"

static void
prepare(struct slowpath *s, const struct burst *b, unsigned slot, struct eval *ev)
{
	eval_init(ev, s->gen, slot_view(s, b, slot));
	ev->flow_hash = (uint32_t)(b->hash[slot] >> 32);
	ev->now_ns = s->now_ns;
	ev->trace = s->observer != NULL ? s->observer->trace : NULL;
	if (ev->in == NULL || ev->in->pipeline == NULL)
		eval_drop(ev, REASON_interface_unused, 0);
}

/* Moves the evals that share the first one's pipeline to the front of vec.  How many those are. */
static unsigned
same_pipeline(struct eval **vec, unsigned n)
{
	const struct pipeline *p = vec[0]->in->pipeline;
	unsigned same = 1;

	for (unsigned i = 1; i < n; i++) {
		struct eval *ev = vec[i];

		if (ev->in->pipeline != p)
			continue;
		vec[i] = vec[same];
		vec[same++] = ev;
	}
	return same;
}

void
evaluate_misses(struct slowpath *s, const struct burst *b, unsigned n)
{
	struct slowpath_scratch *sc = s->scratch;
	struct eval **vec = sc->vector;
	unsigned left = 0;

	for (unsigned i = 0; i < n; i++) {
		prepare(s, b, sc->miss[i], &sc->eval[i]);
		if (!sc->eval[i].done)
			vec[left++] = &sc->eval[i];
	}
	while (left > 0) {
		unsigned same = same_pipeline(vec, left);

		pipeline_evaluate(vec[0]->in->pipeline, vec, same);
		vec += same;
		left -= same;
	}
}
