/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditions of matches (policy/condition.h) with the meters of a generation: what is asked, noted,
 * counted, and by whom. */
#include "generation_fixture.h"

#include "base/limiter.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "policy/eval.h"
#include "policy/pipeline.h"

#define CONFIG(rules) \
	"version: 1\n" \
	"ports: {lan: net_null0, wan: net_null1}\n" \
	"interfaces: {lan: {addresses: [10.0.0.1/24], pipeline: p}, wan: {addresses: [198.51.100.1/24], pipeline: p}}\n" \
	"routes: {main: []}\n" \
	"acls: {list: {default: drop, rules: [" rules "]}}\n" \
	"pipelines: {p: [{acl: list}, {mark: {dscp: 1}}]}\n"

struct conditions {
	struct generation_fixture f;
	struct view view;
	struct eval ev;
};

static int
setup(void **state)
{
	static struct conditions c;

	memset(&c, 0, sizeof(c));
	generation_fixture_init(&c.f, 1);
	*state = &c;
	return 0;
}

static int
teardown(void **state)
{
	generation_fixture_fini(&((struct conditions *)*state)->f);
	return 0;
}

static void
begin(struct conditions *c, const char *packet)
{
	static const struct notation_macs stations = { { 2, 0, 0, 0, 0, 9 }, { 2, 0, 0, 0, 0, 1 } };
	uint8_t frame[2048];
	char why[128];
	int n = notation_build(packet, &stations, frame, sizeof(frame), why);

	assert_true(n > 0);
	parse_bytes(&c->view, frame, (uint32_t)n, (uint32_t)n, &c->f.gen->ingress[0]);
	eval_init(&c->ev, c->f.gen, &c->view);
	c->ev.worker = &c->f.gen->worker[0];
	c->ev.now_ns = 5000000000;
}

/* Returns true if the access list accepts. */
static bool
accepts(struct conditions *c)
{
	struct eval *ev = &c->ev;

	pipeline_evaluate(c->f.gen->pipelines[0], &ev, 1);
	return ev->program.reason == REASON_pipeline_end;
}

static bool
judge(struct conditions *c, const char *packet)
{
	begin(c, packet);
	return accepts(c);
}

/* Takes what the packet takes that was judged last, as the slow path does once it has left. */
static void
take(struct conditions *c)
{
	for (unsigned i = 0; i < c->ev.n_takes; i++) {
		const struct eval_take *t = &c->ev.takes[i];
		struct limiter_key key = {
			.family = t->family, .domain = t->domain, .owner = c->view.iface
		};

		memcpy(key.bytes, t->address.bytes, sizeof(key.bytes));
		assert_true(limiter_take(
			c->ev.worker->limiters[t->meter], &key, c->view.l3_bytes, c->ev.now_ns));
	}
}

static void
expect_asked(struct conditions *c, unsigned meter, uint64_t within, uint64_t over)
{
	assert_int_equal(c->ev.worker->asked[meter]->within, within);
	assert_int_equal(c->ev.worker->asked[meter]->over, over);
}

#define A "udp 10.0.0.2:1 > 203.0.113.9:53"
#define B "udp 10.0.0.3:1 > 203.0.113.9:53"
#define C "udp 10.0.0.2:1 > 203.0.113.8:53"

static void
a_rate_of_each_source_or_destination(void **state)
{
	struct conditions *c = *state;

	given_generation(
		&c->f, CONFIG("{limit: {rate: 2/s, per: source, size: 64}, action: accept}"));
	for (unsigned i = 0; i < 2; i++) {
		assert_true(judge(c, A));
		assert_int_equal(c->ev.n_takes, 1);
		assert_int_equal(c->ev.takes[0].address.bytes[3], 2);
		assert_int_equal(c->ev.takes[0].family, 4);
		assert_int_equal(c->ev.takes[0].domain, 0);
		assert_false(c->ev.takes[0].always);
		assert_true(c->ev.used_fields & FIELD_LIMIT);
		assert_true(judge(c, A)); /* asking takes nothing */
		take(c);
	}
	expect_asked(c, 0, 4, 0);
	assert_false(judge(c, A));
	assert_int_equal(c->ev.n_takes, 0);
	expect_asked(c, 0, 4, 1);
	assert_true(judge(c, B));
	assert_false(judge(c, C));

	given_generation(
		&c->f, CONFIG("{limit: {rate: 1/s, per: destination, size: 64}, action: accept}"));
	assert_true(judge(c, A));
	assert_int_equal(c->ev.takes[0].address.bytes[3], 9);
	take(c);
	assert_false(judge(c, B));
	assert_true(judge(c, C));

	given_generation(&c->f, CONFIG("{limit: 1/s, action: accept}"));
	assert_true(judge(c, A));
	assert_int_equal(c->ev.takes[0].family, 0);
	take(c);
	assert_false(judge(c, B));
	assert_false(judge(c, C));
}

/* Of a match that asks for what exceeds the limit, a packet that keeps to it takes from it, and
 * goes on. */
static void
what_exceeds_a_limit(void **state)
{
	struct conditions *c = *state;

	given_generation(&c->f,
		CONFIG("{limit: {rate: 1/s, over: true}, action: drop}, {proto: udp, action: accept}"));
	assert_true(judge(c, A));
	assert_int_equal(c->ev.n_takes, 1);
	take(c);
	assert_false(judge(c, A));
	assert_int_equal(c->ev.n_takes, 0);
	assert_int_equal(c->ev.program.reason, REASON_acl_denied);
}

/* A packet that is dropped takes nothing, unless the limit counts those, too, or the rule drops
 * it itself. */
static void
what_stays_taken(void **state)
{
	struct conditions *c = *state;

	given_generation(&c->f, CONFIG("{limit: {rate: 9/s, dropped: true}, action: accept}"));
	assert_true(judge(c, A));
	assert_true(c->ev.takes[0].always);
	given_generation(&c->f, CONFIG("{limit: 9/s, action: drop}"));
	assert_false(judge(c, A));
	assert_int_equal(c->ev.n_takes, 1);
	assert_true(c->ev.takes[0].always);
	given_generation(&c->f, CONFIG("{limit: 9/s, action: reject}"));
	assert_false(judge(c, A));
	assert_true(c->ev.takes[0].always);
	given_generation(&c->f, CONFIG("{limit: 9/s, dport: 54, action: accept}"));
	assert_false(judge(c, A));
	assert_int_equal(c->ev.n_takes, 0); /* all other words are asked before */
	expect_asked(c, 0, 0, 0);
}

static void
bytes_of_a_quota(void **state)
{
	static const struct {
		uint64_t used;
		bool keeps;
	} rows[] = { { 0, true }, { 72, true }, { 73, false }, { 99, false }, { 100, false },
		{ 101, false } };
	struct conditions *c = *state;

	for (unsigned over = 0; over < 2; over++) {
		given_generation(&c->f,
			over ? CONFIG("{quota: {bytes: 100, over: true}, action: accept}")
			     : CONFIG("{quota: 100, action: accept}"));
		for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			*c->f.gen->worker[0].used[0] = rows[i].used;
			assert_int_equal(judge(c, A), rows[i].keeps != over);
			assert_int_equal(c->view.l3_bytes, 28);
			assert_int_equal(c->ev.n_takes, rows[i].keeps);
		}
		expect_asked(c, 0, 2, 4);
	}
}

/* Where nothing may change nothing is counted; without a worker nothing is asked; together with
 * others a packet waits for its turn. */
static void
who_asks(void **state)
{
	struct conditions *c = *state;

	given_generation(&c->f, CONFIG("{limit: 9/s, action: accept}"));
	begin(c, A);
	c->ev.dry = true;
	assert_true(accepts(c));
	expect_asked(c, 0, 0, 0);
	begin(c, A);
	c->ev.worker = NULL;
	assert_true(accepts(c));
	assert_int_equal(c->ev.n_takes, 0);
	begin(c, A);
	c->ev.together = true;
	accepts(c);
	assert_true(c->ev.deferred);
	assert_true(c->ev.done);
	expect_asked(c, 0, 0, 0);
	given_generation(&c->f, CONFIG("{rpf: loose, action: accept}"));
	begin(c, A);
	c->ev.together = true;
	accepts(c);
	assert_false(c->ev.deferred); /* the way back depends on no other packet */
}

/* Eight limits may be asked of one packet; it exceeds the ninth. */
static void
limits_of_one_packet(void **state)
{
	struct conditions *c = *state;
	char text[4096] = "", rules[2048] = "";

	for (unsigned n = 8; n <= 9; n++) {
		rules[0] = '\0';
		for (unsigned i = 1; i < n; i++)
			snprintf(rules + strlen(rules), sizeof(rules) - strlen(rules),
				"{limit: {rate: %u/s, over: true}, action: drop}, ", i);
		snprintf(text, sizeof(text), CONFIG("%s{limit: 99/s, action: accept}"), rules);
		given_generation(&c->f, text);
		assert_int_equal(judge(c, A), n == 8);
		assert_int_equal(c->ev.n_takes, 8);
		for (unsigned i = 0; i < 8; i++)
			assert_int_equal(c->ev.takes[i].meter, i);
	}
}

#define condition_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		condition_test(a_rate_of_each_source_or_destination),
		condition_test(what_exceeds_a_limit),
		condition_test(what_stays_taken),
		condition_test(bytes_of_a_quota),
		condition_test(who_asks),
		condition_test(limits_of_one_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
