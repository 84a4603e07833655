/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet notation: from text to a recipe. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "packet/notation_priv.h"

static int
read_port(struct reader *in, char *text, rte_be16_t *port)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > 65535)
		return notation_wrong(in->why, "'%.40s' is not a port", text);
	*port = htons((uint16_t)n);
	in->r->ports = true;
	return 0;
}

/* Reads 10.0.0.2, 10.0.0.2:80, 2001:db8::1, [2001:db8::1] or [2001:db8::1]:80. */
static int
read_endpoint(struct reader *in, const char *what, union address *a, rte_be16_t *port)
{
	struct tuple *t = &in->r->tuple;
	char *text = in->word, *end, *colon = NULL;
	unsigned family;

	if (!notation_next(in))
		return notation_wrong(in->why, "the packet has no %s", what);
	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return notation_wrong(
				in->why, "'%.60s': no ']', or no ':' behind it", in->word);
		colon = end[1] == ':' ? end + 1 : NULL;
		*end = '\0';
	} else if (strchr(text, ':') != NULL && strchr(text, ':') == strrchr(text, ':')) {
		colon = strchr(text, ':');
		*colon = '\0';
	}
	family = strchr(text, ':') == NULL ? 4 : 6;
	if (inet_pton(family == 4 ? AF_INET : AF_INET6, text, a->bytes) != 1)
		return notation_wrong(in->why, "'%.60s' is not an address", text);
	if (t->family != 0 && t->family != family)
		return notation_wrong(
			in->why, "'%.60s' is of another family than the source", text);
	t->family = (uint8_t)family;
	if (colon == NULL)
		return 0;
	if (!notation_has_ports(t->proto))
		return notation_wrong(
			in->why, "'%.40s': only tcp, udp, sctp and udplite have ports", colon + 1);
	return read_port(in, colon + 1, port);
}

static int read_packet(struct reader *in, bool inner);

static int
read_quote(struct reader *in)
{
	struct reader inner = { .at = in->at, .r = in->quote, .why = in->why };
	int rc;

	if (in->quote == NULL)
		return notation_wrong(in->why, "a quoted packet quotes none");
	if (!in->r->icmp)
		return notation_wrong(in->why, "only an icmp packet quotes another in ()");
	rc = read_packet(&inner, true);
	in->at = inner.at;
	in->r->quote = in->quote;
	return rc;
}

/* Reads a word behind the endpoints, or the packet that an error quotes. */
static int
read_more(struct reader *in)
{
	return !in->quoted && strcmp(in->word, "(") == 0 ? read_quote(in) : notation_read_word(in);
}

static int
read_protocol(struct reader *in)
{
	static const struct {
		const char *word;
		uint8_t proto;
	} protocols[] = {
		{ "tcp", IPPROTO_TCP },
		{ "udp", IPPROTO_UDP },
		{ "sctp", IPPROTO_SCTP },
		{ "udplite", IPPROTO_UDPLITE },
		{ "gre", IPPROTO_GRE },
		{ "esp", IPPROTO_ESP },
		{ "ah", IPPROTO_AH },
	};
	struct recipe *r = in->r;

	if (!notation_next(in))
		return notation_wrong(in->why, "there is no packet");
	r->icmp = strcmp(in->word, "icmp") == 0 || strcmp(in->word, "icmp6") == 0;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(in->word, protocols[i].word) == 0)
			r->tuple.proto = protocols[i].proto;
	if (r->tuple.proto == 0 && !r->icmp && strcmp(in->word, "ip") != 0)
		return notation_wrong(in->why,
			"'%.40s' is not one of tcp, udp, icmp, sctp, udplite, gre, esp, ah, ip, arp, ns, na",
			in->word);
	return 0;
}

/* Checks what depends on several words. */
static int
check_recipe(struct recipe *r, char *why)
{
	struct tuple *t = &r->tuple;
	bool has_l4 = recipe_number(r, NUMBER_FRAG, 0) == 0;

	r->unread = t->proto == 0 && !r->icmp;
	if (r->icmp)
		t->proto = t->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	else if (t->proto == 0 && !recipe_has(r, NUMBER_PROTO))
		return notation_wrong(why, "an ip packet needs 'proto' and a number");
	else if (t->proto == 0)
		t->proto = (uint8_t)r->number[NUMBER_PROTO];
	if (has_l4 && r->icmp && !recipe_has(r, NUMBER_TYPE))
		return notation_wrong(why, "an icmp packet needs a type, such as echo-request");
	if (has_l4 && !r->ports && !r->unread && notation_has_ports(t->proto))
		return notation_wrong(why, "a tcp, udp, sctp or udplite packet needs ports");
	if (has_l4 && proto_has_ident(t->proto) && !r->unread && t->proto != IPPROTO_GRE
		&& !recipe_has(r, NUMBER_SPI))
		return notation_wrong(why, "an esp or ah packet needs spi and a number");
	if (recipe_number(r, NUMBER_FRAG, 0) % 8 != 0)
		return notation_wrong(
			why, "frag %u is not a multiple of 8", r->number[NUMBER_FRAG]);
	return 0;
}

static int
read_packet(struct reader *in, bool inner)
{
	struct tuple *t = &in->r->tuple;
	bool closed = false;

	if (read_protocol(in) < 0 || read_endpoint(in, "source", &t->src, &t->sport) < 0)
		return -EINVAL;
	if (!notation_next(in) || strcmp(in->word, ">") != 0)
		return notation_wrong(
			in->why, "'%.40s' is in the place of >, after the source", in->word);
	if (read_endpoint(in, "destination", &t->dst, &t->dport) < 0)
		return -EINVAL;
	while (!closed && notation_next(in)) {
		closed = inner && strcmp(in->word, ")") == 0;
		if (!closed && read_more(in) < 0)
			return -EINVAL;
	}
	if (inner && !closed)
		return notation_wrong(in->why, "the quoted packet has no ')'");
	return check_recipe(in->r, in->why);
}

int
recipe_read(struct recipe *r, struct recipe *quote, const char *text, char why[static WHY_BYTES])
{
	struct reader in = { .at = text, .r = r, .quote = quote, .why = why };

	return read_packet(&in, false);
}
