/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's side of interfaces: taps, and the host thread that serves them.
 *
 * Each interface with `host:` has a tap, in the network namespace that section host names, with its
 * MAC, MTU, addresses and link state.  What workers give to the exchange (hostif/exchange.h) the
 * thread writes to the tap; what the kernel sends by the tap it gives to a worker, which sends it
 * by the interface.  Addresses that others add to a tap (keepalived, dhclient) are told to control.
 *
 *	struct hostif *k = hostif_create(&setup, err);      the thread, in its namespace
 *	hostif_open(k, wanted, n, err)                      taps that are missing; or nothing
 *	hostif_take(k, wanted, n)                           addresses, MTU; taps that are not wanted
 *go hostif_destroy(k, HOSTIF_REMOVE_TAPS)
 *
 * Taps are persistent: they outlive a process that is killed, and the next one takes them over.
 *
 * Threads: all functions are called by control, which waits until the thread has done the work;
 * hostif_watch and its callback belong to the thread.  Memory: hostif_create/_destroy. */
#ifndef HOSTIF_KERNEL_H
#define HOSTIF_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/ip.h"

struct exchange;
struct hostif;
struct rte_mempool;

enum {
	HOSTIF_NAME_BYTES = 16, /* of an interface, as the kernel has it (IFNAMSIZ) */
	HOSTIF_ADDRESSES = 64,  /* of a tap that others may add; further ones are not Weir's */
	HOSTIF_WAIT_MS = 5000,  /* longest wait of control for the thread */
};

struct hostif_setup {
	struct exchange *exchange;
	struct rte_mempool *pool; /* for frames that the kernel sends */
	const char *netns;        /* a name of `ip netns`, or NULL: the process's own */
	struct loc netns_loc;
};

/* Starts the thread.  NULL with an error in err. */
struct hostif *hostif_create(const struct hostif_setup *setup, struct err *err);

enum hostif_end {
	HOSTIF_KEEP_TAPS,
	HOSTIF_REMOVE_TAPS,
};
void hostif_destroy(struct hostif *k, enum hostif_end end); /* NULL is fine */

/* A wanted tap. */
struct hostif_iface {
	const char *name;  /* of the tap */
	const char *iface; /* of Weir's interface */
	uint16_t id;       /* of Weir's interface */
	uint8_t mac[6];
	uint16_t mtu;
	bool up;                           /* the link of the interface's port */
	const struct ip_prefix *addresses; /* host bits kept */
	unsigned n_addresses;
	struct loc loc;
};

/* Opens the taps that are missing.  Returns 0, or negative with an error in err and nothing
 * changed. */
int hostif_open(struct hostif *k, const struct hostif_iface *wanted, unsigned n, struct err *err);

/* Closes the taps that hostif_open has opened last: their configuration is refused. */
void hostif_undo(struct hostif *k);

/* Makes the open taps as wanted, and removes all others.  What the kernel refuses is logged. */
void hostif_take(struct hostif *k, const struct hostif_iface *wanted, unsigned n);

/* Sets the link state of a tap, by the interface's id. */
void hostif_set_link(struct hostif *k, uint16_t id, bool up);

/* Returns a descriptor that becomes readable when the addresses of a tap have changed. */
int hostif_changes_fd(const struct hostif *k);

/* Writes the addresses of a tap that are not in its configuration, and clears the descriptor above.
 * Returns their number. */
unsigned hostif_addresses(struct hostif *k, uint16_t id, struct ip_prefix out[HOSTIF_ADDRESSES]);

/* Written by the thread, read by others a moment old. */
struct hostif_counts {
	uint64_t rx, rx_bytes; /* the kernel has got them */
	uint64_t tx, tx_bytes; /* the kernel has sent them */
	uint64_t rx_lost;      /* the tap did not take them */
	uint64_t tx_lost;      /* no buffer, no room in a ring, or longer than the MTU */
};

/* Fills the counters of a tap, by the interface's id; false: it has none. */
bool hostif_counts(const struct hostif *k, uint16_t id, struct hostif_counts *out);

/* Runs work on the host thread and waits for it.  False: it did not run within HOSTIF_WAIT_MS. */
bool hostif_run(struct hostif *k, void (*work)(void *arg), void *arg);

/* To be called on the host thread (hostif_run): calls ready there whenever fd is readable, or no
 * longer.  Returns 0 or a negative errno. */
int hostif_watch(struct hostif *k, int fd, void (*ready)(void *arg), void *arg);
void hostif_unwatch(struct hostif *k, int fd);

/* Returns the thread's number, which keeps CAP_NET_ADMIN when others give their capabilities up. */
pid_t hostif_thread(const struct hostif *k);

#endif
