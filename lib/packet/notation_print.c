/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet notation: from a view or a tuple to text. */
#include "packet/notation_priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>

#include "packet/icmp.h"

struct text {
	char *out;
	size_t bytes;
	size_t used; /* bytes that the text would have, without its end */
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *fmt, ...)
{
	size_t left = t->used < t->bytes ? t->bytes - t->used : 0;
	va_list args;

	va_start(args, fmt);
	t->used += (size_t)vsnprintf(left > 0 ? t->out + t->used : NULL, left, fmt, args);
	va_end(args);
}

static void
add_address(struct text *t, const union address *a, unsigned family)
{
	char buf[INET6_ADDRSTRLEN];

	add(t, "%s", inet_ntop(family == 4 ? AF_INET : AF_INET6, a->bytes, buf, sizeof(buf)));
}

static void
add_endpoint(struct text *t, const union address *a, rte_be16_t port, unsigned family)
{
	if (family == 6)
		add(t, "[");
	add_address(t, a, family);
	add(t, family == 6 ? "]:%u" : ":%u", ntohs(port));
}

static bool
has_ports(const struct tuple *t)
{
	return (t->kind == KEY_PLAIN || t->kind == KEY_FAULTY) && notation_has_ports(t->proto);
}

static void
add_proto(struct text *text, const struct tuple *t)
{
	const char *word = "ip";

	if (t->proto == IPPROTO_TCP)
		word = "tcp";
	else if (t->proto == IPPROTO_UDP)
		word = "udp";
	else if (tuple_is_icmp(t))
		word = "icmp";
	else if (t->proto == IPPROTO_SCTP && has_ports(t))
		word = "sctp";
	else if (t->proto == IPPROTO_UDPLITE && has_ports(t))
		word = "udplite";
	add(text, "%s ", word);
}

static void
add_icmp(struct text *text, const struct tuple *t)
{
	unsigned type = ntohs(t->dport) >> 8, code = ntohs(t->dport) & 0xff;
	const char *name = icmp_name(t->family, type, code);

	if (name != NULL)
		add(text, " %s", name);
	else
		add(text, " type %u", type);
	if (code != 0 && (name == NULL || icmp_find(t->family, name).code < 0))
		add(text, " code %u", code);
	if (icmp_is_query(t->family, (uint8_t)type))
		add(text, " id %u", ntohs(t->sport));
}

static void
add_tuple(struct text *text, const struct tuple *t)
{
	add_proto(text, t);
	if (has_ports(t)) {
		add_endpoint(text, &t->src, t->sport, t->family);
		add(text, " > ");
		add_endpoint(text, &t->dst, t->dport, t->family);
		return;
	}
	add_address(text, &t->src, t->family);
	add(text, " > ");
	add_address(text, &t->dst, t->family);
	if (t->proto == IPPROTO_TCP || t->proto == IPPROTO_UDP)
		return;
	if (!tuple_is_icmp(t))
		add(text, " proto %u", t->proto);
	else if (t->kind == KEY_PLAIN || t->kind == KEY_FAULTY)
		add_icmp(text, t);
}

static void
add_tcp_flags(struct text *text, uint8_t flags)
{
	static const struct {
		char letter;
		uint8_t flag;
	} order[] = {
		{ 'F', 0x01 },
		{ 'S', 0x02 },
		{ 'R', 0x04 },
		{ 'P', 0x08 },
		{ 'A', 0x10 },
		{ 'U', 0x20 },
		{ 'E', 0x40 },
		{ 'C', 0x80 },
	};

	add(text, flags == 0 ? " null" : " ");
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (flags & order[i].flag)
			add(text, "%c", order[i].letter);
	}
}

static int
end(const struct text *t)
{
	if (t->used == 0 && t->bytes > 0)
		t->out[0] = '\0';
	return (int)t->used;
}

static void
add_arp(struct text *text, const struct view *v)
{
	const struct tuple *t = &v->tuple;
	bool asks = v->icmp_type == 1;

	add(text, "arp");
	if (!asks && v->icmp_type != 2)
		return;
	add(text, asks ? " who-has " : " reply ");
	add_address(text, asks ? &t->dst : &t->src, 4);
	add(text, " tell ");
	add_address(text, asks ? &t->src : &t->dst, 4);
}

/* Writes frames that are not IP packets, or that parse dropped before it knew the addresses. */
static void
add_other(struct text *text, const struct view *v)
{
	if (v->kind == VIEW_ARP)
		add_arp(text, v);
	else if (v->l3 == VIEW_NONE)
		add(text, "frame");
	else
		add(text, "ethertype 0x%04x", v->ethertype);
}

static bool
knows_addresses(const struct view *v)
{
	static const union address none;

	return v->family != 0 && v->l3_bytes != 0 && v->tuple.proto == v->proto
		&& !(address_equal(&v->tuple.src, &none) && address_equal(&v->tuple.dst, &none));
}

static bool
has_gre_header(const struct view *v)
{
	return v->proto == IPPROTO_GRE && v->l3_bytes >= (uint32_t)(v->l4 - v->l3) + 4;
}

/* Writes a packet of ESP or AH with its number, or of GRE, which may have none. */
static void
add_numbered(struct text *text, const struct view *v)
{
	uint32_t number = ntohl(v->ident);

	add(text, v->proto == IPPROTO_GRE ? "gre " : v->proto == IPPROTO_ESP ? "esp " : "ah ");
	add_address(text, &v->tuple.src, v->family);
	add(text, " > ");
	add_address(text, &v->tuple.dst, v->family);
	if (v->proto != IPPROTO_GRE)
		add(text, " spi 0x%x", number);
	else if (number == 0)
		return;
	else if ((number & 0xffff0000u) == GRE_CALL)
		add(text, " call %u", number & 0xffff);
	else
		add(text, " key %u", number);
}

static void
add_chunk(struct text *text, const struct view *v)
{
	const char *name = notation_chunk_name(v->sctp_chunk);

	if (name != NULL)
		add(text, " %s", name);
	else if (v->sctp_chunk != SCTP_NO_CHUNK)
		add(text, " chunk %u", v->sctp_chunk);
	if (v->ident != 0 || v->sctp_chunk != SCTP_CHUNK_INIT)
		add(text, " tag 0x%x", ntohl(v->ident));
}

int
notation_flow(char *out, size_t bytes, const struct view *v)
{
	struct text text = { out, bytes, 0 };

	if (!knows_addresses(v)) {
		add_other(&text, v);
		return end(&text);
	}
	if (v->l4 != VIEW_NONE
		&& (has_gre_header(v) || (v->ident != 0 && proto_has_ident(v->proto))))
		add_numbered(&text, v);
	else
		add_tuple(&text, &v->tuple);
	if (v->proto == IPPROTO_SCTP && v->l4 != VIEW_NONE)
		add_chunk(&text, v);
	if (v->proto == IPPROTO_TCP && v->l4 != VIEW_NONE)
		add_tcp_flags(&text, v->tcp_flags);
	if (v->frag_offset != 0)
		add(&text, " frag %u", v->frag_offset);
	if (v->more)
		add(&text, " mf");
	return end(&text);
}

int
notation_tuple(char *out, size_t bytes, const struct tuple *t)
{
	struct text text = { out, bytes, 0 };

	add_tuple(&text, t);
	if (t->kind == KEY_FRAGMENT)
		add(&text, " frag");
	return end(&text);
}

int
notation_address(char *out, size_t bytes, const union address *a, unsigned family)
{
	struct text text = { out, bytes, 0 };

	add_address(&text, a, family);
	return end(&text);
}

int
notation_endpoint(char *out, size_t bytes, const union address *a, rte_be16_t port, unsigned family)
{
	struct text text = { out, bytes, 0 };

	add_endpoint(&text, a, port, family);
	return end(&text);
}
