/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands in front of ioctl(). */

#include "io/vfio_reset.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vfio.h>

static atomic_bool opening;
static atomic_int fresh = -1; /* the file of a device that was just opened, and so reset */

void
vfio_reset_begin(void)
{
	atomic_store_explicit(&opening, true, memory_order_relaxed);
}

void
vfio_reset_end(void)
{
	atomic_store_explicit(&opening, false, memory_order_relaxed);
	atomic_store_explicit(&fresh, -1, memory_order_relaxed);
}

int
ioctl(int fd, unsigned long request, ...)
{
	int device = fd;
	void *argument;
	va_list ap;
	long rc;

	va_start(ap, request);
	argument = va_arg(ap, void *);
	va_end(ap);
	if (request == VFIO_DEVICE_RESET && fd >= 0
		&& atomic_compare_exchange_strong(&fresh, &device, -1))
		return 0;
	rc = syscall(SYS_ioctl, fd, request, argument);
	if (request == VFIO_GROUP_GET_DEVICE_FD && rc >= 0
		&& atomic_load_explicit(&opening, memory_order_relaxed))
		atomic_store(&fresh, (int)rc);
	return (int)rc;
}
