/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that a host between two links is given, and those that it must send. */
#ifndef UNIT_HOST_FRAMES_H
#define UNIT_HOST_FRAMES_H

#include "two_links.h"

/* The peer's MAC on a port. */
static inline struct notation_macs
macs_of(const struct two_links *f, uint16_t port)
{
	struct notation_macs macs = { { 2, 0, 0, 0, 0, 9 }, { 0 } };

	if (port == 1)
		macs.src[5] = 0x22;
	memcpy(macs.dst, f->gen.ingress[port].mac, 6);
	return macs;
}

static inline unsigned
build(const char *text, const struct notation_macs *macs, uint8_t *frame)
{
	char why[128];
	int n = notation_build(text, macs, frame, FRAME_MAX, why);

	if (n < 0)
		fail_msg("%s: %s", text, why);
	return (unsigned)n;
}

/* A frame that came in by a port, in one buffer. */
static inline struct rte_mbuf *
arrived(struct two_links *f, uint16_t port, const uint8_t *frame, unsigned n)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), frame, n);
	f->ledger->port[port].rx++;
	return m;
}

static inline enum reason
give(struct two_links *f, uint16_t port, struct rte_mbuf *m)
{
	enum reason r;
	struct view v;

	parse_frame(&v, m, &f->gen.ingress[port]);
	r = v.kind == VIEW_BAD       ? v.reason
		: v.kind == VIEW_ARP ? host_arp(f->host, &v, m)
				     : host_local(f->host, &v, m);
	if (r != REASON_NONE) {
		ledger_drop(f->ledger, v.iface, r);
		rte_pktmbuf_free(m);
	}
	return r;
}

static inline enum reason
receive_bytes(struct two_links *f, uint16_t port, const uint8_t *frame, unsigned n)
{
	return give(f, port, arrived(f, port, frame, n));
}

/* A frame from the port's peer, in the notation. */
static inline enum reason
receive(struct two_links *f, uint16_t port, const char *text)
{
	struct notation_macs macs = macs_of(f, port);
	uint8_t frame[FRAME_MAX];
	unsigned n = build(text, &macs, frame);

	return receive_bytes(f, port, frame, n);
}

static inline unsigned
unhex(const char *hex, uint8_t *out)
{
	unsigned n = 0, byte;

	for (; *hex != '\0'; hex += 2) {
		while (*hex == ' ')
			hex++;
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[n++] = (uint8_t)byte;
	}
	return n;
}

/* The same in hexadecimal, blanks where it pleases. */
static inline enum reason
receive_hex(struct two_links *f, uint16_t port, const char *hex)
{
	uint8_t frame[FRAME_MAX];
	unsigned n = unhex(hex, frame);

	return receive_bytes(f, port, frame, n);
}

/* The next frame sent; fails when there is none. */
static inline struct rte_mbuf *
next_sent(struct two_links *f, uint16_t port)
{
	if (f->n_seen == f->n_sent)
		fail_msg("nothing was sent");
	assert_int_equal(f->sent_port[f->n_seen], port);
	return f->sent[f->n_seen++];
}

static inline void
expect_nothing(const struct two_links *f)
{
	assert_int_equal(f->n_sent - f->n_seen, 0);
}

static inline void
expect_bytes(const struct rte_mbuf *m, const uint8_t *want, unsigned n)
{
	char got_hex[2 * FRAME_MAX + 1] = "", want_hex[2 * FRAME_MAX + 1] = "";
	uint8_t copy[FRAME_MAX];
	const uint8_t *got = rte_pktmbuf_read(m, 0, m->pkt_len, copy);

	assert_non_null(got);
	for (unsigned i = 0; i < m->pkt_len; i++)
		snprintf(got_hex + 2 * i, 3, "%02x", got[i]);
	for (unsigned i = 0; i < n; i++)
		snprintf(want_hex + 2 * i, 3, "%02x", want[i]);
	assert_string_equal(got_hex, want_hex);
}

static inline void
expect_hex(struct two_links *f, uint16_t port, const char *hex)
{
	uint8_t want[FRAME_MAX];
	unsigned n = unhex(hex, want);

	expect_bytes(next_sent(f, port), want, n);
}

/* The next frame sent is this one, byte by byte, to the port's peer. */
static inline void
expect_sent(struct two_links *f, uint16_t port, const char *text)
{
	struct notation_macs peer = macs_of(f, port), macs;
	uint8_t want[FRAME_MAX];
	unsigned n;

	memcpy(macs.src, peer.dst, 6);
	memcpy(macs.dst, peer.src, 6);
	n = build(text, &macs, want);
	expect_bytes(next_sent(f, port), want, n);
}

static inline uint64_t
drops(const struct two_links *f, uint16_t iface, enum reason r)
{
	return f->ledger->iface[iface].drops[r];
}

static inline uint16_t
nexthop(struct two_links *f, unsigned iface, const char *gateway)
{
	union address a = address(gateway);

	return host_nexthop(f->host, &f->iface[iface], &a, strchr(gateway, ':') != NULL ? 6 : 4);
}

/* A packet from the port's peer that is routed to a gateway, as the slow path does it. */
static inline enum reason
forward(struct two_links *f, uint16_t port, const char *text, unsigned egress, const char *gateway)
{
	struct notation_macs macs = macs_of(f, port);
	uint16_t nh = nexthop(f, egress, gateway);
	uint8_t frame[FRAME_MAX];
	struct rte_mbuf *m;
	enum reason r;
	struct view v;

	m = arrived(f, port, frame, build(text, &macs, frame));
	parse_frame(&v, m, &f->gen.ingress[port]);
	assert_int_not_equal(v.kind, VIEW_BAD);
	r = nh == 0 ? REASON_neighbour_queue_full : host_hold(f->host, nh, m, v.l3, &v);
	if (r != REASON_NONE) {
		ledger_drop(f->ledger, (uint16_t)egress, r);
		rte_pktmbuf_free(m);
	}
	return r;
}

#endif
