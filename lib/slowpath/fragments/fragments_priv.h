/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of virtual reassembly. */
#ifndef SLOWPATH_FRAGMENTS_FRAGMENTS_PRIV_H
#define SLOWPATH_FRAGMENTS_FRAGMENTS_PRIV_H

#include "base/hash.h"
#include "slowpath/fragments/fragments.h"
#include "slowpath/fragments/share.h"

#define FRAGMENT_CHAINS  4096u /* heads of hash chains */
#define FRAGMENT_SOURCES 1024u /* sources share a count by a keyed hash */

enum datagram_state {
	DATAGRAM_WAITS,  /* its first fragment has not arrived */
	DATAGRAM_ASKED,  /* it has arrived, and its fate is not known yet */
	DATAGRAM_KNOWN,  /* it has left: the others use its ports */
	DATAGRAM_DENIED, /* it was dropped: the others are, too, until another first one
			  * arrives */
	DATAGRAM_DEAD,   /* fragments contradict each other: all are dropped */
};

/* What identifies a datagram (RFC 791, RFC 8200 4.5), and the link by which it came.  A link keeps
 * its number over all generations; an interface may move to another link. */
struct datagram_key {
	union address src, dst;
	uint32_t id;
	uint16_t port, vlan[2];
	uint8_t proto; /* IPv4; 0 for IPv6 */
	uint8_t family;
};

struct piece {
	uint16_t from, to; /* bytes of the payload, to exclusive */
	uint32_t hash;     /* keyed, of the bytes */
};

/* An entry is in several lists, each in order of arrival. */
enum datagram_list {
	LIST_AGE,     /* of its age queue: all are */
	LIST_IFACE,   /* incomplete ones of its interface */
	LIST_WAITING, /* of its source, without their first fragment */
	LIST_HOLDING, /* of its interface, that hold packets */
	LISTS,
};

/* Each queue has one lifetime, so its oldest entry is the first to expire. */
enum datagram_age { AGE_JUDGED, AGE_SPREAD, AGE_DENIED, AGE_DEAD, AGES };

struct datagram {
	struct datagram_key key;
	uint64_t expires_ns;
	uint16_t next;          /* in its chain, or of the vacant entries; 0: the last */
	uint16_t serial;        /* of its tickets */
	uint16_t turn;          /* of the generation that it follows */
	uint16_t iface, source; /* that it counts for */
	uint16_t first, last;   /* its held packets, in order of arrival; 0: none */
	uint16_t bytes;         /* seen so far */
	uint16_t end;           /* bytes in total; 0: unknown */
	uint8_t state;          /* enum datagram_state */
	uint8_t age;            /* enum datagram_age */
	uint8_t why;            /* DENIED, DEAD: enum reason */
	uint8_t n_pieces;
	bool waiting; /* in LIST_WAITING */
	struct fragment_pass pass;
	struct piece piece[FRAGMENT_PIECES];
};

struct held {
	struct rte_mbuf *m;
	struct fragment_pass pass; /* set when it is released */
	uint16_t next;             /* of its datagram, of the released or of the free places; 0: the
				    * last */
	uint16_t port, iface;
};

struct queue {
	uint16_t oldest, newest; /* 0: empty */
};

struct links {
	uint16_t older, newer;
};

struct fragments {
	struct ledger *ledger;
	uint64_t now_ns; /* of the last arrival or timer call */
	struct hash_key secret;
	uint16_t chain[FRAGMENT_CHAINS];
	uint16_t vacant;       /* datagrams, chained by next */
	uint16_t free;         /* held, chained by next */
	struct queue released; /* held places, chained by next, that their datagrams
				* have released */
	uint32_t live;         /* entries in use */
	fragments_ask ask;     /* about datagrams whose turn is an older one */
	void *ask_arg;
	uint16_t turn;      /* of generations */
	uint16_t following; /* the next entry to be asked about; 0: all have been */
	uint16_t n_age[AGES];
	struct queue age[AGES];
	struct queue iface[LEDGER_IFACES];
	struct queue waiting[FRAGMENT_SOURCES];
	struct queue holding[LEDGER_IFACES];
	uint16_t n_source[FRAGMENT_SOURCES]; /* incomplete ones */
	uint8_t n_waiting[FRAGMENT_SOURCES];
	struct share datagrams, packets; /* by interface */
	struct held held[FRAGMENT_HELD + 1];
	struct links links[LISTS][FRAGMENT_DATAGRAMS + 1];
	struct datagram datagram[FRAGMENT_DATAGRAMS + 1];
};

/* --- datagrams.c: entries, their counts, and which of them make room --- */

void datagram_key_of(struct datagram_key *k, const struct fragment_arrival *a);
uint16_t datagram_find(const struct fragments *f, const struct datagram_key *k);

/* Makes an entry that waits; another one may make room, with frag_limit. */
uint16_t datagram_make(
	struct fragments *f, const struct datagram_key *k, const struct fragment_arrival *a);

/* Tells that its first fragment has arrived. */
void datagram_named(struct fragments *f, uint16_t i);

/* Of the oldest ones of an interface in a list, the one whose source has most; 0: the list is
 * empty. */
uint16_t datagram_candidate(const struct fragments *f, enum datagram_list l, const struct queue *q);

/* Ends an entry. Its packets have been released or dropped before. */
void datagram_end(struct fragments *f, uint16_t i);

/* Ends an entry; its packets are dropped for a reason, or released if only their next hop was
 * waited for. */
void datagram_forget(struct fragments *f, uint16_t i, enum reason why);

/* Marks an entry as denied or discarded: it no longer counts for its source, and the oldest of its
 * kind may make room. */
void datagram_refuse(struct fragments *f, uint16_t i, enum datagram_state state, enum reason why);

void list_add(struct fragments *f, enum datagram_list l, struct queue *q, uint16_t i);
void list_remove(struct fragments *f, enum datagram_list l, struct queue *q, uint16_t i);

/* --- pieces.c: which bytes of a datagram have been seen --- */

enum piece_is {
	PIECE_NEW,
	PIECE_AGAIN, /* the same bytes once more */
	PIECE_TOO_MANY,
	PIECE_CONTRADICTS, /* overlaps another one, or the datagram ends elsewhere */
};
enum piece_is piece_add(
	const struct fragments *f, struct datagram *d, const struct fragment_arrival *a);
bool pieces_are_whole(const struct datagram *d);

/* --- hold.c: packets that wait --- */

/* Holds one more packet of a datagram; there is a free place. */
void hold_add(struct fragments *f, uint16_t i, const struct fragment_arrival *a);
void hold_drop(struct fragments *f, uint16_t i, enum reason why);
void hold_release(struct fragments *f, uint16_t i, const struct fragment_pass *pass);
void released_drop(struct fragments *f, enum reason why);

#endif
