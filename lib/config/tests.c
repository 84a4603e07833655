/* SPDX-License-Identifier: BSD-3-Clause */
/* Section tests: its rows; tests of single packets, whose outcome is compared with the expected
 * one. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "config/check.h"
#include "config/compile.h"
#include "config/config_priv.h"
#include "config/expect.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "policy/pipeline.h"
#include "policy/times.h"

#define AFTER_MAX (1000000 * NS_PER_SECOND)

enum {
	FRAME_MAX = 10240,
};

/* What became of the packet. */
struct judged {
	struct fate fate;
	struct tuple to;
};

static const struct cfg_field step_fields[] = {
	{ "after", CFG_DURATION, CFG_OPTIONAL, offsetof(struct step_cfg, after_ns),
		"Time that passes before the packet comes; timers run.", .max = AFTER_MAX },
	{ "in", CFG_REF, NULL, offsetof(struct step_cfg, in),
		"The ingress interface of the packet.", .refers = "interfaces",
		.kind = "interface" },
	{ "packet", CFG_TEXT, NULL, offsetof(struct step_cfg, packet),
		"The packet; $NAME stands for what an earlier step has seen in its place." },
	{ "expect", CFG_TEXT, NULL, offsetof(struct step_cfg, expect),
		"What becomes of it: output INTERFACE, drop REASON, drop, reject, local, or consumed host." },
	{ "src", CFG_TEXT, CFG_OPTIONAL, offsetof(struct step_cfg, src),
		"The source it leaves with: ADDRESS or ADDRESS:PORT.  In place of either, * is any, and $NAME is any the "
		"first time and the same ever after: 198.51.100.1:$port." },
	{ "dst", CFG_TEXT, CFG_OPTIONAL, offsetof(struct step_cfg, dst),
		"The destination it leaves with, written like src." },
	{ "reply", CFG_TEXT, CFG_OPTIONAL, offsetof(struct step_cfg, reply),
		"What Weir itself answers by the same interface (a reset, an ICMP error, an echo reply), as a packet." },
	CFG_END,
};

static const struct cfg_table step_table = {
	"step",
	CFG_SIZEOF(struct step_cfg),
	step_fields,
	"A packet of a conversation, and what has to become of it.",
};

static const struct cfg_field test_fields[] = {
	{ "name", CFG_TEXT, CFG_OPTIONAL, offsetof(struct test_cfg, name), "Name of the test." },
	{ "in", CFG_REF, CFG_OPTIONAL, offsetof(struct test_cfg, in),
		"The ingress interface of the packet.", .refers = "interfaces",
		.kind = "interface" },
	{ "packet", CFG_TEXT, CFG_OPTIONAL, offsetof(struct test_cfg, packet),
		"The packet: tcp 203.0.113.9:40000 > 198.51.100.1:23 S." },
	{ "expect", CFG_TEXT, CFG_OPTIONAL, offsetof(struct test_cfg, expect),
		"What becomes of it: output INTERFACE, drop REASON, drop, reject, local: answered here, as pings are, or consumed "
		"host: given to the host interface." },
	{ "src", CFG_ENDPOINT, CFG_OPTIONAL, offsetof(struct test_cfg, src),
		"The source it leaves with." },
	{ "dst", CFG_ENDPOINT, CFG_OPTIONAL, offsetof(struct test_cfg, dst),
		"The destination it leaves with." },
	{ "at", CFG_TEXT, CFG_OPTIONAL, offsetof(struct test_cfg, at),
		"The time of the wall clock, for rules with time: mon 09:00; without it, now." },
	{ "steps", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct test_cfg, steps),
		"Instead of a packet: the packets of a conversation, in order, with sessions, translation and time as they "
		"run.  Neighbours answer; each conversation begins without sessions.",
		.table = &step_table, .kind = "step" },
	CFG_END,
};

const struct cfg_table test_table = {
	"test",
	CFG_SIZEOF(struct test_cfg),
	test_fields,
	"A packet or a conversation, and what has to become of it; a check, a start and a reload try it.",
};

static void
check_field(
	const struct test_cfg *test, const char *const *field, const char *name, struct err *err)
{
	bool written = cfg_is_written(&test->head, field);

	if (test->steps.count > 0 && written)
		cfg_error(
			err, &test->head, field, "a test is a packet or a list of steps, not both");
	else if (test->steps.count == 0 && !written)
		cfg_error(err, &test->head, NULL, "'%s' is missing", name);
}

void
tests_check(const struct config *cfg, struct err *err)
{
	cfg_each(test, &cfg->tests) {
		if (test->at != NULL && times_wall(test->at) < 0)
			cfg_error(err, &test->head, &test->at,
				"'%s': write a day and a time, such as mon 09:00", test->at);
		if (test->steps.count == 0 && cfg_is_written(&test->head, &test->steps)) {
			cfg_error(err, &test->head, &test->steps, "the conversation has no step");
			continue;
		}
		check_field(test, &test->in, "in", err);
		check_field(test, &test->packet, "packet", err);
		check_field(test, &test->expect, "expect", err);
	}
}

/* Makes the packet as it would come in by the interface, with the tags of the interface's
 * frames. */
static int
read_packet(const struct test_cfg *test, const struct interface *iface,
	const struct generation *gen, struct view *view, struct err *err)
{
	static uint8_t frame[FRAME_MAX];
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, 0xfe } };
	struct ingress in = gen->ingress[iface->port];
	char why[128];
	int n;

	memcpy(macs.dst, iface->mac, 6);
	n = notation_build(test->packet, &macs, frame, sizeof(frame), why);
	if (n < 0) {
		cfg_error(err, &test->head, &test->packet, "%s", why);
		return -EINVAL;
	}
	in.untagged = iface->id;
	in.wire = in.wire_iface[iface->id];
	parse_bytes(view, frame, (uint32_t)n, (uint32_t)n, &in);
	if (iface->vlan != 0) {
		view->vlan[0] = iface->vlan;
		view->vlan[1] = iface->inner_vlan;
		view->vlans = iface->inner_vlan != 0 ? 2 : 1;
	}
	return 0;
}

/* Returns true for a packet that Weir itself answers: only echo requests; others are dropped
 * because there is no service. */
static bool
is_answered(const struct view *view)
{
	return tuple_is_icmp(&view->tuple)
		&& tuple_icmp_type(&view->tuple) == (view->family == 4 ? 8 : 128);
}

/* Returns true for a group of the link, or all stations of it. */
static bool
is_group(const struct view *view)
{
	const uint8_t *dst = view->tuple.dst.bytes;

	if (view->family == 4)
		return (dst[0] == 224 && dst[1] == 0 && dst[2] == 0)
			|| address_broadcast(&view->tuple.dst, 4);
	return view->family == 6 && dst[0] == 0xff && (dst[1] & 0xf) <= 2;
}

static void
judge(const struct view *view, const struct interface *iface, const struct generation *gen,
	struct judged *out)
{
	static struct eval ev;
	struct eval *one = &ev;

	*out = (struct judged){ .fate.verdict = PROGRAM_DROP };
	if (view->kind == VIEW_BAD || iface->pipeline == NULL) {
		out->fate.reason = view->kind == VIEW_BAD ? view->reason : REASON_interface_unused;
		return;
	}
	if (iface->host != NULL && is_group(view)) { /* no pipeline judges it */
		out->fate.verdict = PROGRAM_LOCAL;
		out->fate.by_host = true;
		return;
	}
	eval_init(&ev, gen, view);
	pipeline_evaluate(iface->pipeline, &one, 1);
	out->fate.verdict = ev.program.verdict;
	out->fate.reason = ev.program.reason;
	out->to = ev.program.to;
	if (ev.program.ttl && view->ttl <= 1) {
		out->fate.verdict = PROGRAM_DROP;
		out->fate.reason = REASON_ttl_expired;
	}
	out->fate.by_host = out->fate.verdict == PROGRAM_LOCAL && iface->host != NULL
		&& !is_answered(view);
	if (out->fate.verdict == PROGRAM_LOCAL && iface->host == NULL && !is_answered(view)) {
		out->fate.verdict = PROGRAM_DROP;
		out->fate.reason = REASON_local_no_service;
	}
	if (out->fate.verdict == PROGRAM_OUTPUT)
		out->fate.egress = gen->iface[ev.program.iface]->name;
	if (out->fate.verdict == PROGRAM_WIRE) {
		out->fate.verdict = PROGRAM_OUTPUT;
		out->fate.egress = gen->port_name[ev.program.iface];
	}
}

/* Returns true if an end of the packet leaves as the test expects.  An endpoint that was not
 * written is any. */
static bool
leaves_as(const struct cfg_endpoint *want, const union address *a, rte_be16_t port)
{
	if (want->address.family == 0)
		return true;
	return memcmp(want->address.bytes, a->bytes, sizeof(a->bytes)) == 0
		&& (want->port == 0 || rte_cpu_to_be_16(want->port) == port);
}

/* Writes "output lan, src 192.0.2.1:80", with the ends that the test names. */
static void
expected_text(const struct test_cfg *test, char *out, size_t bytes)
{
	char end[VALUE_TEXT_MAX];
	int n = snprintf(out, bytes, "%s", test->expect);

	if (test->src.address.family != 0 && (size_t)n < bytes)
		n += snprintf(out + n, bytes - (size_t)n, ", src %s",
			value_endpoint_text(&test->src, end));
	if (test->dst.address.family != 0 && (size_t)n < bytes)
		snprintf(out + n, bytes - (size_t)n, ", dst %s",
			value_endpoint_text(&test->dst, end));
}

static bool
compare(const struct test_cfg *test, const struct expected *e, const struct judged *o,
	struct trial *told, struct err *err)
{
	const char *name = test->name != NULL ? test->name : test->packet;

	expected_text(test, told->expected, sizeof(told->expected));
	fate_text(told->found, sizeof(told->found), &o->fate);
	if (!expect_met(e, &o->fate)) {
		cfg_error(err, &test->head, &test->expect, "test '%s' failed: expected %s, was %s",
			name, test->expect, told->found);
		return false;
	}
	if (leaves_as(&test->src, &o->to.src, o->to.sport)
		&& leaves_as(&test->dst, &o->to.dst, o->to.dport))
		return true;
	notation_tuple(told->found, sizeof(told->found), &o->to);
	cfg_error(err, &test->head, NULL, "test '%s' failed: it left as %s", name, told->found);
	return false;
}

bool
trial_run(const struct test_cfg *test, const struct generation *gen, struct trial *told,
	struct err *err)
{
	const struct interface *iface = test->in != NULL ? generation_find(gen, test->in) : NULL;
	struct expect_field field = { &test->head, &test->expect };
	struct expected expected;
	struct judged judged;
	struct trial unread;
	struct view view;

	if (iface == NULL || expect_read(&field, gen, &expected, err) < 0
		|| read_packet(test, iface, gen, &view, err) < 0)
		return false;
	if (test->at != NULL)
		times_set(gen->times, times_wall(test->at));
	judge(&view, iface, gen, &judged);
	if (test->at != NULL)
		times_set(gen->times, (int64_t)time(NULL));
	return compare(test, &expected, &judged, told != NULL ? told : &unread, err);
}
