/* SPDX-License-Identifier: BSD-3-Clause */
/* Housekeeping between bursts.
 *
 *   192.0.2.0/24 --- lan [ Weir ] wan --- 198.51.100.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fastpath/fastpath_priv.h"
#include "measure/rig.h"
#include "host/host_priv.h"
#include "slowpath/dynamic.h"
#include "support/wrapped.h"

WRAPPED(dynamic_has_changes);

static bool set_has_changed;

bool
__wrap_dynamic_has_changes(const struct dynamic *d)
{
	return set_has_changed || __real_dynamic_has_changes(d);
}

#define ROUTER(flows) \
	"version: 1\n" \
	"system: {flows: " flows "}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"pipelines: {all: [{route: main}]}\n"

static const struct rig_setup one_flow = {
	.family = 4,
	.burst = 32,
	.virtual_time = true,
	.traffic = { .flows = 1, .seed = 1 },
};

static void
given_router(struct rig *r, const char *text)
{
	struct err *err = err_create();

	if (rig_open(r, config_load_text("weir.yaml", text, err), &one_flow, err) < 0)
		fail_msg("%s", err_first(err));
	err_destroy(err);
}

static void
close_router(struct rig *r)
{
	struct err *err = err_create();

	if (rig_close(r, err) < 0)
		fail_msg("%s", err_first(err));
	err_destroy(err);
}

static void
send_one_at(struct rig *r, uint64_t now_ns)
{
	appliance_set_time(r->offline.appliance, now_ns);
	assert_true(rig_fill(r, 1));
	rig_run(r, 1);
}

/* The gateway answered at 1 s and is doubted after 31 s.  At 32.001 s the sweep of flows finds it
 * in use and asks, 6 ms after the host's timers ran: too early for them to run again. */
static void
a_neighbour_is_asked_when_only_the_sweep_has_found_it_in_use(void **state)
{
	struct rig r;

	(void)state;
	given_router(&r, ROUTER("1024"));
	fastpath_host(r.worker->fp)->setup.trusting = false;
	for (uint64_t s = 1; s < 32; s++)
		send_one_at(&r, s * NS_PER_S + 995 * NS_PER_MS);
	r.sent = 0;
	send_one_at(&r, 32 * NS_PER_S + NS_PER_MS);
	send_one_at(&r, 32 * NS_PER_S + 2 * NS_PER_MS);
	assert_int_equal(r.sent, 3); /* two packets and one ARP request */
	close_router(&r);
}

/* Returns how many of so many records the sweep visits in a tenth of a second. */
static uint32_t
visited(struct fastpath *fp, uint32_t records)
{
	uint32_t from = fp->dp.flow4->hand;
	uint64_t end_ns = fp->dp.now_ns + 100 * NS_PER_MS;

	fp->dp.flow4->high = records;
	while (fp->dp.now_ns < end_ns) {
		fp->dp.now_ns += 100 * NS_PER_US;
		fastpath_age(fp);
	}
	return fp->dp.flow4->hand - from;
}

/* Records are cold lines: visiting two million of them each second would cost packets 4 %.  Whoever
 * is put into a set is not to be let through for longer. */
static void
many_records_are_visited_in_two_seconds(void **state)
{
	const uint32_t most = 1u << 20;
	struct fastpath *fp;
	struct rig r;

	(void)state;
	given_router(&r, ROUTER("1048576"));
	fp = r.worker->fp;
	fp->dp.clock.virtual = false;
	visited(fp, 1000);
	fp->dp.flow4->hand = 1;
	assert_in_range(visited(fp, most), most / 10 - 1000, most / 10 + 1000);
	assert_in_range(visited(fp, most + 2), most / 20 - 1000, most / 20 + 1000);
	set_has_changed = true;
	assert_in_range(visited(fp, most + 2), most / 10 - 1000, most / 10 + 1000);
	set_has_changed = false;
	fp->dp.clock.virtual = true;
	close_router(&r);
}

static int
leave_dpdk(void **state)
{
	(void)state;
	appliance_leave();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_neighbour_is_asked_when_only_the_sweep_has_found_it_in_use),
		cmocka_unit_test(many_records_are_visited_in_two_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
