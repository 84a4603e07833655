/* SPDX-License-Identifier: BSD-3-Clause */
/* What a host has, read from files of our own, and the advice that follows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "io/host_memory.h"

struct host_files {
	char root[64];
};

static void
write_file(const struct host_files *f, const char *name, const char *text)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->root, name);
	for (char *slash = strchr(path + strlen(f->root) + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void
read_host(const struct host_files *f, struct host_memory *have)
{
	host_memory_read_from(f->root, f->root, have);
}

static int
setup(void **state)
{
	static struct host_files f;

	strcpy(f.root, "/tmp/weir-memory-XXXXXX");
	if (mkdtemp(f.root) == NULL)
		return -1;
	*state = &f;
	write_file(&f, "meminfo",
		"MemTotal: 9000000 kB\nMemAvailable:   8192000 kB\nHugepagesize:       2048 kB\n");
	return 0;
}

static int
teardown(void **state)
{
	struct host_files *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", f->root);
	return system(command);
}

static void
memory_is_what_is_available(void **state)
{
	struct host_memory have;

	read_host(*state, &have);
	assert_int_equal(have.available_mib, 8000);
	assert_int_equal(have.huge_free_mib, 0);
}

static void
a_cgroup_may_leave_less(void **state)
{
	struct host_memory have;

	write_file(*state, "self/cgroup", "0::/a/b\n");
	write_file(*state, "fs/cgroup/a/b/memory.max", "1073741824\n");
	write_file(*state, "fs/cgroup/a/b/memory.current", "24000000\n");
	read_host(*state, &have);
	assert_int_equal(have.available_mib, 1001);
	write_file(*state, "fs/cgroup/a/b/memory.max", "max\n");
	read_host(*state, &have);
	assert_int_equal(have.available_mib, 8000);
	write_file(*state, "fs/cgroup/a/b/memory.max", "100\n");
	read_host(*state, &have);
	assert_int_equal(have.available_mib, 0);
}

static void
a_cgroup_above_ours_may_leave_less(void **state)
{
	struct host_memory have;

	write_file(*state, "self/cgroup", "0::/a/b\n");
	write_file(*state, "fs/cgroup/a/b/memory.max", "1073741824\n");
	write_file(*state, "fs/cgroup/a/b/memory.current", "0\n");
	write_file(*state, "fs/cgroup/a/memory.max", "536870912\n");
	write_file(*state, "fs/cgroup/a/memory.current", "0\n");
	read_host(*state, &have);
	assert_int_equal(have.available_mib, 512);
	write_file(*state, "fs/cgroup/memory.max", "104857600\n");
	read_host(*state, &have);
	assert_int_equal(have.available_mib, 100);
}

static void
a_part_of_memory_stays_free(void **state)
{
	struct host_memory have = { .available_mib = 1600 };

	(void)state;
	assert_true(host_memory_has(&have, 1500));
	assert_false(host_memory_has(&have, 1501));
	have.available_mib = SIZE_MAX;
	assert_true(host_memory_has(&have, (size_t)1 << 40));
}

static void
expect_advice(const struct host_files *f, size_t need_mib, const char *text)
{
	struct err *err = err_create();
	struct host_memory have;

	read_host(f, &have);
	assert_int_equal(host_memory_advise(&have, need_mib, (struct loc){ 0 }, err), -ENOMEM);
	if (strstr(err_first(err), text) == NULL)
		fail_msg("expected %s\ngot %s", text, err_first(err));
	err_destroy(err);
}

static void
what_is_to_be_added_comes_on_top_of_what_there_is(void **state)
{
	write_file(*state, "kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "100\n");
	write_file(*state, "kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "30\n");
	expect_advice(*state, 101,
		"101 MiB needed, 60 MiB free; 21 pages of 2048 kB more are to be reserved: "
		"echo 121 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
}

static void
pages_are_added_of_the_size_that_is_there(void **state)
{
	write_file(*state, "kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "0\n");
	write_file(*state, "kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0\n");
	write_file(*state, "kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "2\n");
	write_file(*state, "kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "1\n");
	expect_advice(*state, 1500,
		"1 pages of 1048576 kB more are to be reserved: "
		"echo 3 > /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages");
}

static void
a_kernel_without_hugepages_is_told(void **state)
{
	write_file(*state, "meminfo", "MemAvailable:   8192000 kB\n");
	expect_advice(*state, 10, "this kernel has no hugepages");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(memory_is_what_is_available),
		TEST(a_cgroup_may_leave_less),
		TEST(a_cgroup_above_ours_may_leave_less),
		TEST(a_part_of_memory_stays_free),
		TEST(what_is_to_be_added_comes_on_top_of_what_there_is),
		TEST(pages_are_added_of_the_size_that_is_there),
		TEST(a_kernel_without_hugepages_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
