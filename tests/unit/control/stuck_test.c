/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker that stands still: generations are published all the same, it is named, and nothing that
 * it may use is freed.  Two threads; the one that gets the packet stands still in an observer. */
#include <stdatomic.h>
#include <unistd.h>

#include "support/appliance_fixture.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all}\n" \
	"pipelines: {all: [drop]}\n"

enum {
	WAIT_MS = 60000,
};

static atomic_bool closed, waits; /* the gate in the observer; somebody stands at it */

static void
gate(void *arg, const struct observation *o)
{
	(void)arg;
	(void)o;
	atomic_store(&waits, true);
	while (atomic_load(&closed))
		usleep(1000);
	atomic_store(&waits, false);
}

static const struct observer observer = { .packet = gate };

static bool
comes_true(bool (*what)(const struct appliance_fixture *), const struct appliance_fixture *f)
{
	for (unsigned ms = 0; ms < WAIT_MS; ms++) {
		if (what(f))
			return true;
		usleep(1000);
	}
	return false;
}

static bool
somebody_waits(const struct appliance_fixture *f)
{
	(void)f;
	return atomic_load(&waits);
}

static bool
all_are_up_to_date(const struct appliance_fixture *f)
{
	unsigned who;

	return workers_oldest(appliance_workers(f->a), &who) == appliance_generation(f->a)->number;
}

static void
given_gate(struct appliance_fixture *f)
{
	given_appliance(f, CONFIG, &two_threads);
	atomic_store(&closed, true);
	for (unsigned i = 0; i < two_threads.workers; i++)
		fastpath_observe(worker_of(f, i)->fp, &observer);
}

static int
teardown(void **state)
{
	atomic_store(&closed, false);
	return teardown_appliance(state);
}

static void
later_generations_are_published_and_freed_when_it_moves(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text) - 1, "w");
	unsigned behind = 0;
	uint64_t first;

	given_gate(f);
	first = appliance_generation(f->a)->number;
	push(f, "lan", "udp 192.0.2.10:1 > 198.51.100.2:2");
	assert_true(comes_true(somebody_waits, f));
	for (unsigned i = 0; i < APPLIANCE_RETIRED; i++)
		reload_only(f, CONFIG);
	assert_int_equal(appliance_generation(f->a)->number, first + APPLIANCE_RETIRED);

	report_take(f->a, &r);
	report_print(&r, out, false);
	report_fini(&r);
	fclose(out);
	assert_non_null(strstr(text, "stands still with generation"));
	for (unsigned i = 0; i < r.n_workers; i++) {
		behind += r.worker[i].generation == first;
		assert_true(r.worker[i].generation == first
			|| r.worker[i].generation == first + APPLIANCE_RETIRED);
	}
	assert_int_equal(behind, 1);

	/* What waits has a bound. */
	reload_fails(f, CONFIG, "stands still with generation");

	atomic_store(&closed, false);
	assert_true(comes_true(all_are_up_to_date, f));
	reload_to(f, CONFIG);
	assert_true(comes_true(all_are_up_to_date, f));
	appliance_let_go(f->a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			later_generations_are_published_and_freed_when_it_moves, setup_appliance,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
