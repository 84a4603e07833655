/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: the devices packets come in and leave by.
 *
 * Opening has two steps, because the mbuf pools lie between them: ports_open finds the devices and
 * decides queues and descriptors, pools_create sizes the pools by that (io/pool.h), ports_start
 * sets the devices going.  Every device is opened by its own line of the configuration; one that
 * fails is one error at that line, and everything opened so far is closed again.
 *
 * Threads: the control thread.  Workers read struct port and use their queues (io/queue.h).
 * Memory: struct ports is the caller's. */
#ifndef IO_PORT_H
#define IO_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_config.h>
#include <rte_ether.h>

#include "base/err.h"
#include "io/abilities.h"
#include "io/af_packet.h"
#include "io/bond_cfg.h"
#include "io/device.h"
#include "io/eal.h"
#include "io/look.h"

enum {
	/* DPDK's own bound (32 in Debian's build), and what a drop's account has room for
	 * (LEDGER_PORTS). */
	PORT_MAX = RTE_MAX_ETHPORTS < 64 ? RTE_MAX_ETHPORTS : 64,
	PORT_QUEUES_MAX = EAL_WORKERS_MAX,
	PORT_NAME_MAX = 32,
	PORT_ROW_NAME_MAX = PORT_NAME_MAX + DEVICE_NAME_MAX
		+ 16,            /* of a member: "bond0.bond.members.x" */
	PORT_DESCRIPTORS = 1024, /* default, rx and tx */
	PORT_MTU = 1500,
	PORT_RSS_KEY_BYTES = 64, /* no NIC has a longer one */
};

struct pools;
struct bond;
struct capture;
struct rte_device;
struct rte_mempool;

/* A set of VLANs. */
struct port_vlans {
	uint64_t bits[64];
};

/* One row of section ports. */
struct port_cfg {
	const char *name;
	struct loc loc;
	const char *
		device; /* "net_af_packet0,iface=lan0" or "0000:3b:00.0"; of a bond "net_bonding" */
	struct loc device_loc;
	struct bond_cfg bond; /* several devices that are one port, or n is 0 */
	unsigned queues;      /* 0: auto, one per worker where the device can */
	struct loc queues_loc;
	bool has_mac;
	struct rte_ether_addr mac;
	uint16_t rx_descriptors; /* 0: PORT_DESCRIPTORS */
	uint16_t tx_descriptors;
	/* Derived, not written by anybody: */
	bool plugins;            /* system.eal loads drivers of other names */
	bool capture;            /* frames come from memory (io/capture.h); device unused */
	bool promiscuous;        /* a pipeline wants frames for other stations */
	bool interrupts;         /* workers sleep on receive interrupts */
	bool by_source;          /* IPv4 packets' owners go by their source address */
	uint16_t mtu;            /* largest of its interfaces; 0: PORT_MTU */
	struct port_vlans vlans; /* of its interfaces, outer tags */
};

/* A transmit queue that several workers must share because the device has too few.  Taken by trying
 * only: who does not get it keeps its frames and tries at its next flush. */
struct tx_share {
	_Alignas(64) atomic_flag busy;
};

struct port_stats {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_missed; /* the device or the kernel had no room: port.rx_missed */
	uint64_t rx_errors;
	uint64_t rx_no_mbuf; /* the device found no buffer: no_mbuf */
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_errors;
};

/* Frames and bytes that workers have counted. */
struct port_count {
	uint64_t rx, rx_bytes, tx, tx_bytes;
};

struct port {
	char name[PORT_NAME_MAX];
	struct loc loc;
	uint16_t id;    /* DPDK's port id: what rte_mbuf.port says */
	uint16_t index; /* its slot: at the start its place in the file, from 0 */
	bool used;      /* the configuration has it; else the slot is free, and name is that of
			 * its last port */
	uint16_t rx_queues;
	uint16_t tx_queues;
	uint16_t rx_descriptors;
	uint16_t tx_descriptors;
	uint16_t mtu;
	int numa_node;
	struct rte_ether_addr mac; /* the one Weir answers for */
	bool steered;              /* the device spreads flows by a symmetric hash (both
				    * directions of a flow come to one queue number), or: */
	bool by_source;            /* it spreads them by their source address alone */
	uint16_t reta_size;        /* ports agree on queues only if these two are equal */
	uint64_t rss_types;
	bool tx_shared;   /* more workers than transmit queues */
	bool stamps_port; /* the device writes rte_mbuf.port; net_ring does not */
	bool flat;        /* the device sends one buffer a frame, of its own
			   * pool: others are copied first */
	bool open;
	bool started;
	bool promiscuous;       /* we switched it on */
	bool wants_promiscuous; /* a pipeline does */
	bool wants_interrupts;  /* workers sleep on receive interrupts, */
	bool interrupts;        /* and every queue has one (io/rx_interrupt.h) */
	bool has_mac;           /* mac was configured */
	atomic_bool link_up;    /* control: write (port_update), workers: read */
	enum device_kind kind;
	char device[DEVICE_NAME_MAX]; /* name in DPDK, "net_tap0" */
	char interface[16];           /* the kernel's name of it, "" without */
	unsigned if_index;            /* the kernel's number of it, 0 without */
	atomic_bool asked_back;     /* the kernel wants the device.  DPDK's interrupt thread: write,
				       control: read */
	atomic_bool present;        /* workers may use its queues.  control: write, workers: read */
	struct abilities abilities; /* of its device */
	struct look look;           /* at what it delivers */
	struct port_vlans
		vlans;          /* that its device is to let through, and, where it has a filter, */
	struct port_vlans told; /* those that it was told */
	bool filters_vlans;
	struct port_stats before; /* counted by devices that it had before */
	struct port_count base;   /* what the workers' counters of the slot read when its first
				   * frame could come */
	struct rte_device *rte;
	struct rte_mempool *pool;   /* of its node, once started */
	struct bond *bond;          /* of a port that is one, once open; else NULL */
	struct capture *capture;    /* rings, where frames come from memory; else NULL */
	struct af_packet packet;    /* sockets of an af_packet device */
	int claim;                  /* device_claim's, or -1 */
	atomic_flag interrupt_lock; /* of calls that enable and disable interrupts */
	struct tx_share share[PORT_QUEUES_MAX];
	atomic_uchar poller[PORT_QUEUES_MAX]; /* by receive queue: the worker that has it, from 1;
					       * 0: none.  workers: read, write */
};

/* Ports keep their slot as long as they are used; removed ones leave holes. */
struct ports {
	unsigned count; /* highest used slot + 1 */
	unsigned workers;
	bool foresees_replies; /* NAT chooses public ports by the hash of replies */
	unsigned kept;         /* buffers that drivers did not give back, after ports_close */
	_Alignas(8) uint8_t
		source_key[PORT_RSS_KEY_BYTES]; /* secret, of devices that spread by source */
	struct port at[PORT_MAX];
};

/* Return the buffers that the queues of a port's device can hold, of a bond those of all members.
 */
unsigned port_rx_buffers(const struct port *port);
unsigned port_tx_buffers(const struct port *port);

/* Fills what the devices need of EAL: pci and single_file_segments of eal. */
void ports_eal_needs(const struct port_cfg *cfg, unsigned count, struct eal_cfg *eal);

/* Adds errors about the texts, on any host: an invalid device, one used twice.  Returns 0 or
 * -EINVAL.  For weir check. */
int ports_check(const struct port_cfg *cfg, unsigned count, struct err *err);

/* Adds errors about what this host lacks for the devices, without DPDK.  Returns 0 or -ENODEV. */
int ports_check_host(const struct port_cfg *cfg, unsigned count, struct err *err);

/* Opens every device, after both checks, and decides its queues.  Without queues in the
 * configuration a device gets one per worker where it spreads frames by flow (PCI, af_packet,
 * null), else one.  More queues than the device has are an error.  Returns 0, or -errno with
 * errors and nothing left open. */
int ports_open(struct ports *ports, const struct port_cfg *cfg, unsigned count, unsigned workers,
	struct err *err);

/* Configures and starts every port with the pools' memory.  Returns 0, or -errno with one error;
 * then the caller closes. */
int ports_start(struct ports *ports, const struct pools *pools, struct err *err);

/* Stops and closes every port; no XDP program, no promiscuous mode, no socket file stays behind.
 * Frames a device still held are freed.  Half-opened ports are fine. */
void ports_close(struct ports *ports);

/* Returns true if every port is steered by its device's symmetric hash with as many queues as
 * there are workers, or if there is one worker: a packet is then at its owner already.  False:
 * workers hand over (io/steer.h). */
bool ports_steered(const struct ports *ports);

/* Returns true if every port that does not spread by source spreads by the symmetric hash, over the
 * same fields (RTE_ETH_RSS_*), with tables of the same size and as many queues as there are
 * workers. The queue of a packet that comes in by such a port is then known before. */
bool ports_spread_alike(const struct ports *ports, uint64_t *rss_types, unsigned *reta_size);

/* Returns how replies to NAT's addresses that come in by a port find the worker of their session:
 * "one worker", "public port" (NAT chooses ports whose replies come to it), or "handed over". */
const char *ports_replies(const struct ports *ports, const struct port *port);

/* Returns the key of the Toeplitz hash, and the size of the tables (filled in turn), of devices
 * that spread by source with as many queues as there are workers.  NULL: none does, or they
 * differ. */
const uint8_t *ports_by_source(const struct ports *ports, unsigned *reta_size);

/* Makes devices that filter by VLAN pass the VLANs of a reload. */
void ports_take_vlans(struct ports *ports, const struct port_cfg *cfg, unsigned count);

/* Adds errors for what only a start can open.  Returns 0 or -ENOTSUP. */
int port_check_late(const struct port_cfg *cfg, struct err *err);

/* Fills the row of a member of a bond, as that of a port called "PORT.bond.members.NAME". */
void port_member_row(const struct port_cfg *cfg, unsigned member, struct port_cfg *row,
	char name[static PORT_ROW_NAME_MAX]);

/* Writes the texts of the devices of a row: one, or those of a bond's members.  Returns their
 * number. */
unsigned port_row_devices(const struct port_cfg *cfg, const char *device[static BOND_MEMBERS_MAX]);

/* Returns true if two rows have a device, or a kernel interface, in common. */
bool port_rows_meet(const struct port_cfg *a, const struct port_cfg *b);

/* Returns a free slot for a port of that name: the one that it had, else one that no port had,
 * else any; -ENOSPC: all are used. */
int ports_free_slot(const struct ports *ports, const char *name);

/* Opens and starts a port in a free slot while workers run, with the MAC mac if that is not NULL,
 * and buffers of pools, which may get one more pool.  Returns 0, or -errno with one error and the
 * slot free. */
int port_add(struct ports *ports, unsigned slot, const struct port_cfg *cfg,
	const struct rte_ether_addr *mac, struct pools *pools, struct err *err);

/* Puts a port whose device cannot be opened now into a free slot: it is as one that has
 * vanished. */
void port_add_absent(struct ports *ports, unsigned slot, const struct port_cfg *cfg);

/* Closes the device of a port, and frees its slot; no worker uses its queues. */
void port_remove(struct ports *ports, struct port *port, struct pools *pools);

/* Returns the MAC that the device of a port would have in another slot without one configured. */
struct rte_ether_addr port_own_mac(const struct port *port, unsigned slot);

/* Switches promiscuous mode on or off, as a pipeline wants it and the MAC demands. */
void port_want_promiscuous(struct port *port, bool wanted);

/* Reads the link state into link_up.  Returns true if it changed. */
bool port_update(struct port *port);

/* Writes why the link of a port is down, as far as the kernel knows, and what to do: ": lan0 is not
 * set up (...)". Empty for devices that the kernel does not know. */
void port_link_text(const struct port *port, char *text, size_t size);

/* Returns true if the kernel interface of the device was deleted, or moved away: the device of such
 * a port no longer works, even if there is an interface of that name again.  Also returns true if
 * the kernel requests a PCI device that is being unbound from vfio-pci, which works until it is
 * closed. */
bool port_vanished(const struct port *port);

/* Writes which of these it is, for a message. */
void port_vanished_text(const struct port *port, char *text, size_t size);

/* Closes a vanished device; no worker uses its queues (port.present).  Its counters are
 * kept. */
void port_detach(struct ports *ports, struct port *port);

/* Returns true if the device of a detached port can be opened again. */
bool port_is_back(const struct port_cfg *cfg);

/* Opens and starts a detached port's device again, with the MAC that it had. Returns
 * 0, or -errno with one error and the port still detached. */
int port_attach(struct ports *ports, struct port *port, const struct port_cfg *cfg,
	struct pools *pools, struct err *err);

/* Returns what the device has counted since ports_start, including devices that vanished. */
void port_stats(struct port *port, struct port_stats *stats);

/* Returns 02:77:65:69:72:NN, the MAC of the port at place NN if neither the configuration nor the
 * device has one. */
struct rte_ether_addr port_default_mac(unsigned index);

/* Returns the used port with this name, or NULL. */
struct port *ports_find(struct ports *ports, const char *name);

#endif
