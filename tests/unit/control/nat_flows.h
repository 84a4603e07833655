/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows from the inside, each with its own source, that are translated or not, by a configuration
 * with or without translation, a port forward and a route of its own:
 *
 *   10.9.0.0/16 behind 10.1.0.2 --- lan [ Weir ] wan --- 198.51.100.2 --- the rest */
#ifndef UNIT_CONTROL_NAT_FLOWS_H
#define UNIT_CONTROL_NAT_FLOWS_H

#include "support/appliance_fixture.h"

enum { FLOWS = 24 };

#define TRANSLATES 1u
#define FORWARDS   2u
#define ROUTES     4u /* as a subnet of its own, which is inside */

struct end {
	char inside[32], public[32];
};

static inline char *
config_text(unsigned what)
{
	static char text[2048];

	snprintf(text, sizeof(text),
		"version: 1\n"
		"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n"
		"interfaces:\n"
		"  lan: {addresses: [10.1.0.1/24], pipeline: inside,\n"
		"    neighbours: {10.1.0.2: \"02:00:00:00:01:02\"}}\n"
		"  wan: {addresses: [198.51.100.1/24], pipeline: outside,\n"
		"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n"
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.0.0.0/8, via: 10.1.0.2}%s]}\n"
		"acls: {in: {default: drop, rules: [{state: [established], action: accept},\n"
		"  {proto: tcp, dport: 80, action: accept}]}}\n"
		"nat: {up: {pool: [198.51.100.9], ports: 20000-29999}}\n"
		"pipelines:\n"
		"  inside: [track, {route: main}%s]\n"
		"  outside: [track, %s{acl: in}, {route: main}]\n",
		what & ROUTES ? ", {to: 10.9.0.0/17, via: 10.1.0.2}" : "",
		what & TRANSLATES ? ", {snat: up}" : "",
		what & FORWARDS ? "{dnat: {to: \"10.9.9.9:80\", if: {dst: 198.51.100.1, proto: "
				  "tcp, dport: 8080}}}, "
				: "");
	return text;
}

static inline void
read_end(const uint8_t *address, const uint8_t *port, char *out)
{
	snprintf(out, 32, "%u.%u.%u.%u:%u", address[0], address[1], address[2], address[3],
		port[0] << 8 | port[1]);
}

struct lookup {
	unsigned at; /* the source (12) or destination (16) of the header */
	bool public;
	const struct end *ends;
	unsigned found;
};

static inline void
look_up(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, 14);
	struct lookup *l = arg;
	char text[32];

	read_end(ip + l->at, ip + (l->at == 12 ? 20 : 22), text);
	for (unsigned k = 0; k < FLOWS; k++)
		l->found += strcmp(text, l->public ? l->ends[k].public : l->ends[k].inside) == 0;
}

/* How often one of the ends is among the packets that have left by a port. */
static inline unsigned
found(struct appliance_fixture *f, const char *port, unsigned at, bool public,
	const struct end ends[FLOWS])
{
	struct lookup l = { .at = at, .public = public, .ends = ends };

	each_sent(port_of(f, port), look_up, &l);
	return l.found;
}

static inline void
read_source(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, 14);
	struct end *e = arg;

	assert_string_equal(e->public, "");
	read_end(ip + 12, ip + 20, e->public);
}

static inline void
ask(struct appliance_fixture *f, unsigned i, const char *proto, const char *flags, struct end *e)
{
	char text[128];

	snprintf(e->inside, sizeof(e->inside), "10.9.%u.%u:%u", i % 200, 10 + i % 200, 4000 + i);
	snprintf(text, sizeof(text), "%s %s > 203.0.113.9:53 %s", proto, e->inside, flags);
	push_only(f, "lan", text);
}

static inline void
answer(struct appliance_fixture *f, const char *proto, const char *flags, const struct end *e)
{
	char text[128];

	snprintf(text, sizeof(text), "%s 203.0.113.9:53 > %s %s", proto, e->public, flags);
	push_only(f, "wan", text);
}

/* Begins flows, one by one, and notes by which ends they leave. */
static inline void
begin(struct appliance_fixture *f, unsigned first, const char *proto, struct end ends[FLOWS])
{
	for (unsigned i = 0; i < FLOWS; i++) {
		ask(f, first + i, proto, "", &ends[i]);
		settle(f);
		ends[i].public[0] = '\0';
		each_sent(port_of(f, "wan"), read_source, &ends[i]);
		assert_string_not_equal(ends[i].public, "");
	}
}

static inline uint64_t
handed(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);
	uint64_t n = 0;

	for (unsigned w = 0; w < workers_count(ws); w++)
		n += workers_at(ws, w)->handed;
	return n;
}

/* All of them answer, and go on, in one burst each. */
static inline void
expect_all(
	struct appliance_fixture *f, const char *proto, const char *flags, struct end ends[FLOWS])
{
	unsigned workers = workers_count(appliance_workers(f->a));
	uint64_t before = handed(f);
	struct end same[FLOWS];

	for (unsigned i = 0; i < FLOWS; i++)
		answer(f, proto, flags, &ends[i]);
	settle(f);
	assert_int_equal(found(f, "lan", 16, false, ends), FLOWS);
	for (unsigned i = 0; i < FLOWS; i++) {
		unsigned at = 0;

		sscanf(strchr(ends[i].inside, ':') + 1, "%u", &at);
		ask(f, at - 4000, proto, *flags != '\0' ? "A" : "", &same[i]);
	}
	settle(f);
	assert_int_equal(found(f, "wan", 12, true, ends), FLOWS);
	assert_true(handed(f) - before <= (uint64_t)2 * FLOWS * (workers + 2));
}

/* A hundred changes, after each tenth of which more flows begin: all of them go on. */
static inline void
expect_kept_over_changes(
	struct appliance_fixture *f, void (*change)(struct appliance_fixture *f, unsigned i))
{
	enum { CHANGES = 100 };
	static struct end old[FLOWS], ends[CHANGES / 10][FLOWS];
	unsigned n = 0;

	begin(f, 0, "udp", old);
	for (unsigned i = 0; i < CHANGES; i++) {
		change(f, i);
		if (i % 10 == 9) {
			settle(f);
			begin(f, 100 * (1 + n), "udp", ends[n]);
			n++;
		}
		if (i % 7 == 0)
			expect_all(f, "udp", "", old);
	}
	expect_all(f, "udp", "", old);
	for (unsigned i = 0; i < n; i++)
		expect_all(f, "udp", "", ends[i]);
}

#endif
