/* SPDX-License-Identifier: BSD-3-Clause */
/* A generation for tests of stages, built from the text of its sections, and packets to judge.
 *
 *	lan  10.0.0.1/24, 2001:db8:1::1/64, fe80::1/64 --+
 *	dmz  10.0.1.1/24                               --+-- [ stages ] -- wan  198.51.100.1/24,
 *	                                                                       2001:db8:2::1/64
 */
#ifndef UNIT_POLICY_POLICY_FIXTURE_H
#define UNIT_POLICY_POLICY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ip.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "schema/document.h"
#include "policy/address.h"
#include "policy/build.h"
#include "policy/pipeline.h"

enum { LAN = 1, DMZ, WAN, IFACES };

#define PORTS       3
#define NOTES_BYTES 4096

struct fixture_section {
	struct cfg_head head;
};

struct fixture_config {
	struct cfg_head head;
	CFG_LIST_OF(struct fixture_section) ports;
	CFG_LIST_OF(struct fixture_section) interfaces;
	struct policy_cfg policy;
};

static const struct cfg_field fixture_section_fields[] = { CFG_END };

static const struct cfg_table fixture_section_table = {
	"thing",
	CFG_SIZEOF(struct fixture_section),
	fixture_section_fields,
	"A name.",
};

static const struct cfg_field fixture_fields[] = {
	{ "ports", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(struct fixture_config, ports),
		"Ports.", .table = &fixture_section_table, .kind = "port" },
	{ "interfaces", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL,
		offsetof(struct fixture_config, interfaces), "Interfaces.",
		.table = &fixture_section_table, .kind = "interface" },
	POLICY_ROWS(struct fixture_config, policy),
	CFG_END,
};

static const struct cfg_table fixture_table = {
	"file",
	CFG_SIZEOF(struct fixture_config),
	fixture_fields,
	"The file.",
};

static const struct interface_address fixture_lan[] = {
	{ 4, 24, { .bytes = { 10, 0, 0, 1 } } },
	{ 6, 64, { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 1 } } },
	{ 6, 64, { .bytes = { 0xfe, 0x80, [15] = 1 } } },
};
static const struct interface_address fixture_dmz[] = {
	{ 4, 24, { .bytes = { 10, 0, 1, 1 } } },
};
static const struct interface_address fixture_wan[] = {
	{ 4, 24, { .bytes = { 198, 51, 100, 1 } } },
	{ 6, 64, { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1 } } },
};

static const char *const fixture_ports[] = { "lan", "dmz", "wan" };

struct policy_fixture {
	const struct hop_health *health; /* NULL: every next hop lives */
	const char *const *domain_name;  /* of several domains; NULL: there is one */
	unsigned n_domains;
	struct live_tables *live;  /* of the kernel; NULL: none is followed */
	const char *entry[IFACES]; /* names of the interfaces' pipelines, or NULL */
	struct interface iface[IFACES];
	const struct interface *by_id[IFACES];
	struct err *err;
	struct document *doc;
	struct build *build;
	struct generation gen;
	struct view view;
	struct eval ev;
	char notes[NOTES_BYTES]; /* what the stages noted, a line each */
	char *errors;            /* what went wrong, as users see it */
};

/* The first lines of every file; what a test writes begins on line 3. */
#define FIXTURE_HEAD "ports: {lan: , dmz: , wan: }\ninterfaces: {lan: , dmz: , wan: }\n"

static int
fixture_setup(void **state)
{
	struct policy_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->iface[LAN] = (struct interface){ "lan", .id = LAN, .port = 0, .mtu = 1500,
		.addresses = fixture_lan, .n_addresses = 3 };
	f->iface[DMZ] = (struct interface){ "dmz", .id = DMZ, .port = 1, .mtu = 1500,
		.addresses = fixture_dmz, .n_addresses = 1 };
	f->iface[WAN] = (struct interface){ "wan", .id = WAN, .port = 2, .mtu = 1500,
		.addresses = fixture_wan, .n_addresses = 2 };
	for (unsigned i = LAN; i < IFACES; i++) {
		f->by_id[i] = &f->iface[i];
		f->gen.iface[i] = &f->iface[i];
		f->gen.port_name[i - LAN] = fixture_ports[i - LAN];
	}
	f->gen.n_ifaces = IFACES;
	f->gen.n_ports = PORTS;
	*state = f;
	return 0;
}

static void
fixture_clear(struct policy_fixture *f)
{
	build_discard(f->build);
	document_free(f->doc);
	err_destroy(f->err);
	free(f->errors);
	for (unsigned i = 0; i < IFACES; i++)
		f->iface[i].pipeline = NULL;
	f->build = NULL;
	f->doc = NULL;
	f->err = NULL;
	f->errors = NULL;
}

static int
fixture_teardown(void **state)
{
	struct policy_fixture *f = *state;

	fixture_clear(f);
	free(f);
	return 0;
}

/* Builds what text says, be it right or wrong.  Returns what build_policy does. */
static inline int
build(struct policy_fixture *f, const char *text)
{
	struct build_setup setup = {
		.iface = f->by_id,
		.n_ifaces = IFACES,
		.port_name = fixture_ports,
		.n_ports = PORTS,
		.domain_name = f->domain_name,
		.n_domains = f->n_domains,
		.entry = f->entry,
		.live = f->live,
	};
	struct fixture_config *config;
	char *whole;
	size_t size;
	FILE *out;
	int rc;

	fixture_clear(f);
	assert_true(asprintf(&whole, FIXTURE_HEAD "%s", text) > 0);
	setup.err = f->err = err_create();
	f->doc = document_parse_text("weir.yaml", whole, strlen(whole), &fixture_table, f->err);
	free(whole);
	assert_non_null(f->doc);
	config = document_root(f->doc);
	setup.misread = err_count(f->err) > 0;
	f->build = build_create(&setup);
	assert_non_null(f->build);
	rc = build_policy(f->build, &config->policy);
	for (unsigned i = LAN; i < IFACES; i++)
		f->iface[i].pipeline = build_find_pipeline(f->build, f->entry[i]);
	assert_int_equal(build_finish(f->build, &f->gen), 0);

	out = open_memstream(&f->errors, &size);
	err_print(f->err, out, false);
	fclose(out);
	return rc;
}

static inline void
given(struct policy_fixture *f, const char *text)
{
	if (build(f, text) < 0 || err_count(f->err) > 0)
		fail_msg("unexpected errors:\n%s", f->errors);
}

static inline void
expect_error(struct policy_fixture *f, const char *text, const char *error)
{
	build(f, text);
	if (err_count(f->err) == 0)
		fail_msg("no error where one was expected: %s", error);
	if (strstr(f->errors, error) == NULL)
		fail_msg("expected: %s\ngot:\n%s", error, f->errors);
}

static inline void
fixture_note(void *arg, const char *stage, const char *text)
{
	struct policy_fixture *f = arg;
	size_t used = strlen(f->notes);

	(void)stage;
	snprintf(f->notes + used, sizeof(f->notes) - used, "%s\n", text);
}

/* The view of a packet in notation that comes in by an interface. */
static inline void
read_view(struct policy_fixture *f, struct view *view, unsigned in, const char *packet)
{
	static const struct notation_macs macs = { { 2, 0, 0, 0, 0, 9 }, { 2, 0, 0, 0, 0, 1 } };
	uint8_t domain_of[IFACES] = { 0, f->iface[LAN].domain, f->iface[DMZ].domain,
		f->iface[WAN].domain };
	struct ingress ingress = { .mac = { 2, 0, 0, 0, 0, 1 },
		.untagged = f->iface[in].id,
		.domain = f->iface[in].domain,
		.domain_of = domain_of };
	uint8_t frame[2048];
	char why[128];
	int bytes = notation_build(packet, &macs, frame, sizeof(frame), why);

	if (bytes < 0)
		fail_msg("%s: %s", packet, why);
	parse_bytes(view, frame, (uint32_t)bytes, (uint32_t)bytes, &ingress);
	if (view->kind == VIEW_BAD)
		fail_msg("%s: %s", packet, reason_name(view->reason));
}

/* Judges one packet by a pipeline; the result is in f->ev and f->notes. */
static inline struct eval *
evaluate_hashed(struct policy_fixture *f, const char *pipeline, unsigned in, const char *packet,
	uint32_t hash)
{
	const struct trace trace = { fixture_note, f };
	const struct pipeline *p = build_find_pipeline(f->build, pipeline);
	struct eval *ev = &f->ev;

	assert_non_null(p);
	f->iface[in].pipeline = p;
	f->notes[0] = '\0';
	read_view(f, &f->view, in, packet);
	eval_init(ev, &f->gen, &f->view);
	ev->flow_hash = hash;
	ev->health = f->health;
	ev->trace = &trace;
	pipeline_evaluate(p, &ev, 1);
	assert_true(ev->done);
	ev->trace = NULL;
	return ev;
}

static inline struct eval *
evaluate(struct policy_fixture *f, const char *pipeline, unsigned in, const char *packet)
{
	return evaluate_hashed(f, pipeline, in, packet, 0);
}

static inline const char *
fixture_name(void *arg, enum program_noun noun, uint16_t number)
{
	const struct policy_fixture *f = arg;

	if (noun == PROGRAM_SET)
		return "a set";
	return noun == PROGRAM_PORT ? fixture_ports[number] : f->iface[number].name;
}

static inline void
expect_program(struct policy_fixture *f, const char *expected)
{
	char text[512];

	program_print(text, sizeof(text), &f->ev.program, &f->view.tuple, fixture_name, f);
	assert_string_equal(text, expected);
}

static inline void
expect_note(struct policy_fixture *f, const char *expected)
{
	if (strstr(f->notes, expected) == NULL)
		fail_msg("expected: %s\ngot:\n%s", expected, f->notes);
}

/* The line of the rule counter that decided. */
static inline unsigned
counter_line(struct policy_fixture *f)
{
	return f->gen.counters[f->ev.program.counter].loc.line;
}

static inline void
expect_gateway(struct policy_fixture *f, const char *expected)
{
	char text[64];

	notation_address(text, sizeof(text), &f->ev.program.gateway, f->ev.tuple.family);
	assert_string_equal(text, expected);
}

#define stage_test(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
