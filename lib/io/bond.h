/* SPDX-License-Identifier: BSD-3-Clause */
/* Bonds: several devices (members) that are one port, by DPDK's bonding driver.
 *
 * Members are opened like the devices of ports, but are in no slot: workers receive from the bond
 * and send by it.  What the driver lacks is here: it follows the links of kernel interfaces, which
 * its members cannot tell; it asks an LACP partner for the fast rate; frames that arrive by a
 * standby member of active-backup are freed, so that none is received late when that member takes
 * over.
 *
 * Threads: the control thread, except for bond_tend (workers).  DPDK's interrupt thread runs LACP.
 * Memory: with the port, from port_open to port_close. */
#ifndef IO_BOND_H
#define IO_BOND_H

#include "io/lacp_guard.h"
#include "io/port.h"

struct rte_eth_rxtx_callback;
struct tx_queue;

enum {
	BOND_TEND_MS = 10, /* LACP wants its frames sent within 100 ms */
};

/* A member as bond_follow has found it. */
enum bond_state {
	BOND_GONE,         /* its device vanished */
	BOND_DOWN,         /* no link */
	BOND_WAITING,      /* LACP: it carries no frames yet */
	BOND_DISTRIBUTING, /* LACP, balance: it carries frames */
	BOND_ACTIVE,       /* of active-backup */
	BOND_STANDBY,
};

/* What LACP knows of the station at a member's other end. */
struct bond_partner {
	bool known;
	uint16_t key, port;
	struct rte_ether_addr system;
	uint8_t actor_state, partner_state; /* bits of IEEE 802.1AX, 6.4.2.3 */
};

struct bond_member {
	char name[DEVICE_NAME_MAX];
	struct port device; /* open: its device is there, and in the bond */
	bool link_up;
	enum bond_state state;
	struct bond_partner partner;
	uint64_t tried_ns;       /* when opening it again was tried last */
	bool refused;            /* that failed, and was reported */
	bool dropped;            /* it has left the bond, and is not closed yet */
	struct lacp_guard guard; /* of LACP */
	uint64_t refusals_told;  /* frames that it had refused when that was logged last */
	uint64_t refusals_told_ns;
	bool fast;
	struct rte_eth_rxtx_callback *rx_rate[PORT_QUEUES_MAX], *tx_rate[PORT_QUEUES_MAX];
};

struct bond {
	enum bond_mode mode;
	enum bond_hash hash;
	bool fast;
	int primary;        /* -1: none */
	bool mixed;         /* members have different partners, which was reported */
	atomic_uint polled; /* members whose devices workers may touch, a bit each.  control: write,
			     * workers: read */
	atomic_uint changes; /* of the active member.  control: write, workers: read */
	uint16_t active;     /* DPDK's id of the active member, of active-backup */
	unsigned n;
	struct bond_member *member;
};

/* Opens the members that cfg names, and a bond of them, as the device of port.  anew: the port's
 * device had vanished; members that are not there may be missing, but not all.  Returns 0 or -errno
 * with an error. */
int bond_open(
	struct port *port, const struct port_cfg *cfg, unsigned queues, bool anew, struct err *err);

/* Prepares an open bond for its start: its MAC, and memory for LACP. */
int bond_prepare(struct port *port, struct err *err);

/* Completes a bond whose device has been started. */
int bond_started(struct port *port, struct err *err);

/* Closes members and bond; half-opened is fine.  Without a bond nothing happens. */
void bond_close(struct port *port);

/* Reads links and states of the members, and tells the driver of links that it does not see.
 * Returns the members whose state changed, a bit each. */
unsigned bond_follow(struct port *port);

/* Returns true if a member carries frames. */
bool bond_is_up(const struct port *port);

/* Returns the members whose devices have vanished, a bit each. */
unsigned bond_vanished(const struct port *port);

/* A vanished member leaves in two steps, between which all workers end a loop (with
 * workers_take_ports): bond_drop_member takes it out of the bond, bond_close_member closes its
 * device.  The last member is not dropped: the port is closed as a whole. */
void bond_drop_member(struct port *port, unsigned member);
void bond_close_member(struct port *port, unsigned member);

/* Opens the device of a member again and takes it into the running bond.  Returns 0 or -errno with
 * an error. */
int bond_return_member(
	struct port *port, unsigned member, const struct port_cfg *cfg, struct err *err);

/* DPDK's interrupt thread: the kernel asks for a PCI device, perhaps a member's. */
void bond_ask_back(struct port *port, const char *device);

/* Returns the open members, a bit each. */
unsigned bond_members(const struct port *port);

/* Adds what the sockets of af_packet members have missed. */
uint64_t bond_missed(struct port *port);

/* A worker: has the driver send LACP's frames by a transmit queue, and frees what standby members
 * have received in a receive queue.  To be called each BOND_TEND_MS. */
void bond_tend_tx(const struct port *port, struct tx_queue *queue);
void bond_tend_rx(const struct port *port, uint16_t queue);

/* A worker: returns how often another member has become the active one. */
unsigned bond_moves(const struct port *port);

/* Returns the word for a state; LACP's: "distributing". */
const char *bond_state_name(enum bond_state state);

#endif
