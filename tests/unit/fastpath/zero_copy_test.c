/* SPDX-License-Identifier: BSD-3-Clause */
/* What is forwarded leaves in the buffer that it came in, its payload where it was: nothing is
 * copied, whatever the pipeline does to its headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "measure/rig.h"
#include "io/capture.h"

#define HEAD \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"nat: {uplink: {pool: [198.51.100.1]}}\n"
#define WIRE   HEAD "pipelines: {inside: [{forward: wan}], outside: [{forward: lan}]}\n"
#define ROUTER HEAD "pipelines: {inside: [{route: main}], outside: [{route: main}]}\n"
#define MARKED \
	HEAD "pipelines: {inside: [{police: {rate: 100Gbit}}, {mark: {dscp: ef}}, {route: main}],\n" \
	     "  outside: [{route: main}]}\n"
#define NAT \
	HEAD "pipelines: {inside: [track, {route: main}, {snat: uplink}],\n" \
	     "  outside: [track, {route: main}]}\n"

enum { PACKETS = 32, HEADERS = 42 };

static void
expect_payload_stays(const char *text, double new_percent)
{
	struct rig_setup setup = {
		.family = 4,
		.burst = PACKETS,
		.virtual_time = true,
		.traffic = { .flows = 100, .bytes = 1514, .new_percent = new_percent, .seed = 1 },
	};
	struct rte_mbuf *in[PACKETS], *out[PACKETS];
	const uint8_t *payload[PACKETS];
	struct err *err = err_create();
	struct port *wan;
	struct rig r;

	if (rig_open(&r, config_load_text("weir.yaml", text, err), &setup, err) < 0)
		fail_msg("%s", err_first(err));
	wan = &appliance_ports(r.offline.appliance)->at[1];
	assert_true(rig_fill(&r, PACKETS));
	for (unsigned i = 0; i < PACKETS; i++) {
		in[i] = r.m[i];
		payload[i] = rte_pktmbuf_mtod_offset(in[i], const uint8_t *, HEADERS);
	}
	assert_int_equal(capture_push(r.in, 0, r.m, PACKETS), PACKETS);
	appliance_step(r.offline.appliance);
	assert_int_equal(capture_drain(wan, 0, out, PACKETS), PACKETS);
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_ptr_equal(out[i], in[i]);
		assert_int_equal(out[i]->nb_segs, 1);
		assert_ptr_equal(
			rte_pktmbuf_mtod_offset(out[i], const uint8_t *, HEADERS), payload[i]);
	}
	rte_pktmbuf_free_bulk(out, PACKETS);
	if (rig_close(&r, err) < 0)
		fail_msg("%s", err_first(err));
	err_destroy(err);
}

static void
a_wire_copies_nothing(void **state)
{
	expect_payload_stays(WIRE, 0);
}

static void
a_router_copies_nothing(void **state)
{
	expect_payload_stays(ROUTER, 0);
}

static void
meters_and_marks_copy_nothing(void **state)
{
	expect_payload_stays(MARKED, 0);
}

static void
translation_copies_nothing(void **state)
{
	expect_payload_stays(NAT, 0);
}

static void
first_packets_are_not_copied_either(void **state)
{
	expect_payload_stays(NAT, 100);
}

static int
leave(void **state)
{
	(void)state;
	appliance_leave();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wire_copies_nothing),
		cmocka_unit_test(a_router_copies_nothing),
		cmocka_unit_test(meters_and_marks_copy_nothing),
		cmocka_unit_test(translation_copies_nothing),
		cmocka_unit_test(first_packets_are_not_copied_either),
	};

	return cmocka_run_group_tests(tests, NULL, leave);
}
