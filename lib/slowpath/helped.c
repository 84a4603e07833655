/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of control sessions that a helper reads (lib/helper): what they announce is expected, and
 * they leave with the ends that their receiver can reach.
 *
 * These packets have no program in the flow table: each is evaluated, and comes here. */

#include <netinet/in.h>
#include <string.h>

#include "helper/tftp.h"
#include "io/pool.h"
#include "nat/nat.h"
#include "slowpath/slowpath_priv.h"

#define PORT_LEAST       1024u /* of a data connection */
#define TCP_SACK_ALLOWED 4     /* option, RFC 2018 2 */

/* A packet of a control session, as it arrived. */
struct helped {
	struct datapath *dp;
	const struct decision *d;
	const struct view *v;
};

static struct control *
control_of(const struct datapath *dp, const struct decision *d)
{
	return helpers_control(dp->helpers, session_index(dp->sessions, d->session));
}

/* Changes n bytes, an even number of them at an even offset, of what a TCP checksum covers. */
static void
change(uint8_t *tcp, uint8_t *field, const void *now, size_t n)
{
	uint16_t checksum;

	memcpy(&checksum, tcp + 16, 2);
	checksum = checksum_apply(checksum, checksum_delta(field, now, n));
	memcpy(tcp + 16, &checksum, 2);
	memcpy(field, now, n);
}

static uint32_t
read_number(const uint8_t *p)
{
	rte_be32_t n;

	memcpy(&n, p, 4);
	return rte_be_to_cpu_32(n);
}

static void
write_number(uint8_t *tcp, unsigned at, uint32_t n)
{
	rte_be32_t field = rte_cpu_to_be_32(n);

	if (read_number(tcp + at) != n)
		change(tcp, tcp + at, &field, 4);
}

/* Takes "SACK permitted" out of a SYN: selective acknowledgements would be with numbers that the
 * other side does not have. */
static void
forbid_sack(uint8_t *tcp)
{
	unsigned header = (tcp[12] >> 4) * 4u;

	for (unsigned i = 20; i < header && tcp[i] != 0;) {
		if (tcp[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 >= header || tcp[i + 1] < 2 || i + tcp[i + 1] > header)
			return;
		if (tcp[i] == TCP_SACK_ALLOWED && tcp[i + 1] == 2) {
			unsigned at = i & ~1u; /* checksums are over words */
			uint8_t words[4];

			if (at + 4 > header)
				at = header - 4;
			memcpy(words, tcp + at, 4);
			words[i - at] = words[i + 1 - at] = 1;
			change(tcp, tcp + at, words, 4);
			return;
		}
		i += tcp[i + 1];
	}
}

void
helped_arrives(
	struct datapath *dp, const struct decision *d, const struct view *v, struct rte_mbuf *m)
{
	const struct control *c = control_of(dp, d);
	uint8_t *tcp = rte_pktmbuf_mtod_offset(m, uint8_t *, v->l4);

	if (c->kind != HELPER_FTP || v->proto != IPPROTO_TCP)
		return;
	if (v->tcp_flags & RTE_TCP_SYN_FLAG)
		forbid_sack(tcp);
	if (v->tcp_flags & RTE_TCP_ACK_FLAG)
		write_number(tcp, 8, control_ack(c, d->reply, read_number(tcp + 8)));
}

/* Takes the public port of an announced end, where the session's source has one. */
static bool
take_public(const struct helped *h, struct expectation *e, struct ftp_end *told)
{
	struct tuple inside = e->to;
	struct nat_endpoint public = { 0 };

	inside.src = e->to.dst;
	inside.sport = e->to.dport;
	inside.domain = h->v->tuple.domain;
	if (nat_take_like(h->dp->nat, h->d->session, &inside, &e->hold, &public) != REASON_NONE)
		return false;
	if (public.address != e->first.dst.v4) {
		nat_release(h->dp->nat, &e->hold, SESSION_END_refused, h->dp->now_ns);
		return false;
	}
	e->first.dport = public.port;
	told->port = rte_be_to_cpu_16(public.port);
	return true;
}

/* Returns the domain where packets of one direction of the session arrive. */
static uint8_t
domain_of(const struct helped *h, bool reply)
{
	return generation_domain(h->dp->gen, session_iface(h->dp->sessions, h->d->session, reply));
}

/* Fills an announcement by the packet: whoever receives it will send to its sender. */
static void
announce(const struct helped *h, uint16_t port, struct expectation *e)
{
	const struct tuple *t = &h->v->tuple, *to = &h->d->to;

	*e = (struct expectation){
		.first = { .family = t->family, .proto = t->proto, .src = to->dst, .dst = to->src },
		.control = session_index(h->dp->sessions, h->d->session),
		.iface = session_iface(h->dp->sessions, h->d->session, !h->d->reply),
		.client = h->d->reply ? to->dst : t->src,
		.client_domain = domain_of(h, false),
	};
	e->first.dport = rte_cpu_to_be_16(port);
	e->first.domain = domain_of(h, !h->d->reply);
	e->to = e->first;
	e->to.domain = t->domain;
	e->to.dst = t->src;
	if (!h->d->reply)
		e->to.src = t->dst; /* the server as its client knows it */
}

/* A helper's line names an end: only that of its sender, and no port of a service. */
static bool
open_end(void *arg, bool reply, const struct ftp_end *end, struct ftp_end *told)
{
	const struct helped *h = arg;
	const struct tuple *t = &h->v->tuple, *to = &h->d->to;
	struct expectation e;

	if (end->port < PORT_LEAST || (end->family != 0 && end->family != t->family))
		return false;
	if (end->family != 0 && !address_equal(&end->address, &t->src)
		&& !(reply && address_equal(&end->address, &to->src)))
		return false;
	announce(h, end->port, &e);
	told->address = to->src;
	if (!reply && t->family == 4 && h->d->session->mapping[0] != 0 && !take_public(h, &e, told))
		return false;
	if (expectation_add(&h->dp->helpers->expectations, h->dp->nat, &e, h->dp->now_ns))
		return true;
	nat_release(h->dp->nat, &e.hold, SESSION_END_refused, h->dp->now_ns);
	return false;
}

/* A request of TFTP: its server answers from a port of its choice. */
static void
read_tftp(const struct helped *h, const struct rte_mbuf *m)
{
	const struct view *v = h->v;
	uint32_t bytes = v->l3_bytes - (v->payload - v->l3);
	struct expectation e;

	if (h->d->reply || v->payload == VIEW_NONE || v->payload + bytes > m->data_len
		|| !tftp_is_request(rte_pktmbuf_mtod_offset(m, const uint8_t *, v->payload), bytes))
		return;
	announce(h, rte_be_to_cpu_16(h->d->to.sport), &e);
	e.to.dport = v->tuple.sport;
	expectation_add(&h->dp->helpers->expectations, h->dp->nat, &e, h->dp->now_ns);
}

/* Writes the new length of the IP packet. */
static void
set_length(uint8_t *ip, unsigned family, uint32_t bytes)
{
	rte_be16_t now = rte_cpu_to_be_16((uint16_t)(family == 4 ? bytes : bytes - 40));
	uint8_t *field = ip + (family == 4 ? 2 : 4);
	uint16_t checksum;

	if (family == 4) {
		memcpy(&checksum, ip + 10, 2);
		checksum = checksum_apply(checksum, checksum_delta(field, &now, 2));
		memcpy(ip + 10, &checksum, 2);
	}
	memcpy(field, &now, 2);
}

/* Corrects the TCP checksum after a change of the segment: sums are those of all of it. */
static void
settle(uint8_t *tcp, uint64_t before, uint32_t bytes_before, uint32_t bytes)
{
	rte_be16_t was = rte_cpu_to_be_16((uint16_t)bytes_before);
	rte_be16_t is = rte_cpu_to_be_16((uint16_t)bytes);
	uint64_t delta = (uint16_t)~checksum_fold(before);
	uint16_t checksum;

	delta += checksum_fold(checksum_sum(tcp, bytes));
	delta += (uint64_t)(uint16_t)~was + is;
	memcpy(&checksum, tcp + 16, 2);
	checksum = checksum_apply(checksum, checksum_fold(delta));
	memcpy(tcp + 16, &checksum, 2);
}

/* Replaces a text of the payload.  Returns false without room. */
static bool
replace(struct view *v, struct rte_mbuf *m, const struct control_change *c)
{
	uint32_t l4_bytes = v->l3_bytes - (v->l4 - v->l3), more = c->new_bytes - c->old_bytes;
	uint8_t *tcp = rte_pktmbuf_mtod_offset(m, uint8_t *, v->l4);
	uint8_t *at = rte_pktmbuf_mtod_offset(m, uint8_t *, v->payload) + c->at;
	uint32_t rest = l4_bytes - (uint32_t)(at - tcp) - c->old_bytes;
	uint64_t before = checksum_sum(tcp, l4_bytes);

	if (c->new_bytes > c->old_bytes && rte_pktmbuf_tailroom(m) < more)
		return false;
	mbuf_debug_open_tail(m);
	memmove(at + c->new_bytes, at + c->old_bytes, rest);
	memcpy(at, c->text, c->new_bytes);
	m->data_len = (uint16_t)(m->data_len + more);
	m->pkt_len += more;
	v->l3_bytes += more;
	settle(tcp, before, l4_bytes, l4_bytes + more);
	set_length(rte_pktmbuf_mtod_offset(m, uint8_t *, v->l3), v->family, v->l3_bytes);
	return true;
}

static enum reason
read_ftp(struct helped *h, struct control *c, struct view *v, struct rte_mbuf *m)
{
	const struct control_opener opener = { open_end, h };
	uint8_t *tcp = rte_pktmbuf_mtod_offset(m, uint8_t *, v->l4);
	struct control_segment s = {
		.payload = rte_pktmbuf_mtod_offset(m, const uint8_t *, v->payload),
		.bytes = v->l3_bytes - (v->payload - v->l3),
		.seq = read_number(tcp + 4),
		.reply = h->d->reply,
		.syn = v->tcp_flags & RTE_TCP_SYN_FLAG,
	};
	uint16_t mtu = h->dp->nexthops[h->d->nexthop].mtu;
	struct control_change change_;

	if (m->nb_segs > 1) {
		c->off = true;
		s.bytes = 0;
	} else {
		rte_pktmbuf_trim(m, (uint16_t)(m->pkt_len - v->l3 - v->l3_bytes));
	}
	if (!control_read(c, &s, &opener, &change_))
		return REASON_helper_order;
	if (change_.old_bytes != 0
		&& (v->l3_bytes + change_.new_bytes > mtu + change_.old_bytes
			|| !replace(v, m, &change_)))
		return REASON_mtu_exceeded;
	write_number(tcp, 4, s.seq + (uint32_t)change_.move);
	return REASON_NONE;
}

enum reason
helped_leaves(struct datapath *dp, const struct decision *d, struct view *v, struct rte_mbuf *m)
{
	struct helped h = { dp, d, v };
	struct control *c = control_of(dp, d);

	if (c->kind == HELPER_TFTP && v->proto == IPPROTO_UDP)
		read_tftp(&h, m);
	if (c->kind != HELPER_FTP || v->proto != IPPROTO_TCP || v->payload == VIEW_NONE)
		return REASON_NONE;
	return read_ftp(&h, c, v, m);
}
