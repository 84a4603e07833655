/* SPDX-License-Identifier: BSD-3-Clause */
/* A hash flood: tuples that collide under the hashes that others use, against random ones. */

#include "flood.h"

#include <stdio.h>
#include <stdlib.h>

#include <netinet/in.h>

#include "base/random.h"
#include "flood_collide.h"
#include "flow/table.h"
#include "io/steer.h"

#define TUPLES           100000u
#define TUPLES_QUICK     20000u
#define SESSIONS_PER_100 110u /* so that the tuples fill it to 91 % */
#define ROUNDS           5

static const char pipelines[] = "pipelines:\n"
				"  outside: [track, {route: main}]\n"
				"  inside: [track, {route: main}]\n";

static const char *const names[COLLIDE_HASHES] = { "random", "crc32c", "jhash 0", "toeplitz" };

static uint32_t count;

/* An attacker sends what is forwarded: not from where no packet comes from, nor to us. */
static bool
is_sent(const struct collide_tuple *t)
{
	uint32_t net = t->src >> 24, to = t->dst >> 24;

	return net != 0 && net != 127 && net < 224 && to != 0 && to != 127 && to != 10 && to < 224
		&& t->src >> 8 != 0xc63364 && t->dst >> 8 != 0xc63364 && t->src != 0x0a000001;
}

/* The tuples, as frames. */
static void
each(enum collide_hash hash, void (*one)(const struct flood_frame *f))
{
	for (uint32_t n = 0, sent = 0; sent < count; n++) {
		struct collide_tuple t = collide_tuple(hash, n);
		struct flood_frame f = {
			.port = FLOOD_LAN,
			.mark = MARK_FLOOD,
			.proto = IPPROTO_UDP,
			.src = t.src,
			.dst = t.dst,
			.sport = t.sport,
			.dport = t.dport,
		};

		if (!is_sent(&t))
			continue;
		sent++;
		one(&f);
	}
}

static uint32_t collided;
static struct collide_tuple first;
static enum collide_hash checked;

static void
check_collision(const struct flood_frame *f)
{
	struct collide_tuple t = { f->src, f->dst, f->sport, f->dport };

	if (collided == 0)
		first = t;
	collided += collide_value(checked, &t) == collide_value(checked, &first);
}

static void
send_one(const struct flood_frame *f)
{
	flood_send(f);
}

/* Cycles a packet, over one sending of all. */
static double
pass(enum collide_hash hash)
{
	static uint32_t cycles[TUPLES / 32 + 2];
	struct flood_times times = { cycles, 0, RTE_DIM(cycles) };

	flood_keep_times(&times);
	each(hash, send_one);
	flood_flush();
	flood_keep_times(NULL);
	return flood_quantile(&times, 0.5) / 32;
}

/* Fills a table and looks all up. */
static void
fill(enum collide_hash hash, double *insert, double *look_up, bool facts)
{
	struct fastpath_flows flows;
	uint64_t waiting; /* packets to the subnet where nobody answers, which some tuples hit */
	char name[96];

	flood_open(count / 100 * SESSIONS_PER_100, pipelines);
	*insert = pass(hash);
	*look_up = pass(hash);
	flows = flood_flows();
	waiting = (uint64_t)fastpath_ledger(flood_path())->held[HELD_neighbour];
	if (facts) {
		snprintf(name, sizeof(name),
			"hash, %s: share of sessions that found room, to 91 %% fill", names[hash]);
		flood_fact(flows.sessions == count
				&& flood_count()->out[MARK_FLOOD] >= 2 * count - waiting
				&& flows.counts.evicted[SESSION_UNREPLIED_UDP] == 0,
			name, (double)flows.sessions / count, "1");
		snprintf(name, sizeof(name), "hash, %s: longest probe, places", names[hash]);
		flood_fact(flows.longest_probe * BUCKET_PLACES <= 16, name,
			flows.longest_probe * BUCKET_PLACES, "<= 16");
	}
	flood_close();
}

/* --- between workers --- */

static struct steer *steer;
static uint32_t owned[2];

static void
count_owner(const struct flood_frame *f)
{
	struct rte_mbuf *m = flood_make(f);

	owned[steer_frame(steer, m)]++;
	rte_pktmbuf_free(m);
}

static void
spread(enum collide_hash hash)
{
	uint8_t key[STEER_KEY_BYTES];
	char name[96];
	double share;

	random_bytes(key, sizeof(key));
	steer = steer_create(2, 64, key);
	if (steer == NULL)
		stand_die("no steering");
	owned[0] = owned[1] = 0;
	each(hash, count_owner);
	steer_destroy(steer);
	share = (double)RTE_MAX(owned[0], owned[1]) / count;
	snprintf(name, sizeof(name), "hash, %s: larger share of two workers", names[hash]);
	flood_fact(share <= 0.6, name, share, "<= 0.6");
}

/* --- two starts --- */

static void
placement(void)
{
	struct flow_table *a = flow_table_create(65536, sizeof(struct flow4), -1);
	struct flow_table *b = flow_table_create(65536, sizeof(struct flow4), -1);
	unsigned same = 0, n = 10000;

	if (a == NULL || b == NULL)
		stand_die("no tables");
	for (unsigned i = 0; i < n; i++) {
		struct key4 k = {
			.proto = IPPROTO_UDP, .src = i, .dst = 1, .sport = 2, .dport = 3
		};

		same += ((flow_hash4(&k, &a->secret) ^ flow_hash4(&k, &b->secret)) & a->mask) == 0;
	}
	flow_table_destroy(a);
	flow_table_destroy(b);
	flood_fact(same < n / 100,
		"hash: of 10,000 tuples, in the same bucket after a second start", same, "< 100");
}

static void
compare(enum collide_hash hash, unsigned rounds)
{
	double insert[ROUNDS], look_up[ROUNDS];
	char name[96];

	for (unsigned i = 0; i < rounds; i++) {
		double plain[2], bad[2];

		fill(COLLIDE_RANDOM, &plain[0], &plain[1], false);
		fill(hash, &bad[0], &bad[1], i == 0);
		insert[i] = bad[0] / plain[0];
		look_up[i] = bad[1] / plain[1];
	}
	if (rounds < ROUNDS)
		return;
	snprintf(name, sizeof(name), "hash, %s: cycles of an insertion to one of random tuples",
		names[hash]);
	flood_timing(name, flood_median(insert, rounds), 1.2, "<= 1.2");
	snprintf(name, sizeof(name), "hash, %s: cycles of a look-up to one of random tuples",
		names[hash]);
	flood_timing(name, flood_median(look_up, rounds), 1.2, "<= 1.2");
}

void
flood_hash(bool quick)
{
	char name[96];

	count = quick ? TUPLES_QUICK : TUPLES;
	placement();
	for (enum collide_hash hash = COLLIDE_CRC32C; hash < COLLIDE_HASHES; hash++) {
		collide_prepare(hash);
		collided = 0;
		checked = hash;
		each(hash, check_collision);
		snprintf(name, sizeof(name), "hash, %s: tuples that collide there", names[hash]);
		flood_fact(collided == count, name, collided, "all");
		compare(hash, quick ? 1 : ROUNDS);
		flood_open(1024, pipelines);
		spread(hash);
		flood_close();
	}
}
