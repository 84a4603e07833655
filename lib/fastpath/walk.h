/* SPDX-License-Identifier: BSD-3-Clause */
/* Walks over the tables of a data path, a few records at a time: sessions, flows, neighbours,
 * listed or ended.
 *
 * Nothing is copied or locked meanwhile: what comes and goes while a walk goes on may be missing or
 * stand twice.
 *
 * Threads: the owning worker, between bursts.  Memory: the caller's. */
#ifndef FASTPATH_WALK_H
#define FASTPATH_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "host/host.h"
#include "nat/nat.h"
#include "packet/key.h"
#include "packet/ledger.h"

struct fastpath;

enum {
	FASTPATH_WALK_SLICE = 16, /* records looked at in one call: less than a burst's time */
	FASTPATH_WALK_ENDS = 4,   /* sessions ended in one */
	FASTPATH_WALK_ROWS = 256,
};

enum walk_kind {
	WALK_SESSIONS,
	WALK_FLOWS,
	WALK_NEIGHBOURS,
	WALK_HOSTS, /* inside addresses of NAT */
};

enum walk_action {
	WALK_LIST, /* into rows, until they are full */
	WALK_COUNT,
	WALK_END,  /* sessions end as flushed */
	WALK_KEEP, /* sessions are marked as kept */
};

struct walk_prefix {
	uint8_t family; /* 0: any address */
	uint8_t length;
	union address address;
};

/* Which of them; zeroed: all. */
struct walk_filter {
	struct walk_prefix any, src, dst; /* any: either end, of either direction */
	rte_be16_t port, sport, dport;    /* 0: any */
	uint8_t proto;                    /* 0: any */
	uint8_t family;
	uint8_t by_domain, domain; /* by_domain: domain says which */
	uint8_t by_iface;          /* ifaces says which: of the way in, or out */
	uint16_t classes;          /* a bit for each enum session_class; 0: any */
	uint16_t tcp, sctp;        /* a bit for each enum tcp_state, enum sctp_state; both 0: any */
	uint8_t translated;        /* SESSION_SNAT | SESSION_DNAT: one of them; 0: any */
	uint64_t ifaces[LEDGER_IFACES / 64];
};

struct walk_session {
	struct tuple tuple[2]; /* by which its directions arrive */
	uint16_t iface[2];
	uint8_t class;    /* enum session_class */
	uint8_t state;    /* enum tcp_state, sctp_state, or plain_state */
	uint8_t flags;    /* enum session_flag */
	uint32_t idle;    /* ticks */
	uint32_t expires; /* ticks until its timeout */
};

struct walk_flow {
	struct tuple tuple, to;
	uint16_t iface;
	uint16_t nexthop;
	uint16_t out_port, out_iface; /* of a next hop that is a neighbour or a wire */
	uint8_t state;                /* enum nexthop_state */
	bool current;                 /* its program may run */
	bool has_session, reply;
	uint32_t idle;    /* ticks */
	uint32_t packets; /* since they were collected for the hits of rules */
};

struct walk_row {
	union {
		struct walk_session session;
		struct walk_flow flow;
		struct host_listed neighbour;
		struct nat_listed_host host;
	};
};

struct walk {
	enum walk_kind kind;
	enum walk_action action;
	struct walk_filter filter;
	uint32_t at; /* the next record; 0 at first */
	bool over;   /* there is none any more */
	uint64_t matched;
	unsigned n; /* rows */
	struct walk_row row[FASTPATH_WALK_ROWS];
};

/* Returns true if a packet with that tuple which came in by that interface is one of them: by
 * tuple and interface alone. */
bool fastpath_walk_takes(const struct walk_filter *f, const struct tuple *t, uint16_t iface);

/* Goes on.  True: over, or rows are full. */
bool fastpath_walk(struct fastpath *fp, struct walk *w);

#endif
