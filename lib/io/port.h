/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: the devices packets come in and leave by.
 *
 * Opening has two steps, because the mbuf pools lie between them: ports_open finds the devices and
 * decides queues and descriptors, pools_create sizes the pools by that (io/pool.h), ports_start sets
 * the devices going.  Every device is opened by its own line of the configuration; one that fails is
 * one error at that line, and everything opened so far is closed again.
 *
 * Threads: the control thread.  Workers read struct port and use their queues (io/queue.h).
 * Memory: struct ports is the caller's. */
#ifndef IO_PORT_H
#define IO_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "base/err.h"
#include "io/device.h"
#include "io/eal.h"

enum {
	PORT_MAX = 64,
	PORT_QUEUES_MAX = EAL_WORKERS_MAX,
	PORT_NAME_MAX = 32,
	PORT_DESCRIPTORS = 1024,        /* preset, rx and tx */
	PORT_MTU = 1500,
};

struct pools;
struct capture;

/* One row of section ports. */
struct port_cfg {
	const char *name;
	struct loc loc;
	const char *device;             /* "net_af_packet0,iface=lan0" or "0000:3b:00.0" */
	struct loc device_loc;
	unsigned queues;                /* 0: auto, one per worker where the device can */
	struct loc queues_loc;
	bool has_mac;
	struct rte_ether_addr mac;
	uint16_t rx_descriptors;        /* 0: PORT_DESCRIPTORS */
	uint16_t tx_descriptors;
	/* Derived, not written by anybody: */
	bool capture;                   /* frames come from memory (io/capture.h); device unused */
	bool promiscuous;               /* a pipeline wants frames for other stations (bridge, forward) */
	uint16_t mtu;                   /* largest of its interfaces; 0: PORT_MTU */
};

/* A transmit queue that several workers must share because the device has too few.  Taken by trying
 * only: who does not get it keeps its frames and tries at its next flush. */
struct tx_share {
	_Alignas(64) atomic_flag busy;
};

struct port {
	char name[PORT_NAME_MAX];
	struct loc loc;
	uint16_t id;                    /* DPDK's port id: what rte_mbuf.port says */
	uint16_t index;                 /* its place in the file, from 0 */
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint16_t rx_descriptors;
	uint16_t tx_descriptors;
	uint16_t mtu;
	int numa_node;
	struct rte_ether_addr mac;      /* the one Weir answers for */
	bool steered;                   /* the device spreads flows by a symmetric hash, so both directions
	                                 * of a flow come to one queue number; else workers steer */
	bool started;
	bool probed;                    /* the device is there because we asked for it */
	bool mac_set;                   /* the device filters by our MAC; else it is promiscuous */
	bool promiscuous;               /* we switched it on */
	atomic_bool link_up;            /* control: write (port_update), workers: read */
	enum device_kind kind;
	char device[64];                /* name in DPDK, "net_tap0" */
	struct capture *capture;        /* rings of a port whose frames come from memory, else NULL */
	struct tx_share share[PORT_QUEUES_MAX];
};

struct ports {
	unsigned count;
	unsigned workers;
	struct port at[PORT_MAX];
};

/* What the devices ask of EAL: fills pci and single_file_segments of eal. */
void ports_eal_needs(const struct port_cfg *cfg, unsigned count, struct eal_cfg *eal);

/* Checks what can be said without opening anything, DPDK not needed: syntax of the device, duplicate
 * devices, PCI address present and bound to a driver DPDK can use, kernel interface present.  All
 * errors are added.  0 or -EINVAL.  For weir check and, first, for weir run. */
int ports_check(const struct port_cfg *cfg, unsigned count, struct err *err);

/* Finds every device and decides its queues: min(queues or workers, what the device has).
 * 0, or -errno with one error and nothing left open. */
int ports_open(struct ports *ports, const struct port_cfg *cfg, unsigned count, unsigned workers,
	struct err *err);

/* Configures and starts every port with the pools' memory.  0, or -errno with one error; then the
 * caller closes. */
int ports_start(struct ports *ports, const struct pools *pools, struct err *err);

/* Stops and closes every port; no XDP program, no promiscuous mode, no socket file stays behind.
 * Frames a device still held are freed.  Half-opened ports are fine. */
void ports_close(struct ports *ports);

/* True if every port is steered by its device with as many queues as there are workers, or there is
 * one worker: then a packet is at its owner already.  False: workers hand over (io/steer.h). */
bool ports_steered(const struct ports *ports);

/* Reads the link state into link_up.  True if it changed. */
bool port_update(struct port *port);

struct port_stats {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_missed;             /* the device or the kernel had no room: port.rx_missed */
	uint64_t rx_errors;
	uint64_t rx_no_mbuf;            /* the device found no buffer: no_mbuf */
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_errors;
};

/* Counted by the device since ports_start. */
void port_stats(const struct port *port, struct port_stats *stats);

/* The port with this name, NULL if there is none. */
struct port *ports_find(struct ports *ports, const char *name);

#endif
