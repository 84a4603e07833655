/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of the fast path. */
#ifndef FASTPATH_FASTPATH_PRIV_H
#define FASTPATH_FASTPATH_PRIV_H

#include <stdatomic.h>

#include "fastpath/fastpath.h"
#include "fastpath/tap.h"
#include "flow/table.h"
#include "io/queue.h"
#include "packet/burst.h"

/* Packets gathered for one port until the flush. */
struct gather {
	struct tx_queue *queue; /* NULL: there is no such port */
	uint16_t n;
	uint64_t bytes;
	struct rte_mbuf *m[BURST_MAX];
};

struct fastpath {
	struct datapath dp;
	struct slowpath slow; /* of dp */
	struct burst burst;
	struct handoff handoff;
	const struct fastpath_variant *variant;
	const struct fastpath_variant
		*quick;  /* while the data path is watched: what variant stands for */
	bool watched;    /* there is a capture or a trace */
	bool backlogged; /* fastpath_set_backlogged */
	unsigned n_captures;
	bool captured; /* the burst in progress has been told to them, or none looks at it */
	struct tracer *tracer; /* NULL: none */
	bool samples;          /* bursts are timed now and then */
	uint64_t began_cycles; /* of the burst that is timed */
	struct fastpath_times timed;
	struct capture *capture[FASTPATH_CAPTURES];
	struct rule_ring *rules; /* control: write, before the generation that has rules to log */
	struct flow_reports *reports; /* likewise, that exports flows */
	void (*tell)(
		void *arg, const struct host_fact *fact); /* to the other workers; may be NULL */
	bool (*deliver)(void *arg, enum hostif_class class, struct rte_mbuf *m);
	void *tell_arg; /* of both */
	struct sweep {
		uint64_t began;               /* the generation in which this walk over the
					       * records began */
		atomic_uint_fast64_t counted; /* that of the last walk: the counts for earlier
					       * ones are collected */
		uint64_t rounds, forgotten;   /* walks; when changed addresses were forgotten */
	} sweep4, sweep6;
	uint64_t aged_ns;       /* when ageing ran last */
	uint64_t host_ns;       /* when the host's timers ran last */
	uint64_t epochs;        /* generations and routing changes so far */
	uint64_t times;         /* that held when the programs of the epoch were decided */
	unsigned n_ports;       /* highest port set + 1 */
	uint64_t route_changes; /* route_changes, when last looked at */
	/* Routes that change after a quiet time: the sweep hurries for a while. */
	struct {
		uint64_t views;      /* route_views, when last looked at */
		uint64_t changed_ns; /* the last change */
		uint64_t began_ns;   /* the first one after a quiet time */
		uint64_t until_ns;
	} hurry;
	struct gather gather[LEDGER_PORTS];
	struct ledger ledger;
};

/* The loops over a burst, compiled for one instruction set. */
struct fastpath_variant {
	const char *name;
	/* Sets class, key and hash of every slot. */
	void (*parse)(struct fastpath *fp, struct burst *b);
	/* Executes the slots of known flows from the first on; stops before one that needs the slow
	 * path. */
	unsigned (*execute)(struct fastpath *fp, struct burst *b);
};

extern const struct fastpath_variant fastpath_base;
#if defined(__x86_64__)
extern const struct fastpath_variant fastpath_aes, fastpath_avx2, fastpath_avx512;
#endif

#define FASTPATH_VARIANTS 4

/* Lists the variants that this processor runs, the best first; returns their number.  The hash must
 * be the one that the slow path uses, so with AES all of them have it. */
unsigned fastpath_runnable(const struct fastpath_variant *out[FASTPATH_VARIANTS]);
const struct fastpath_variant *fastpath_choose(void);

/* Makes all programs be evaluated again when the times that matches ask for have changed. */
void fastpath_follow_times(struct fastpath *fp);

/* Sets class and key of a slot that the quick test left, by the full parser. */
void fastpath_parse_full(struct fastpath *fp, struct burst *b, unsigned slot);

/* Parses a burst of a port that takes no untagged frames. */
void fastpath_parse_tagged(struct fastpath *fp, struct burst *b);

/* Counts the frames of a port with several interfaces. */
void fastpath_count_tagged(struct fastpath *fp, const struct burst *b);

/* Handles a burst of a port whose frames all leave by one other port: counts it and returns true,
 * or returns false without side effects. */
bool fastpath_pass_cable(struct fastpath *fp, struct burst *b);

/* Handles the end of any burst: sends its packets, in order, and frees dropped ones. */
void fastpath_dispose(struct fastpath *fp, struct burst *b);

/* Sends a burst that the hot loop settled whole and that leaves by one port and interface: a large
 * one at once, without being gathered.  Returns false without side effects for another burst. */
bool fastpath_send_together(struct fastpath *fp, struct burst *b);

/* Gives the packets gathered for a port to its queue. */
void fastpath_send_gathered(struct fastpath *fp, uint16_t port);

/* Prepares the burst's spare slot, in which held packets are judged. */
void fastpath_outside_bursts(struct fastpath *fp);

/* Sends packets that the host made outside of a burst. */
void fastpath_send_born(struct fastpath *fp);

/* Ends the burst for captures and traces; and a packet that leaves outside of one.  Only while the
 * data path is watched. */
void fastpath_capture_burst(struct fastpath *fp, struct burst *b);
void fastpath_capture_out(
	struct fastpath *fp, const struct rte_mbuf *m, uint16_t port, uint16_t iface);

/* Tells the flight recorder of a slot that was dropped outside of the slow path. */
void fastpath_record_drop(struct fastpath *fp, const struct burst *b, unsigned slot);

/* Has the next burst timed, if bursts are. */
void fastpath_time_next(struct fastpath *fp);
void fastpath_time_none(struct fastpath *fp);

/* Gathers one packet for a port. */
void fastpath_gather(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface);

#endif
