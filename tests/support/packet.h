/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets for tests, in the notation of packet/notation.h, from 02:00:00:00:00:09 to
 * 02:00:00:00:00:01 unless the text says otherwise.  A wrong text fails the test. */
#ifndef SUPPORT_PACKET_H
#define SUPPORT_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct rte_mbuf;

#define GIVEN_MAC \
	{ \
		2, 0, 0, 0, 0, 1 \
	} /* the interface's */
#define GIVEN_PEER_MAC \
	{ \
		2, 0, 0, 0, 0, 9 \
	}

struct packet {
	uint8_t *bytes; /* as long as the frame, so that a read behind it is seen */
	size_t n;
};

/* The caller frees bytes. */
struct packet given_frame(const char *text);

/* The bytes that hex says; blanks are skipped.  The caller frees bytes. */
struct packet given_hex(const char *hex);

/* The bytes as a chain of buffers of no pool, the first of them of first_bytes; given_chain_free
 * frees it. */
struct rte_mbuf *given_chain(const uint8_t *bytes, size_t n, size_t first_bytes);
void given_chain_free(struct rte_mbuf *m);

/* Fails with both, row by row in hex, and marks what differs. */
void expect_bytes(const uint8_t *got, size_t got_bytes, const uint8_t *want, size_t want_bytes);

#endif
