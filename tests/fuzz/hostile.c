/* SPDX-License-Identifier: BSD-3-Clause */
/* A million frames through track, NAT and the holder of fragments, from both sides.
 *
 *   hostile [FRAMES [SEED]]
 *
 * Six of ten run undisturbed.  For the rest every place where a stage takes something (failures.h)
 * fails once, at its first call, its second, and so on.  Time goes on in between, by microseconds
 * or by more than any timeout.  The ledger is exact after each burst; and whenever time has passed
 * for all, nothing is left: no session, source, mapping, port, quota, fragment or packet buffer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "chance.h"
#include "failures.h"
#include "levels.h"
#include "fastpath/fastpath.h"
#include "path.h"
#include "traffic.h"

enum {
	FRAMES = 1000000,
	ROUNDS = 12, /* undisturbed ones */
};

uint64_t chance_state;

static void
pass_time(void)
{
	if (chance(16) == 0)
		path_advance(chance(3000) * NS_PER_US);
	if (chance(2000) == 0)
		path_advance(chance(3 * NS_PER_SECOND));
	if (chance(20000) == 0)
		path_advance(chance(400) * NS_PER_SECOND);
	if (chance(100000) == 0)
		path_advance(chance(8000) * NS_PER_SECOND);
}

static uint64_t
send_frames(uint64_t n)
{
	uint64_t sent = 0;

	while (sent < n) {
		sent += traffic_one();
		pass_time();
	}
	return sent;
}

/* Every failure at the n-th call, for n from 1 on, in turn: frames in all. */
static uint64_t
send_with_failures(uint64_t frames)
{
	uint64_t share = frames / 40 / FAILURES + 1, sent = 0, hits[FAILURES] = { 0 };

	for (unsigned n = 1; sent < frames; n++) {
		for (unsigned f = 0; f < FAILURES; f++) {
			failure_arm((enum failure)f, n);
			sent += send_frames(share);
			hits[f] += failure_disarm();
			levels_check(failure_name((enum failure)f));
		}
	}
	for (unsigned f = 0; f < FAILURES; f++) {
		printf("  %10" PRIu64 " times: %s\n", hits[f], failure_name((enum failure)f));
		if (hits[f] == 0 && frames >= FRAMES / 4) {
			printf("a failure that never happened proves nothing\n");
			exit(1);
		}
	}
	return sent;
}

static void
print_figures(void)
{
	struct fastpath_flows flows;
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, path_ledger());
	fastpath_flows(path_fastpath(), &flows);
	printf("rx %" PRIu64 " tx %" PRIu64 " dropped %" PRIu64 "; sessions %" PRIu64 ":", sum.rx,
		sum.tx, sum.dropped, flows.counts.created);
	for (unsigned i = 0; i < SESSION_END_COUNT; i++)
		printf(" %s %" PRIu64, session_end_name((enum session_end)i),
			flows.counts.ended[i]);
	printf("\n");
	for (unsigned r = 1; r < REASON_COUNT; r++)
		if (sum.drops[r] != 0)
			printf("  %10" PRIu64 " %s\n", sum.drops[r], reason_name(r));
}

int
main(int argc, char **argv)
{
	uint64_t frames = argc > 1 ? strtoull(argv[1], NULL, 10) : FRAMES, sent = 0;
	time_t began = time(NULL);

	chance_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	path_open(traffic_config);
	path_watch(traffic_seen);
	levels_begin();
	for (unsigned i = 0; i < ROUNDS; i++) {
		sent += send_frames(frames * 6 / 10 / ROUNDS);
		levels_check("undisturbed");
	}
	sent += send_with_failures(frames - sent);
	print_figures();
	path_close();
	printf("ok %" PRIu64 " frames, ledger exact, nothing left behind, %d s\n", sent,
		(int)(time(NULL) - began));
	return 0;
}
