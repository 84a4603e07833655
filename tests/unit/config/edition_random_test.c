/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules that come, go, move and change at random: after each reload every packet is decided as a
 * walk over the rules says, and flows that no change touches are not judged again.
 *
 *   10.0.0.2 to 9 --- lan [ Weir ] wan --- 198.51.100.2 to 5
 *
 *   unit_config_edition_random [RELOADS] [SEED] */
#include <stdlib.h>

#include "policy/changes.h"
#include "support/appliance_fixture.h"

/* Around the access list: what else there is. */
#define FRAME(list, more) \
	"version: 1\n" \
	"system: {flows: 4096, burst: 32}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all, neighbours: {\n" \
	"    198.51.100.2: \"02:00:00:00:02:02\", 198.51.100.3: \"02:00:00:00:02:03\",\n" \
	"    198.51.100.4: \"02:00:00:00:02:04\", 198.51.100.5: \"02:00:00:00:02:05\"}}\n" \
	"routes: {main: []}\n" \
	"acls:\n" list more

#define PLAIN  "pipelines: {all: [acl: list, route: main]}\n"
#define CALLED "  outer: [{call: list}]\npipelines: {all: [acl: outer, route: main]}\n"
#define TRANSLATED \
	"nat: {up: {pool: [198.51.100.9]}}\n" \
	"pipelines: {all: [track, acl: list, route: main, snat: up]}\n"

static unsigned n_reloads = 150;
static unsigned seed = 1;

static const struct changes *
changes(struct appliance_fixture *f)
{
	return appliance_generation(f->a)->changes;
}

/* Sends a packet; returns true if it has left. */
static bool
passes(struct appliance_fixture *f, const char *packet)
{
	drain(f);
	push(f, "lan", packet);
	return sent(f, "wan") == 1;
}

#define RULES_MAX 40u
#define HOSTS     8u
#define SERVERS   4u
#define PORTS     8u

struct rule {
	unsigned src, src_bits; /* src_bits 0: any */
	unsigned dst;           /* 0: any */
	unsigned proto;         /* 0: any */
	unsigned first, last;   /* of dport; 0: any */
	bool by_source_port;    /* these are ports of the source */
	bool accept, never;
};

struct list {
	struct rule rule[RULES_MAX];
	unsigned n;
};

struct flow_key {
	unsigned host, server, proto, sport, dport;
};

static unsigned
draw(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

static struct rule
some_rule(void)
{
	struct rule r = { .accept = draw(2) == 0, .never = draw(12) == 0 };

	if (draw(4) != 0) {
		r.src = 2 + draw(HOSTS);
		r.src_bits = 29 + draw(4);
		r.src &= ~((1u << (32 - r.src_bits)) - 1);
	}
	if (draw(2) == 0)
		r.dst = 2 + draw(SERVERS);
	if (draw(3) != 0)
		r.proto = draw(2) == 0 ? 6 : 17;
	if (r.proto != 0 && draw(2) == 0) {
		r.first = 1 + draw(PORTS);
		r.last = r.first + draw(3);
		r.by_source_port = draw(4) == 0;
	}
	return r;
}

static void
print_rule(FILE *out, const struct rule *r)
{
	fputs("    - {", out);
	if (r->never)
		fputs("src: [], ", out);
	else if (r->src_bits != 0)
		fprintf(out, "src: 10.0.0.%u/%u, ", r->src, r->src_bits);
	if (r->dst != 0)
		fprintf(out, "dst: 198.51.100.%u, ", r->dst);
	if (r->proto != 0)
		fprintf(out, "proto: %s, ", r->proto == 6 ? "tcp" : "udp");
	if (r->first != 0)
		fprintf(out, "%s: %u-%u, ", r->by_source_port ? "sport" : "dport", r->first,
			r->last);
	fprintf(out, "action: %s}\n", r->accept ? "accept" : "drop");
}

static char *
text_of(const struct list *l, const char *more)
{
	char *text = NULL, *rules = NULL;
	size_t bytes;
	FILE *out = open_memstream(&rules, &bytes);

	fputs("  list:\n    default: drop\n    rules:\n", out);
	for (unsigned i = 0; i < l->n; i++)
		print_rule(out, &l->rule[i]);
	fclose(out);
	out = open_memstream(&text, &bytes);
	fprintf(out, FRAME("%s", "%s"), rules, more);
	fclose(out);
	free(rules);
	return text;
}

static bool
meets(const struct rule *r, const struct flow_key *k)
{
	unsigned port = r->by_source_port ? k->sport : k->dport;

	return !r->never
		&& (r->src_bits == 0 || (k->host & ~((1u << (32 - r->src_bits)) - 1)) == r->src)
		&& (r->dst == 0 || r->dst == k->server) && (r->proto == 0 || r->proto == k->proto)
		&& (r->first == 0 || (port >= r->first && port <= r->last));
}

/* The rule that decides, or NULL. */
static const struct rule *
decides(const struct list *l, const struct flow_key *k)
{
	for (unsigned i = 0; i < l->n; i++)
		if (meets(&l->rule[i], k))
			return &l->rule[i];
	return NULL;
}

static bool
same_rule(const struct rule *a, const struct rule *b)
{
	return a == NULL || b == NULL ? a == b : memcmp(a, b, sizeof(*a)) == 0;
}

static void
edit(struct list *l)
{
	unsigned i = draw(l->n), k = draw(l->n);
	struct rule held;

	switch (draw(4)) {
	case 0:
		if (l->n == RULES_MAX)
			return;
		memmove(&l->rule[i + 1], &l->rule[i], (l->n - i) * sizeof(l->rule[0]));
		l->n++;
		l->rule[i] = some_rule();
		return;
	case 1:
		if (l->n <= 4)
			return;
		memmove(&l->rule[i], &l->rule[i + 1], (l->n - i - 1) * sizeof(l->rule[0]));
		l->n--;
		return;
	case 2:
		held = l->rule[i];
		l->rule[i] = l->rule[k];
		l->rule[k] = held;
		return;
	default:
		l->rule[i] = some_rule();
	}
}

static struct flow_key
some_key(void)
{
	return (struct flow_key){ 2 + draw(HOSTS), 2 + draw(SERVERS), draw(2) == 0 ? 6 : 17,
		1 + draw(PORTS), 1 + draw(PORTS) };
}

static bool
is_touched(const struct changes *c, const struct flow_key *k)
{
	struct flow_ends ends = { .family = 4, .proto = (uint8_t)k->proto };

	ends.address.ip4[0] = ends.address.ip4[2] = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, k->host));
	ends.address.ip4[1] = ends.address.ip4[3] = rte_cpu_to_be_32(
		RTE_IPV4(198u, 51, 100, k->server));
	ends.port[0] = ends.port[2] = rte_cpu_to_be_16((uint16_t)k->sport);
	ends.port[1] = ends.port[3] = rte_cpu_to_be_16((uint16_t)k->dport);
	return changes_touch(c, &ends);
}

static void
expect_decision(struct appliance_fixture *f, const struct list *l, const struct flow_key *k)
{
	const struct rule *r = decides(l, k);
	char packet[96];

	snprintf(packet, sizeof(packet), "%s 10.0.0.%u:%u > 198.51.100.%u:%u%s",
		k->proto == 6 ? "tcp" : "udp", k->host, k->sport, k->server, k->dport,
		k->proto == 6 ? " S seq 1" : "");
	assert_int_equal(passes(f, packet), r != NULL && r->accept);
}

#define FLOWS 40u

/* Every packet is decided as a walk over the rules says, and the changes of a generation have every
 * flow that another rule decides than before. */
static void
expect_decided_by_the_file(struct appliance_fixture *f, const char *more)
{
	struct list now = { .n = 12 }, before;
	unsigned told = 0, kept = 0, looked_at = 0;
	struct flow_key flow[FLOWS];

	for (unsigned i = 0; i < now.n; i++)
		now.rule[i] = some_rule();
	for (unsigned i = 0; i < FLOWS; i++)
		flow[i] = some_key();
	for (unsigned round = 0; round < n_reloads; round++) {
		char *text = text_of(&now, more);

		if (f->a == NULL)
			given(f, text);
		else
			reload_to(f, text);
		free(text);
		for (unsigned i = 0; i < FLOWS * 2; i++)
			expect_decision(f, &now, &flow[draw(FLOWS)]);
		if (round > 0 && changes(f) != NULL) {
			told++;
			for (unsigned i = 0; i < FLOWS; i++, looked_at++) {
				bool touched = is_touched(changes(f), &flow[i]);

				kept += !touched;
				assert_true(touched
					|| same_rule(decides(&before, &flow[i]),
						decides(&now, &flow[i])));
			}
		}
		if (draw(4) == 0)
			wait_s(f, 1);
		before = now;
		for (unsigned n = 1 + draw(2); n > 0; n--)
			edit(&now);
	}
	assert_true(told > n_reloads / 4); /* else nothing was tried */
	assert_true(kept > looked_at / 5);
}

static void
packets_are_decided_by_the_file(void **state)
{
	expect_decided_by_the_file(*state, PLAIN);
}

static void
a_list_that_is_called_is_one_too(void **state)
{
	expect_decided_by_the_file(*state, CALLED);
}

static void
so_are_packets_of_sessions_that_are_translated(void **state)
{
	expect_decided_by_the_file(*state, TRANSLATED);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		appliance_test(packets_are_decided_by_the_file),
		appliance_test(a_list_that_is_called_is_one_too),
		appliance_test(so_are_packets_of_sessions_that_are_translated),
	};

	if (argc > 1)
		n_reloads = (unsigned)strtoul(argv[1], NULL, 0);
	if (argc > 2)
		seed = (unsigned)strtoul(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
