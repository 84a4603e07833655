/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking for sessions that are not with their owner. */

#include "worker/search.h"

#include "base/clock.h"
#include "policy/generation.h"
#include "slowpath/slowpath.h"
#include "worker/owner.h"
#include "worker/strays.h"
#include "worker/worker.h"

enum {
	SESSIONS_BUSY = 16, /* looked at in a loop that had packets, */
	SESSIONS_IDLE = 256 /* and in one that had none */
};
#define REST_NS NS_PER_S /* between two counts, and until a search ends that finds nothing more */

/* Returns the next worker to ask, behind this one in a circle that ends at the owner. */
static unsigned
next(void *worker, const struct sought *what, unsigned home)
{
	const struct worker *w = worker;
	unsigned n = w->common->count;

	for (unsigned to = (w->index + 1) % n; to != home && to != w->index; to = (to + 1) % n)
		if (strays_may_have(w->common->strays, to, what->session)
			|| (what->endpoint != 0
				&& strays_may_have(w->common->strays, to, what->endpoint)))
			return to;
	return home;
}

static unsigned
holder_of(const struct worker *w, uint64_t hash, unsigned home)
{
	for (unsigned to = 0; to < w->common->count; to++)
		if (to != w->index && to != home && strays_has(w->common->strays, to, hash))
			return to;
	return home;
}

static unsigned
holder(void *worker, const struct sought *what, unsigned home)
{
	unsigned to = holder_of(worker, what->session, home);

	return to == home && what->endpoint != 0 ? holder_of(worker, what->endpoint, home) : to;
}

/* Returns true if packets of a session have another owner. */
static bool
is_stray(const struct worker *w, const struct session_ends *ends)
{
	for (unsigned reply = 0; reply < 2; reply++) {
		struct tuple t = ends->tuple[reply];

		if (tuple_is_icmp(&t)) /* steering has the identifier of a query in both ports */
			t.dport = t.sport;
		if (owner_of_fragment(w->common, w->generation, &t, ends->iface[reply], w->index)
			!= w->index)
			return true;
	}
	return false;
}

static void
enter(struct worker *w, const struct session_ends *ends)
{
	strays_add(w->common->strays, w->index, ends->hash[0].session);
	strays_add(w->common->strays, w->index, ends->hash[1].session);
	if (ends->hash[0].endpoint != 0)
		strays_add(w->common->strays, w->index, ends->hash[0].endpoint);
}

/* A session that begins on a stray's behalf is one, too: a connection that begins anew, or one that
 * a control connection has announced. */
static void
begins(void *worker, const struct session_ends *ends)
{
	struct worker *w = worker;
	struct strays *s = w->common->strays;

	if (!is_stray(w, ends))
		return;
	enter(w, ends);
	w->searching.count++;
	if (w->searching.phase == SEARCH_RESTS || w->searching.phase == SEARCH_COUNTS)
		strays_tell(s, w->index, w->searching.serial, strays_count(s, w->index) + 1);
}

static void
set_owner_lookup(struct worker *w)
{
	bool needed = owner_is_needed(w->common, w->generation) || w->search.arg != NULL;

	fastpath_set_owner_lookup(w->fp, needed ? owner_of_slot : NULL, w);
}

static void
set_search(struct worker *w, bool open)
{
	if (open == (w->search.arg != NULL))
		return;
	w->search = (struct search){ next, holder, begins, open ? w : NULL };
	fastpath_set_search(w->fp, open ? &w->search : NULL);
	worker_choose_rps(w);
	set_owner_lookup(w);
}

/* Ends to look for sessions: no flow leads to a holder any more, and a while later, when that is so
 * at every worker, packets that are handed over are judged where they arrive. */
static void
close_search(struct worker *w)
{
	struct searching *f = &w->searching;

	if (!f->closes) {
		f->closes = true;
		f->closes_ns = w->now_ns;
		fastpath_bump_epoch(w->fp);
	} else if (w->now_ns - f->closes_ns > REST_NS) {
		f->closes = false;
		set_search(w, false);
	}
}

void
search_look(struct worker *w)
{
	struct searching *f = &w->searching;
	struct strays *s = w->common->strays;
	uint64_t serial, generation;
	unsigned version;

	if (s == NULL)
		return;
	version = strays_version(s);
	if (likely(version == f->version && !f->late && !f->closes))
		return;
	f->version = version;
	serial = strays_serial(s, &generation);
	f->late = w->generation == NULL || w->generation->number < generation;
	if (serial != f->serial && !f->late) {
		f->serial = serial;
		f->phase = SEARCH_CLEARS;
		f->at = f->count = 0;
	}
	if (strays_open(s)) {
		f->closes = false;
		set_search(w, true);
	} else if (w->search.arg != NULL) {
		close_search(w);
	}
	if (w->search.arg != NULL && f->refreshed != serial && strays_known(s)) {
		f->refreshed = serial; /* flows of others lead to their holders from now on */
		fastpath_bump_epoch(w->fp);
	}
}

void
search_adopt(struct worker *w)
{
	set_owner_lookup(w);
	search_look(w);
}

/* Goes through n sessions.  Returns true at the end. */
static bool
walk_sessions(struct worker *w, unsigned n)
{
	struct searching *f = &w->searching;
	uint32_t high = fastpath_sessions_high(w->fp);
	struct session_ends ends;

	for (; n > 0 && f->at < high; n--) {
		if (!fastpath_session_ends(w->fp, ++f->at, &ends) || !is_stray(w, &ends))
			continue;
		f->count++;
		if (f->phase == SEARCH_ENTERS)
			enter(w, &ends);
	}
	return f->at >= high;
}

static void
start(struct searching *f, enum walk_phase phase)
{
	f->phase = phase;
	f->at = f->count = 0;
}

bool
search_walk(struct worker *w, bool busy)
{
	struct searching *f = &w->searching;
	struct strays *s = w->common->strays;

	switch (f->phase) {
	case SEARCH_RESTS:
		if (strays_count(s, w->index) != 0 && w->now_ns - f->rested_ns > REST_NS)
			start(f, SEARCH_COUNTS);
		return false;
	case SEARCH_CLEARS:
		if (strays_clear(s, w->index, &f->at))
			start(f, SEARCH_ENTERS);
		return true;
	default:
		break;
	}
	if (walk_sessions(w, busy ? SESSIONS_BUSY : SESSIONS_IDLE)) {
		strays_tell(s, w->index, f->serial, f->count);
		f->phase = SEARCH_RESTS;
		f->rested_ns = w->now_ns;
		return false;
	}
	return f->phase == SEARCH_ENTERS;
}
