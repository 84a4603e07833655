/* SPDX-License-Identifier: BSD-3-Clause */
/* The stations of a bridge: behind which interface each MAC, of a VLAN, was last heard.
 *
 * One table is shared by all workers.  A look-up reads two words; nothing is locked.  A station
 * that is heard again where it is costs one store a second.  Changes (a new station, a move, the
 * end of one) are made by compare-and-swap of one word each, so two workers that learn the same
 * station at once leave one entry that counts.
 *
 * Each interface has a share of the places: when it is used up, further stations of that interface
 * are not learned, and what other interfaces have learned stays.
 *
 * A station that moves between interfaces too often in a while stays where it was before the first
 * of these moves: its frames from elsewhere are refused (STATION_HELD) until the while is over.  So
 * a forger of its MAC gains nothing by going on.
 *
 * Threads: workers learn, find and sweep; control creates, copies, forgets and lists.  Memory:
 * stations_create; freed by the last stations_give. */
#ifndef TABLE_STATIONS_H
#define TABLE_STATIONS_H

#include <stdbool.h>
#include <stdint.h>

#define STATIONS_SIZE_MAX   1048576u
#define STATIONS_IFACES     1024u /* ids of interfaces are below */
#define STATIONS_MOVES      5u    /* that a station may make in STATIONS_MOVES_NS */
#define STATIONS_MOVES_NS   10000000000ull
#define STATIONS_EVENTS_MAX 32u /* stations held that control has not been told of */

struct stations;

/* A MAC as a number, with its VLAN; never 0. */
typedef uint64_t station_key;

static inline station_key
station_key_of(const uint8_t mac[6], uint16_t vlan)
{
	return (uint64_t)mac[0] << 40 | (uint64_t)mac[1] << 32 | (uint64_t)mac[2] << 24
		| (uint64_t)mac[3] << 16 | (uint64_t)mac[4] << 8 | mac[5]
		| (uint64_t)(vlan & 0xfff) << 48 | 1ull << 60;
}

/* Writes the MAC of a key; returns its VLAN. */
uint16_t station_key_read(station_key key, uint8_t mac[6]);

enum station_learnt {
	STATION_KNOWN, /* it is there already */
	STATION_NEW,
	STATION_MOVED,
	STATION_FULL, /* not learned: the interface has its share */
	STATION_HELD, /* not learned: it moves too often */
};

/* What the generation says. */
struct stations_terms {
	uint32_t share;        /* stations of one interface */
	uint32_t ageing_ticks; /* clock_tick; one that is silent for longer is not there */
};

struct stations *stations_create(uint32_t max);     /* NULL without memory */
struct stations *stations_hold(struct stations *t); /* one more user; returns t */
void stations_give(struct stations *t);             /* NULL is fine */
uint32_t stations_max(const struct stations *t);

enum station_learnt stations_learn(struct stations *t, station_key key, uint16_t iface,
	uint32_t tick, const struct stations_terms *terms);

/* Returns the interface that the station is behind, or 0. */
uint16_t stations_find(
	const struct stations *t, station_key key, uint32_t tick, uint32_t ageing_ticks);

/* Removes stations that have been silent for too long, among the next n places in turn. */
void stations_sweep(struct stations *t, uint32_t n, uint32_t tick, uint32_t ageing_ticks);

/* Removes the stations for which keep returns false. */
void stations_forget(struct stations *t, bool (*keep)(void *arg, uint16_t iface), void *arg);

/* Learns all stations of another table. */
void stations_copy(
	struct stations *t, const struct stations *from, const struct stations_terms *terms);

struct stations_entry {
	station_key key;
	uint16_t iface;
	uint32_t seen;  /* clock_tick */
	uint32_t moves; /* in the last while */
};

/* Return the places of the table, and the station in one of them (false: none). */
uint32_t stations_places(const struct stations *t);
bool stations_at(const struct stations *t, uint32_t place, struct stations_entry *out);

uint32_t stations_used(const struct stations *t, uint16_t iface); /* stations of an interface */

struct stations_counts {
	uint64_t learned, moved, aged, refused, held;
};
void stations_counts(const struct stations *t, struct stations_counts *out);

/* A station that has begun to be held: control's events. */
struct stations_event {
	station_key key;
	uint16_t from, to; /* it stays at from */
};

/* Returns the next event after *seen, which is 0 at first; false: there is none.  The oldest are
 * lost beyond STATIONS_EVENTS_MAX. */
bool stations_event_next(const struct stations *t, uint64_t *seen, struct stations_event *out);

#endif
