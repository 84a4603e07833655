/* SPDX-License-Identifier: BSD-3-Clause */
/* Words of matches that do not go together, and matches that no packet meets. */
#include "unit/policy/rows.h"

static void
words_that_do_not_go_together(void **state)
{
	static const struct row rows[] = {
		{ "proto: tcp, dport: 80", NULL },
		{ "proto: udp, sport: 80", NULL },
		{ "proto: sctp, dport: 80", NULL },
		{ "proto: 33, dport: 80", NULL },
		{ "proto: 136, dport: 80", NULL },
		{ "proto: icmp, dport: 80", "error: acls.list.rules.dport: ports need proto" },
		{ "proto: icmp, sport: 80", "error: acls.list.rules.sport: ports need proto" },
		{ "proto: [icmp, tcp], sport: 80", NULL },
		{ "icmp: echo-request", NULL },
		{ "proto: icmp, icmp: echo-request", NULL },
		{ "proto: icmpv6, icmp: echo-request", NULL },
		{ "proto: tcp, icmp: echo-request", "ICMP types need proto icmp or icmpv6" },
		{ "proto: tcp, flags: S", NULL },
		{ "proto: \"!tcp\", flags: S", "TCP flags need proto tcp" },
		{ "icmp: echo-request, dport: 80", "no packet has an ICMP type and ports" },
		{ "icmp: echo-request, sport: 80", "no packet has an ICMP type and ports" },
		{ "icmp: echo-request, flags: S", "no packet has an ICMP type and ports" },
		{ "icmp: nonsense", "'nonsense'" },
		{ "icmp: [echo-request, nonsense]", "'nonsense'" },
		{ "flags: X", "'X'" },
		{ "flags: [S, X]", "'X'" },
		{ "dst: $ends", NULL },
		{ "dst: $ends, sport: 80", NULL },
		{ "dst: $ends, dport: 80", "the endpoints of set 'ends' have ports of their own" },
		{ "src: $ends, sport: 80", "the endpoints of set 'ends' have ports of their own" },
		{ "src: $ends, dport: 80", NULL },
		{ "src: $pairs", "set 'pairs' is of pairs: write pair: $pairs" },
		{ "src: \"!$ends\"", "a set of endpoints cannot be negated" },
		{ "pair: $pairs", NULL },
		{ "pair: $pairs, src: 10.0.0.2", "a pair has the addresses of both sides" },
		{ "pair: $pairs, dst: 10.0.0.2", "a pair has the addresses of both sides" },
		{ "pair: $pairs, sport: 1", "a pair has the addresses of both sides" },
		{ "pair: $pairs, dport: 1", "a pair has the addresses of both sides" },
		{ "pair: 10.0.0.2", "write the name of a set of pairs" },
		{ "pair: $fix", "write the name of a set of pairs" },
		{ "pair: $ends", "write the name of a set of pairs" },
		{ "pair: \"!$pairs\"", "write the name of a set of pairs" },
		{ "pair: $pairx", "did you mean 'pairs'" },
		{ NULL },
	};

	expect_rows(*state,
		SETS
		"acls: {list: {rules: [{%s, action: drop}]}}\npipelines: {p: [acl: list, drop]}\n",
		rows);
}

/* A set that could not be built is told of at its own place alone, wherever it is named. */
static void
sets_that_are_faulty_themselves(void **state)
{
	static const struct row rows[] = {
		{ "src: $plain", "error: sets.plain" },
		{ "dst: [\"!$plain\", 10.0.0.0/8]", "error: sets.plain" },
		{ "src: $ends", "error: sets.ends" },
		{ "dst: $ends", "error: sets.ends" },
		{ "pair: $pairs", "error: sets.pairs" },
		{ NULL },
	};

	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[512];

		snprintf(text, sizeof(text),
			"sets: {%s}\nacls: {list: {rules: [{%s, action: drop}]}}\n"
			"pipelines: {p: [acl: list, drop]}\n",
			strstr(r->text, "plain") != NULL ? "plain: [10.0.0.1/24]"
				: strstr(r->text, "ends")
				? "ends: {endpoints: [\"tcp 10.0.0.1/24:80\"]}"
				: "pairs: {pairs: [\"10.0.0.1/24 > 10.0.0.2\"]}",
			r->text);
		expect_finding(*state, text, r->finding);
	}
}

#define NO_PACKET "warning: acls.list.rules."

static void
matches_that_no_packet_meets(void **state)
{
	static const struct row rows[] = {
		{ "in: []", NO_PACKET "in: no packet matches: the list is empty" },
		{ "out: []", NO_PACKET "out: no packet matches: the list is empty" },
		{ "mac: []", NO_PACKET "mac: no packet matches: the list is empty" },
		{ "length: []", NO_PACKET "length: no packet matches: the list is empty" },
		{ "src: []", NO_PACKET "src: no packet matches: the list is empty" },
		{ "dst: []", NO_PACKET "dst: no packet matches: the list is empty" },
		{ "pair: []", NO_PACKET "pair: no packet matches: the list is empty" },
		{ "proto: []", NO_PACKET "proto: no packet matches: the list is empty" },
		{ "sport: []", NO_PACKET "sport: no packet matches: the list is empty" },
		{ "dport: []", NO_PACKET "dport: no packet matches: the list is empty" },
		{ "icmp: []", NO_PACKET "icmp: no packet matches: the list is empty" },
		{ "flags: []", NO_PACKET "flags: no packet matches: the list is empty" },
		{ "dscp: []", NO_PACKET "dscp: no packet matches: the list is empty" },
		{ "vlan: []", NO_PACKET "vlan: no packet matches: the list is empty" },
		{ "time: []", NO_PACKET "time: no packet matches: the list is empty" },
		{ "nat: [\"!dnat\", \"!snat\", \"!none\"]",
			NO_PACKET "nat: no packet matches: no translation is left" },
		{ "nat: [\"!dnat\", \"!snat\"]", NULL },
		{ "state: [\"!new\", \"!established\", \"!related\", \"!invalid\", \"!untracked\"]",
			NO_PACKET "state: no packet matches: no state is left" },
		{ "state: [\"!new\", \"!established\", \"!related\", \"!invalid\"]", NULL },
		{ "dport: \"!0-65535\"", NO_PACKET "dport: no packet matches: no value is left" },
		{ "dport: [\"!0-99\", \"!100-65535\"]", "no value is left" },
		{ "dport: [\"!0-99\", \"!101-65535\"]", NULL },
		{ "dport: [\"!1-65535\"]", NULL },
		{ "dport: [\"!0-65534\"]", NULL },
		{ "dport: [80, \"!80\"]", "no value is left" },
		{ "dport: [80-81, \"!80\"]", NULL },
		{ "dport: [80-81, \"!81\"]", NULL },
		{ "sport: [80-81, \"!79-82\"]",
			NO_PACKET "sport: no packet matches: no value is left" },
		{ "proto: [tcp, \"!tcp\"]",
			NO_PACKET "proto: no packet matches: no value is left" },
		{ "proto: \"!0-255\"", "no value is left" },
		{ "proto: \"!0-254\"", NULL },
		{ "dscp: \"!0-63\"", NO_PACKET "dscp: no packet matches: no value is left" },
		{ "dscp: \"!0-62\"", NULL },
		{ "length: \"!0-65535\"", NO_PACKET "length: no packet matches: no value is left" },
		{ "length: \"!0-65534\"", NULL },
		{ "vlan: \"!0-4094\"", NO_PACKET "vlan: no packet matches: no value is left" },
		{ "vlan: \"!0-4093\"", NULL },
		{ "in: [\"!lan\", \"!dmz\", \"!wan\"]",
			NO_PACKET "in: no packet matches: no interface is left" },
		{ "in: [\"!lan\", \"!dmz\"]", NULL },
		{ "in: [lan, \"!lan\"]", "no interface is left" },
		{ "in: [lan, \"!dmz\"]", NULL },
		{ "out: [wan, \"!wan\"]",
			NO_PACKET "out: no packet matches: no interface is left" },
		{ "out: [wan, \"!lan\"]", NULL },
		{ "src: 10.0.0.0/8, dst: \"2001:db8::/32\"",
			NO_PACKET
			"dst: no packet matches: source and destination are of different families" },
		{ "src: $fix, dst: $six", "source and destination are of different families" },
		{ "src: $both, dst: $six", NULL },
		{ "src: $both, dst: $fix", NULL },
		{ "src: $dyn, dst: $six", NULL },
		{ "src: $dyn, dst: $fix", NULL },
		{ "src: local, dst: $six", NULL },
		{ "src: \"!0.0.0.0/0\", dst: 10.0.0.1",
			"source and destination are of different families" },
		{ "src: \"!::/0\", dst: 10.0.0.1", NULL },
		{ "src: \"!::/0\", dst: \"2001:db8::1\"",
			"source and destination are of different families" },
		{ "src: [\"!0.0.0.0/0\", \"!::/0\"]",
			NO_PACKET "src: no packet matches: no address is left" },
		{ "dst: [\"!0.0.0.0/0\", \"!::/0\"]",
			NO_PACKET "dst: no packet matches: no address is left" },
		{ "src: [\"!0.0.0.0/1\", \"!::/0\"]", NULL },
		{ "src: [10.0.0.0/8, \"!10.0.0.0/8\"]", "no address is left" },
		{ "src: [10.0.0.0/8, \"!10.0.0.0/9\"]", NULL },
		{ "src: [10.0.0.0/9, \"!10.0.0.0/8\"]", "no address is left" },
		{ "src: [10.0.0.0/9, \"!11.0.0.0/8\"]", NULL },
		{ "src: [10.0.0.0/9, \"!$fix\"]", NULL },
		{ "src: [$fix, \"!$fix\"]", "no address is left" },
		{ "src: [$fix, \"!$both\"]", NULL },
		{ "src: [local, \"!local\"]", "no address is left" },
		{ "src: [local, \"!10.0.0.0/8\"]", NULL },
		{ "src: [10.0.0.1, \"!local\"]", NULL },
		{ "src: $empty", NO_PACKET "src: no packet matches: the set is empty" },
		{ "dst: $empty", NO_PACKET "dst: no packet matches: the set is empty" },
		{ "src: \"!$empty\"", NULL },
		{ "src: [$empty, 10.0.0.1]", NULL },
		{ "src: [$empty, $fix]", NULL },
		{ "src: [$empty, \"!10.0.0.1\"]", "the set is empty" },
		{ NULL },
	};

	expect_rows(*state,
		SETS MAIN "acls: {list: {rules: [{%s, action: drop}]}}\n"
			  "pipelines: {p: [track, route: main, acl: list, drop]}\n",
		rows);
}

static void
limits_and_quotas(void **state)
{
	static const struct row rows[] = {
		{ "limit: 10/s", NULL },
		{ "limit: {sessions: 5}", NULL },
		{ "limit: {rate: 10/s, sessions: 5}", NULL },
		{ "limit: {per: source}", "write a rate, such as 10/s, or sessions: a number" },
		{ "limit: {rate: 10/s, over: true}", NULL },
		{ "limit: {sessions: 5, over: true}", NULL },
		{ "limit: {rate: 10/s, sessions: 5, over: true}", "which one is exceeded?" },
		{ "limit: {rate: 10/s, dropped: true}", NULL },
		{ "limit: {sessions: 5, dropped: true}", "dropped: belongs to a rate" },
		{ "limit: {rate: 10/s, burst: 5}", NULL },
		{ "limit: {sessions: 5, burst: 5}", "burst: burst and size belong to a rate" },
		{ "limit: {rate: 10/s, size: 1024}", NULL },
		{ "limit: {sessions: 5, size: 1024}", "burst and size belong to a rate" },
		{ "quota: 1M", NULL },
		{ "rpf: strict", NULL },
		{ NULL },
	};

	expect_rows(*state,
		MAIN "acls: {list: {rules: [{%s, action: drop}]}}\n"
		     "pipelines: {p: [track, acl: list, drop]}\n",
		rows);
	expect_finding(*state,
		"acls: {list: {rules: [{rpf: strict, action: drop}]}}\npipelines: {p: [acl: list]}\n",
		"rpf looks sources up in the route table 'main', and there is none");
	expect_finding(*state, "pipelines: {p: [{drop: {if: {rpf: none}}}]}\n",
		"weir.yaml:3:35: error: rpf looks sources up in the route table 'main'");
	expect_finding(*state,
		"acls: {list: {rules: [{limit: {sessions: 5}, action: drop}]}}\n"
		"pipelines: {p: [acl: list]}\n",
		"asks for the state of the session: 'track' has to stand before it");
}

/* One list that asks for n dynamic sets, each twice. */
static void
build_dynamics(struct policy_fixture *f, unsigned n)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("sets:\n", out);
	for (unsigned i = 0; i < n; i++)
		fprintf(out, "  d%u: {timeout: 1m}\n", i);
	fputs("acls: {list: {rules: [", out);
	for (unsigned i = 0; i < 2 * n; i++)
		fprintf(out, "%s{src: $d%u, dport: %u, action: drop}", i > 0 ? ", " : "", i / 2,
			i + 1);
	fputs("]}}\n", out);
	fclose(out);
	build(f, text);
	free(text);
}

static void
twelve_dynamic_sets_of_one_list(void **state)
{
	struct policy_fixture *f = *state;

	build_dynamics(f, 12);
	assert_string_equal(f->errors, "");
	build_dynamics(f, 13);
	assert_non_null(strstr(f->errors, "one list asks for 12 different times and dynamic sets"));
}

/* A condition, and a packet that meets it or does not. */
struct meeting {
	const char *words, *packet;
	bool met;
};

static void
expect_meetings(struct policy_fixture *f, const struct meeting *m)
{
	for (; m->words != NULL; m++) {
		char text[2048];

		snprintf(text, sizeof(text), SETS MAIN "pipelines: {p: [{drop: {if: {%s}}}]}\n",
			m->words);
		build(f, text);
		assert_int_equal(err_count(f->err), 0);
		evaluate(f, "p", LAN, m->packet);
		if ((f->ev.program.reason == REASON_drop_stage) != m->met)
			fail_msg("{%s}: %s: %s", m->words, m->packet, m->met ? "not met" : "met");
	}
}

static void
packets_at_the_limits_of_words(void **state)
{
	static const struct meeting rows[] = {
		{ "dport: 80-81", "udp 10.0.0.2:1 > 10.0.1.2:79", false },
		{ "dport: 80-81", "udp 10.0.0.2:1 > 10.0.1.2:80", true },
		{ "dport: 80-81", "udp 10.0.0.2:1 > 10.0.1.2:81", true },
		{ "dport: 80-81", "udp 10.0.0.2:1 > 10.0.1.2:82", false },
		{ "dport: 80-81", "udp 10.0.0.2:80 > 10.0.1.2:1", false },
		{ "sport: 80-81", "udp 10.0.0.2:80 > 10.0.1.2:1", true },
		{ "dport: [80-90, \"!85\"]", "udp 10.0.0.2:1 > 10.0.1.2:84", true },
		{ "dport: [80-90, \"!85\"]", "udp 10.0.0.2:1 > 10.0.1.2:85", false },
		{ "dport: \"!85\"", "udp 10.0.0.2:1 > 10.0.1.2:86", true },
		{ "dport: 0-65535", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7", false },
		{ "proto: tcp", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "proto: [tcp, udp]", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "proto: \"!tcp\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "proto: \"!udp\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "icmp: echo-request", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7", true },
		{ "icmp: echo-reply", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7", false },
		{ "icmp: echo-request", "icmp [2001:db8:1::2] > [2001:db8:2::2] echo-request id 7",
			true },
		{ "icmp: 8", "icmp [2001:db8:1::2] > [2001:db8:2::2] echo-request id 7", false },
		{ "icmp: 128", "icmp [2001:db8:1::2] > [2001:db8:2::2] echo-request id 7", true },
		{ "icmp: 8/0", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7", true },
		{ "icmp: 8/1", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7", false },
		{ "icmp: \"!echo-request\"", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7", false },
		{ "icmp: \"!echo-request\"", "icmp 10.0.0.2 > 10.0.1.2 echo-reply id 7", true },
		{ "icmp: \"!echo-request\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "icmp: [echo-reply, echo-request]", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7",
			true },
		{ "icmp: echo-request, proto: icmpv6", "icmp 10.0.0.2 > 10.0.1.2 echo-request id 7",
			false },
		{ "icmp: echo-request", "udp 10.0.0.2:1 > 10.0.1.2:2048", false },
		{ "flags: S/SA", "tcp 10.0.0.2:1 > 10.0.1.2:2 S", true },
		{ "flags: S/SA", "tcp 10.0.0.2:1 > 10.0.1.2:2 SA", false },
		{ "flags: S", "tcp 10.0.0.2:1 > 10.0.1.2:2 SA", true },
		{ "flags: 0/SA", "tcp 10.0.0.2:1 > 10.0.1.2:2 F", true },
		{ "flags: 0/SA", "tcp 10.0.0.2:1 > 10.0.1.2:2 FA", false },
		{ "flags: [R, F]", "tcp 10.0.0.2:1 > 10.0.1.2:2 FA", true },
		{ "flags: S/SA", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "dscp: ef", "udp 10.0.0.2:1 > 10.0.1.2:2 dscp 46", true },
		{ "dscp: ef", "udp 10.0.0.2:1 > 10.0.1.2:2 dscp 45", false },
		{ "length: 100-200", "udp 10.0.0.2:1 > 10.0.1.2:2 size 99", false },
		{ "length: 100-200", "udp 10.0.0.2:1 > 10.0.1.2:2 size 100", true },
		{ "length: 100-200", "udp 10.0.0.2:1 > 10.0.1.2:2 size 200", true },
		{ "length: 100-200", "udp 10.0.0.2:1 > 10.0.1.2:2 size 201", false },
		{ "mac: \"02:00:00:00:00:09\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "mac: \"02:00:00:00:00:08\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "mac: \"!02:00:00:00:00:09\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "mac: \"!02:00:00:00:00:08\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "fragment: true", "udp 10.0.0.2:1 > 10.0.1.2:2 mf", true },
		{ "fragment: true", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "fragment: false", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "fragment: false", "udp 10.0.0.2:1 > 10.0.1.2:2 mf", false },
		{ "in: lan", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "in: [dmz, wan]", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "in: \"!lan\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "src: 10.0.0.0/31", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "src: 10.0.0.0/30", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "src: \"!10.0.0.0/30\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "src: \"!10.0.0.0/31\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "src: $fix, dst: \"!$six\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "src: \"!$fix\"", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "dst: local", "udp 10.0.0.2:1 > 10.0.1.1:2", true },
		{ "dst: local", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "dst: \"!local\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ "dst: local", "udp [2001:db8:1::2]:1 > [2001:db8:2::1]:2", true },
		{ "src: $dyn", "udp 10.0.0.2:1 > 10.0.1.2:2", false },
		{ "src: \"!$dyn\"", "udp 10.0.0.2:1 > 10.0.1.2:2", true },
		{ NULL, NULL, false },
	};

	expect_meetings(*state, rows);
}

static void
endpoints_and_pairs(void **state)
{
	static const struct meeting rows[] = {
		{ "dst: $ends", "tcp 10.0.0.2:1 > 10.0.0.80:443 S", true },
		{ "dst: $ends", "tcp 10.0.0.2:1 > 10.0.0.80:444 S", false },
		{ "dst: $ends", "udp 10.0.0.2:1 > 10.0.0.80:443", false },
		{ "dst: $ends", "tcp 10.0.0.2:1 > 10.0.0.81:443 S", false },
		{ "dst: $ends", "udp 10.0.0.2:1 > 10.0.0.81:53", true },
		{ "dst: $ends", "tcp 10.0.0.80:443 > 10.0.0.2:1 S", false },
		{ "src: $ends", "tcp 10.0.0.80:443 > 10.0.0.2:1 S", true },
		{ "src: $ends", "tcp 10.0.0.80:1 > 10.0.0.2:443 S", false },
		{ "dst: $ends, proto: udp", "udp 10.0.0.2:1 > 10.0.0.81:53", true },
		{ "dst: $ends, proto: udp", "tcp 10.0.0.2:1 > 10.0.0.80:443 S", false },
		{ "dst: [$ends, 10.0.0.9]", "udp 10.0.0.2:1 > 10.0.0.9:7", true },
		{ "dst: [$ends, 10.0.0.9]", "udp 10.0.0.2:1 > 10.0.0.81:53", true },
		{ "dst: [$ends, 10.0.0.9]", "udp 10.0.0.2:1 > 10.0.0.8:53", false },
		{ "dst: [$ends, \"!10.0.0.80\"]", "tcp 10.0.0.2:1 > 10.0.0.80:443 S", false },
		{ "dst: [$ends, \"!10.0.0.80\"]", "udp 10.0.0.2:1 > 10.0.0.81:53", true },
		{ "src: $ends, dst: $ends", "udp 10.0.0.81:53 > 10.0.0.81:53", true },
		{ "src: $ends, dst: $ends", "udp 10.0.0.81:53 > 10.0.0.81:54", false },
		{ "src: $ends, dst: $ends", "tcp 10.0.0.80:443 > 10.0.0.81:53 S", false },
		{ "src: [$ends, 10.0.0.7], dst: [$ends, 10.0.0.9]", "udp 10.0.0.7:1 > 10.0.0.9:2",
			true },
		{ "src: [$ends, 10.0.0.7], dst: [$ends, 10.0.0.9]", "udp 10.0.0.81:53 > 10.0.0.9:2",
			true },
		{ "src: [$ends, 10.0.0.7], dst: [$ends, 10.0.0.9]",
			"tcp 10.0.0.7:1 > 10.0.0.80:443 S", true },
		{ "src: [$ends, 10.0.0.7], dst: [$ends, 10.0.0.9]", "udp 10.0.0.6:1 > 10.0.0.9:2",
			false },
		{ "src: [$dyn, $ends], dst: 10.0.0.9", "udp 10.0.0.81:53 > 10.0.0.9:2", true },
		{ "src: [$dyn, 10.0.0.7], dst: 10.0.0.9", "udp 10.0.0.7:53 > 10.0.0.9:2", true },
		{ "src: [$dyn, 10.0.0.7], dst: 10.0.0.9", "udp 10.0.0.6:53 > 10.0.0.9:2", false },
		{ "pair: $pairs", "udp 10.0.0.2:1 > 203.0.113.9:2", true },
		{ "pair: $pairs", "udp 10.0.0.3:1 > 203.0.113.9:2", false },
		{ "pair: $pairs", "udp 10.0.0.2:1 > 203.0.114.9:2", false },
		{ "pair: $pairs", "udp 203.0.113.9:2 > 10.0.0.2:1", false },
		{ "pair: $many", "tcp 10.0.0.2:1 > 10.0.1.1:443 S", true },
		{ "pair: $many", "tcp 10.0.0.3:1 > 10.0.1.1:443 S", true },
		{ "pair: $many", "tcp 10.0.0.3:1 > 10.0.1.1:444 S", false },
		{ "pair: $many", "udp 10.0.0.3:1 > 10.0.1.1:443", false },
		{ "pair: $many", "tcp 10.0.0.4:1 > 10.0.1.1:443 S", false },
		{ "pair: $many", "udp 10.0.0.5:7 > 10.0.1.5:9", true },
		{ "pair: $many", "udp 10.0.0.5:8 > 10.0.1.5:9", true },
		{ "pair: $many", "udp 10.0.0.5:9 > 10.0.1.5:9", false },
		{ "pair: $many", "udp 10.0.0.5:7 > 10.0.1.6:9", true },
		{ "pair: $many", "udp 10.0.0.5:7 > 10.0.1.7:9", false },
		{ "pair: $many, proto: tcp", "udp 10.0.0.5:7 > 10.0.1.5:9", false },
		{ "pair: [$many, $pairs]", "udp 10.0.0.5:7 > 10.0.1.5:9", true },
		{ "pair: [$many, $pairs]", "udp 10.0.0.2:1 > 203.0.113.9:2", true },
		{ NULL, NULL, false },
	};
	struct policy_fixture *f = *state;

	for (const struct meeting *m = rows; m->words != NULL; m++) {
		char text[2048];

		snprintf(text, sizeof(text),
			SETS
			"  many: {pairs: [\"tcp 10.0.0.2 > 10.0.1.1:443\", \"tcp 10.0.0.3 > 10.0.1.1:443\",\n"
			"    \"10.0.0.5:7-8 > 10.0.1.5\", \"10.0.0.5:7-8 > 10.0.1.6\"]}\n"
			"pipelines: {p: [{drop: {if: {%s}}}]}\n",
			m->words);
		given(f, text);
		evaluate(f, "p", LAN, m->packet);
		if ((f->ev.program.reason == REASON_drop_stage) != m->met)
			fail_msg("{%s}: %s: %s", m->words, m->packet, m->met ? "not met" : "met");
	}
}

/* What the route to the source says, by the words of a match and by the stage. */
static void
ways_back_to_the_source(void **state)
{
	static const struct {
		const char *source;
		unsigned back; /* the interface that its route leads to; 0: none */
		bool exempt, by_default, fails;
	} rows[] = {
		{ "10.0.0.2", .back = LAN },
		{ "10.0.1.2", .back = DMZ },
		{ "203.0.113.9", .back = WAN, .by_default = true },
		{ "10.9.0.2", .back = LAN },
		{ "10.10.0.2", .fails = true },
		{ "10.11.0.2", .fails = true },
		{ "10.0.1.1", .fails = true },
		{ "10.0.0.255", .fails = true },
		{ "0.0.0.0", .exempt = true },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		for (unsigned in = LAN; in <= WAN; in++) {
			bool back = rows[i].exempt || rows[i].back == in;
			bool elsewhere = !back && !rows[i].fails;
			char packet[64];

			snprintf(packet, sizeof(packet), "udp %s:1 > 10.0.2.9:2", rows[i].source);
			given(f,
				"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.9.0.0/16, via: 10.0.0.9},\n"
				"  {to: 10.10.0.0/16, blackhole: true}, {to: 10.11.0.0/16, reject: true}]}\n"
				"pipelines:\n"
				"  strict: [{drop: {if: {rpf: strict}}}]\n"
				"  loose: [{drop: {if: {rpf: loose}}}]\n"
				"  none: [{drop: {if: {rpf: none}}}]\n"
				"  stage: [rpf, mark: {dscp: 1}]\n"
				"  wide: [{rpf: {mode: loose}}, mark: {dscp: 1}]\n"
				"  apart: [{rpf: {mode: loose, default_route: false}}, mark: {dscp: 1}]\n");
			evaluate(f, "strict", in, packet);
			assert_int_equal(f->ev.program.reason == REASON_drop_stage, back);
			evaluate(f, "loose", in, packet);
			assert_int_equal(
				f->ev.program.reason == REASON_drop_stage, back || elsewhere);
			evaluate(f, "none", in, packet);
			assert_int_equal(f->ev.program.reason == REASON_drop_stage, rows[i].fails);
			evaluate(f, "stage", in, packet);
			assert_int_equal(f->ev.program.reason == REASON_rpf_failed, !back);
			evaluate(f, "wide", in, packet);
			assert_int_equal(f->ev.program.reason == REASON_rpf_failed, rows[i].fails);
			evaluate(f, "apart", in, packet);
			assert_int_equal(f->ev.program.reason == REASON_rpf_failed,
				rows[i].fails || rows[i].by_default);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(words_that_do_not_go_together),
		stage_test(sets_that_are_faulty_themselves),
		stage_test(matches_that_no_packet_meets),
		stage_test(limits_and_quotas),
		stage_test(packets_at_the_limits_of_words),
		stage_test(endpoints_and_pairs),
		stage_test(ways_back_to_the_source),
		stage_test(twelve_dynamic_sets_of_one_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
