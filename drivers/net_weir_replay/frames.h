/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of a capture in memory, and what a NIC would say about each.
 *
 * Frames lie one after the other from multiples of 64 bytes on, padded with zeros to such a
 * multiple, on huge pages where the kernel has them: receiving reads them in order.
 *
 * Threads: filled when the device is made, described when it is started, read by queues.
 * Memory: frames_fini. */
#ifndef NET_WEIR_REPLAY_FRAMES_H
#define NET_WEIR_REPLAY_FRAMES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_LINE = 64,
	FRAME_LENGTH_MAX = 16384,
	RSS_KEY_BYTES = 40,
	PLACE_TCP_CKSUM = 16, /* struct place: that of TCP */
	RSS_TUPLE_BYTES = 36, /* IPv6: two addresses, two ports */
};

/* The description of one frame. */
struct frame {
	uint32_t line;  /* begins so many times 64 bytes from the first */
	uint32_t hash;  /* Toeplitz, 0 when not IP */
	uint32_t ptype; /* RTE_PTYPE_* */
	uint16_t length;
	uint16_t flags; /* RTE_MBUF_F_RX_*; those used are below 2^16 */
};
static_assert(sizeof(struct frame) == 16, "four to a line");

/* Where in a frame is what makes its flow: bytes from the first one of what stands before. */
struct place {
	uint8_t ip;      /* from the frame; 0: not IP, or too far in */
	uint8_t l4;      /* from ip; 0: no ports (another protocol, a fragment) */
	uint8_t cksum;   /* from l4; 0: none */
	uint8_t six : 1; /* IPv6 */
	uint8_t ports_hashed : 1;
	uint8_t numbers : 4; /* from l4: two of four bytes that step= moves on; 0: none */
};
static_assert(sizeof(struct place) == 4, "sixteen to a line");

struct frames {
	uint8_t *bytes; /* NULL: none */
	struct frame *at;
	struct place *places; /* of the same frames */
	uint32_t count;
	uint32_t longest;
	size_t mapped;
};

/* Reads a capture: classic or ng, of Ethernet frames that are complete.  0, or -errno with a
 * sentence in error. */
int frames_read(struct frames *frames, const char *path, char *error, unsigned size);
void frames_fini(struct frames *frames);

/* Which hashes, and with what key. */
struct rss {
	uint8_t key[RSS_KEY_BYTES];
	uint64_t types; /* RTE_ETH_RSS_*: whose ports count, whose addresses */
};

/* What is to be told of the frames. */
struct describe {
	const struct rss *rss;
	bool hash;
	bool ptype;
	bool cksum;
};

/* The Toeplitz hash of a tuple of addresses and ports as they stand in headers; a multiple of
 * four bytes, RSS_TUPLE_BYTES at most. */
uint32_t rss_hash(const struct rss *rss, const uint8_t *tuple, unsigned bytes);

/* Fills hash, ptype and flags of all frames, and their places. */
void frames_describe(struct frames *frames, const struct describe *what);

#endif
