/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of this folder.  All of it belongs to the host thread, unless a
 * comment says otherwise. */
#ifndef HOSTIF_KERNEL_PRIV_H
#define HOSTIF_KERNEL_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "hostif/exchange.h"
#include "hostif/hostif.h"

struct nl_sock;

#define HOSTIF_TAPS    1024u /* as many as interfaces (LEDGER_IFACES) */
#define HOSTIF_WATCHES 16u

struct tap {
	char name[HOSTIF_NAME_BYTES];
	char iface[64]; /* Weir's interface, for the log */
	uint16_t id;
	int fd;
	int index; /* of the kernel; 0: not known */
	uint8_t mac[6];
	uint16_t mtu;
	bool up;
	bool existed;     /* before it was opened: a killed process has left it */
	bool fresh;       /* opened by the last hostif_open, not taken yet */
	struct tap *next; /* of another name, opened by the last hostif_open to replace this one */
	struct ip_prefix *own; /* addresses of the configuration */
	unsigned n_own;
	struct ip_prefix others[HOSTIF_ADDRESSES]; /* mutex */
	unsigned n_others;                         /* mutex */
	struct hostif_counts counts; /* thread: write by base/counter.h, others: read */
};

struct watch {
	int fd; /* -1: free */
	void (*ready)(void *arg);
	void *arg;
};

/* What control asks of the thread. */
struct order {
	void (*work)(void *arg);
	void *arg;
	bool done; /* mutex */
};

struct hostif {
	struct hostif_setup setup;
	char netns[256];
	pthread_t thread;
	pid_t tid;
	int epoll;
	int order_fd;   /* eventfd: control has an order */
	int changes_fd; /* eventfd: addresses have changed */
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	struct order *order; /* mutex */
	bool started;        /* mutex */
	int start_errno;     /* mutex */
	atomic_bool stop;
	struct watch watch[HOSTIF_WATCHES];
	_Atomic(struct tap *) taps[HOSTIF_TAPS]; /* by the interface's id; thread: write, control:
						  * read, freed while control waits */
	unsigned n_taps;
	struct nl_sock *ask, *hear; /* address.c */
	bool again;                 /* addresses are to be looked at once more */
};

/* tap.c: a tap in the thread's namespace. */
/* Opens or takes over.  Returns 0 or a negative errno. */
int tap_open(struct tap *t);
void tap_close(struct tap *t, bool remove);
/* Each returns 0 or a negative errno. */
int tap_set(struct tap *t, const struct hostif_iface *wanted);
int tap_set_link(struct tap *t, bool up);
/* Hands at most a burst of frames from the kernel to a worker. */
void tap_receive(struct hostif *k, struct tap *t);
void tap_send(struct tap *t, struct rte_mbuf *m);

/* link.c: tells the kernel at once that a tap has lost its link. */
void link_is_lost(struct hostif *k, const struct tap *t);

/* address.c: addresses of taps, by netlink. */
int addresses_begin(struct hostif *k);
void addresses_end(struct hostif *k);
/* Gives a tap the addresses of its configuration, and takes away those of the one before. */
void addresses_set(struct hostif *k, struct tap *t, const struct hostif_iface *wanted);
/* Looks at the addresses of all taps; tells control if they have changed. */
void addresses_look(struct hostif *k);

#endif
