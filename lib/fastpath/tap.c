/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures and traces of bursts, and drops for the flight recorder. */

#include "fastpath/tap.h"

#include "fastpath/fastpath_priv.h"
#include "fastpath/trace.h"
#include "slowpath/recorded.h"
#include "tap/capture.h"
#include "tap/recorder.h"

static struct capture_now
capture_time(const struct fastpath *fp)
{
	return (struct capture_now){
		.time_ns = fp->dp.now_ns,
		.generation = fp->dp.gen->number,
		.counter = slowpath_counters(&fp->dp),
	};
}

/* --- the variant of a data path that is watched --- */

static void
watched_parse(struct fastpath *fp, struct burst *b)
{
	struct capture_now now = capture_time(fp);

	fp->quick->parse(fp, b);
	fp->captured = fp->tracer == NULL;
	for (unsigned i = 0; i < fp->n_captures; i++)
		fp->captured &= !capture_begin(fp->capture[i], b, &now);
	if (fp->tracer != NULL)
		tracer_begin(fp->tracer, &fp->dp, b);
}

static unsigned
watched_execute(struct fastpath *fp, struct burst *b)
{
	unsigned done = fp->quick->execute(fp, b);

	if (!fp->captured)
		b->same_output = false; /* so that fastpath_dispose looks at each packet */
	return done;
}

static const struct fastpath_variant watched = {
	.name = "watched",
	.parse = watched_parse,
	.execute = watched_execute,
};

void
fastpath_capture_burst(struct fastpath *fp, struct burst *b)
{
	struct capture_now now;

	if (fp->captured)
		return;
	fp->captured = true;
	now = capture_time(fp);
	for (unsigned i = 0; i < b->n; i++)
		if (b->output[i].port == OUT_DROP && b->class[i] != SLOT_TOLD)
			slowpath_find_counter(&fp->dp, b, i);
	for (unsigned i = 0; i < fp->n_captures; i++)
		capture_end(fp->capture[i], b, &now);
	if (fp->tracer != NULL)
		tracer_end(fp->tracer, &fp->dp);
}

void
fastpath_capture_out(struct fastpath *fp, const struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	struct capture_now now = capture_time(fp);

	for (unsigned i = 0; i < fp->n_captures; i++)
		capture_out(fp->capture[i], m, iface, port, &now);
}

static void
on_sampled(void *arg, const struct burst *b, unsigned slot)
{
	struct fastpath *fp = arg;
	struct capture_now now = capture_time(fp);

	for (unsigned i = 0; i < fp->n_captures; i++)
		capture_sample(fp->capture[i], b, slot, &now);
}

/* Chooses the variant by whether anything watches. */
static void
watch(struct fastpath *fp)
{
	bool wanted = fp->n_captures != 0 || fp->tracer != NULL;

	fp->slow.sampled = fp->n_captures != 0 ? on_sampled : NULL;
	fp->slow.sampled_arg = fp;
	if (wanted == fp->watched)
		return;
	fp->watched = wanted;
	fastpath_time_none(fp);
	if (wanted) {
		fp->quick = fp->variant;
		fp->variant = &watched;
		fp->captured = true;
	} else {
		fp->variant = fp->quick;
	}
}

bool
fastpath_capture_add(struct fastpath *fp, struct capture *c)
{
	if (fp->n_captures == FASTPATH_CAPTURES)
		return false;
	fp->capture[fp->n_captures++] = c;
	watch(fp);
	return true;
}

void
fastpath_capture_remove(struct fastpath *fp, struct capture *c)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < fp->n_captures; i++)
		if (fp->capture[i] != c)
			fp->capture[kept++] = fp->capture[i];
	fp->n_captures = kept;
	watch(fp);
}

bool
fastpath_trace_begin(struct fastpath *fp, struct tracer *t)
{
	if (fp->tracer != NULL)
		return false;
	fp->tracer = t;
	watch(fp);
	return true;
}

void
fastpath_trace_end(struct fastpath *fp, struct tracer *t)
{
	if (fp->tracer == t)
		fp->tracer = NULL;
	watch(fp);
}

/* --- the flight recorder --- */

void
fastpath_record_drop(struct fastpath *fp, const struct burst *b, unsigned slot)
{
	slowpath_find_counter(&fp->dp, b, slot);
	slowpath_record_end(&fp->dp, b, slot, slowpath_record_begin(&fp->dp, b, slot));
}

const struct recorder *
fastpath_recorder(const struct fastpath *fp)
{
	return fp->slow.recorder;
}
