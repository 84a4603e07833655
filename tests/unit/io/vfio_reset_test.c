/* SPDX-License-Identifier: BSD-3-Clause */
/* How often the kernel is asked to reset a PCI device that DPDK opens.  The linker puts this
 * syscall() before the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "io/vfio_reset.h"
#include "support/wrapped.h"

enum { GROUP = 900, DEVICE = 901, OTHER = 902 };

static unsigned resets, calls;
static int device; /* what the kernel returns for a device that is opened */

WRAPPED(syscall);

long
__wrap_syscall(long number, ...)
{
	unsigned long request;
	void *argument;
	va_list ap;
	int fd;

	va_start(ap, number);
	fd = va_arg(ap, int);
	request = va_arg(ap, unsigned long);
	argument = va_arg(ap, void *);
	va_end(ap);
	assert_int_equal(number, SYS_ioctl);
	calls++;
	if (request == VFIO_GROUP_GET_DEVICE_FD) {
		assert_int_equal(fd, GROUP);
		assert_string_equal(argument, "0000:01:00.0");
		if (device < 0)
			errno = EBUSY;
		return device;
	}
	resets += request == VFIO_DEVICE_RESET;
	return 7;
}

static int
open_device(int fd)
{
	device = fd;
	return ioctl(GROUP, VFIO_GROUP_GET_DEVICE_FD, "0000:01:00.0");
}

static int
start(void **state)
{
	resets = calls = 0;
	vfio_reset_begin();
	return 0;
}

static int
stop(void **state)
{
	vfio_reset_end();
	return 0;
}

static void
a_device_that_was_just_opened_is_not_reset_again(void **state)
{
	assert_int_equal(open_device(DEVICE), DEVICE);
	assert_int_equal(ioctl(DEVICE, VFIO_DEVICE_RESET), 0);
	assert_int_equal(resets, 0);
	assert_int_equal(open_device(OTHER), OTHER);
	assert_int_equal(ioctl(OTHER, VFIO_DEVICE_RESET), 0);
	assert_int_equal(resets, 0);
}

static void
a_second_reset_is_one(void **state)
{
	open_device(DEVICE);
	ioctl(DEVICE, VFIO_DEVICE_RESET);
	assert_int_equal(ioctl(DEVICE, VFIO_DEVICE_RESET), 7);
	assert_int_equal(resets, 1);
}

static void
another_device_is_reset(void **state)
{
	open_device(DEVICE);
	assert_int_equal(ioctl(OTHER, VFIO_DEVICE_RESET), 7);
	assert_int_equal(resets, 1);
}

static void
a_device_that_could_not_be_opened_is_none(void **state)
{
	assert_int_equal(open_device(-1), -1);
	assert_int_equal(errno, EBUSY);
	assert_int_equal(ioctl(-1, VFIO_DEVICE_RESET), 7);
	assert_int_equal(resets, 1);
}

static void
what_was_used_since_is_reset(void **state)
{
	open_device(DEVICE);
	vfio_reset_end();
	assert_int_equal(ioctl(DEVICE, VFIO_DEVICE_RESET), 7);
	open_device(DEVICE);
	assert_int_equal(ioctl(DEVICE, VFIO_DEVICE_RESET), 7);
	assert_int_equal(resets, 2);
}

static void
other_calls_go_to_the_kernel(void **state)
{
	open_device(DEVICE);
	assert_int_equal(ioctl(DEVICE, VFIO_DEVICE_SET_IRQS, NULL), 7);
	assert_int_equal(ioctl(DEVICE, VFIO_DEVICE_GET_INFO, NULL), 7);
	assert_int_equal(calls, 3);
}

static void
plugins_find_it(void **state)
{
	assert_ptr_equal(dlsym(RTLD_DEFAULT, "ioctl"), ioctl);
	open_device(DEVICE);
	assert_int_equal(((int (*)(int, unsigned long, ...))dlsym(RTLD_DEFAULT, "ioctl"))(
				 DEVICE, VFIO_DEVICE_RESET),
		0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_device_that_was_just_opened_is_not_reset_again, start, stop),
		cmocka_unit_test_setup_teardown(a_second_reset_is_one, start, stop),
		cmocka_unit_test_setup_teardown(another_device_is_reset, start, stop),
		cmocka_unit_test_setup_teardown(
			a_device_that_could_not_be_opened_is_none, start, stop),
		cmocka_unit_test_setup_teardown(what_was_used_since_is_reset, start, stop),
		cmocka_unit_test_setup_teardown(other_calls_go_to_the_kernel, start, stop),
		cmocka_unit_test_setup_teardown(plugins_find_it, start, stop),
	};

	return cmocka_run_group_tests_name("io/vfio_reset", tests, NULL, NULL);
}
