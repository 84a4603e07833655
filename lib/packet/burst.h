/* SPDX-License-Identifier: BSD-3-Clause */
/* The packets that go through a worker together: up to 256 of one receive queue, in order of
 * arrival.  A slot is a packet's place in the burst.
 *
 * Parallel arrays, because each step of the data path reads a few fields of all packets.  Memory:
 * one burst per worker, reused; nothing in it outlives fastpath_run, except mbufs that were handed
 * on. */
#ifndef PACKET_BURST_H
#define PACKET_BURST_H

#include <stdint.h>

#include "packet/ingress.h"
#include "packet/key.h"

struct rte_mbuf;

#define BURST_MAX   256
#define BURST_SPARE BURST_MAX /* one more slot, for a packet that was held */
#define BURST_SLOTS (BURST_MAX + 1)

/* How a packet is handled on its way to a program. */
enum slot_class {
	SLOT_PLAIN4, /* UDP or TCP over IPv4 without options or fragments: the hot
		      * loop */
	SLOT_PLAIN6, /* the same over IPv6 without extension headers */
	SLOT_OTHER4, /* IPv4 with a key, executed by the general executor */
	SLOT_OTHER6,
	SLOT_SLOW, /* ARP, ND, other EtherTypes: slow path, never looked up */
	SLOT_BAD,  /* dropped by parse; reason[] says why */
	SLOT_TOLD, /* settled by the slow path, which has told the flight recorder */
	SLOT_DONE, /* settled out of order: another worker's, or it did not have to
		    * wait */
};

/* Where a slot's packet goes: a port's index, or one of these. */
#define OUT_PORT_MAX 63u
#define OUT_DROP     0xff00u /* reason[] says why */
#define OUT_GONE     0xff01u /* consumed: no longer in the burst */
#define OUT_HELD     0xff02u /* waits with a holder: no longer in the burst */
#define OUT_WORKER   0xff03u /* to another worker, as it came; egress says to which */
#define OUT_HOST     0xff04u /* given to the host: no longer in the burst */

/* Beside the number of a worker with OUT_WORKER, and in the port of what is handed over: the sender
 * looks for the session of the packet (slowpath/handoff.c). */
#define SOUGHT_HOME  0x0800u /* the worker is the owner: another one has no session for it */
#define SOUGHT_ASKED 0x8000u /* the worker is asked for it; the mbuf says who the owner is */
#define SOUGHT_BACK  0x8800u /* the worker is the owner: nobody else has a session for it */
#define SOUGHT_MARKS 0x8800u

/* Where a packet goes; slots are compared by the word. */
union output {
	uint32_t word;
	struct {
		uint16_t port;  /* its index, or OUT_... */
		uint16_t iface; /* egress interface when port is one */
	};
};

struct burst {
	uint16_t n;
	uint16_t port;         /* index of the port they came in by */
	bool handed;           /* handed over by another worker: judged here,
				* whoever owns them, unless a session is looked
				* for */
	uint16_t known;        /* what came with them (fastpath/handed.h); 0: nothing */
	uint16_t sought;       /* SOUGHT_..., of all of them; 0: nobody looks for their sessions */
	uint32_t tick;         /* clock_tick when they arrived */
	uint64_t bytes;        /* of all frames as received */
	bool all_plain4;       /* every slot is SLOT_PLAIN4, without a tag */
	bool may_have_tcp;     /* false: no slot that the quick test accepted is TCP */
	bool same_output;      /* all slots of the hot loop leave by the same port and interface */
	uint16_t n_executed;   /* slots that the hot loop has settled, from the first on */
	uint64_t output_bytes; /* of their frames as they leave */
	const struct ingress *ingress;

	struct rte_mbuf *m[BURST_SLOTS];
	uint8_t *frame[BURST_SLOTS]; /* as received: valid until the slot is settled */
	struct key4 key4[BURST_SLOTS];
	uint64_t hash[BURST_SLOTS]; /* keyed, of the flow's key */
	uint32_t flow[BURST_SLOTS]; /* index of the flow record, 0: none */
	union output output[BURST_SLOTS];
	uint16_t l3[BURST_SLOTS];    /* offset of the IP header */
	uint16_t iface[BURST_SLOTS]; /* ingress interface */
	uint8_t class[BURST_SLOTS];
	uint8_t reason[BURST_SLOTS];
	struct key6 key6[BURST_SLOTS];
};

#endif
