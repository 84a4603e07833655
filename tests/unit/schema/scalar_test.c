/* SPDX-License-Identifier: BSD-3-Clause */
/* Every type in a file: its limits, its corners, and what is said about what it does not take. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document.h"

enum colour { RED = 3, GREEN = 5 };

struct every {
	struct cfg_head head;
	bool bool_;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	uint64_t size;
	struct cfg_rate rate;
	uint64_t duration;
	const char *text;
	const char *name;
	struct cfg_path path;
	struct ip_address address;
	struct ip_prefix own;
	struct ip_prefix prefix;
	struct cfg_endpoint endpoint;
	struct cfg_mac mac;
	uint16_t vlan;
	uint8_t protocol;
	uint8_t dscp;
	struct cfg_range ports;
	enum colour colour;
	uint32_t flags;
	CFG_LIST_OF(struct cfg_range) numbers;
	CFG_LIST_OF(struct cfg_range) dscps;
	CFG_LIST_OF(struct cfg_range) vlans;
	uint32_t states;
};

static const struct cfg_word colours[] = { { "red", RED }, { "green", GREEN }, CFG_WORD_END };
static const struct cfg_word flag_words[] = { { "a", 1 }, { "b", 2 }, { "c", 4 }, CFG_WORD_END };
static const struct cfg_word automatic[] = { { "auto", 0 }, CFG_WORD_END };

#define ROW(name, type, member, ...) \
	{ \
		name, type, CFG_OPTIONAL, offsetof(struct every, member), "A value.", \
			##__VA_ARGS__ \
	}

static const struct cfg_field every_fields[] = {
	ROW("bool", CFG_BOOL, bool_),
	ROW("u8", CFG_U8, u8),
	ROW("u16", CFG_U16, u16, .min = 576, .max = 9216),
	ROW("u32", CFG_U32, u32, .words = automatic),
	ROW("u64", CFG_U64, u64),
	ROW("size", CFG_SIZE, size, .min = 1024, .max = 1 << 20),
	ROW("rate", CFG_RATE, rate, .min = 1000),
	ROW("duration", CFG_DURATION, duration, .max = 60000000000),
	ROW("text", CFG_TEXT, text),
	ROW("name", CFG_NAME, name),
	ROW("path", CFG_PATH, path),
	ROW("address", CFG_ADDRESS, address),
	ROW("own", CFG_INTERFACE_ADDRESS, own),
	ROW("prefix", CFG_PREFIX, prefix),
	ROW("endpoint", CFG_ENDPOINT, endpoint),
	ROW("mac", CFG_MAC, mac),
	ROW("vlan", CFG_VLAN, vlan),
	ROW("protocol", CFG_PROTOCOL, protocol),
	ROW("dscp", CFG_DSCP, dscp),
	ROW("ports", CFG_PORTS, ports),
	ROW("colour", CFG_ENUM, colour, .words = colours, .kind = "colour"),
	ROW("flags", CFG_FLAGS, flags, .words = flag_words, .kind = "flag"),
	ROW("numbers", CFG_LIST | CFG_MATCH_NUMBER, numbers, .words = colours, .max = 255),
	ROW("dscps", CFG_LIST | CFG_MATCH_DSCP, dscps),
	ROW("vlans", CFG_LIST | CFG_MATCH_VLAN, vlans),
	ROW("states", CFG_MATCH_FLAGS, states, .words = flag_words),
	CFG_END,
};

static const struct cfg_table every_table = {
	"every",
	CFG_SIZEOF(struct every),
	every_fields,
	"One of each.",
};

struct reading {
	struct err *err;
	struct document *doc;
	const struct every *cfg;
};

static struct reading
read_text(const char *text)
{
	struct reading r = { .err = err_create() };

	r.doc = document_parse_text("conf/every.yaml", text, strlen(text), &every_table, r.err);
	assert_non_null(r.doc);
	r.cfg = document_root(r.doc);
	return r;
}

static void
done(struct reading *r)
{
	document_free(r->doc);
	err_destroy(r->err);
}

/* Expects the line to be wrong, for the reason given. */
static void
expect_wrong(const char *line, const char *why)
{
	struct reading r = read_text(line);

	assert_string_equal(err_first(r.err), why);
	assert_int_equal(err_count(r.err), 1);
	done(&r);
}

static void
every_type_takes_what_it_is_for(void **state)
{
	struct reading r = read_text(
		"bool: true\nu8: 255\nu16: 576\nu32: auto\nu64: 0xffffffffffffffff\nsize: 1k\n"
		"rate: 1kbit\nduration: 1m\ntext: yes, it is\nname: a.b-c_1\npath: x/y\n"
		"address: 2001:db8::1\nown: 10.0.0.1/24\nprefix: 10.0.0.0/24\nendpoint: 10.0.0.1:80\n"
		"mac: 02:00:00:00:00:01\nvlan: 4094\nprotocol: sctp\ndscp: ef\nports: 1024-65535\n"
		"colour: green\nflags: [a, c]\nnumbers: [red, 7-9, \"!255\"]\ndscps: \"!af11\"\n"
		"vlans: 1-10\nstates: \"!b\"\n");
	const struct every *cfg = r.cfg;

	(void)state;
	assert_string_equal(err_first(r.err), "");
	assert_true(cfg->bool_);
	assert_int_equal(cfg->u8, 255);
	assert_int_equal(cfg->u16, 576);
	assert_int_equal(cfg->u32, 0);
	assert_int_equal(cfg->u64, UINT64_MAX);
	assert_int_equal(cfg->size, 1024);
	assert_int_equal(cfg->rate.value, 1000);
	assert_int_equal(cfg->duration, 60000000000);
	assert_string_equal(cfg->text, "yes, it is");
	assert_string_equal(cfg->name, "a.b-c_1");
	assert_string_equal(cfg->path.written, "x/y");
	assert_string_equal(cfg->path.resolved, "conf/x/y");
	assert_int_equal(cfg->address.family, AF_INET6);
	assert_int_equal(cfg->own.address.bytes[3], 1);
	assert_int_equal(cfg->prefix.length, 24);
	assert_int_equal(cfg->endpoint.port, 80);
	assert_int_equal(cfg->mac.bytes[0], 2);
	assert_int_equal(cfg->vlan, 4094);
	assert_int_equal(cfg->protocol, 132);
	assert_int_equal(cfg->dscp, 46);
	assert_int_equal(cfg->ports.last, 65535);
	assert_int_equal(cfg->colour, GREEN);
	assert_int_equal(cfg->flags, 5);
	assert_int_equal(cfg->numbers.items[0].first, 3);
	assert_int_equal(cfg->numbers.items[1].last, 9);
	assert_true(cfg->numbers.items[2].negate);
	assert_int_equal(cfg->dscps.items[0].first, 10);
	assert_true(cfg->dscps.items[0].negate);
	assert_int_equal(cfg->vlans.items[0].last, 10);
	assert_int_equal(cfg->states, 5);
	done(&r);
}

static void
numbers_are_bounded(void **state)
{
	(void)state;
	expect_wrong("u8: 256", "u8: 256 is above 255");
	expect_wrong("u8: -1", "u8: -1 is below 0");
	expect_wrong("u8: 1.5", "u8: '1.5' is not a whole number");
	expect_wrong("u8: 0x100", "u8: 0x100 is above 255");
	expect_wrong("u8: 010",
		"u8: '010' is not a whole number; write it without leading zeros, or octal as 0o17");
	expect_wrong("u16: 575", "u16: 575 is below 576");
	expect_wrong("u16: 9217", "u16: 9217 is above 9216");
	expect_wrong("u32: 4294967296", "u32: 4294967296 is above 4294967295");
	expect_wrong("u32: aut", "u32: unknown number 'aut'; did you mean 'auto'?");
	expect_wrong("u64: 18446744073709551616",
		"u64: 18446744073709551616 is above 18446744073709551615");
	expect_wrong("size: 1023", "size: 1023 is below 1k");
	expect_wrong("size: 2M", "size: 2M is above 1M");
	expect_wrong("size: 2X", "size: '2X' is not a size; write 1500, 64k, 2M or 1G");
	expect_wrong("rate: 999bit", "rate: 999bit is below 1000");
	expect_wrong("rate: 10",
		"rate: '10' is not a rate; write 10Mbit or 1Gbit for bits, 500/s or 500k/s for packets");
	expect_wrong("duration: 61s", "duration: 61s is above 1m");
	expect_wrong(
		"duration: 61", "duration: '61' is not a duration; write 30s, 500ms, 2h or 1h30m");
	expect_wrong("vlan: 0", "vlan: 0 is below 1");
	expect_wrong("vlan: 4095", "vlan: 4095 is above 4094");
	expect_wrong("protocol: 256", "protocol: 256 is above 255");
	expect_wrong("protocol: tpc", "protocol: unknown protocol 'tpc'; did you mean 'tcp'?");
	expect_wrong("dscp: 64", "dscp: 64 is above 63");
	expect_wrong("dscp: af1", "dscp: unknown DSCP 'af1'; did you mean 'af11'?");
}

static void
ranges_are_bounded_and_not_empty(void **state)
{
	(void)state;
	expect_wrong("ports: 65536", "ports: 65536 is above 65535");
	expect_wrong("ports: 2-1", "ports: 2-1: the range is empty");
	expect_wrong("ports: 1-", "ports: '1-' is not a port or a range, such as 1024-65535");
	expect_wrong("ports: \"!1\"", "ports: '!1': ! is for matches only");
	expect_wrong("ports: http", "ports: 'http' is not a port or a range, such as 1024-65535");
	expect_wrong("numbers: blue", "numbers: unknown value 'blue'");
	expect_wrong("numbers: \"!gren\"", "numbers: unknown value 'gren'; did you mean 'green'?");
	expect_wrong("numbers: [1, 256]", "numbers: 256 is above 255");
	expect_wrong("numbers: [[1]]", "numbers: a number or a range is expected, not a list");
	expect_wrong("vlans: 4095", "vlans: 4095 is above 4094");
	expect_wrong("dscps: 0-64", "dscps: 0-64 is above 63");
}

static void
addresses_say_what_is_wrong(void **state)
{
	(void)state;
	expect_wrong("address: 10.0.0.256", "address: '10.0.0.256' is not an IPv4 or IPv6 address");
	expect_wrong(
		"address: 10.0.0.1/24", "address: '10.0.0.1/24' is not an IPv4 or IPv6 address");
	expect_wrong(
		"own: 10.0.0.1", "own: '10.0.0.1' has no prefix length; write it as 10.0.0.1/24");
	expect_wrong("own: x", "own: 'x' is not an address with its length, as 10.0.0.1/24");
	expect_wrong("prefix: 10.0.0.1/24",
		"prefix: '10.0.0.1/24' has bits beyond its length; did you mean '10.0.0.0/24'?");
	expect_wrong("prefix: \"2001:db8::1/64\"",
		"prefix: '2001:db8::1/64' has bits beyond its length; did you mean '2001:db8::/64'?");
	expect_wrong("prefix: 10.0.0.0/33", "prefix: '10.0.0.0/33' is not a prefix, as 10.0.0.0/8");
	expect_wrong("endpoint: 10.0.0.1:x",
		"endpoint: '10.0.0.1:x' is not an address with a port; "
		"write 10.0.0.80:443 or [2001:db8::1]:443");
	expect_wrong("mac: 02:00", "mac: '02:00' is not a MAC address; write 02:00:00:00:00:01");
}

static void
words_are_exact(void **state)
{
	(void)state;
	expect_wrong("bool: yes", "bool: 'yes' is neither true nor false");
	expect_wrong("bool: 1", "bool: '1' is neither true nor false");
	expect_wrong("colour: gren", "colour: unknown colour 'gren'; did you mean 'green'?");
	expect_wrong("colour: Red", "colour: unknown colour 'Red'; did you mean 'red'?");
	expect_wrong("flags: [a, d]", "flags: unknown flag 'd': it is a, b or c");
	expect_wrong("flags: \"!a\"", "flags: unknown flag '!a': it is a, b or c");
	expect_wrong("flags: {a: b}", "flags: a word is expected, not a map");
	expect_wrong("name: a b", "name: 'a b' is not a name; use letters, digits, - _ and .");
	expect_wrong("name: \"\"", "name: '' is not a name; use letters, digits, - _ and .");
	expect_wrong("name: a234567890123456789012345678901234567890123456789012345678901234",
		"name: 'a23456789012345678901234567890123456789012345678901234567890' is too long for a name");
}

static void
nothing_is_not_a_value(void **state)
{
	struct reading r = read_text("text: \"\"\nflags:\nstates: []\nnumbers: ~\ndscps: []\n");

	(void)state;
	assert_string_equal(err_first(r.err), "");
	assert_string_equal(r.cfg->text, "");
	assert_int_equal(r.cfg->numbers.count, 0);
	assert_int_equal(r.cfg->flags, 0);
	done(&r);
	expect_wrong("text:", "text: a value is missing: text is expected");
	expect_wrong("u8: ~", "u8: a value is missing: a number is expected");
	expect_wrong("u8: null", "u8: a value is missing: a number is expected");
	expect_wrong("numbers: [1, ]\nvlans: [~]", "vlans: a value is missing: a VLAN is expected");
	r = read_text("text: \"null\"\n");
	assert_string_equal(err_first(r.err), "");
	assert_string_equal(r.cfg->text, "null");
	done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_takes_what_it_is_for),
		cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test(ranges_are_bounded_and_not_empty),
		cmocka_unit_test(addresses_say_what_is_wrong),
		cmocka_unit_test(words_are_exact),
		cmocka_unit_test(nothing_is_not_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
