/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters, read from the parameters of a call. */

#include "control/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "base/ip.h"
#include "config/compile.h"
#include "policy/generation.h"
#include "schema/value.h"
#include "session/sctp.h"
#include "session/session.h"
#include "session/tcp.h"

static bool
read_prefix(struct rpc_call *call, const char *name, struct walk_prefix *out)
{
	const char *text = rpc_text(call, name);
	struct ip_prefix p;

	if (text == NULL)
		return true;
	if (!ip_prefix_parse(text, &p))
		return rpc_wrong(call, name, text, "address or prefix");
	p = ip_prefix_network(&p);
	out->family = p.address.family == AF_INET ? 4 : 6;
	out->length = p.length;
	memcpy(out->address.bytes, p.address.bytes, sizeof(out->address.bytes));
	return true;
}

static bool
read_number(const char *text, unsigned long most, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out <= most;
}

static bool
read_port(struct rpc_call *call, const char *name, rte_be16_t *out)
{
	const char *text = rpc_text(call, name);
	unsigned long n;

	if (text == NULL)
		return true;
	if (!read_number(text, 65535, &n) || n == 0)
		return rpc_wrong(call, name, text, "port, 1 to 65535");
	*out = rte_cpu_to_be_16((uint16_t)n);
	return true;
}

static bool
read_proto(struct rpc_call *call, struct walk_filter *f)
{
	const char *text = rpc_text(call, "proto");
	unsigned long n;

	if (text == NULL)
		return true;
	for (unsigned i = 0; cfg_protocols[i].word != NULL; i++)
		if (strcmp(cfg_protocols[i].word, text) == 0)
			f->proto = (uint8_t)cfg_protocols[i].value;
	if (f->proto == 0 && (!read_number(text, 255, &n) || n == 0))
		return rpc_wrong(call, "proto", text,
			"protocol: tcp, udp, icmp, sctp, gre, ..., or a number");
	f->proto = f->proto != 0 ? f->proto : (uint8_t)n;
	return true;
}

static void
add_iface(struct walk_filter *f, unsigned id)
{
	f->by_iface = 1;
	f->ifaces[id / 64] |= 1ull << id % 64;
}

static bool
read_ifaces(struct rpc_call *call, const struct generation *gen, struct walk_filter *f)
{
	const char *name = rpc_text(call, "interface"), *zone = rpc_text(call, "zone");

	if (name != NULL) {
		const struct interface *iface = generation_find(gen, name);

		if (iface == NULL)
			return rpc_wrong(
				call, "interface", name, "interface of the configuration in use");
		add_iface(f, iface->id);
	}
	if (zone == NULL)
		return true;
	for (unsigned i = 0; i < gen->zones.n; i++) {
		if (strcmp(gen->zones.zone[i].name, zone) != 0)
			continue;
		for (unsigned k = 0; k < gen->zones.zone[i].n; k++)
			add_iface(f, gen->zones.zone[i].iface[k]);
		f->by_iface = 1;
		return true;
	}
	return rpc_wrong(call, "zone", zone, "zone of the configuration in use");
}

bool
domain_read(struct rpc_call *call, const struct generation *gen, uint8_t *domain)
{
	const char *name = rpc_text(call, "domain");

	*domain = name != NULL ? generation_find_domain(gen, name) : DOMAIN_MAIN;
	return *domain != DOMAIN_NONE
		|| rpc_wrong(call, "domain", name, "domain of the configuration in use");
}

static bool
read_domain(struct rpc_call *call, const struct generation *gen, struct walk_filter *f)
{
	f->by_domain = rpc_text(call, "domain") != NULL;
	return domain_read(call, gen, &f->domain);
}

static bool
read_state(struct rpc_call *call, struct walk_filter *f)
{
	const char *text = rpc_text(call, "state");

	if (text == NULL)
		return true;
	for (unsigned i = 0; i < SESSION_CLASSES; i++)
		if (strcmp(session_class_name(i), text) == 0)
			f->classes |= (uint16_t)(1u << i);
	for (unsigned i = 1; f->classes == 0 && i < TCP_STATES; i++)
		if (strcmp(tcp_state_name(i), text) == 0)
			f->tcp |= (uint16_t)(1u << i);
	for (unsigned i = 1; f->classes == 0 && i < SCTP_STATES; i++)
		if (strcmp(sctp_state_name(i), text) == 0)
			f->sctp |= (uint16_t)(1u << i);
	return f->classes != 0 || f->tcp != 0 || f->sctp != 0
		|| rpc_wrong(call, "state", text, "state of a session");
}

static bool
read_nat(struct rpc_call *call, struct walk_filter *f)
{
	const char *text = rpc_text(call, "nat");

	if (text == NULL)
		return true;
	if (strcmp(text, "snat") == 0 || strcmp(text, "any") == 0)
		f->translated |= SESSION_SNAT;
	if (strcmp(text, "dnat") == 0 || strcmp(text, "any") == 0)
		f->translated |= SESSION_DNAT;
	return f->translated != 0
		|| rpc_wrong(call, "nat", text, "kind of translation: snat, dnat, any");
}

bool
filter_read(struct rpc_call *call, const struct generation *gen, struct walk_filter *f)
{
	memset(f, 0, sizeof(*f));
	return read_prefix(call, "address", &f->any) && read_prefix(call, "src", &f->src)
		&& read_prefix(call, "inside", &f->src) && read_prefix(call, "dst", &f->dst)
		&& read_port(call, "port", &f->port) && read_port(call, "sport", &f->sport)
		&& read_port(call, "dport", &f->dport) && read_proto(call, f)
		&& read_ifaces(call, gen, f) && read_domain(call, gen, f) && read_state(call, f)
		&& read_nat(call, f);
}

bool
filter_is_asked(const struct rpc_call *call)
{
	static const char *const names[] = {
		"address",
		"src",
		"dst",
		"port",
		"sport",
		"dport",
		"proto",
		"interface",
		"domain",
		"zone",
		"state",
		"nat",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (rpc_text(call, names[i]) != NULL)
			return true;
	return false;
}
