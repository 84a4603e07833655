/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of captures, traces and lists share.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2 */
#ifndef UNIT_CONTROL_PACKETS_WORLD_H
#define UNIT_CONTROL_PACKETS_WORLD_H

#include "control/verbs_world.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 4096, burst: 32}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: inside,\n" \
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"acls:\n" \
	"  out: {default: accept, rules: [{name: dns, proto: udp, dport: 53, action: drop},\n" \
	"    {name: gre, proto: 47, action: drop}]}\n" \
	"pipelines: {inside: [track, {acl: out}, {route: main}], outside: [track, {route: main}]}\n"

static inline int
set_up(void **state, unsigned workers)
{
	static struct world w;
	int rc = world_start(&w, CONFIG, workers);

	*state = &w;
	if (rc < 0)
		return rc;
	w.now_ns = 10 * NS_PER_SECOND;
	for (unsigned i = 0; i < 5; i++) /* what it sends on its own at the start */
		world_wait(&w, NS_PER_SECOND);
	return 0;
}

static inline int
setup(void **state)
{
	return set_up(state, 2);
}

static inline int
setup_alone(void **state)
{
	return set_up(state, 1);
}

static inline int
teardown(void **state)
{
	return world_end(*state);
}

/* A flow of its own for each number: some are of the first worker, some of the second. */
static inline void
send_flow(struct world *w, unsigned number, unsigned dport)
{
	char packet[80];

	snprintf(packet, sizeof(packet), "udp 10.0.0.2:%u > 198.51.100.2:%u", 1000 + number, dport);
	world_push(w, w->lan, packet);
}

static inline json_t *
next_page(struct world *w, const char *method, const json_t *page)
{
	char from[64];

	snprintf(from, sizeof(from), "\"from\": %lld",
		(long long)json_integer_value(json_object_get(page, "next")));
	return world_call(w, method, from);
}

static inline long long
count_of(const json_t *page, const char *name)
{
	const json_t *value = json_object_get(page, name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static inline void
expect_text(const json_t *object, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (wanted == NULL)
		assert_null(text);
	else if (text == NULL || strcmp(text, wanted) != 0)
		fail_msg("%s: %s, expected %s", name, text != NULL ? text : "nothing", wanted);
}

static inline void
expect_refused(struct world *w, const char *method, const char *params, const char *why)
{
	json_t *result = world_call(w, method, params);
	const char *text = json_string_value(result);

	if (text == NULL || strstr(text, why) == NULL)
		fail_msg("%s {%s}: %s", method, params, text != NULL ? text : "is taken");
	json_decref(result);
}

#define TEST(f)       cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TEST_ALONE(f) cmocka_unit_test_setup_teardown(f, setup_alone, teardown)

#endif
