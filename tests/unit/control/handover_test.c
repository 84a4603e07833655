/* SPDX-License-Identifier: BSD-3-Clause */
/* Who judges a packet among several workers: always the owner that a question names, whether the
 * flow is known where it is received, known there as another worker's, or asked for.
 *
 *   10.0.0.0/16, fd00::/64 --- lan [ Weir ] wan --- the rest
 *
 * Stepped in one thread; an observer a worker says who judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/appliance.h"
#include "control/report.h"
#include "io/capture.h"
#include "io/queue.h"
#include "io/steer.h"
#include "packet/notation.h"
#include "worker/owner.h"

#define CONFIG(flows, pools) \
	"version: 1\n" \
	"system: {flows: " #flows "}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/16, \"fd00::1/64\"], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24, \"2001:db8::1/64\"], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8::2\": \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8::2\"}]}\n" \
	"nat: {uplink: {pool: [" pools "]}}\n" \
	"pipelines:\n" \
	"  inside: [track, {route: main}, {snat: uplink}]\n" \
	"  outside: [track, {dnat: {to: \"10.0.0.80:80\", if: {dst: 198.51.100.1, proto: tcp, dport: 8080}}}, {route: main}]\n"

enum { WORKERS = 3, KINDS = 9, PACKETS = 400, BURST = 32 };

struct fixture;

struct judge {
	struct fixture *f;
	unsigned worker;
	struct observer observer;
	unsigned asked;
};

struct fixture {
	struct err *err;
	struct appliance *a;
	struct port *lan, *wan;
	struct judge judge[WORKERS];
	unsigned count; /* workers */
	uint64_t random;
	/* Of the packets under way: who should judge, and how many were judged. */
	struct rte_mbuf *m[BURST];
	unsigned owner[BURST];
	unsigned n, judged;
	uint64_t left, left_bytes; /* frames that ports have sent */
};

static uint32_t
draw(struct fixture *f, uint32_t n)
{
	f->random = f->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((f->random >> 32) % n);
}

static struct config *
read_config(struct fixture *f, const char *text)
{
	struct config *cfg = config_load_text("weir.yaml", text, f->err);

	assert_string_equal(err_first(f->err), "");
	return cfg;
}

/* A fragment that waits for its first, or is dropped, is the business of where it meets. */
static void
on_packet(void *arg, const struct observation *o)
{
	struct judge *j = arg;
	struct fixture *f = j->f;

	for (unsigned i = 0; i < f->n; i++) {
		if (f->m[i] != o->m)
			continue;
		assert_int_equal(j->worker, f->owner[i]);
		f->m[i] = NULL;
		f->judged++;
		return;
	}
}

static unsigned
ask_and_count(void *arg, const struct burst *b, unsigned slot)
{
	struct judge *j = arg;

	j->asked++;
	return owner_of_slot(workers_at(appliance_workers(j->f->a), j->worker), b, slot);
}

static void
watch(struct fixture *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		struct judge *j = &f->judge[i];

		*j = (struct judge){ .f = f, .worker = i };
		j->observer = (struct observer){ .packet = on_packet, .arg = j };
		fastpath_set_owner_lookup(
			workers_at(appliance_workers(f->a), i)->fp, ask_and_count, j);
	}
}

static void
given(struct fixture *f, const char *text, unsigned workers)
{
	const struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.workers = workers,
		.burst = BURST,
	};

	f->a = appliance_start(read_config(f, text), &how, f->err);
	assert_string_equal(err_first(f->err), "");
	f->lan = ports_find(appliance_ports(f->a), "lan");
	f->wan = ports_find(appliance_ports(f->a), "wan");
	f->count = workers;
	watch(f);
}

static void
observed(struct fixture *f)
{
	for (unsigned i = 0; i < f->count; i++)
		fastpath_observe(workers_at(appliance_workers(f->a), i)->fp, &f->judge[i].observer);
}

static void
drain(struct fixture *f)
{
	struct rte_mbuf *m[64];
	unsigned n;

	for (unsigned p = 0; p < 2; p++) {
		struct port *port = p == 0 ? f->lan : f->wan;

		for (unsigned q = 0; q < port->tx_queues; q++)
			while ((n = capture_drain(port, q, m, 64)) != 0) {
				f->left += n;
				f->left_bytes += queue_bytes(m, n);
				rte_pktmbuf_free_bulk(m, n);
			}
	}
}

static void
settle(struct fixture *f)
{
	while (appliance_step(f->a) != 0)
		;
	drain(f);
	f->n = 0;
}

static int
setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	f.err = err_create();
	f.random = 7;
	*state = &f;
	return 0;
}

/* Every test ends with the ledger in balance and all mbufs back. */
static int
teardown(void **state)
{
	struct fixture *f = *state;
	struct report r;

	err_destroy(f->err);
	appliance_halt(f->a);
	drain(f);
	report_take(f->a, &r);
	report_fini(&r);
	r.mbufs_out = appliance_close(f->a);
	appliance_destroy(f->a);
	if (r.ledger.imbalance != 0 || r.ledger.held != 0 || r.mbufs_out != 0) {
		print_error("imbalance %lld, held %lld, %u mbufs out\n",
			(long long)r.ledger.imbalance, (long long)r.ledger.held, r.mbufs_out);
		return -1;
	}
	return 0;
}

/* A packet of one of several kinds, the same for the same number. */
static void
describe(char *text, size_t bytes, unsigned number)
{
	unsigned host = 2 + number % 200, port = 1024 + number * 7 % 5000;

	switch (number % KINDS) {
	case 0:
		snprintf(text, bytes, "tcp 10.0.0.%u:%u > 203.0.113.9:80", host, port);
		break;
	case 1:
		snprintf(
			text, bytes, "icmp 10.0.1.%u > 203.0.113.9 echo-request id %u", host, port);
		break;
	case 2:
		snprintf(text, bytes, "udp [fd00::%x]:%u > [2001:db8:9::9]:53", host, port);
		break;
	case 3:
		snprintf(text, bytes, "ip 10.0.0.%u > 203.0.113.9 proto 47", host);
		break;
	case 4:
		snprintf(text, bytes, "udp 203.0.113.%u:53 > 198.51.100.1:%u", host, port);
		break;
	case 5:
		snprintf(text, bytes,
			"icmp 203.0.113.9 > 198.51.100.1 time-exceeded (udp 198.51.100.1:%u > 203.0.113.8:80)",
			port);
		break;
	case 6:
		snprintf(text, bytes, "tcp 203.0.113.%u:%u > 198.51.100.1:8080", host, port);
		break;
	case 7:
		snprintf(text, bytes, "udp 10.0.0.%u:%u > 203.0.113.9:53 ttl %u", host, port,
			1 + number % 3);
		break;
	default:
		snprintf(text, bytes, "udp 10.0.0.%u:%u > 203.0.113.9:53", host, port);
	}
}

static struct rte_mbuf *
given_frame(struct fixture *f, const struct port *port, const char *packet)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pools_of_node(appliance_pools(f->a), 0));
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 0x0a } };
	uint8_t frame[2048];
	char why[128];
	int n;

	memcpy(macs.dst, port->mac.addr_bytes, 6);
	n = notation_build(packet, &macs, frame, sizeof(frame), why);
	assert_true(n > 0);
	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), frame, (size_t)n);
	return m;
}

/* By the port that packets from its source come by. */
static void
push(struct fixture *f, const char *packet)
{
	bool inside = strstr(packet, " 10.0.") != NULL || strstr(packet, "[fd00::") != NULL;
	struct port *port = inside ? f->lan : f->wan;
	struct rte_mbuf *m = given_frame(f, port, packet);

	f->m[f->n] = m;
	f->owner[f->n] = owner_of_frame(workers_at(appliance_workers(f->a), 0)->common,
		appliance_generation(f->a), m, port->index, 0);
	f->n++;
	assert_int_equal(capture_push(port, 0, &m, 1), 1);
}

/* Bursts of random length, of flows that come again and again. */
static void
all_are_judged_by_their_owners(struct fixture *f, unsigned packets, unsigned numbers)
{
	unsigned sent = 0;

	f->judged = 0;
	while (sent < packets) {
		unsigned n = 1 + draw(f, BURST);
		char text[160];

		for (unsigned i = 0; i < n; i++) {
			describe(text, sizeof(text), draw(f, numbers));
			push(f, text);
		}
		settle(f);
		sent += n;
	}
	assert_int_equal(f->judged, sent);
}

static unsigned
asked(struct fixture *f)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->count; i++) {
		n += f->judge[i].asked;
		f->judge[i].asked = 0;
	}
	return n;
}

/* Interfaces count what they send, and ports what left by them, to the byte. */
static void
what_left_is_counted(struct fixture *f)
{
	uint64_t port = 0, port_bytes = 0, iface = 0, iface_bytes = 0;

	for (unsigned i = 0; i < f->count; i++) {
		const struct ledger *l = fastpath_ledger(
			workers_at(appliance_workers(f->a), i)->fp);

		for (unsigned p = 0; p < 2; p++) {
			port += l->port[p].tx;
			port_bytes += l->port[p].tx_bytes;
		}
		for (unsigned k = 0; k < 3; k++) {
			iface += l->iface[k].tx;
			iface_bytes += l->iface[k].tx_bytes;
		}
	}
	assert_int_equal(port, f->left);
	assert_int_equal(port_bytes, f->left_bytes);
	assert_int_equal(iface, f->left);
	assert_int_equal(iface_bytes, f->left_bytes);
}

/* A flow that worker `owner` owns, received by worker 0. */
static const char *
a_flow_of(struct fixture *f, unsigned owner)
{
	static char text[80];
	const struct worker_common *c = workers_at(appliance_workers(f->a), 0)->common;

	for (unsigned host = 2; host < 250; host++) {
		struct rte_mbuf *m;
		unsigned is;

		snprintf(text, sizeof(text), "udp 10.0.0.%u:4000 > 203.0.113.9:53", host);
		m = given_frame(f, f->lan, text);
		is = owner_of_frame(c, appliance_generation(f->a), m, f->lan->index, 0);
		rte_pktmbuf_free(m);
		if (is == owner)
			return text;
	}
	fail_msg("nobody inside has worker %u", owner);
	return NULL;
}

static void
a_flow_known_here_is_not_asked_for_again(void **state)
{
	struct fixture *f = *state;
	const char *flow;

	given(f, CONFIG(4096, "198.51.100.1"), 2);
	flow = a_flow_of(f, 0);
	push(f, flow);
	settle(f);
	assert_int_equal(asked(f), 1);
	for (unsigned i = 0; i < 5; i++) {
		push(f, flow);
		settle(f);
	}
	assert_int_equal(asked(f), 0);
}

static void
a_flow_known_as_anothers_is_not_asked_for_again(void **state)
{
	struct fixture *f = *state;
	const char *flow;

	given(f, CONFIG(4096, "198.51.100.1"), 2);
	flow = a_flow_of(f, 1);
	for (unsigned i = 0; i < 2; i++) { /* the doorkeeper lets the second one in */
		push(f, flow);
		settle(f);
	}
	assert_int_equal(asked(f), 2);
	for (unsigned i = 0; i < 5; i++) {
		push(f, flow);
		settle(f);
	}
	assert_int_equal(asked(f), 0);
	assert_int_equal(
		fastpath_ledger(workers_at(appliance_workers(f->a), 1)->fp)->lookups_hit, 6);
}

static void
all_kinds_of_packets_are_judged_by_their_owners(void **state)
{
	struct fixture *f = *state;

	given(f, CONFIG(4096, "198.51.100.1"), WORKERS);
	observed(f);
	all_are_judged_by_their_owners(f, 20000, PACKETS);
	assert_true(asked(f) < 12000);
	what_left_is_counted(f);
}

/* Another pool, and so other owners: what is remembered is of the old generation. */
static void
so_are_they_after_a_reload(void **state)
{
	struct fixture *f = *state;

	given(f, CONFIG(4096, "198.51.100.1"), WORKERS);
	observed(f);
	all_are_judged_by_their_owners(f, 4000, PACKETS);
	assert_int_equal(
		appliance_reload(f->a, read_config(f, CONFIG(4096, "198.51.100.9")), f->err), 0);
	watch(f);
	all_are_judged_by_their_owners(f, 4000, PACKETS);
	assert_int_equal(
		appliance_reload(f->a, read_config(f, CONFIG(4096, "198.51.100.1")), f->err), 0);
	watch(f);
	all_are_judged_by_their_owners(f, 4000, PACKETS);
}

static void
so_are_they_when_records_make_room(void **state)
{
	struct fixture *f = *state;

	given(f, CONFIG(1024, "198.51.100.1"), WORKERS);
	observed(f);
	all_are_judged_by_their_owners(f, 30000, 100000);
	all_are_judged_by_their_owners(f, 10000, PACKETS);
}

static void
a_full_ring_drops_and_is_accounted(void **state)
{
	struct fixture *f = *state;
	struct worker *w[2];
	const char *flow;
	struct ledger *l;

	given(f, CONFIG(4096, "198.51.100.1"), 2);
	for (unsigned i = 0; i < 2; i++)
		w[i] = workers_at(appliance_workers(f->a), i);
	l = fastpath_ledger(w[0]->fp);
	flow = a_flow_of(f, 1);
	for (unsigned i = 0; i < STEER_RING + 100; i++) {
		push(f, flow);
		worker_step(w[0]);
		f->n = 0;
	}
	assert_int_equal(l->held[HELD_ring], STEER_RING);
	assert_int_equal(l->iface[0].drops[REASON_handoff_full], 100);
	assert_int_equal(l->port[f->lan->index].rx, STEER_RING + 100);
	settle(f);
	l = fastpath_ledger(w[1]->fp);
	assert_int_equal(l->held[HELD_ring], -STEER_RING);
	assert_int_equal(l->port[f->wan->index].tx, STEER_RING);
	assert_int_equal(l->port[f->lan->index].rx, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			all_kinds_of_packets_are_judged_by_their_owners, setup, teardown),
		cmocka_unit_test_setup_teardown(so_are_they_after_a_reload, setup, teardown),
		cmocka_unit_test_setup_teardown(
			so_are_they_when_records_make_room, setup, teardown),
		/* Fewer workers after more: EAL is started once. */
		cmocka_unit_test_setup_teardown(
			a_flow_known_here_is_not_asked_for_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_flow_known_as_anothers_is_not_asked_for_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_full_ring_drops_and_is_accounted, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
