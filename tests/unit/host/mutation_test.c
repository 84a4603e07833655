/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that went wrong on their way: whatever they say, nothing is read past their end, no buffer
 * is lost, and the ledger balances. */
#include "base/sanitizer.h"
#include "frames.h"

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes)   ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

#define ROUNDS 40000

static const char *const seeds[] = {
	"icmp 192.0.2.9 > 192.0.2.1 echo-request id 7 size 90",
	"icmp 2001:db8:1::9 > 2001:db8:1::1 echo-request id 7 size 90",
	"udp 192.0.2.9:7 > 192.0.2.1:9 size 60",
	"udp [2001:db8:1::9]:7 > [2001:db8:1::1]:9 size 60",
	"tcp 192.0.2.9:7 > 192.0.2.1:22 S size 60",
	"tcp [2001:db8:1::9]:7 > [2001:db8:1::1]:22 S size 80",
	"ip 192.0.2.9 > 192.0.2.1 proto 47 size 60",
	"udp 203.0.113.9:7 > 203.0.113.1:9 vlan 20",
};

static const char *const seeds_hex[] = {
	"ffffffffffff 020000000009 0806 0001080006040001 020000000009 c0000209"
	"000000000000 c0000201",
	"020000000001 020000000009 0806 0001080006040002 020000000009 c0000209"
	"020000000001 c0000201",
	"3333ff000001 020000000009 86dd 60000000 0020 3a ff 20010db8000100000000000000000009"
	"ff0200000000000000000001ff000001 8700 3f2b 00000000 20010db8000100000000000000000001"
	"0101 020000000009",
	"020000000001 020000000009 86dd 60000000 0020 3a ff 20010db8000100000000000000000009"
	"20010db8000100000000000000000001 8800 0000 60000000 20010db8000100000000000000000009"
	"0201 020000000009",
};

struct random {
	unsigned short seed[3];
};

static unsigned
below(struct random *r, unsigned limit)
{
	return (unsigned)jrand48(r->seed) % limit;
}

static unsigned
seed_frame(const struct two_links *f, struct random *r, uint8_t *frame)
{
	struct notation_macs macs = macs_of(f, 0);
	unsigned k = below(r, RTE_DIM(seeds) + RTE_DIM(seeds_hex));

	if (k < RTE_DIM(seeds))
		return build(seeds[k], &macs, frame);
	return unhex(seeds_hex[k - RTE_DIM(seeds)], frame);
}

static unsigned
mutate(struct random *r, uint8_t *frame, unsigned n)
{
	for (unsigned i = below(r, 4); i > 0; i--)
		frame[12 + below(r, n - 12)] = (uint8_t)below(r, 256);
	if (below(r, 4) == 0)
		n -= below(r, n - 14);
	return n;
}

/* Offers the frame as any of the ways in would, with its end guarded. */
static void
offer(struct two_links *f, struct random *r, const uint8_t *frame, unsigned n)
{
	struct rte_mbuf *m = arrived(f, 0, frame, n);
	uint8_t *end = rte_pktmbuf_mtod(m, uint8_t *) + n;
	unsigned room = rte_pktmbuf_tailroom(m);
	enum reason why = REASON_eth_runt;
	struct view v;

	ASAN_POISON_MEMORY_REGION(end, room);
	parse_frame(&v, m, &f->gen.ingress[0]);
	if (v.kind == VIEW_ARP) {
		why = host_arp(f->host, &v, m);
	} else if (v.kind != VIEW_BAD && v.kind != VIEW_OTHER && below(r, 2) == 0) {
		why = host_local(f->host, &v, m);
	} else if (v.kind != VIEW_BAD && v.kind != VIEW_OTHER) {
		uint16_t nh = nexthop(f, WAN, v.family == 4 ? "198.51.100.2" : "2001:db8:2::2");

		host_tell_sender(
			f->host, &v, m, (enum host_error)below(r, 4), (uint16_t)below(r, 1500));
		why = host_hold(f->host, nh, m, v.l3, below(r, 2) == 0 ? &v : NULL);
	}
	if (why != REASON_NONE) {
		ledger_drop(f->ledger, 0, why);
		rte_pktmbuf_free(m);
	}
	ASAN_UNPOISON_MEMORY_REGION(end, room);
}

static void
mutated_frames_do_no_harm(void **state)
{
	struct two_links *f = *state;
	struct random r = { { 1, 2, 3 } };
	uint8_t frame[FRAME_MAX];

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned n = mutate(&r, frame, seed_frame(f, &r, frame));

		offer(f, &r, frame, n);
		if (i % 64 == 0)
			after(f, 0.05);
		rte_pktmbuf_free_bulk(f->sent, f->n_sent);
		f->n_sent = 0;
	}
	assert_true(f->ledger->born[BORN_echo] > 0);
	assert_true(f->ledger->born[BORN_arp] > 0);
	assert_true(f->ledger->born[BORN_nd] > 0);
	assert_true(f->ledger->born[BORN_icmp_error] > 0);
	assert_true(f->ledger->born[BORN_tcp_reset] > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(mutated_frames_do_no_harm),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
