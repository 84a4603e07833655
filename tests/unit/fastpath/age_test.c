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

#include "measure/rig.h"
#include "host/host_priv.h"

static const char router
	[] = "version: 1\n"
	     "system: {flows: 1024}\n"
	     "ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n"
	     "interfaces:\n"
	     "  lan: {addresses: [192.0.2.1/24], pipeline: all}\n"
	     "  wan: {addresses: [198.51.100.1/24], pipeline: all}\n"
	     "routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
	     "pipelines: {all: [{route: main}]}\n";

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
	struct rig_setup setup = {
		.family = 4,
		.burst = 32,
		.virtual_time = true,
		.traffic = { .flows = 1, .seed = 1 },
	};
	struct err *err = err_create();
	struct rig r;

	assert_int_equal(rig_open(&r, config_load_text("weir.yaml", router, err), &setup, err), 0);
	fastpath_host(r.worker->fp)->setup.trusting = false;
	for (uint64_t s = 1; s < 32; s++)
		send_one_at(&r, s * NS_PER_S + 995 * NS_PER_MS);
	r.sent = 0;
	send_one_at(&r, 32 * NS_PER_S + NS_PER_MS);
	send_one_at(&r, 32 * NS_PER_S + 2 * NS_PER_MS);
	assert_int_equal(r.sent, 3); /* two packets and one ARP request */
	if (rig_close(&r, err) < 0)
		fail_msg("%s", err_first(err));
	err_destroy(err);
	appliance_leave();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_neighbour_is_asked_when_only_the_sweep_has_found_it_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
