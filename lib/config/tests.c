/* SPDX-License-Identifier: BSD-3-Clause */
/* Section tests: a packet is judged, and the outcome compared with what its author expects. */

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "config/check.h"
#include "config/compile.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "policy/pipeline.h"

enum {
	FRAME_MAX = 10240,
};

/* What became of the packet. */
struct judged {
	enum program_verdict verdict;
	enum reason reason;
	const char *egress;             /* of PROGRAM_OUTPUT and PROGRAM_WIRE */
	struct tuple to;
};

/* What is expected: a verdict and the word behind it, "" when any will do. */
struct expected {
	enum program_verdict verdict;
	char word[64];
};

static const struct cfg_word verdicts[] = {
	{ "output", PROGRAM_OUTPUT },
	{ "drop", PROGRAM_DROP },
	{ "reject", PROGRAM_REJECT },
	{ "local", PROGRAM_LOCAL },
	CFG_WORD_END
};

static int
expect_unknown(const struct test_cfg *test, const char *word, struct err *err)
{
	return cfg_error(err, &test->head, &test->expect,
		"'%s': write output INTERFACE, drop REASON, drop, reject or local", word);
}

static int
check_reason(const struct test_cfg *test, const char *word, struct err *err)
{
	struct suggestion s = suggestion_of(word);

	if (reason_find(word) != REASON_NONE)
		return 0;
	for (unsigned r = 1; r < REASON_COUNT; r++)
		suggestion_offer(&s, reason_name(r));
	if (s.best != NULL)
		return cfg_error(err, &test->head, &test->expect,
			"unknown drop reason '%s'; did you mean '%s'?", word, s.best);
	return cfg_error(err, &test->head, &test->expect, "unknown drop reason '%s'", word);
}

static int
read_expected(const struct test_cfg *test, const struct generation *gen, struct expected *out,
	struct err *err)
{
	char verdict[64] = "", rest[2] = "";
	int n = sscanf(test->expect, "%63s %63s %1s", verdict, out->word, rest);
	const struct cfg_word *w = verdicts;

	if (n == 1)
		out->word[0] = '\0';
	while (w->word != NULL && strcmp(w->word, verdict) != 0)
		w++;
	if (w->word == NULL || n > 2)
		return expect_unknown(test, test->expect, err);
	out->verdict = (enum program_verdict)w->value;
	if (n == 2 && out->verdict == PROGRAM_DROP)
		return check_reason(test, out->word, err);
	if (n == 2 && out->verdict != PROGRAM_OUTPUT)
		return expect_unknown(test, test->expect, err);
	for (unsigned p = 0; n == 2 && p < gen->n_ports; p++)
		if (strcmp(gen->port_name[p], out->word) == 0)
			return 0;
	if (n == 2 && generation_find(gen, out->word) == NULL)
		return cfg_error(err, &test->head, &test->expect, "unknown interface '%s'",
			out->word);
	return 0;
}

/* The packet as it would come in by the interface, whatever tags the interface's frames carry. */
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
	if (n < 0)
		return cfg_error(err, &test->head, &test->packet, "%s", why);
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

/* Does somebody here answer?  Echo requests alone are: what else is for us is dropped for want of a service. */
static bool
is_answered(const struct view *view)
{
	return tuple_is_icmp(&view->tuple) && tuple_icmp_type(&view->tuple) == (view->family == 4 ? 8 : 128);
}

static void
judge(const struct view *view, const struct interface *iface, const struct generation *gen,
	struct judged *out)
{
	static struct eval ev;
	struct eval *one = &ev;

	*out = (struct judged) { .verdict = PROGRAM_DROP };
	if (view->kind == VIEW_BAD || iface->pipeline == NULL) {
		out->reason = view->kind == VIEW_BAD ? view->reason : REASON_interface_unused;
		return;
	}
	eval_init(&ev, gen, view);
	pipeline_evaluate(iface->pipeline, &one, 1);
	out->verdict = ev.program.verdict;
	out->reason = ev.program.reason;
	out->to = ev.program.to;
	if (ev.program.ttl && view->ttl <= 1) {
		out->verdict = PROGRAM_DROP;
		out->reason = REASON_ttl_expired;
	}
	if (out->verdict == PROGRAM_LOCAL && !is_answered(view)) {
		out->verdict = PROGRAM_DROP;
		out->reason = REASON_local_no_service;
	}
	if (out->verdict == PROGRAM_OUTPUT)
		out->egress = gen->iface[ev.program.iface]->name;
	if (out->verdict == PROGRAM_WIRE) {
		out->verdict = PROGRAM_OUTPUT;
		out->egress = gen->port_name[ev.program.iface];
	}
}

static void
judged_text(const struct judged *o, char *out, size_t bytes)
{
	if (o->verdict == PROGRAM_OUTPUT)
		snprintf(out, bytes, "output %s", o->egress);
	else if (o->verdict == PROGRAM_LOCAL)
		snprintf(out, bytes, "local");
	else
		snprintf(out, bytes, "drop %s", reason_name(o->reason));
}

static bool
is_expected(const struct expected *e, const struct judged *o)
{
	/* A rejected packet is dropped, too. */
	if (e->verdict == PROGRAM_DROP && o->verdict == PROGRAM_REJECT)
		return e->word[0] == '\0' || strcmp(e->word, reason_name(o->reason)) == 0;
	if (e->verdict != o->verdict)
		return false;
	if (e->word[0] == '\0')
		return true;
	if (e->verdict == PROGRAM_OUTPUT)
		return strcmp(e->word, o->egress) == 0;
	return strcmp(e->word, reason_name(o->reason)) == 0;
}

/* Does an end of the packet leave as the test says?  An endpoint that was not written is any. */
static bool
leaves_as(const struct cfg_endpoint *want, const union address *a, rte_be16_t port)
{
	if (want->address.family == 0)
		return true;
	return memcmp(want->address.bytes, a->bytes, sizeof(a->bytes)) == 0
		&& (want->port == 0 || rte_cpu_to_be_16(want->port) == port);
}

static bool
compare(const struct test_cfg *test, const struct expected *e, const struct judged *o,
	struct err *err)
{
	char text[256];

	if (!is_expected(e, o)) {
		judged_text(o, text, sizeof(text));
		cfg_error(err, &test->head, &test->expect, "test '%s' failed: expected %s, was %s",
			test->name != NULL ? test->name : test->packet, test->expect, text);
		return false;
	}
	if (leaves_as(&test->src, &o->to.src, o->to.sport)
			&& leaves_as(&test->dst, &o->to.dst, o->to.dport))
		return true;
	notation_tuple(text, sizeof(text), &o->to);
	cfg_error(err, &test->head, NULL, "test '%s' failed: it left as %s",
		test->name != NULL ? test->name : test->packet, text);
	return false;
}

bool
trial_run(const struct test_cfg *test, const struct generation *gen, struct err *err)
{
	const struct interface *iface = generation_find(gen, test->in);
	struct expected expected;
	struct judged judged;
	struct view view;

	if (iface == NULL || read_expected(test, gen, &expected, err) < 0
			|| read_packet(test, iface, gen, &view, err) < 0)
		return false;
	judge(&view, iface, gen, &judged);
	return compare(test, &expected, &judged, err);
}
