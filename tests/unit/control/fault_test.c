/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory runs out at the n-th call, for every n: a start or a reload that fails says so, undoes
 * what it began, and the next one succeeds. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/memory.h"
#include "support/appliance_fixture.h"
#include "support/failing_memory.h"

#define HEAD \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24, \"2001:db8:1::1/64\"], pipeline: inside,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  guests: {port: lan, vlan: 20, addresses: [203.0.113.1/25], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n" \
	"sets: {some: [192.0.2.0/25, 198.51.100.0/25], seen: {timeout: 1m}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: [198.51.100.2, 198.51.100.3]}]}\n"
#define FIRST \
	HEAD "pipelines: {inside: [track, {dnat: [{to: \"192.0.2.10:80\", if: {dst: 198.51.100.1, proto: tcp, dport: 8080}},\n" \
	     "  {to: 192.0.2.11, ports: 5000-5009, if: {dst: 198.51.100.1, proto: udp}}]}, {acl: list}, {route: main}, {snat: uplink}]}\n" \
	     "nat: {uplink: {pool: [198.51.100.1, 198.51.100.7], per_source: 100, mapping: endpoint-independent}}\n" \
	     "zones: {outside: [wan]}\n" \
	     "acls: {list: {default: drop, rules: [{state: [established, related], action: accept},\n" \
	     "  {in: outside, dst: $some, vlan: [20, 30], action: reject},\n" \
	     "  {src: $some, proto: tcp, dport: 80, action: accept}]}}\n"
#define SECOND \
	HEAD "pipelines: {inside: [{drop: {if: {src: $some, rpf: strict}, log: {rate: 5/s, prefix: p}}},\n" \
	     "  {police: {rate: 10Mbit, burst: 64k}}, {track: {timeouts: {udp: 60s}, max_per_source: 100}},\n" \
	     "  {mark: {dscp: ef, if: {proto: udp}}}, {acl: more}, {route: main},\n" \
	     "  {snat: {use: other, if: {src: 192.0.2.0/25}}}], others: [{drop: {if: {dscp: 9}}}, {route: main}]}\n" \
	     "nat: {other: {pool: [198.51.100.8], filtering: address-dependent}}\n" \
	     "acls: {called: {rules: [{name: x, limit: 10/s, action: drop, add: $seen}]},\n" \
	     "  more: {default: accept, rules: [{src: $seen, action: reject, log: true},\n" \
	     "    {proto: tcp, call: called}, {time: mon, limit: 5/s, action: drop}, {dscp: 9, goto: others}]}}\n"

static unsigned long pieces_left; /* of arenas, until there is none; 0: all are there */

static bool
no_piece(const struct arena *arena)
{
	if (pieces_left == 0 || --pieces_left != 0)
		return false;
	if (arena->out_of_memory != NULL)
		longjmp(*arena->out_of_memory, 1);
	return true;
}

WRAPPED(arena_alloc);
WRAPPED(arena_text);

void *
__wrap_arena_alloc(struct arena *arena, size_t bytes)
{
	return no_piece(arena) ? NULL : __real_arena_alloc(arena, bytes);
}

char *
__wrap_arena_text(struct arena *arena, const char *text, size_t bytes)
{
	return no_piece(arena) ? NULL : __real_arena_text(arena, text, bytes);
}

/* Starts with memory that runs out: at the n-th call, or at the n-th large block.  Returns whether
 * it did not come to that. */
static bool
start_failing(unsigned long call, unsigned block)
{
	const struct appliance_options options = stepped_by_test(2);
	struct appliance_fixture f;
	struct config *cfg;
	bool reached;

	appliance_fixture_init(&f);
	cfg = given_config(&f, FIRST);
	kept_larger = false;
	calls_left = call;
	memory_fault_at = block;
	f.a = appliance_start(cfg, &options, f.err);
	reached = calls_left == 0 && memory_fault_at == 0;
	calls_left = 0;
	memory_fault_at = 0;
	if (f.a == NULL)
		assert_true(err_count(f.err) > 0);
	assert_true(f.a != NULL || reached);
	assert_true(f.a == NULL || !reached || block == 0); /* what is small may be done without */
	assert_int_equal(end(&f), 0);
	return !reached;
}

static void
a_start_fails_cleanly_wherever_memory_runs_out(void **state)
{
	unsigned long n = 1;

	(void)state;
	while (!start_failing(n, 0))
		n++;
	assert_in_range(n, 30, 100000);
}

static void
a_start_fails_cleanly_without_large_blocks(void **state)
{
	unsigned n = 1;

	(void)state;
	while (!start_failing(0, n))
		n++;
	assert_in_range(n, 4, 1000);
}

/* Returns whether memory ran out: left is calls_left or pieces_left. */
static bool
reload_failing(struct appliance_fixture *f, const char *text, unsigned long *left, unsigned long n)
{
	struct config *cfg = given_config(f, text);
	struct err *err = err_create();
	uint64_t number = appliance_generation(f->a)->number;
	bool reached;
	int rc;

	kept_larger = false;
	*left = n;
	rc = appliance_reload(f->a, cfg, err);
	reached = *left == 0;
	*left = 0;
	if (rc < 0) {
		config_free(cfg);
		assert_true(err_count(err) > 0);
		assert_int_equal(appliance_generation(f->a)->number, number);
	}
	if (!kept_larger)
		assert_true((rc < 0) == reached);
	appliance_step(f->a);
	err_destroy(err);
	return reached;
}

static void
reload_failing_each_time(struct appliance_fixture *f, unsigned long *left)
{
	unsigned long n = 1;

	while (reload_failing(f, n % 2 == 0 ? FIRST : SECOND, left, n))
		n++;
	assert_in_range(n, 20, 100000);
}

/* A generation that lacks what was refused is never published. */
static void
a_reload_fails_cleanly_wherever_memory_runs_out(void **state)
{
	struct appliance_fixture *f = *state;

	given_workers(f, FIRST, 2);
	reload_failing_each_time(f, &calls_left);
	reload_failing_each_time(f, &pieces_left);
}

/* Rules that are never reached are looked for before a reload, as far as memory goes. */
static void
checks_before_a_reload_end_wherever_memory_runs_out(void **state)
{
	struct appliance_fixture *f = *state;
	struct appliance_options options = stepped_by_test(1);

	options.tests = true;
	given_appliance(f, SECOND, &options);
	reload_failing_each_time(f, &pieces_left);
}

static void
reading_fails_cleanly_wherever_memory_runs_out(void **state)
{
	unsigned long n = 0;
	bool reached = true;

	(void)state;
	while (reached) {
		struct err *err = err_create();
		struct config *cfg;

		calls_left = ++n;
		cfg = config_load_text("weir.yaml", FIRST, err);
		reached = calls_left == 0;
		calls_left = 0;
		assert_true((err_count(err) > 0) == reached);
		config_free(cfg);
		err_destroy(err);
	}
	assert_in_range(n, 3, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_fails_cleanly_wherever_memory_runs_out),
		appliance_test(a_reload_fails_cleanly_wherever_memory_runs_out),
		appliance_test(checks_before_a_reload_end_wherever_memory_runs_out),
		cmocka_unit_test(a_start_fails_cleanly_wherever_memory_runs_out),
		cmocka_unit_test(a_start_fails_cleanly_without_large_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
