/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet notation of ARP and Neighbour Discovery: from text to a frame. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "packet/bytes.h"
#include "packet/checksum.h"
#include "packet/notation_priv.h"

enum {
	ARP_BYTES = 28,
	ND_BYTES = 32, /* with the option */
	IP6_BYTES = 40,
	NS = 135,
	NA = 136,
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	SOLICITED_OVERRIDE = 0x60,
};

static const struct form {
	const char *protocol, *verb;
	uint8_t family;
	uint8_t operation; /* of ARP; type of ND */
	bool asks;         /* who-has TARGET tell SENDER, else VERB SENDER tell TARGET */
} forms[] = {
	{ "arp", "who-has", 4, 1, true },
	{ "arp", "reply", 4, 2, false },
	{ "ns", "who-has", 6, NS, true },
	{ "na", "reply", 6, NA, false },
};

bool
notation_is_neighbour(const char *text)
{
	char why[WHY_BYTES];
	struct reader in = { .at = text, .why = why };

	if (!notation_next(&in))
		return false;
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(in.word, forms[i].protocol) == 0)
			return true;
	return false;
}

static int
read_address(struct reader *in, unsigned family, union address *a)
{
	if (!notation_next(in))
		return notation_wrong(in->why, "an address is missing at the end");
	if (inet_pton(family == 4 ? AF_INET : AF_INET6, in->word, a->bytes) != 1)
		return notation_wrong(in->why, "'%.60s' is not an IPv%u address", in->word, family);
	return 0;
}

/* Returns the form that the first two words choose, or NULL with why. */
static const struct form *
read_form(struct reader *in)
{
	const struct form *form = NULL;
	char protocol[8];

	notation_next(in);
	snprintf(protocol, sizeof(protocol), "%.7s", in->word);
	notation_next(in);
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(protocol, forms[i].protocol) != 0)
			continue;
		form = &forms[i];
		if (strcmp(in->word, form->verb) == 0)
			return form;
	}
	notation_wrong(in->why, "'%s' must be followed by %s%s, not '%.40s'", protocol,
		form != NULL && form->family == 4 ? "who-has or " : "",
		form != NULL ? form->verb : "", in->word);
	return NULL;
}

/* Sets the destination unless the text gives one: all stations, or the group of the target. */
static void
set_group(struct recipe *r, const struct form *form)
{
	static const uint8_t prefix[] = { 0x33, 0x33, 0xff };

	if (!form->asks)
		return;
	memset(r->macs.dst, 0xff, 6);
	if (form->family == 4)
		return;
	memcpy(r->macs.dst, prefix, sizeof(prefix));
	memcpy(r->macs.dst + 3, r->tuple.dst.bytes + 13, 3);
}

/* tuple: from the sender to the target. */
static const struct form *
read_all(struct recipe *r, const char *text, char why[static WHY_BYTES])
{
	struct reader in = { .at = text, .r = r, .why = why };
	const struct form *form = read_form(&in);
	union address *first, *second;

	if (form == NULL)
		return NULL;
	first = form->asks ? &r->tuple.dst : &r->tuple.src;
	second = form->asks ? &r->tuple.src : &r->tuple.dst;
	if (read_address(&in, form->family, first) < 0)
		return NULL;
	if (!notation_next(&in) || strcmp(in.word, "tell") != 0) {
		notation_wrong(why, "'%.40s' is in the place of tell", in.word);
		return NULL;
	}
	if (read_address(&in, form->family, second) < 0)
		return NULL;
	set_group(r, form);
	while (notation_next(&in)) {
		if (strcmp(in.word, "from") != 0 && strcmp(in.word, "to") != 0
			&& strcmp(in.word, "vlan") != 0) {
			notation_wrong(why, "'%.40s' is not one of from, to, vlan", in.word);
			return NULL;
		}
		if (notation_read_word(&in) < 0)
			return NULL;
	}
	return form;
}

static unsigned
make_arp(const struct recipe *r, uint8_t operation, uint8_t *arp)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0 };

	memset(arp, 0, ARP_BYTES);
	memcpy(arp, head, sizeof(head));
	arp[7] = operation;
	memcpy(arp + 8, r->macs.src, 6);
	memcpy(arp + 14, r->tuple.src.bytes, 4);
	if (operation == 2)
		memcpy(arp + 18, r->macs.dst, 6);
	memcpy(arp + 24, r->tuple.dst.bytes, 4);
	return ARP_BYTES;
}

static void
solicited_node(const union address *a, uint8_t *group)
{
	static const uint8_t prefix[13] = { 0xff, 2, [11] = 1, [12] = 0xff };

	memcpy(group, prefix, sizeof(prefix));
	memcpy(group + 13, a->bytes + 13, 3);
}

static unsigned
make_nd(const struct recipe *r, uint8_t type, uint8_t *ip)
{
	static const union address none;
	uint8_t *nd = ip + IP6_BYTES;
	unsigned bytes = ND_BYTES;
	uint16_t sum;

	/* A solicitation from the unspecified address has no MAC option (RFC 4861 4.3). */
	if (type == NS && address_equal(&r->tuple.src, &none))
		bytes -= 8;
	memset(ip, 0, IP6_BYTES + ND_BYTES);
	put32(ip, 6u << 28);
	put16(ip + 4, bytes);
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = 255;
	memcpy(ip + 8, r->tuple.src.bytes, 16);
	if (type == NS)
		solicited_node(&r->tuple.dst, ip + 24);
	else
		memcpy(ip + 24, r->tuple.dst.bytes, 16);
	nd[0] = type;
	nd[4] = type == NA ? SOLICITED_OVERRIDE : 0;
	memcpy(nd + 8, type == NS ? r->tuple.dst.bytes : r->tuple.src.bytes, 16);
	if (bytes == ND_BYTES) {
		nd[24] = type == NS ? OPTION_SOURCE_MAC : OPTION_TARGET_MAC;
		nd[25] = 1;
		memcpy(nd + 26, r->macs.src, 6);
	}
	sum = (uint16_t)~checksum_fold(checksum_sum(nd, bytes)
		+ checksum_pseudo(ip + 8, ip + 24, 16, IPPROTO_ICMPV6, bytes));
	memcpy(nd + 2, &sum, 2);
	return IP6_BYTES + bytes;
}

int
notation_build_neighbour(const char *text, const struct notation_macs *macs, uint8_t *frame,
	size_t max_bytes, char why[static WHY_BYTES])
{
	struct recipe r = { .macs = *macs };
	const struct form *form = read_all(&r, text, why);
	size_t at;

	if (form == NULL)
		return -EINVAL;
	if (max_bytes < 14 + 4 * r.vlans + IP6_BYTES + ND_BYTES)
		return -ENOSPC;
	at = recipe_make_eth(&r, frame, form->family == 4 ? 0x0806 : 0x86dd);
	return (int)(at
		+ (form->family == 4 ? make_arp(&r, form->operation, frame + at)
				     : make_nd(&r, form->operation, frame + at)));
}
