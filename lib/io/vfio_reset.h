/* SPDX-License-Identifier: BSD-3-Clause */
/* PCI devices on vfio-pci are reset once when they are opened, not twice.
 *
 * The kernel resets a device when its file is opened, and DPDK (22.11, 24.11) then asks for a
 * second reset of the device that nobody has used since.  A function level reset waits for a tenth
 * of a second, one device after the other, and packets wait for that at each start.  So this folder
 * defines ioctl(), which the bus driver, a plugin, then finds before libc's: between begin and end
 * the first VFIO_DEVICE_RESET of a file that VFIO_GROUP_GET_DEVICE_FD has just returned succeeds at
 * once.  Every other call goes to the kernel as it is.
 *
 * Threads: begin and end control; ioctl any.  Memory: none. */
#ifndef IO_VFIO_RESET_H
#define IO_VFIO_RESET_H

void vfio_reset_begin(void);
void vfio_reset_end(void);

#endif
