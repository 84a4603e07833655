/* SPDX-License-Identifier: BSD-3-Clause */
/* Device texts: which driver one means, what is wrong with it, what it needs beside.
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
	DEVICE_REPLAY,          /* ours: drivers/net_weir_replay */
	DEVICE_OTHER,           /* some other driver of DPDK's: its arguments are handed over unseen */
	DEVICE_FOREIGN,         /* net_* that no driver of DPDK's has: of a plugin in system.eal, if at all */
	DEVICE_CAPTURE,         /* frames from memory, never written in a file */
};

enum {
	DEVICE_TEXT_MAX = 1024,
	DEVICE_NAME_MAX = 64,
	DEVICE_VALUE_MAX = 256,
	DEVICE_AF_XDP_DESCRIPTORS = 2048,
	DEVICE_AF_PACKET_QUEUES = 16,   /* what the drivers have at most */
	DEVICE_VIRTIO_USER_QUEUES = 8,
};

enum device_kind device_kind(const char *device);

/* The name before the first comma, a PCI address in its full form.  False if it does not fit. */
bool device_name(const char *device, char name[static DEVICE_NAME_MAX]);

/* The value of an argument into out.  False if the text has no such key or it does not fit. */
bool device_arg(const char *device, const char *key, char *out, size_t size);

/* Queue pairs that the driver has at most; UINT_MAX where only the device can tell. */
unsigned device_queues(const char *device);

/* Adds what is wrong with the text alone: no driver's name, a bad PCI address, an argument that
 * the driver cannot do without, does not know, or refuses.  what: the row's name for the error, "ports.lan.device".
 * 0 or -EINVAL. */
int device_check(const char *device, const char *what, struct loc loc, struct err *err);

/* Adds what this host lacks for it: the kernel interface, the PCI device or its driver, and says
 * what to do.  sysfs is "/sys", or a test's own.  0 or -ENODEV. */
int device_check_host(const char *device, const char *what, const char *sysfs, struct loc loc,
	struct err *err);

/* Adds a warning for what makes the kernel interface of a device work badly: addresses that the kernel answers for, a
 * veth's offloads. */
void device_warn_host(const char *device, const char *what, struct loc loc, struct err *err);

/* Takes the name of an af_packet device's interface among all Weirs of this network namespace, with a warning when another one
 * has it.  A descriptor to close with the port, or -1. */
int device_claim(const char *device, const char *what, struct loc loc, struct err *err);

/* The capability that the process lacks for the driver, as in CAP_NET_RAW, or NULL. */
const char *device_lacks_capability(const char *device);

/* Does opening the device wait for another process? */
bool device_waits(const char *device);

/* What the writer of a device text need not know. */
struct device_wish {
	unsigned queues;        /* at least 1 */
	unsigned mtu;
	const char *mac;        /* the device's own: the far side's of a tap; or NULL */
};

/* Writes device to out with the arguments added that it lacks (lib/io/README.md lists them).
 * 0 or -ENAMETOOLONG. */
int device_complete(const char *device, const struct device_wish *wish,
	char out[static DEVICE_TEXT_MAX]);

/* Bytes a buffer must hold for frames of an MTU, whatever the device. */
unsigned device_frame_bytes(unsigned mtu);

/* Removes what a killed process left: an XDP program on the interface, a socket nobody listens on.
 * What was removed is told as a warning. */
void device_clear(const char *device, struct loc loc, struct err *err);

/* Takes the XDP program off a kernel interface.  1: there was one, 0: there was none, or -errno. */
int device_xdp_off(const char *interface);

/* Raises the MTU of a kernel interface if it is below mtu.  0 or -errno. */
int device_raise_mtu(const char *interface, unsigned mtu);

/* Whether a kernel interface is set up, with a carrier or without. */
bool device_interface_set_up(const char *interface);

/* Whether a kernel interface is up and has a carrier; false if it is gone. */
bool device_interface_up(const char *interface);

#endif
