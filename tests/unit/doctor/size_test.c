/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes: as an appliance that is started from the same configuration reports them. */
#include "doctor/size.h"
#include "support/appliance_fixture.h"

#define SITE \
	"version: 1\nsystem: {workers: [0], flows: 5000}\n" \
	"ports:\n  lan: {device: net_ring0}\n  wan: {device: net_ring1}\n" \
	"interfaces:\n  lan: {addresses: [10.0.0.1/24], pipeline: out}\n" \
	"  wan: {addresses: [192.0.2.1/24]}\n" \
	"nat:\n  up: {pool: [192.0.2.8/29], filtering: address-dependent}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 192.0.2.254}]}\n" \
	"pipelines: {out: [track, {route: main}, {snat: up}]}\n"

static void
sizes_are_those_of_a_report(void **state)
{
	const struct appliance_options options = {
		.captures = true, .virtual_time = true, .stepped = true, .lazy_buffers = true
	};
	struct appliance_fixture *f = *state;
	struct size_request request;
	struct config *cfg;
	struct report report;
	struct size size;

	cfg = given_config(f, SITE);
	size_of_config(cfg, 1, &request);
	assert_int_equal(request.addresses, 8);
	assert_true(size_compute(&request, cfg, &size));
	config_free(cfg);
	given_appliance(f, SITE, &options);
	report_take(f->a, &report);
	assert_int_equal(size.flow_bytes, report.flow_bytes);
	assert_int_equal(size.session_bytes, report.session_bytes);
	assert_int_equal(size.nat_bytes, report.nat_bytes);
	assert_true(size.mbuf_bytes >= appliance_pools(f->a)->at[0].sizing.bytes);
	report_fini(&report);
}

static void
a_wish_is_read(void **state)
{
	struct size_request r = { .workers = 1, .ports = 2 };
	struct size size;

	assert_null(size_read(&r, "sessions=2M,workers=4,ports=3,mtu=9000,addresses=600"));
	assert_true(size_compute(&r, NULL, &size));
	assert_int_equal(size.of.flows, 500000);
	assert_int_equal(size.of.sessions, 2000000);
	assert_true(size.nat_bytes > 50ull * 500000);
	assert_true(size.flow_bytes + size.session_bytes > 300ull * 500000);
	assert_true(size.tables_bytes >= 4 * (size.flow_bytes + size.session_bytes));
}

static void
a_bad_wish_is_refused(void **state)
{
	static const char *const bad[] = { "sessions", "sessions=", "=4", "workers=0", "workers=65",
		"people=3", "flows=-1", "flows=99999999999999999999", "mtu=9000x", "flows=1023",
		"ports=33", ",", "workers=1,,", "sessions=0" };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct size_request r = { .workers = 1 };

		if (size_read(&r, bad[i]) == NULL)
			print_error("%s\n", bad[i]);
		assert_non_null(size_read(&r, bad[i]));
	}
}

static void
more_sessions_than_a_worker_can_have_are_refused(void **state)
{
	struct size_request r = { .workers = 1, .sessions = 17000000 };
	struct size size;

	assert_false(size_compute(&r, NULL, &size));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wish_is_read), cmocka_unit_test(a_bad_wish_is_refused),
		cmocka_unit_test(more_sessions_than_a_worker_can_have_are_refused),
		appliance_test(sizes_are_those_of_a_report), /* starts DPDK: last */
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
