/* SPDX-License-Identifier: BSD-3-Clause */
/* Device texts: which driver they name, what is wrong with them, which arguments they lack.
 *
 * A device text is DPDK's: a PCI address or a virtual device's name, then arguments:
 * "0000:3b:00.0", "net_af_packet0,iface=lan0".
 *
 * Threads: the control thread.  Memory: nothing is kept. */
#ifndef IO_DEVICE_H
#define IO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum device_kind {
	DEVICE_UNKNOWN,
	DEVICE_PCI,
	DEVICE_AF_PACKET,
	DEVICE_AF_XDP,
	DEVICE_TAP,
	DEVICE_MEMIF,
	DEVICE_PCAP,
	DEVICE_NULL,
	DEVICE_RING,
	DEVICE_VHOST,
	DEVICE_VIRTIO_USER,
	DEVICE_BOND,    /* several devices: io/bond.h */
	DEVICE_REPLAY,  /* Weir's own: drivers/net_weir_replay */
	DEVICE_OTHER,   /* another driver of DPDK: its arguments are passed unchecked */
	DEVICE_FOREIGN, /* net_* that no driver of DPDK has: of a plugin in system.eal,
			 * if at all */
	DEVICE_CAPTURE, /* frames from memory, never written in a file */
};

enum {
	DEVICE_TEXT_MAX = 1024,
	DEVICE_NAME_MAX = 64,
	DEVICE_VALUE_MAX = 256,
	DEVICE_AF_XDP_DESCRIPTORS = 2048,
	DEVICE_AF_PACKET_QUEUES = 16, /* maximum of the driver */
	DEVICE_VIRTIO_USER_QUEUES = 8,
};

enum device_kind device_kind(const char *device);

/* Copies the name before the first comma, a PCI address in its full form.  Returns false if it does
 * not fit. */
bool device_name(const char *device, char name[static DEVICE_NAME_MAX]);

/* Copies the value of an argument to out.  Returns false if the text has no such key or the value
 * does not fit. */
bool device_arg(const char *device, const char *key, char *out, size_t size);

/* Returns the maximum of queue pairs of the driver; UINT_MAX if only the device knows. */
unsigned device_queues(const char *device);

/* Adds errors about the text alone: no driver has that name, a bad PCI address, an argument that
 * the driver requires, does not know, or refuses.  what: the row's name for the error,
 * "ports.lan.device".  Returns 0 or -EINVAL. */
int device_check(const char *device, const char *what, struct loc loc, struct err *err);

/* Adds errors about what this host lacks for the device: the kernel interface, the PCI device or
 * its driver, and what to do.  sysfs is "/sys", or a test's own.  Returns 0 or -ENODEV. */
int device_check_host(
	const char *device, const char *what, const char *sysfs, struct loc loc, struct err *err);

/* Returns true if a device that had vanished can be opened again: its kernel interface is there, or
 * it is bound to a driver that DPDK can use.  A tap is made by its driver. */
bool device_is_there(const char *device);

/* Adds warnings about what impairs the kernel interface of a device: addresses that the kernel
 * answers for, a veth's offloads. */
void device_warn_host(const char *device, const char *what, struct loc loc, struct err *err);

/* Claims the kernel interface or the PCI address of a device among all Weirs of this network
 * namespace.  Returns a descriptor to close with the port, -1 if the device is not claimed, or
 * -EBUSY with an error that names the process that has it. */
int device_claim(const char *device, const char *what, struct loc loc, struct err *err);

/* Returns the capability that the process lacks for the driver, as in CAP_NET_RAW, or NULL. */
const char *device_lacks_capability(const char *device);

/* Returns the capability that the process lacks to give a member of a bond its MAC, or NULL. */
const char *device_lacks_for_bond(const char *device);

/* Returns true if opening the device waits for another process. */
bool device_waits(const char *device);

/* Values for arguments that the writer of a device text need not give. */
struct device_wish {
	unsigned queues; /* at least 1 */
	unsigned mtu;
	const char *mac; /* the device's own: the far side's of a tap; or NULL */
};

/* Writes device to out with the missing arguments added (lib/io/README.md lists them). Returns 0 or
 * -ENAMETOOLONG. */
int device_complete(
	const char *device, const struct device_wish *wish, char out[static DEVICE_TEXT_MAX]);

/* Returns the bytes that a buffer must hold for frames of an MTU, for any device. */
unsigned device_frame_bytes(unsigned mtu);

/* Removes what a killed process left: an XDP program on the interface, a socket without a listener.
 * A warning tells what was removed. */
void device_clear(const char *device, struct loc loc, struct err *err);

/* Detaches the XDP program of a kernel interface.  Returns 1 if there was one, 0 if not, or
 * -errno. */
int device_xdp_off(const char *interface);

/* Raises the MTU of a kernel interface if it is below mtu.  Returns 0 or -errno. */
int device_raise_mtu(const char *interface, unsigned mtu);

/* Returns true if a kernel interface is set up, with a carrier or without. */
bool device_interface_set_up(const char *interface);

/* Returns true if a kernel interface is up and has a carrier; false if it is gone. */
bool device_interface_up(const char *interface);

#endif
