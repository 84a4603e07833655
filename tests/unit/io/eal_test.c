/* SPDX-License-Identifier: BSD-3-Clause */
/* EAL: what is wrong with section system is one error; then it starts, whatever the cores. */

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_launch.h>
#include <rte_lcore.h>

#include "unit/io/ports_fixture.h"

static const struct loc workers_line = { "weir.yaml", 3, 12, 1 };
static const struct loc memory_line = { "weir.yaml", 5, 24, 4 };

static unsigned
own_core(void)
{
	unsigned core;

	assert_true(eal_cores(&core, 1) >= 1);
	return core;
}

static void
expect_error(struct eal_cfg *cfg, const char *expected)
{
	struct err *err = err_create();

	assert_true(eal_init(cfg, err) < 0);
	assert_int_equal(err_count(err), 1);
	assert_non_null(strstr(err_first(err), expected));
	err_destroy(err);
}

static void
a_core_that_does_not_exist_is_named(void **state)
{
	struct eal_core worker = { .core = 777, .loc = workers_line };
	struct eal_cfg cfg = { .control.core = own_core(), .workers = &worker, .worker_count = 1 };

	(void)state;
	expect_error(&cfg, "system.workers: core 777 does not exist; there are ");
}

static void
too_few_hugepages_come_with_the_command(void **state)
{
	struct eal_core worker = { .core = own_core() };
	struct eal_cfg cfg = { .control.core = own_core(),
		.workers = &worker,
		.worker_count = 1,
		.hugepages = EAL_HUGEPAGES_YES,
		.hugepages_loc = memory_line,
		.memory_bytes = (size_t)1 << 44 };

	(void)state;
	expect_error(&cfg, "system.memory.hugepages: 16777264 MiB needed, ");
}

static void
too_many_workers_are_refused(void **state)
{
	struct eal_core workers[EAL_WORKERS_MAX + 1];
	struct eal_cfg cfg = {
		.control.core = own_core(),
		.workers = workers,
		.worker_count = EAL_WORKERS_MAX + 1,
	};

	(void)state;
	expect_error(&cfg, "system.workers: 65 workers; 1 to 64 are possible");
}

static int
core_of_thread(void *arg)
{
	*(int *)arg = sched_getcpu();
	return 0;
}

static void
several_workers_share_a_core(void **state)
{
	struct eal_core workers[3] = { { .core = own_core() }, { .core = own_core() },
		{ .core = own_core() } };
	struct eal_cfg cfg = { .control.core = own_core(),
		.workers = workers,
		.worker_count = 3,
		.hugepages = EAL_HUGEPAGES_NO,
		.memory_bytes = 1 << 20,
		.pci = true };
	struct err *err = err_create();
	char directory[64];
	struct stat st;
	int core;

	(void)state;
	assert_int_equal(eal_init(&cfg, err), 0);
	assert_int_equal(rte_lcore_count(), 4);
	assert_int_equal(rte_lcore_id(), 0);
	for (unsigned w = 0; w < 3; w++) {
		core = -1;
		assert_int_equal(
			rte_eal_remote_launch(core_of_thread, &core, eal_worker_lcore(w)), 0);
		assert_int_equal(rte_eal_wait_lcore(eal_worker_lcore(w)), 0);
		assert_int_equal(core, own_core());
	}
	assert_string_equal(eal_memory(), "no hugepages, as configured: 49 MiB");
	assert_false(eal_has_hugepages());

	/* Not even while it runs is there a file of ours. */
	snprintf(directory, sizeof(directory), "/run/dpdk/weir-%d", (int)getpid());
	assert_int_equal(stat(directory, &st), -1);
	expect_error(&cfg, "system: DPDK runs already");
	eal_fini();
	err_destroy(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_core_that_does_not_exist_is_named),
		cmocka_unit_test(too_few_hugepages_come_with_the_command),
		cmocka_unit_test(too_many_workers_are_refused),
		cmocka_unit_test(several_workers_share_a_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
