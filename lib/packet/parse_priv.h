/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of parse.  Each parse_x reads one header at an offset in the
 * view, writes its fields to the view and continues with the next header; it returns 0, or the
 * reason why the packet is dropped. */
#ifndef PACKET_PARSE_PRIV_H
#define PACKET_PARSE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/load.h"
#include "packet/view.h"

struct frame {
	const uint8_t *data;
	uint32_t here_bytes;      /* that may be read at data: the first segment */
	uint32_t all_bytes;       /* of the frame, in all segments */
	const struct rte_mbuf *m; /* NULL: there is only data */
	bool quoted;              /* by an ICMP error: may end anywhere */
	bool destination_moves;   /* parse_ip6: a routing header has segments left */
};

/* Returns 0 if bytes [at, at + n) can be read, multi_segment if they are in a later segment, or why
 * if the frame does not have them. */
static inline enum reason
frame_lacks(const struct frame *f, uint32_t at, uint32_t n, enum reason why)
{
	if (at + n <= f->here_bytes)
		return REASON_NONE;
	return at + n <= f->all_bytes ? REASON_multi_segment : why;
}

static inline uint32_t
read_be32(const uint8_t *p)
{
	return (uint32_t)read_be16(p) << 16 | read_be16(p + 2);
}

enum reason parse_ip4(struct view *v, struct frame *f); /* at v->l3 */
enum reason parse_ip6(struct view *v, struct frame *f); /* at v->l3 */
enum reason parse_l4(struct view *v, const struct frame *f, uint32_t at);

/* Checks a fragment of n bytes, behind before bytes that the whole datagram has in front of its
 * first byte. */
enum reason parse_fragment(struct view *v, uint32_t before, uint32_t n);

/* Sets all fields to "unknown". */
void view_clear(struct view *v);

#endif
