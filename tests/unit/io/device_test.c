/* SPDX-License-Identifier: BSD-3-Clause */
/* Device texts: what they mean, what is wrong with them, what is added. */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_build_config.h>

#include "io/device.h"

static const struct loc here = { "weir.yaml", 7, 10, 4 };

static int
create(void **state)
{
	*state = err_create();
	return *state == NULL;
}

static int
destroy(void **state)
{
	err_destroy(*state);
	return 0;
}

static void
expect_completed(const char *device, struct device_wish wish, const char *expected)
{
	char text[DEVICE_TEXT_MAX];

	assert_int_equal(device_complete(device, &wish, text), 0);
	assert_string_equal(text, expected);
}

static void
a_text_names_its_driver(void **state)
{
	(void)state;
	assert_int_equal(device_kind("net_af_packet0,iface=x"), DEVICE_AF_PACKET);
	assert_int_equal(device_kind("net_virtio_user1,path=/x"), DEVICE_VIRTIO_USER);
	assert_int_equal(device_kind("net_vhost1,iface=/x"), DEVICE_VHOST);
	assert_int_equal(device_kind("net_bonding0"), DEVICE_BOND);
	assert_int_equal(device_kind("net_weir_replay0,pcap=/p"), DEVICE_REPLAY);
	assert_int_equal(device_kind("0000:3b:00.0"), DEVICE_PCI);
	assert_int_equal(device_kind("3b:00.0,x=1"), DEVICE_PCI);
	assert_int_equal(device_kind("eth0"), DEVICE_UNKNOWN);
}

static void
a_pci_address_gets_its_domain(void **state)
{
	char name[DEVICE_NAME_MAX];

	(void)state;
	assert_true(device_name("3B:00.1,arg=1", name));
	assert_string_equal(name, "0000:3b:00.1");
	assert_true(device_name("0001:3b:1f.7", name));
	assert_string_equal(name, "0001:3b:1f.7");
}

static void
an_argument_is_found_by_its_whole_key(void **state)
{
	char value[16];

	(void)state;
	assert_true(device_arg("net_x0,xiface=a,iface=b", "iface", value, sizeof(value)));
	assert_string_equal(value, "b");
	assert_false(device_arg("net_x0,xiface=a", "iface", value, sizeof(value)));
	assert_false(device_arg("net_x0,iface=abcdefghijklmnopq", "iface", value, sizeof(value)));
}

static void
a_wrong_text_is_one_sentence(void **state)
{
	struct err *err = *state;

	assert_true(device_check("0000:3b:20.0", "ports.wan.device", here, err) < 0);
	assert_string_equal(err_first(err),
		"ports.wan.device: '0000:3b:20.0' is not a PCI address, such as 0000:3b:00.0");
	assert_true(device_check("eth0", "ports.lan.device", here, err) < 0);
	assert_true(device_check("net_af_packet0", "ports.lan.device", here, err) < 0);
	assert_true(device_check("net_virtio_user0", "ports.lan.device", here, err) < 0);
	assert_int_equal(err_count(err), 4);
}

/* Each text and what is said of it; "" for nothing. */
static void
arguments_are_what_the_driver_takes(void **state)
{
	static const struct {
		const char *device, *says;
	} cases[] = {
		{ "net_af_packet0,iface=x,framesz=4096,blocksz=4096", "" },
		{ "net_af_packet0,iface=x,qpairs=16", "" },
		{ "net_af_packet0,iface=x,qpairs=17", "qpairs=17: a number from 1 to 16" },
		{ "net_af_packet0,iface=x,qpairs=", "qpairs=: a number from 1 to 16" },
		{ "net_af_packet0,iface=x,framesz=16384",
			"framesz=16384 does not fit into a block of 4096; add blocksz=16384" },
		{ "net_af_packet0,iface=x,framesz=16384,blocksz=16384", "" },
		{ "net_af_packet0,iface=x,blocksz=12288", "blocksz=12288: a power of two" },
		{ "net_af_packet0,iface=x,framesz=2040", "framesz=2040: a multiple of 16" },
		{ "net_af_packet0,iface=x,blocksz=65536,framecnt=31",
			"framecnt=31 is less than the 32 frames of one block" },
		{ "net_af_packet0,iface=x,blocksz=65536,framecnt=32", "" },
		{ "net_af_packet0,ifac=y,iface=x",
			"net_af_packet0 has no argument 'ifac'; did you mean 'iface'?" },
		{ "net_af_packet0,iface=x,", "has no argument ''" },
		{ "net_null0,size=2048,copy=1,no-rx=1", "" },
		{ "net_null0,size=2049", "size=2049: a number from 14 to 2048" },
		{ "net_null0,copy=yes", "copy=yes: a number from 0 to 1" },
		{ "net_tap0,iface", "iface= has no value" },
		{ "net_pcap0,rx_pcap=a,rx_pcap=b,tx_pcap=c", "" },
		{ "net_memif0,role=server,id=0,socket=/p,socket-abstract=no", "" },
		{ "net_bonding0,slave=0000:01:00.0,mode=1", "" },
		{ "net_weir_replay0,pcap=/p,any=thing", "" },
		{ "net_af_packet0,iface=a,iface=b", "iface= is written twice" },
		{ "net_af_packet0,iface=a,qpairs=1,qpairs=1", "qpairs= is written twice" },
		{ "net_af_packet0,iface=abcdefghijklmno", "" },
		{ "net_af_packet0,iface=abcdefghijklmnop", "a name of 15 characters at most" },
		{ "net_af_xdp0,iface=abcdefghijklmnop", "a name of 15 characters at most" },
		{ "net_tap0,iface=abcdefghijklmnop", "a name of 15 characters at most" },
		{ "net_tap0,remote=abcdefghijklmnop", "a name of 15 characters at most" },
		{ "net_vhost0,iface=/run/a-long-path.sock", "" },
		{ "net_pcap0,phy_mac=1,phy_mac=1", "phy_mac= is written twice" },
		{ "net_pcap0", "net_pcap0 needs arguments, as in net_pcap0,rx_pcap=" },
		{ "net_failsafe0", "net_failsafe0 needs arguments, as in net_failsafe0,dev(" },
		{ "net_failsafe0,dev(0000:01:00.0)", "" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err *err = err_create();

		device_check(cases[i].device, "ports.a.device", here, err);
		if (strstr(err_first(err), cases[i].says) == NULL
			|| (cases[i].says[0] == '\0') != (err_count(err) == 0))
			fail_msg("%s: expected '%s', got '%s'", cases[i].device, cases[i].says,
				err_first(err));
		err_destroy(err);
	}
}

/* Returns what the file of a driver says of its arguments, "iface=<string> qpairs=<int> ...", to be
 * freed; NULL if it is not installed. */
static char *
described_arguments(const char *file, const char *name)
{
	char path[256], before[128], *text = NULL, *all, *at, *end;
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), RTE_EAL_PMD_PATH "/librte_net_%s.so", file);
	snprintf(before, sizeof(before), "\"name\": \"%s\", \"params\": \"", name);
	in = fopen(path, "r");
	if (in == NULL)
		return NULL;
	all = calloc(1, 4 << 20);
	n = fread(all, 1, 4 << 20, in);
	fclose(in);
	at = memmem(all, n, before, strlen(before));
	if (at != NULL && (end = strchr(at += strlen(before), '"')) != NULL)
		text = strndup(at, (size_t)(end - at));
	free(all);
	return text;
}

/* Of any release of DPDK.  The text of net_memif runs its words together and is not looked at. */
static void
all_arguments_of_the_installed_drivers_are_known(void **state)
{
	static const struct {
		const char *file, *name, *required;
	} drivers[] = {
		{ "af_packet", "net_af_packet", "iface" },
		{ "af_xdp", "net_af_xdp", "iface" },
		{ "tap", "net_tap", "" },
		{ "pcap", "net_pcap", "" },
		{ "null", "net_null", "" },
		{ "ring", "net_ring", "" },
		{ "vhost", "net_vhost", "iface" },
		{ "virtio", "net_virtio_user", "path" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		const char *required = drivers[i].required;
		char *text = described_arguments(drivers[i].file, drivers[i].name);

		for (char *equals = text; text != NULL && (equals = strchr(equals, '='));
			equals++) {
			struct err *err = err_create();
			char device[256], *key = equals;

			while (key > text && strchr("<>| ", key[-1]) == NULL)
				key--;
			snprintf(device, sizeof(device), "%s0%s%s%s,%.*s=1", drivers[i].name,
				required[0] != '\0' ? "," : "", required,
				required[0] != '\0' ? "=x" : "", (int)(equals - key), key);
			device_check(device, "ports.a.device", here, err);
			if (strstr(err_first(err), "has no argument") != NULL)
				fail_msg("%s: %s", device, err_first(err));
			err_destroy(err);
		}
		free(text);
	}
}

static void
a_driver_has_so_many_queues(void **state)
{
	(void)state;
	assert_int_equal(device_queues("net_af_packet0,iface=x"), 16);
	assert_int_equal(device_queues("net_virtio_user0,path=x"), 8);
	assert_int_equal(device_queues("net_null0"), UINT_MAX);
	assert_int_equal(device_queues("0000:3b:00.0"), UINT_MAX);
	assert_int_equal(device_kind("net_bond0"), DEVICE_FOREIGN);
}

static void
a_right_text_has_no_error(void **state)
{
	struct err *err = *state;

	assert_int_equal(device_check("0000:3b:00.0", "x", here, err), 0);
	assert_int_equal(device_check("net_af_xdp0,iface=eth0", "x", here, err), 0);
	assert_int_equal(device_check("net_tap0", "x", here, err), 0);
	assert_int_equal(err_count(err), 0);
}

static void
queues_become_the_drivers_argument(void **state)
{
	struct device_wish two = { .queues = 2, .mtu = 1500 };

	(void)state;
	expect_completed("net_af_packet0,iface=a", two, "net_af_packet0,iface=a,qpairs=2");
	expect_completed("net_af_packet0,iface=a,qpairs=4", two, "net_af_packet0,iface=a,qpairs=4");
	expect_completed("net_vhost0,iface=/s", two, "net_vhost0,iface=/s,queues=2");
	expect_completed("net_af_xdp0,iface=a", two, "net_af_xdp0,iface=a,queue_count=2");
	expect_completed("net_null0", two, "net_null0");
}

static void
large_frames_get_large_buffers(void **state)
{
	struct device_wish jumbo = { .queues = 1, .mtu = 9000 };

	(void)state;
	assert_int_equal(device_frame_bytes(1500), 2048);
	assert_int_equal(device_frame_bytes(1994), 2048);
	assert_int_equal(device_frame_bytes(1995), 4096);
	assert_int_equal(device_frame_bytes(9000), 12288);
	expect_completed("net_af_packet0,iface=a", jumbo,
		"net_af_packet0,iface=a,framesz=12288,blocksz=12288");
	expect_completed("net_memif0,id=1", jumbo, "net_memif0,id=1,bsize=12288");
}

static void
a_tap_gets_the_far_sides_mac(void **state)
{
	struct device_wish wish = { .queues = 1, .mtu = 1500, .mac = "06:00:00:00:00:01" };

	(void)state;
	expect_completed("net_tap0,iface=t", wish, "net_tap0,iface=t,mac=06:00:00:00:00:01");
	expect_completed("net_tap0,mac=fixed", wish, "net_tap0,mac=fixed");
}

/* A /sys with one network device, bound to driver. */
static void
given_sysfs(char *root, const char *class, const char *driver)
{
	char path[256];
	FILE *f;

	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path),
		"mkdir -p %s/bus/pci/devices/0000:3b:00.0 && cd %s/bus/pci/devices/0000:3b:00.0"
		" && ln -s ../../drivers/%s driver",
		root, root, driver);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s/bus/pci/devices/0000:3b:00.0/class", root);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%s\n", class);
	fclose(f);
}

static void
forget_sysfs(const char *root)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	assert_int_equal(system(command), 0);
}

static void
a_pci_device_of_the_kernel_is_told_how_to_bind(void **state)
{
	char root[] = "/tmp/weir-sysfs-XXXXXX";
	struct err *err = *state;

	given_sysfs(root, "0x020000", "ixgbe");
	assert_true(device_check_host("0000:3b:00.0", "ports.wan.device", root, here, err) < 0);
	forget_sysfs(root);

	assert_string_equal(err_first(err),
		"ports.wan.device: PCI device 0000:3b:00.0 is bound to the kernel's driver 'ixgbe'; "
		"bind it: dpdk-devbind.py -b uio_pci_generic 0000:3b:00.0");
}

/* Runs a command in the device's folder, or in the root of the tree. */
static void
given_more(const char *root, const char *where, const char *command)
{
	char text[512];

	snprintf(text, sizeof(text), "cd %s%s && %s", root, where, command);
	assert_int_equal(system(text), 0);
}

/* All that was said, warnings too; until the next call. */
static const char *
said(const struct err *err)
{
	static char text[1024];
	FILE *out = fmemopen(text, sizeof(text), "w");

	err_print(err, out, false);
	fclose(out);
	return text;
}

static void
a_pci_device_bound_to_nothing_is_told_how_to_bind(void **state)
{
	char root[] = "/tmp/weir-sysfs-XXXXXX";
	struct err *err = *state;

	given_sysfs(root, "0x020000", "none");
	given_more(root, "/bus/pci/devices/0000:3b:00.0", "rm driver && mkdir iommu_group");
	assert_true(device_check_host("0000:3b:00.0", "ports.wan.device", root, here, err) < 0);
	forget_sysfs(root);

	assert_string_equal(err_first(err),
		"ports.wan.device: PCI device 0000:3b:00.0 is bound to no driver; "
		"bind it: dpdk-devbind.py -b vfio-pci 0000:3b:00.0");
}

static void
vfio_without_an_iommu_names_what_the_kernel_has(void **state)
{
	char root[] = "/tmp/weir-sysfs-XXXXXX";
	struct err *err = *state, *second = err_create();

	given_sysfs(root, "0x020000", "vfio-pci");
	assert_int_equal(device_check_host("0000:3b:00.0", "ports.wan.device", root, here, err), 0);
	given_more(root, "",
		"mkdir -p module/vfio/parameters"
		" && touch module/vfio/parameters/enable_unsafe_noiommu_mode");
	assert_int_equal(
		device_check_host("0000:3b:00.0", "ports.wan.device", root, here, second), 0);
	forget_sysfs(root);

	assert_non_null(strstr(said(err), "boot with intel_iommu=on"));
	assert_null(strstr(said(err), "enable_unsafe_noiommu_mode"));
	assert_non_null(strstr(said(second), "set enable_unsafe_noiommu_mode"));
	err_destroy(second);
}

static void
a_pci_device_that_is_no_nic_is_refused(void **state)
{
	char root[] = "/tmp/weir-sysfs-XXXXXX";
	struct err *err = *state;

	given_sysfs(root, "0x010802", "vfio-pci");
	assert_true(device_check_host("3b:00.0", "ports.wan.device", root, here, err) < 0);
	forget_sysfs(root);

	assert_string_equal(err_first(err),
		"ports.wan.device: PCI device 0000:3b:00.0 is not a network device");
}

static void
a_pci_device_for_dpdk_is_accepted(void **state)
{
	char root[] = "/tmp/weir-sysfs-XXXXXX";
	struct err *err = *state;

	given_sysfs(root, "0x020000", "mlx5_core");
	assert_int_equal(device_check_host("0000:3b:00.0", "ports.wan.device", root, here, err), 0);
	assert_true(device_check_host("0000:3c:00.0", "ports.lan.device", root, here, err) < 0);
	forget_sysfs(root);

	assert_string_equal(err_first(err),
		"ports.lan.device: this host has no PCI device 0000:3c:00.0; lspci lists them");
}

static void
a_missing_interface_is_named(void **state)
{
	struct err *err = *state;

	assert_true(device_check_host(
			    "net_af_packet0,iface=nope0", "ports.lan.device", "/sys", here, err)
		< 0);
	assert_string_equal(err_first(err),
		"ports.lan.device: this host has no interface 'nope0'; ip link lists them");
}

static int
bound_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
only_a_dead_socket_is_removed(void **state)
{
	char directory[] = "/tmp/weir-sock-XXXXXX";
	char path[64], device[96];
	struct stat st;
	int fd;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/s", directory);
	snprintf(device, sizeof(device), "net_vhost0,iface=%s", path);
	fd = bound_socket(path);
	assert_int_equal(listen(fd, 1), 0);

	device_clear(device, here, *state);
	assert_int_equal(stat(path, &st), 0);

	close(fd);
	device_clear(device, here, *state);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(err_count(*state), 0);
	rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_names_its_driver),
		cmocka_unit_test(a_pci_address_gets_its_domain),
		cmocka_unit_test(an_argument_is_found_by_its_whole_key),
		cmocka_unit_test_setup_teardown(a_wrong_text_is_one_sentence, create, destroy),
		cmocka_unit_test_setup_teardown(
			arguments_are_what_the_driver_takes, create, destroy),
		cmocka_unit_test_setup_teardown(
			all_arguments_of_the_installed_drivers_are_known, create, destroy),
		cmocka_unit_test_setup_teardown(a_driver_has_so_many_queues, create, destroy),
		cmocka_unit_test_setup_teardown(a_right_text_has_no_error, create, destroy),
		cmocka_unit_test(queues_become_the_drivers_argument),
		cmocka_unit_test(large_frames_get_large_buffers),
		cmocka_unit_test(a_tap_gets_the_far_sides_mac),
		cmocka_unit_test_setup_teardown(
			a_pci_device_of_the_kernel_is_told_how_to_bind, create, destroy),
		cmocka_unit_test_setup_teardown(
			a_pci_device_bound_to_nothing_is_told_how_to_bind, create, destroy),
		cmocka_unit_test_setup_teardown(
			vfio_without_an_iommu_names_what_the_kernel_has, create, destroy),
		cmocka_unit_test_setup_teardown(
			a_pci_device_that_is_no_nic_is_refused, create, destroy),
		cmocka_unit_test_setup_teardown(a_pci_device_for_dpdk_is_accepted, create, destroy),
		cmocka_unit_test_setup_teardown(a_missing_interface_is_named, create, destroy),
		cmocka_unit_test_setup_teardown(only_a_dead_socket_is_removed, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
