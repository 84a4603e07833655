/* SPDX-License-Identifier: BSD-3-Clause */
/* A whole configuration: what is read right, and what every kind of mistake is answered with. */
#include "sample.h"

static const char good[] =
	"version: 1\n"
	"system: {workers: [1, 2], memory: 64k, timeout: 1m}\n"
	"interfaces:\n"
	"  lan:\n"
	"    addresses: [10.0.0.1/24, \"2001:db8:1::1/64\"]\n"
	"    mtu: 1500\n"
	"    pipeline: inside\n"
	"    neighbours: {10.0.0.2: \"02:00:00:00:00:02\", 10.0.0.3: 02:00:00:00:00:03}\n"
	"  wan: {addresses: 198.51.100.1/24, pipeline: outside, vlan: 20}\n"
	"routes:\n"
	"  main:\n"
	"    - {to: 0.0.0.0/0, via: 198.51.100.2}\n"
	"    - {to: 10.9.0.0/16, via: [10.0.0.2, {via: 10.0.0.3, weight: 2}]}\n"
	"    - {to: 192.0.2.0/24, blackhole: true}\n"
	"sets:\n"
	"  admins: [198.51.100.64/28, \"2001:db8:ffff::/48\"]\n"
	"  bad: {file: blocklist.txt}\n"
	"acls:\n"
	"  web:\n"
	"    default: reject\n"
	"    rules:\n"
	"      - {state: [established, related], action: accept}\n"
	"      - {name: ssh, proto: tcp, src: [\"10.0.0.0/8\", \"$admins\"], dport: 22, action: drop}\n"
	"      - {in: \"!wan\", src: \"!$bad\", dport: [80, 1024-65535, \"!443\"], action: accept}\n"
	"pipelines:\n"
	"  inside: [{drop: {if: {src: $bad}}}, track, {acl: web}, {police: 10Mbit}]\n"
	"  outside:\n"
	"    - track\n"
	"    - acl: {use: web, if: {dport: 80}}\n";

static void
a_configuration_is_read(void **state)
{
	struct sample_document d = sample_read(good);
	struct sample_interface *lan, *wan;

	(void)state;
	assert_string_equal(d.errors, "");
	assert_int_equal(d.cfg->version, 1);
	assert_int_equal(d.cfg->system.workers.count, 2);
	assert_int_equal(d.cfg->system.workers.items[1], 2);
	assert_int_equal(d.cfg->system.memory, 65536);
	assert_int_equal(d.cfg->system.timeout, 60000000000);

	assert_int_equal(d.cfg->interfaces.count, 2);
	lan = cfg_find(&d.cfg->interfaces, "lan");
	wan = cfg_find(&d.cfg->interfaces, "wan");
	assert_string_equal(lan->head.name, "lan");
	assert_int_equal(lan->head.loc.line, 4);
	assert_int_equal(lan->addresses.count, 2);
	assert_int_equal(lan->addresses.items[0].length, 24);
	assert_int_equal(lan->addresses.items[0].address.bytes[3], 1);
	assert_int_equal(lan->addresses.items[1].address.family, AF_INET6);
	assert_int_equal(lan->vlan, 0);
	assert_string_equal(lan->neighbours.items[1].head.name, "10.0.0.3");
	assert_int_equal(lan->neighbours.items[1].mac.bytes[5], 3);
	assert_int_equal(wan->addresses.count, 1);
	assert_int_equal(wan->mtu, 1500);
	assert_int_equal(wan->vlan, 20);
	assert_null(cfg_find(&d.cfg->interfaces, "dmz"));
	sample_free(&d);
}

static void
routes_take_one_hop_or_several(void **state)
{
	struct sample_document d = sample_read(good);
	const struct sample_routes *table = cfg_find(&d.cfg->routes, "main");

	(void)state;
	assert_int_equal(table->routes.count, 3);
	assert_int_equal(table->routes.items[0].via.count, 1);
	assert_int_equal(table->routes.items[0].via.items[0].weight, 1);
	assert_int_equal(table->routes.items[1].via.count, 2);
	assert_int_equal(table->routes.items[1].via.items[0].weight, 1);
	assert_int_equal(table->routes.items[1].via.items[1].weight, 2);
	assert_int_equal(table->routes.items[1].via.items[1].via.bytes[3], 3);
	assert_true(table->routes.items[2].blackhole);
	assert_int_equal(table->routes.items[2].via.count, 0);
	sample_free(&d);
}

static void
matches_are_lists_with_negation(void **state)
{
	struct sample_document d = sample_read(good);
	const struct sample_acl *acl = cfg_find(&d.cfg->acls, "web");
	const struct sample_rule *rule = acl->rules.items;

	(void)state;
	assert_int_equal(acl->default_action, ACTION_REJECT);
	assert_int_equal(rule[0].match.state, 6);
	assert_int_equal(rule[0].match.proto.count, 0);
	assert_string_equal(rule[1].name, "ssh");
	assert_int_equal(rule[1].match.proto.items[0].first, 6);
	assert_null(rule[1].match.src.items[0].set);
	assert_int_equal(rule[1].match.src.items[0].prefix.length, 8);
	assert_string_equal(rule[1].match.src.items[1].set, "admins");
	assert_int_equal(rule[1].action, ACTION_DROP);
	assert_true(rule[2].match.in.items[0].negate);
	assert_string_equal(rule[2].match.in.items[0].name, "wan");
	assert_true(rule[2].match.src.items[0].negate);
	assert_string_equal(rule[2].match.src.items[0].set, "bad");
	assert_int_equal(rule[2].match.dport.count, 3);
	assert_int_equal(rule[2].match.dport.items[1].first, 1024);
	assert_int_equal(rule[2].match.dport.items[1].last, 65535);
	assert_true(rule[2].match.dport.items[2].negate);
	assert_int_equal(rule[2].match.dport.items[2].last, 443);
	sample_free(&d);
}

static void
stages_are_a_word_or_a_map_of_one_key(void **state)
{
	struct sample_document d = sample_read(good);
	const struct sample_pipeline *inside = cfg_find(&d.cfg->pipelines, "inside");
	const struct cfg_choice *stage = inside->stages.items;
	const struct sample_stage *config;

	(void)state;
	assert_int_equal(inside->stages.count, 4);
	assert_string_equal(stage[0].table->name, "drop");
	config = stage[0].config;
	assert_string_equal(config->head.name, "drop");
	assert_int_not_equal(config->match.head.loc.line, 0);
	assert_string_equal(config->match.src.items[0].set, "bad");
	assert_string_equal(stage[1].table->name, "track");
	config = stage[1].config;
	assert_int_equal(config->match.head.loc.line, 0);
	assert_int_equal(stage[1].loc.line, 26);
	assert_int_equal(stage[1].loc.column, 39);
	config = stage[2].config;
	assert_string_equal(config->use, "web");
	config = stage[3].config;
	assert_int_equal(config->rate.value, 10000000);
	sample_free(&d);
}

static void
what_is_not_written_has_its_default(void **state)
{
	struct sample_document d = sample_read("");

	(void)state;
	assert_string_equal(d.errors, "");
	assert_int_equal(d.cfg->version, 1);
	assert_int_equal(d.cfg->system.head.loc.line, 0);
	assert_int_equal(d.cfg->system.workers.count, 1);
	assert_int_equal(d.cfg->system.workers.items[0], UINT32_MAX);
	assert_int_equal(d.cfg->system.memory, 0);
	assert_int_equal(d.cfg->system.timeout, 30000000000);
	assert_int_equal(d.cfg->interfaces.count, 0);
	sample_free(&d);
}

static void
five_errors_are_found_at_once(void **state)
{
	(void)state;
	expect_errors("version: 2\n"
		      "interfaces:\n"
		      "  wan:\n"
		      "    mtu: 99\n"
		      "    pipeline: insid\n"
		      "    adresses: [10.0.0.1/24]\n"
		      "pipelines:\n"
		      "  inside: [track, nat, {acl: web}]\n",
		"1:10+1: version: 2 is above 1\n"
		"4:10+2: interfaces.wan.mtu: 99 is below 576\n"
		"5:15+5: interfaces.wan.pipeline: unknown pipeline 'insid'; did you mean 'inside'?\n"
		"6:5+8: interfaces.wan: unknown key 'adresses'; did you mean 'addresses'?\n"
		"8:19+3: pipelines.inside: unknown stage 'nat'; did you mean 'snat'?\n"
		"8:30+3: pipelines.inside.acl: unknown acl 'web'\n");
}

static void
what_is_missing_is_said_once(void **state)
{
	(void)state;
	expect_errors("interfaces:\n"
		      "  lan: {}\n"
		      "  wan:\n"
		      "acls:\n"
		      "  web:\n"
		      "    rules:\n"
		      "      - {dport: 1}\n"
		      "      - dport: 2\n"
		      "        acton: drop\n"
		      "pipelines:\n"
		      "  p: [acl, {police: }]\n",
		"2:8+1: interfaces.lan: 'pipeline' is missing\n"
		"3:3+3: interfaces.wan: 'pipeline' is missing\n"
		"7:9+1: acls.web.rules: 'action' is missing\n"
		"9:9+5: acls.web.rules: unknown key 'acton'; did you mean 'action'?\n"
		"11:7+3: pipelines.p.acl: 'use' is missing\n"
		"11:13+6: pipelines.p.police: 'rate' is missing\n");
}

static void
wrong_kinds_are_named(void **state)
{
	(void)state;
	expect_errors("system: 5\n"
		      "interfaces: [lan]\n"
		      "sets:\n"
		      "  a: {file: [x]}\n"
		      "acls:\n"
		      "  b: {default: {x: y}, rules: accept}\n"
		      "pipelines:\n"
		      "  c: {stages: [{track: , drop: }, [track]]}\n"
		      "  -d: track\n",
		"1:9+1: system: a map is expected, not '5'\n"
		"2:13+1: interfaces: a map of names is expected, not a list\n"
		"4:13+1: sets.a.file: a file name is expected, not a list\n"
		"6:16+1: acls.b.default: a word is expected, not a map\n"
		"6:31+6: acls.b.rules: a map is expected, not 'accept'\n"
		"8:16+1: pipelines.c.stages: a name, or a map of one key is expected, not several keys\n"
		"8:35+1: pipelines.c.stages: a name, or a map of one key is expected, not a list\n"
		"9:3+2: pipelines: '-d' is not a name; use letters, digits, - _ and .\n");
}

static void
anchors_aliases_and_tags_are_refused(void **state)
{
	(void)state;
	expect_errors("sets:\n"
		      "  a: &x [10.0.0.0/8]\n"
		      "  b: *x\n"
		      "acls:\n"
		      "  c: {rules: [{src: !$a , action: drop}, {name: !!str q, action: drop}]}\n",
		"2:7+1: sets.a: anchors are not used here\n"
		"3:7+1: sets.b: aliases are not used here; put a value that begins with * in quotes\n"
		"5:21+3: acls.c.rules.src: tags are not used here; put a value that begins with ! in quotes\n"
		"5:49+5: acls.c.rules.name: tags are not used here; put a value that begins with ! in quotes\n");
}

static void
a_key_is_written_once(void **state)
{
	(void)state;
	expect_errors("sets:\n"
		      "  a: [10.0.0.0/8]\n"
		      "  b: [10.0.0.0/8]\n"
		      "  a: [11.0.0.0/8]\n"
		      "sets: {c: }\n",
		"4:3+1: sets: 'a' is defined twice, first at <sample>:2:3\n"
		"5:1+4: 'sets' is defined twice, first at <sample>:1:1\n");
}

static void
a_syntax_error_has_a_place(void **state)
{
	(void)state;
	expect_errors("version: 1\nsets:\n\ta: x\n",
		"3:1+1: tab character may not be used as indentation\n");
	expect_errors("sets:\n  a: [10.0.0.0/8\nacls: {}\n",
		"2:6+1: flow sequence without a closing bracket\n");
	expect_errors("sets: {a: [\"::\", 2001:db8::]}\n",
		"1:18+9: sets.a: put '2001:db8::' in quotes\n");
	expect_errors(
		"version: 1\n---\nversion: 1\n", "2:1+3: a second document in the same file\n");
	expect_errors("version: \x01\n", "1:10+1: byte 0x01: a configuration is UTF-8 text\n");
	expect_errors("version: \xc3(\n", "1:10+1: byte 0xc3: a configuration is UTF-8 text\n");
	expect_errors("- 1\n", "1:1+1: a map of sections is expected, not a list\n");
	expect_errors("? [a, b]\n: 1\n", "1:3+1: a key is a word\n");
	expect_errors("sets: {a: {file: \"x\\0y\"}}\n",
		"1:18+6: sets.a.file: text cannot hold a zero byte\n");
}

static void
depth_is_bounded(void **state)
{
	(void)state;
	expect_errors(
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
		"1:33+1: lists and maps are nested deeper than 32\n");
	expect_errors("- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -",
		"1:65+1: lists and maps are nested deeper than 32\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_is_read),
		cmocka_unit_test(routes_take_one_hop_or_several),
		cmocka_unit_test(matches_are_lists_with_negation),
		cmocka_unit_test(stages_are_a_word_or_a_map_of_one_key),
		cmocka_unit_test(what_is_not_written_has_its_default),
		cmocka_unit_test(five_errors_are_found_at_once),
		cmocka_unit_test(what_is_missing_is_said_once),
		cmocka_unit_test(wrong_kinds_are_named),
		cmocka_unit_test(anchors_aliases_and_tags_are_refused),
		cmocka_unit_test(a_key_is_written_once),
		cmocka_unit_test(a_syntax_error_has_a_place),
		cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
