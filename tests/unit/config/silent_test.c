/* SPDX-License-Identifier: BSD-3-Clause */
/* Every part of a configuration fails to be built in turn, without an error and with one return
 * value or the other: a check, a start and a reload say so, and nothing is published.  The linker
 * puts these functions before the real ones
 * (--wrap in meson.build). */
#include <stdlib.h>

#include "config/check.h"
#include "config/ingress.h"
#include "control/nat_log.h"
#include "policy/acl.h"
#include "policy/build_priv.h"
#include "policy/matcher.h"
#include "policy/stage.h"
#include "support/appliance_fixture.h"
#include "support/wrapped.h"

#define CONFIG(port) \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside}\n" \
	"  other: {port: wan, vlan: 20, pipeline: wire}\n" \
	"sets: {some: [192.0.2.0/25, 198.51.100.0/25]}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"nat: {uplink: {pool: [198.51.100.1]}}\n" \
	"acls: {list: {default: drop, rules: [\n" \
	"  {src: $some, proto: tcp, dport: " port ", action: accept}]}}\n" \
	"pipelines:\n" \
	"  inside: [{drop: {if: {src: $some}}}, track, {acl: list}, {route: main}, {snat: uplink},\n" \
	"    {police: {rate: 10Mbit}}, {mark: {dscp: 10}}]\n" \
	"  outside: [track, {dnat: {to: 192.0.2.5, if: {dst: 198.51.100.1, dport: 80, proto: tcp}}},\n" \
	"    {route: main}]\n" \
	"  wire: [{drop: {if: {vlan: 20}}}]\n"

static const struct appliance_options options = {
	.captures = true, .virtual_time = true, .stepped = true, .lazy_buffers = true
};

static unsigned parts_left; /* until one fails; 0: none does */
static bool empty_handed;   /* it returns success, and has built nothing */

static bool
fails(void)
{
	return parts_left != 0 && --parts_left == 0;
}

static int
silent(void)
{
	return empty_handed ? 0 : -1;
}

#define WRAP(name, parameters, arguments) \
	WRAPPED(name); \
	int __wrap_##name parameters \
	{ \
		return fails() ? silent() : __real_##name arguments; \
	}

#define WRAP_STRICT(name, parameters, arguments) \
	WRAPPED(name); \
	int __wrap_##name parameters \
	{ \
		return !empty_handed && fails() ? -1 : __real_##name arguments; \
	}

WRAP(build_set, (struct build * b, const struct set_cfg *c, struct set **s), (b, c, s))
WRAP(build_acl, (struct build * b, const struct acl_cfg *c, struct acl *d, struct acl **a),
	(b, c, d, a))
WRAP(build_pool_spec, (struct build * b, const struct nat_pool_cfg *c), (b, c))
WRAP(build_route_table,
	(struct build * b, const struct route_table_cfg *c, const struct table_domain *of,
		struct route_table **t),
	(b, c, of, t))
WRAP_STRICT(build_finish, (struct build * b, struct generation *g), (b, g))
WRAP_STRICT(
	ingress_fill, (struct generation * g, struct arena *a, const uint8_t mac[][6]), (g, a, mac))
WRAP_STRICT(config_check_reload, (const struct config *r, const struct config *n, struct err *e),
	(r, n, e))

WRAPPED(matcher_build);

struct matcher *
__wrap_matcher_build(struct build *b, const struct match_list *list, struct loc loc)
{
	return fails() ? NULL : __real_matcher_build(b, list, loc);
}

static int
build_nothing(struct stage_build *sb, void **instance)
{
	(void)sb;
	(void)instance;
	return -1;
}

WRAPPED(stage_find);

const struct stage *
__wrap_stage_find(const char *name)
{
	static struct stage broken;

	if (empty_handed || !fails())
		return __real_stage_find(name);
	broken = *__real_stage_find(name);
	broken.build = build_nothing;
	return &broken;
}

static struct config *
read_config(const char *text)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", text, err);

	assert_string_equal(err_first(err), "");
	err_destroy(err);
	return cfg;
}

/* Returns whether the n-th part exists. */
static bool
check_failing(unsigned n)
{
	struct err *err = err_create();
	struct config *cfg = read_config(CONFIG("80"));
	struct check_result result = { 0 };
	bool reached;

	parts_left = n;
	config_verify(cfg, err, &result);
	reached = parts_left == 0;
	parts_left = 0;
	assert_int_equal(err_count(err) > 0, reached);
	config_free(cfg);
	err_destroy(err);
	return reached;
}

static void
a_check_never_passes_what_is_not_built(void **state)
{
	(void)state;
	for (int k = 0; k < 2; k++) {
		unsigned n = 1;

		empty_handed = k == 1;
		while (check_failing(n))
			n++;
		assert_in_range(n, k == 1 ? 5 : 15, 100);
	}
}

static bool
start_failing(unsigned n)
{
	struct err *err = err_create();
	struct appliance *a;
	bool reached;

	parts_left = n;
	a = appliance_start(read_config(CONFIG("80")), &options, err);
	reached = parts_left == 0;
	parts_left = 0;
	assert_int_equal(a == NULL, reached);
	assert_int_equal(err_count(err) > 0, reached);
	appliance_destroy(a);
	err_destroy(err);
	return reached;
}

static void
a_start_never_runs_what_is_not_built(void **state)
{
	(void)state;
	for (int k = 0; k < 2; k++) {
		unsigned n = 1;

		empty_handed = k == 1;
		while (start_failing(n))
			n++;
		assert_in_range(n, k == 1 ? 5 : 15, 100);
	}
}

static bool
reload_failing(struct appliance *a, unsigned n)
{
	const struct generation *before = appliance_generation(a);
	struct config *cfg = read_config(CONFIG("81"));
	struct err *err = err_create();
	bool reached;
	int rc;

	parts_left = n;
	rc = appliance_reload(a, cfg, err);
	reached = parts_left == 0;
	parts_left = 0;
	assert_int_equal(rc < 0, reached);
	assert_int_equal(err_count(err) > 0, reached);
	if (reached) {
		assert_ptr_equal(appliance_generation(a), before);
		config_free(cfg);
	}
	err_destroy(err);
	return reached;
}

static void
a_reload_never_publishes_what_is_not_built(void **state)
{
	struct appliance_fixture *f = *state;

	given_appliance(f, CONFIG("80"), &options);
	for (int k = 0; k < 2; k++) {
		unsigned n = 1;

		empty_handed = k == 1;
		while (reload_failing(f->a, n))
			n++;
		assert_in_range(n, k == 1 ? 5 : 15, 100);
		settle(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_check_never_passes_what_is_not_built),
		cmocka_unit_test(a_start_never_runs_what_is_not_built),
		appliance_test(a_reload_never_publishes_what_is_not_built),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
