/* SPDX-License-Identifier: BSD-3-Clause */
/* Machines that are made up, each with one thing wrong: it is found, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_build_config.h>

#include "doctor/doctor.h"

#include "unit/doctor/machine_made.h"

#define SYSTEM "system: {control: 0, workers: [5], flows: 4096}\n"
#define REST \
	"  lan: {device: \"net_af_packet0,iface=lan0\"}\n" \
	"interfaces:\n  lan: {addresses: [10.0.0.1/24]}\n  wan: {addresses: [192.0.2.1/24]}\n"
#define SITE "version: 1\n" SYSTEM "ports:\n  wan: {device: \"0000:3b:00.0\"}\n" REST

static void
examine(const struct made *m, const char *text, struct findings *f)
{
	struct machine machine = { m->root };
	struct err *err = err_create();
	struct config *cfg = config_load_text("site.yaml", text, err);

	assert_string_equal(err_first(err), "");
	*f = (struct findings){ 0 };
	doctor_examine(&machine, cfg, f);
	assert_false(f->misses);
	config_free(cfg);
	err_destroy(err);
}

static const struct finding *
find(const struct findings *f, enum finding_kind kind, const char *words)
{
	for (unsigned i = 0; i < f->count; i++)
		if (f->at[i].kind == kind && strstr(f->at[i].text, words) != NULL)
			return &f->at[i];
	return NULL;
}

/* Expects one finding that is not "ok", with a text and a command that have these words. */
static void
expect_only(const struct made *m, const char *site, enum finding_kind kind, const char *words,
	const char *mend)
{
	struct findings f;
	const struct finding *one;
	unsigned wrong = 0;

	examine(m, site, &f);
	one = find(&f, kind, words);
	wrong = f.count - findings_count(&f, FINDING_OK);
	if (one == NULL || wrong != 1)
		findings_print(&f, stderr, false);
	assert_non_null(one);
	assert_int_equal(wrong, 1);
	if (mend != NULL)
		assert_non_null(strstr(one->mend, mend));
	findings_fini(&f);
}

static void
a_sound_machine_has_nothing_to_mend(void **state)
{
	struct findings f;

	examine(*state, SITE, &f);
	if (f.count != findings_count(&f, FINDING_OK))
		findings_print(&f, stderr, false);
	assert_int_equal(f.count, findings_count(&f, FINDING_OK));
	findings_fini(&f);
}

static void
a_core_that_does_not_exist_is_an_error(void **state)
{
	made_file(*state, "sys/devices/system/cpu/online", "0-4\n");
	made_file(*state, "proc/self/status", "CapEff:\t000001ffffffffff\n");
	expect_only(*state, SITE, FINDING_ERROR, "core 5 of system.workers does not exist", NULL);
}

static void
a_core_outside_of_the_cpuset_is_an_error(void **state)
{
	made_file(
		*state, "proc/self/status", "CapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-3\n");
	expect_only(
		*state, SITE, FINDING_ERROR, "is not this process's to use; it has 0-3", "taskset");
}

static void
a_core_that_is_not_isolated_is_a_hint(void **state)
{
	made_file(*state, "sys/devices/system/cpu/isolated", "1-3\n");
	expect_only(*state, SITE, FINDING_HINT, "cores 5 are not isolated",
		"isolcpus=managed_irq,domain,5 nohz_full=5");
}

static void
two_threads_of_a_core_are_a_warning(void **state)
{
	expect_only(*state,
		"version: 1\nsystem: {workers: [4, 5], flows: 4096}\nports:\n"
		"  wan: {device: \"0000:3b:00.0\"}\n" REST,
		FINDING_WARNING, "two threads of one physical core", "one thread");
}

static void
missing_hugepages_have_their_command(void **state)
{
	made_file(*state, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "10\n");
	made_file(*state, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "12\n");
	expect_only(*state, SITE, FINDING_WARNING, "20 MiB free",
		">/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
}

static void
hugepages_that_are_asked_for_are_an_error(void **state)
{
	made_file(*state, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "10\n");
	expect_only(*state,
		"version: 1\nsystem: {control: 0, workers: [5], flows: 4096, memory: {hugepages: yes}}\n"
		"ports:\n  wan: {device: \"0000:3b:00.0\"}\n" REST,
		FINDING_ERROR, "system.memory.hugepages asks for them", "echo");
}

static void
a_node_without_hugepages_is_a_warning(void **state)
{
	made_file(*state, "sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages",
		"0\n");
	expect_only(*state, SITE, FINDING_WARNING, "NUMA node 1 has workers and no free hugepages",
		"node1/hugepages/hugepages-2048kB/nr_hugepages");
}

static void
too_little_memory_is_an_error(void **state)
{
	made_file(*state, "proc/meminfo",
		"MemTotal: 9000 kB\nMemAvailable:   1024 kB\nHugepagesize:  2048 kB\n");
	expect_only(*state, SITE, FINDING_ERROR, "1 MiB available", "system.flows");
}

static void
a_nic_on_another_node_is_a_warning(void **state)
{
	expect_only(*state,
		"version: 1\nsystem: {control: 0, workers: [2], flows: 4096}\nports:\n"
		"  wan: {device: \"0000:3b:00.0\"}\n" REST,
		FINDING_WARNING, "on NUMA node 1 (cores 4-7), and no worker is", "system.workers");
}

static void
a_nic_of_the_kernel_is_an_error_with_its_place(void **state)
{
	struct findings f;
	const struct finding *one;

	made_nic(*state, "0000:3b:00.0", "ixgbe");
	expect_only(*state, SITE, FINDING_ERROR, "the kernel's driver 'ixgbe'",
		"dpdk-devbind.py -b vfio-pci 0000:3b:00.0");
	examine(*state, SITE, &f);
	one = find(&f, FINDING_ERROR, "ixgbe");
	assert_string_equal(one->file, "site.yaml");
	assert_int_equal(one->line, 4);
	findings_fini(&f);
}

static void
the_module_that_binds_is_loaded_first(void **state)
{
	made_nic(*state, "0000:3b:00.0", "ixgbe");
	made_gone(*state, "sys/bus/pci/drivers/vfio-pci");
	expect_only(*state, SITE, FINDING_ERROR, "ixgbe",
		"modprobe vfio-pci && dpdk-devbind.py -b vfio-pci");
}

static void
a_group_is_bound_as_a_whole(void **state)
{
	made_nic(*state, "0000:3b:00.1", "ixgbe");
	expect_only(*state, SITE, FINDING_ERROR, "one IOMMU group with 0000:3b:00.1",
		"dpdk-devbind.py -b vfio-pci 0000:3b:00.1");
}

static void
a_nic_without_an_iommu_needs_hugepages(void **state)
{
	struct findings f;

	made_nic(*state, "0000:3b:00.0", "uio_pci_generic");
	made_gone(*state, "sys/bus/pci/devices/0000:3b:00.0/iommu_group");
	expect_only(*state, SITE, FINDING_WARNING, "behind no IOMMU", "intel_iommu=on");
	made_file(*state, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0\n");
	examine(*state, SITE, &f);
	assert_non_null(find(&f, FINDING_ERROR, "without an IOMMU needs them"));
	findings_fini(&f);
}

static void
a_missing_interface_is_an_error(void **state)
{
	made_gone(*state, "sys/class/net/lan0");
	expect_only(*state, SITE, FINDING_ERROR, "no interface 'lan0'", "ip link");
}

static void
another_weir_is_found(void **state)
{
	made_file(*state, "proc/net/unix",
		"Num RefCount Protocol Flags Type St Inode Path\n"
		"0: 00000002 00000000 00000000 0001 01 77 @weir/port/lan0\n");
	expect_only(*state, SITE, FINDING_WARNING, "another Weir has lan0", "pgrep");
}

static void
missing_rights_and_limits_are_errors(void **state)
{
	struct findings f;

	made_file(
		*state, "proc/self/status", "CapEff:\t0000000000000000\nCpus_allowed_list:\t0-7\n");
	made_file(*state, "proc/self/limits",
		"Max open files            64      64     files\n"
		"Max locked memory         8388608   8388608    bytes\n");
	examine(*state, SITE, &f);
	assert_non_null(find(&f, FINDING_ERROR, "needs CAP_NET_RAW"));
	assert_non_null(find(&f, FINDING_ERROR, "8 MiB may be locked"));
	assert_non_null(find(&f, FINDING_ERROR, "64 files may be open"));
	findings_fini(&f);
}

static void
old_microcode_is_a_hint(void **state)
{
	made_file(*state, "sys/devices/system/cpu/vulnerabilities/mds",
		"Vulnerable: Clear CPU buffers attempted, no microcode\n");
	expect_only(*state, SITE, FINDING_HINT, "too old against mds", "intel-microcode");
}

/* Debian's packages for running have librte_NAME.so.ABI and no librte_NAME.so; the folder's name
 * ends with the ABI, as in pmds-23.0. */
static void
a_driver_is_found_by_the_name_of_its_release(void **state)
{
	struct findings f;
	char name[256];

	made_file(*state, RTE_EAL_PMD_PATH "/librte_net_null.so", "");
	expect_only(*state, SITE, FINDING_ERROR, "driver net_af_packet is not installed",
		"apt install 'librte-net-af-packet*'");
	snprintf(name, sizeof(name), "%s/librte_net_af_packet.so.%d", RTE_EAL_PMD_PATH,
		atoi(strrchr(RTE_EAL_PMD_PATH, '-') + 1));
	made_file(*state, name, "");
	examine(*state, SITE, &f);
	assert_null(find(&f, FINDING_ERROR, "is not installed"));
	findings_fini(&f);
}

static void
a_machine_of_empty_files_is_survived(void **state)
{
	struct findings f;

	made_gone(*state, "proc");
	made_gone(*state, "sys");
	made_file(*state, "sys/devices/system/cpu/online", "\xff,-3-,99999999999999999999\n");
	made_file(*state, "proc/self/limits", "Max open files\n");
	examine(*state, SITE, &f);
	assert_true(findings_count(&f, FINDING_ERROR) > 0);
	findings_fini(&f);
}

#define MADE(test) cmocka_unit_test_setup_teardown(test, made_machine, made_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MADE(a_sound_machine_has_nothing_to_mend),
		MADE(a_core_that_does_not_exist_is_an_error),
		MADE(a_core_outside_of_the_cpuset_is_an_error),
		MADE(a_core_that_is_not_isolated_is_a_hint),
		MADE(two_threads_of_a_core_are_a_warning),
		MADE(missing_hugepages_have_their_command),
		MADE(hugepages_that_are_asked_for_are_an_error),
		MADE(a_node_without_hugepages_is_a_warning),
		MADE(too_little_memory_is_an_error),
		MADE(a_nic_on_another_node_is_a_warning),
		MADE(a_nic_of_the_kernel_is_an_error_with_its_place),
		MADE(the_module_that_binds_is_loaded_first),
		MADE(a_group_is_bound_as_a_whole),
		MADE(a_nic_without_an_iommu_needs_hugepages),
		MADE(a_missing_interface_is_an_error),
		MADE(another_weir_is_found),
		MADE(missing_rights_and_limits_are_errors),
		MADE(old_microcode_is_a_hint),
		MADE(a_driver_is_found_by_the_name_of_its_release),
		MADE(a_machine_of_empty_files_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
