/* SPDX-License-Identifier: BSD-3-Clause */
/* The parameters of a call as a filter: each word, its limits, and what is refused. */

#include "control/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/generation.h"
#include "session/session.h"
#include "session/tcp.h"

static const struct rpc_peer reader = { .uid = 1000 };

static const struct interface lan = { .name = "lan", .id = 1 }, wan = { .name = "wan", .id = 70 },
			      dmz = { .name = "dmz", .id = 3 };
static const uint16_t outside[] = { 70, 3 };
static const struct zone zones[] = { { "empty", NULL, 0 }, { "outside", outside, 2 } };

static struct generation gen = {
	.iface = { [1] = &lan, [70] = &wan, [3] = &dmz },
	.n_ifaces = 71,
	.zones = { .zone = zones, .n = 2 },
};

static struct rpc_call *
call_with(const char *params)
{
	char text[512];
	struct rpc_call *call;

	snprintf(text, sizeof(text),
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.sessions\", \"params\": {%s}}",
		params);
	call = rpc_read(text, strlen(text), &reader);
	assert_non_null(call);
	assert_int_equal(call->error, 0);
	return call;
}

static struct walk_filter
filter_of(const char *params)
{
	struct rpc_call *call = call_with(params);
	struct walk_filter f;

	memset(&f, 0xa5, sizeof(f));
	if (!filter_read(call, &gen, &f))
		fail_msg("%s: %s", params, call->text);
	assert_int_equal(call->error, 0);
	rpc_free(call);
	return f;
}

static void
expect_refused(const char *params, const char *why)
{
	struct rpc_call *call = call_with(params);
	struct walk_filter f;

	if (filter_read(call, &gen, &f) || call->error != RPC_PARAMS
		|| strstr(call->text, why) == NULL)
		fail_msg("%s: error %d, %s", params, call->error, call->text);
	rpc_free(call);
}

static void
without_a_word_all_are_meant(void **state)
{
	struct walk_filter f = filter_of(""), none;

	(void)state;
	memset(&none, 0, sizeof(none));
	assert_memory_equal(&f, &none, sizeof(f));
}

static void
addresses_are_prefixes_of_either_family(void **state)
{
	struct walk_filter f = filter_of("\"address\": \"192.0.2.9/24\", \"src\": \"10.0.0.1\", "
					 "\"dst\": \"2001:db8::5/64\"");

	(void)state;
	assert_int_equal(f.any.family, 4);
	assert_int_equal(f.any.length, 24);
	assert_int_equal(f.any.address.bytes[3], 0);
	assert_int_equal(f.any.address.bytes[0], 192);
	assert_int_equal(f.src.length, 32);
	assert_int_equal(f.src.address.bytes[3], 1);
	assert_int_equal(f.dst.family, 6);
	assert_int_equal(f.dst.length, 64);
	assert_int_equal(f.dst.address.bytes[15], 0);
	expect_refused("\"address\": \"10.0.0\"", "address: '10.0.0' is no address or prefix");
	expect_refused("\"src\": \"10.0.0.0/33\"", "src: ");
	expect_refused("\"dst\": \"\"", "dst: '' is no address or prefix");
}

static void
ports_are_numbers(void **state)
{
	struct walk_filter f = filter_of(
		"\"port\": \"65535\", \"sport\": \"1\", \"dport\": \"443\"");

	(void)state;
	assert_int_equal(rte_be_to_cpu_16(f.port), 65535);
	assert_int_equal(rte_be_to_cpu_16(f.sport), 1);
	assert_int_equal(rte_be_to_cpu_16(f.dport), 443);
	assert_int_equal(rte_be_to_cpu_16(filter_of("\"port\": \"080\"").port), 80);
	expect_refused("\"port\": \"65536\"", "port: '65536' is no port");
	expect_refused("\"sport\": \"0\"", "sport: '0' is no port");
	expect_refused("\"dport\": \"80x\"", "dport: '80x' is no port");
	expect_refused("\"dport\": \"-1\"", "dport: '-1' is no port");
	expect_refused("\"dport\": \"\"", "is no port");
	expect_refused("\"dport\": \" 80\"", "is no port");
	expect_refused("\"dport\": \"99999999999999999999999\"", "is no port");
}

static void
protocols_have_names_and_numbers(void **state)
{
	static const struct {
		const char *word;
		unsigned proto;
	} words[] = { { "tcp", 6 }, { "udp", 17 }, { "icmp", 1 }, { "icmpv6", 58 }, { "gre", 47 },
		{ "esp", 50 }, { "sctp", 132 }, { "dccp", 33 }, { "1", 1 }, { "89", 89 },
		{ "255", 255 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char params[64];

		snprintf(params, sizeof(params), "\"proto\": \"%s\"", words[i].word);
		assert_int_equal(filter_of(params).proto, words[i].proto);
	}
	expect_refused("\"proto\": \"256\"", "proto: '256' is no protocol");
	expect_refused("\"proto\": \"0\"", "proto: '0' is no protocol");
	expect_refused("\"proto\": \"TCP\"", "proto: 'TCP' is no protocol");
}

static void
interfaces_are_named_alone_or_by_zone(void **state)
{
	struct walk_filter f = filter_of("\"interface\": \"wan\"");

	(void)state;
	assert_true(f.by_iface);
	assert_int_equal(f.ifaces[0], 0);
	assert_int_equal(f.ifaces[1], 1u << (70 - 64));
	f = filter_of("\"zone\": \"outside\"");
	assert_true(f.by_iface);
	assert_int_equal(f.ifaces[0], 1u << 3);
	assert_int_equal(f.ifaces[1], 1u << (70 - 64));
	f = filter_of("\"zone\": \"outside\", \"interface\": \"lan\"");
	assert_int_equal(f.ifaces[0], 1u << 3 | 1u << 1);
	f = filter_of("\"zone\": \"empty\"");
	assert_true(f.by_iface);
	assert_int_equal(f.ifaces[0] | f.ifaces[1], 0);
	expect_refused("\"interface\": \"outside\"", "interface: 'outside' is no interface");
	expect_refused("\"zone\": \"wan\"", "zone: 'wan' is no zone");
}

static void
states_are_classes_or_states_of_tcp(void **state)
{
	const struct {
		const char *word;
		unsigned classes, tcp;
	} words[] = {
		{ "closed", 1u << SESSION_CLOSED, 0 },
		{ "half-open", 1u << SESSION_HALF_OPEN, 0 },
		{ "unreplied",
			1u << SESSION_UNREPLIED_UDP | 1u << SESSION_UNREPLIED_ICMP
				| 1u << SESSION_UNREPLIED_OTHER,
			0 },
		{ "replied", 1u << SESSION_REPLIED, 0 },
		{ "established", 1u << SESSION_ESTABLISHED, 0 },
		{ tcp_state_name(TCP_SYN_SENT), 0, 1u << TCP_SYN_SENT },
		{ tcp_state_name(TCP_TIME_WAIT), 0, 1u << TCP_TIME_WAIT },
		{ tcp_state_name(TCP_RESET), 0, 1u << TCP_RESET },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct walk_filter f;
		char params[64];

		snprintf(params, sizeof(params), "\"state\": \"%s\"", words[i].word);
		f = filter_of(params);
		assert_int_equal(f.classes, words[i].classes);
		assert_int_equal(f.tcp, words[i].tcp);
	}
	expect_refused("\"state\": \"lost\"", "state: 'lost' is no state");
}

static void
translation_is_of_a_kind_or_any(void **state)
{
	(void)state;
	assert_int_equal(filter_of("\"nat\": \"snat\"").translated, SESSION_SNAT);
	assert_int_equal(filter_of("\"nat\": \"dnat\"").translated, SESSION_DNAT);
	assert_int_equal(filter_of("\"nat\": \"any\"").translated, SESSION_SNAT | SESSION_DNAT);
	expect_refused("\"nat\": \"none\"", "nat: 'none' is no kind");
}

static void
a_refused_value_reaches_no_terminal_raw(void **state)
{
	struct rpc_call *call = call_with("\"zone\": \"a\\u001b[31m\"");
	struct walk_filter f;

	(void)state;
	assert_false(filter_read(call, &gen, &f));
	assert_null(strchr(call->text, '\033'));
	rpc_free(call);
}

static void
any_word_is_a_filter(void **state)
{
	static const char *const words[] = { "address", "src", "dst", "port", "sport", "dport",
		"proto", "interface", "zone", "state", "nat" };
	struct rpc_call *call = call_with("");

	(void)state;
	assert_false(filter_is_asked(call));
	rpc_free(call);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char params[64];

		snprintf(params, sizeof(params), "\"%s\": \"x\"", words[i]);
		call = call_with(params);
		assert_true(filter_is_asked(call));
		rpc_free(call);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_word_all_are_meant),
		cmocka_unit_test(addresses_are_prefixes_of_either_family),
		cmocka_unit_test(ports_are_numbers),
		cmocka_unit_test(protocols_have_names_and_numbers),
		cmocka_unit_test(interfaces_are_named_alone_or_by_zone),
		cmocka_unit_test(states_are_classes_or_states_of_tcp),
		cmocka_unit_test(translation_is_of_a_kind_or_any),
		cmocka_unit_test(a_refused_value_reaches_no_terminal_raw),
		cmocka_unit_test(any_word_is_a_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
