/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/stations.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"

#define WAYS       8u
#define RESERVED   (1ull << 61) /* a place that is being written; equals no key */
#define SEEN_TICKS 1024u        /* a station's time is written again after so long */
#define NOWHERE    0u           /* no interface has the id */

/* One key has two buckets.  where: check << 48 | interface << 32 | seen, 0: the place is being
 * emptied; the check is the key's, so a place that has become another's is not changed; interface
 * NOWHERE: known, but the interface that it moved to has no room for it; moves: tick of the first
 * move of the while << 32 | interface before it << 16 | number of moves. */
struct stations_bucket {
	_Atomic uint64_t key[WAYS];
	_Atomic uint64_t where[WAYS];
	_Atomic uint64_t moves[WAYS];
};

struct stations {
	struct stations_bucket *bucket;
	uint32_t mask, max;
	struct hash_key secret;
	atomic_uint users;
	atomic_uint hand; /* of the sweep */
	_Atomic uint32_t used[STATIONS_IFACES];
	_Atomic uint64_t learned, moved, aged, refused, held;
	_Atomic uint64_t n_events;
	struct {
		_Atomic uint64_t key, ways; /* from << 16 | to */
	} event[STATIONS_EVENTS_MAX];
};

/* A place of the table. */
struct spot {
	struct stations_bucket *b;
	unsigned way;
};

#define LOAD(p)     atomic_load_explicit(p, memory_order_acquire)
#define STORE(p, v) atomic_store_explicit(p, v, memory_order_release)
#define ADD(p, n)   atomic_fetch_add_explicit(p, n, memory_order_relaxed)
#define SUB(p, n)   atomic_fetch_sub_explicit(p, n, memory_order_relaxed)

static uint64_t
where_of(station_key key, uint16_t iface, uint32_t tick)
{
	uint64_t check = key * 0x9e3779b97f4a7c15ull >> 48;

	return check << 48 | (uint64_t)iface << 32 | tick;
}

static uint16_t
where_iface(uint64_t where)
{
	return (uint16_t)(where >> 32 & (STATIONS_IFACES - 1));
}

static bool
is_silent(uint64_t where, uint32_t tick, uint32_t ageing_ticks)
{
	/* Workers' clocks differ by less than a burst: a time ahead is now. */
	int32_t idle = (int32_t)(tick - (uint32_t)where);

	return idle > 0 && (uint32_t)idle > ageing_ticks;
}

uint16_t
station_key_read(station_key key, uint8_t mac[6])
{
	for (unsigned i = 0; i < 6; i++)
		mac[i] = (uint8_t)(key >> (40 - 8 * i));
	return (uint16_t)(key >> 48 & 0xfff);
}

struct stations *
stations_create(uint32_t max)
{
	struct stations *t = memory_take(sizeof(*t), -1);
	uint32_t buckets = 2;

	if (t == NULL)
		return NULL;
	while (buckets * WAYS < 2 * (uint64_t)max)
		buckets *= 2;
	t->bucket = memory_take(buckets * sizeof(*t->bucket), -1);
	t->mask = buckets - 1;
	t->max = max;
	atomic_init(&t->users, 1);
	random_bytes(&t->secret, sizeof(t->secret));
	if (t->bucket != NULL)
		return t;
	memory_give(t, sizeof(*t));
	return NULL;
}

struct stations *
stations_hold(struct stations *t)
{
	ADD(&t->users, 1);
	return t;
}

void
stations_give(struct stations *t)
{
	if (t == NULL || atomic_fetch_sub(&t->users, 1) > 1)
		return;
	memory_give(t->bucket, ((size_t)t->mask + 1) * sizeof(*t->bucket));
	memory_give(t, sizeof(*t));
}

uint32_t
stations_max(const struct stations *t)
{
	return t->max;
}

/* Sets both buckets of a key, which are the same now and then. */
static void
buckets_of(const struct stations *t, station_key key, struct stations_bucket *out[2])
{
	uint64_t hash = hash_bytes(&t->secret, &key, sizeof(key));

	out[0] = &t->bucket[hash & t->mask];
	out[1] = &t->bucket[hash >> 32 & t->mask];
}

/* Finds the place of a key that counts: the first one.  false: it is in none. */
static bool
find(const struct stations *t, station_key key, struct spot *out)
{
	struct stations_bucket *b[2];

	buckets_of(t, key, b);
	for (unsigned i = 0; i < 2 * WAYS; i++) {
		*out = (struct spot){ b[i / WAYS], i % WAYS };
		if (LOAD(&out->b->key[out->way]) == key)
			return true;
	}
	return false;
}

/* Empties a place that has the key.  Only one of those who try it at once does. */
static bool
vacate(struct stations *t, const struct spot *s, station_key key)
{
	uint64_t where;

	if (!atomic_compare_exchange_strong(&s->b->key[s->way], &key, RESERVED))
		return false;
	where = atomic_exchange(&s->b->where[s->way], 0);
	SUB(&t->used[where_iface(where)], 1);
	STORE(&s->b->key[s->way], 0);
	return true;
}

static unsigned
occupied(const struct stations_bucket *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WAYS; i++)
		n += LOAD(&b->key[i]) != 0;
	return n;
}

/* Takes a free place, or one whose station is silent, of the key's buckets: of the emptier one
 * first, so that both are full only when the table is. */
static bool
reserve(struct stations *t, station_key key, uint32_t tick, uint32_t ageing_ticks, struct spot *out)
{
	struct stations_bucket *b[2];
	unsigned first;

	buckets_of(t, key, b);
	first = occupied(b[0]) > occupied(b[1]);
	for (unsigned i = 0; i < 2 * WAYS; i++) {
		struct spot s = { b[first ^ i / WAYS], i % WAYS };
		uint64_t there = LOAD(&s.b->key[s.way]);

		if (there != 0 && there != RESERVED
			&& is_silent(LOAD(&s.b->where[s.way]), tick, ageing_ticks)
			&& vacate(t, &s, there)) {
			ADD(&t->aged, 1);
			there = 0;
		}
		if (there != 0
			|| !atomic_compare_exchange_strong(&s.b->key[s.way], &there, RESERVED))
			continue;
		*out = s;
		return true;
	}
	return false;
}

/* Returns true if the interface may have one more, which is counted. */
static bool
take_share(struct stations *t, uint16_t iface, const struct stations_terms *terms)
{
	if (ADD(&t->used[iface], 1) < terms->share)
		return true;
	SUB(&t->used[iface], 1);
	return false;
}

/* Handles another worker having entered the key at the same time: the first place counts, the other
 * is emptied.  Each looks after its own entry is there, so one of them sees both.  Returns false if
 * the other place counts. */
static bool
is_only(struct stations *t, station_key key, const struct spot *own)
{
	struct stations_bucket *b[2];
	bool before = true;

	buckets_of(t, key, b);
	for (unsigned i = 0; i < 2 * WAYS; i++) {
		struct spot s = { b[i / WAYS], i % WAYS };

		if (s.b == own->b && s.way == own->way) {
			before = false;
		} else if (LOAD(&s.b->key[s.way]) == key) {
			vacate(t, before ? own : &s, key);
			if (before)
				return false;
		}
	}
	return true;
}

static enum station_learnt
enter(struct stations *t, station_key key, uint16_t iface, uint32_t tick,
	const struct stations_terms *terms)
{
	struct spot s;

	if (!take_share(t, iface, terms)) {
		ADD(&t->refused, 1);
		return STATION_FULL;
	}
	if (!reserve(t, key, tick, terms->ageing_ticks, &s)) {
		SUB(&t->used[iface], 1);
		ADD(&t->refused, 1);
		return STATION_FULL;
	}
	STORE(&s.b->moves[s.way], 0);
	STORE(&s.b->where[s.way], where_of(key, iface, tick));
	STORE(&s.b->key[s.way], key);
	atomic_thread_fence(memory_order_seq_cst);
	if (!is_only(t, key, &s))
		return STATION_KNOWN;
	ADD(&t->learned, 1);
	return STATION_NEW;
}

static void
tell(struct stations *t, station_key key, uint16_t from, uint16_t to)
{
	uint64_t n = ADD(&t->n_events, 1);

	STORE(&t->event[n % STATIONS_EVENTS_MAX].ways, (uint64_t)from << 16 | to);
	STORE(&t->event[n % STATIONS_EVENTS_MAX].key, key);
}

/* Changes where a station is, if nobody else has; the new interface's share is taken already. */
static bool
put(struct stations *t, const struct spot *s, uint64_t where, uint64_t next)
{
	uint16_t from = where_iface(where);
	bool done = atomic_compare_exchange_strong(&s->b->where[s->way], &where, next);

	SUB(&t->used[done ? from : where_iface(next)], 1);
	return done;
}

/* Counts a move from an interface.  Returns the one that the station stays behind because it makes
 * too many: where it was before the first of them; NOWHERE: it may move. */
static uint16_t
count_move(struct stations *t, const struct spot *s, station_key key, const uint16_t ways[2],
	uint32_t tick)
{
	uint64_t was = LOAD(&s->b->moves[s->way]);
	uint32_t n = (uint16_t)was, since = (uint32_t)(was >> 32);
	uint16_t origin = (uint16_t)(was >> 16);

	if (n == 0 || (int32_t)(tick - since) > (int32_t)clock_tick(STATIONS_MOVES_NS)) {
		n = 0;
		since = tick;
		origin = ways[0] != NOWHERE ? ways[0] : ways[1];
	}
	if (n <= STATIONS_MOVES)
		STORE(&s->b->moves[s->way],
			(uint64_t)since << 32 | (uint64_t)origin << 16 | (n + 1));
	if (n == STATIONS_MOVES)
		tell(t, key, origin, ways[0] != origin ? ways[0] : ways[1]);
	return n < STATIONS_MOVES ? NOWHERE : origin;
}

/* Handles a frame of a station that stays behind an interface, and is put back there. */
static enum station_learnt
stay(struct stations *t, const struct spot *s, station_key key, uint64_t where,
	const struct stations_terms *terms, uint64_t heard, uint16_t origin)
{
	if (where_iface(where) != origin && take_share(t, origin, terms))
		put(t, s, where, where_of(key, origin, (uint32_t)heard));
	if (where_iface(heard) == origin)
		return STATION_KNOWN;
	ADD(&t->held, 1);
	return STATION_HELD;
}

/* Handles a station that was heard behind another interface than before.  One that moves to where
 * there is no room is known nowhere: its moves still count, so that an interface whose share is
 * used up cannot have stations of others forgotten again and again. */
static enum station_learnt
move(struct stations *t, const struct spot *s, station_key key, uint64_t where,
	const struct stations_terms *terms, uint64_t next)
{
	const uint16_t ways[2] = { where_iface(where), where_iface(next) };
	uint16_t origin = count_move(t, s, key, ways, (uint32_t)next);

	if (origin != NOWHERE)
		return stay(t, s, key, where, terms, next, origin);
	if (take_share(t, ways[1], terms)) {
		if (!put(t, s, where, next))
			return STATION_KNOWN; /* another worker was first */
		ADD(&t->moved, 1);
		return STATION_MOVED;
	}
	ADD(&t->refused, 1);
	if (ways[0] == NOWHERE)
		return STATION_FULL;
	if (take_share(t, NOWHERE, terms))
		put(t, s, where, where_of(key, NOWHERE, (uint32_t)next));
	else
		vacate(t, s, key);
	return STATION_FULL;
}

enum station_learnt
stations_learn(struct stations *t, station_key key, uint16_t iface, uint32_t tick,
	const struct stations_terms *terms)
{
	uint64_t next = where_of(key, iface, tick), where;
	struct spot s;

	if (!find(t, key, &s))
		return enter(t, key, iface, tick, terms);
	where = LOAD(&s.b->where[s.way]);
	if (where == 0)
		return STATION_KNOWN; /* it is just being removed */
	if (is_silent(where, tick, terms->ageing_ticks)) {
		if (vacate(t, &s, key))
			ADD(&t->aged, 1);
		return enter(t, key, iface, tick, terms);
	}
	if (where_iface(where) != iface)
		return move(t, &s, key, where, terms, next);
	if (tick - (uint32_t)where >= SEEN_TICKS && (int32_t)(tick - (uint32_t)where) > 0)
		atomic_compare_exchange_strong(&s.b->where[s.way], &where, next);
	return STATION_KNOWN;
}

uint16_t
stations_find(const struct stations *t, station_key key, uint32_t tick, uint32_t ageing_ticks)
{
	struct spot s;
	uint64_t where;

	if (!find(t, key, &s))
		return 0;
	where = LOAD(&s.b->where[s.way]);
	/* The place may have become another station's since. */
	if (where == 0 || LOAD(&s.b->key[s.way]) != key || is_silent(where, tick, ageing_ticks))
		return 0;
	return where_iface(where);
}

uint32_t
stations_places(const struct stations *t)
{
	return (t->mask + 1) * WAYS;
}

static struct spot
spot_at(const struct stations *t, uint32_t place)
{
	return (struct spot){ &t->bucket[place / WAYS], place % WAYS };
}

void
stations_sweep(struct stations *t, uint32_t n, uint32_t tick, uint32_t ageing_ticks)
{
	uint32_t places = stations_places(t), first = ADD(&t->hand, n);

	for (uint32_t i = 0; i < n; i++) {
		struct spot s = spot_at(t, (first + i) & (places - 1));
		uint64_t key = LOAD(&s.b->key[s.way]), where = LOAD(&s.b->where[s.way]);

		if (key == 0 || key == RESERVED || where == 0
			|| !is_silent(where, tick, ageing_ticks))
			continue;
		if (vacate(t, &s, key))
			ADD(&t->aged, 1);
	}
}

void
stations_forget(struct stations *t, bool (*keep)(void *arg, uint16_t iface), void *arg)
{
	for (uint32_t i = 0; i < stations_places(t); i++) {
		struct spot s = spot_at(t, i);
		uint64_t key = LOAD(&s.b->key[s.way]), where = LOAD(&s.b->where[s.way]);

		if (key != 0 && key != RESERVED && where != 0 && !keep(arg, where_iface(where)))
			vacate(t, &s, key);
	}
}

bool
stations_at(const struct stations *t, uint32_t place, struct stations_entry *out)
{
	struct spot s = spot_at(t, place), first;
	uint64_t key = LOAD(&s.b->key[s.way]), where = LOAD(&s.b->where[s.way]);

	if (key == 0 || key == RESERVED || where == 0 || where_iface(where) == NOWHERE
		|| !find(t, key, &first) || first.b != s.b || first.way != s.way)
		return false;
	*out = (struct stations_entry){
		.key = key,
		.iface = where_iface(where),
		.seen = (uint32_t)where,
		.moves = (uint16_t)LOAD(&s.b->moves[s.way]),
	};
	return true;
}

void
stations_copy(struct stations *t, const struct stations *from, const struct stations_terms *terms)
{
	for (uint32_t i = 0; i < stations_places(from); i++) {
		struct stations_entry e;

		if (stations_at(from, i, &e))
			enter(t, e.key, e.iface, e.seen, terms);
	}
}

uint32_t
stations_used(const struct stations *t, uint16_t iface)
{
	return LOAD(&t->used[iface & (STATIONS_IFACES - 1)]);
}

void
stations_counts(const struct stations *t, struct stations_counts *out)
{
	*out = (struct stations_counts){
		.learned = LOAD(&t->learned),
		.moved = LOAD(&t->moved),
		.aged = LOAD(&t->aged),
		.refused = LOAD(&t->refused),
		.held = LOAD(&t->held),
	};
}

bool
stations_event_next(const struct stations *t, uint64_t *seen, struct stations_event *out)
{
	uint64_t n = LOAD(&t->n_events), ways;

	if (*seen > n) /* of an earlier table */
		*seen = 0;
	if (*seen == n)
		return false;
	if (n - *seen > STATIONS_EVENTS_MAX)
		*seen = n - STATIONS_EVENTS_MAX;
	out->key = LOAD(&t->event[*seen % STATIONS_EVENTS_MAX].key);
	ways = LOAD(&t->event[*seen % STATIONS_EVENTS_MAX].ways);
	out->from = (uint16_t)(ways >> 16);
	out->to = (uint16_t)ways;
	++*seen;
	return true;
}
