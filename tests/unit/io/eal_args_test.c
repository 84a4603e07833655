/* SPDX-License-Identifier: BSD-3-Clause */
/* system.eal: what is handed to DPDK, and what would end the process or take away what Weir
 * decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/eal.h"

#define ARGS(...) \
	(const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)

static void
expect(const char *text, const char *const *args, unsigned n)
{
	const struct loc loc[4] = { { "f", 1, 1, 1 }, { "f", 2, 1, 1 }, { "f", 3, 1, 1 },
		{ "f", 4, 1, 1 } };
	struct err *err = err_create();
	int rc = eal_check_extra(args, loc, n, err);

	assert_int_equal(rc < 0, text[0] != '\0');
	if (strstr(err_first(err), text) == NULL)
		fail_msg("%s: expected %s, got %s", args[0], text, err_first(err));
	err_destroy(err);
}

static void
what_dpdk_decides_is_handed_on(void **state)
{
	(void)state;
	expect("", ARGS("-d", "/opt/pmd.so"));
	expect("", ARGS("-d/opt/pmd.so"));
	expect("", ARGS("--iova-mode=pa", "--log-level=pmd:8"));
	expect("", ARGS("--vdev", "net_null7", "-a", "0000:01:00.0"));
	expect("", ARGS("--huge-unlink", "--legacy-mem"));
	expect("", ARGS("--huge-unlink=never"));
}

static void
what_ends_the_process_is_refused(void **state)
{
	(void)state;
	expect("--help cannot be configured", ARGS("--help"));
	expect("-h cannot be configured", ARGS("-h"));
	expect("'--hel' is not an option", ARGS("--hel"));
	expect("no option '--'", ARGS("--"));
	expect("'lan' is not an option", ARGS("lan"));
	expect("'' is not an option", ARGS(""));
	expect("'-' is not an option", ARGS("-"));
	expect("did you mean '--socket-mem'?", ARGS("--socketmem=1"));
}

static void
what_weir_decides_is_refused(void **state)
{
	(void)state;
	expect("-l cannot be configured", ARGS("-l", "0-3"));
	expect("--lcores cannot be configured", ARGS("--lcores=0@0"));
	expect("--file-prefix cannot be configured", ARGS("--file-prefix=x"));
	expect("--no-huge cannot be configured", ARGS("--no-huge"));
	expect("--proc-type cannot be configured", ARGS("--proc-type=secondary"));
}

static void
values_stand_where_they_belong(void **state)
{
	(void)state;
	expect("-d needs a value", ARGS("-d"));
	expect("-d needs a value", ARGS("-d", "--legacy-mem"));
	expect("--legacy-mem takes no value", ARGS("--legacy-mem=1"));
	expect("--vdev needs a value", ARGS("--legacy-mem", "--vdev"));
	expect("--iova-mode: 'xx' is none of: pa va", ARGS("--iova-mode=xx"));
	expect("--iova-mode: 'p' is none of: pa va", ARGS("--iova-mode", "p"));
	expect("--huge-unlink: '' is none of", ARGS("--huge-unlink="));
	expect("", ARGS("--iova-mode", "va"));
	expect("", ARGS("--vfio-intr=msix"));
}

static void
devices_are_allowed_or_blocked(void **state)
{
	(void)state;
	expect("not both", ARGS("-a", "0000:01:00.0", "--block=0000:02:00.0"));
	expect("not both", ARGS("-b0000:01:00.0", "--allow", "0000:02:00.0"));
	expect("", ARGS("-a", "0000:01:00.0", "-a", "0000:02:00.0"));
	expect("", ARGS("-b", "0000:01:00.0"));
}

static void
drivers_are_loaded_by_d_alone(void **state)
{
	(void)state;
	assert_true(eal_loads_drivers(ARGS("--legacy-mem", "-d", "x")));
	assert_true(eal_loads_drivers(ARGS("-dx")));
	assert_false(eal_loads_drivers(ARGS("--legacy-mem", "x")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_dpdk_decides_is_handed_on),
		cmocka_unit_test(what_ends_the_process_is_refused),
		cmocka_unit_test(what_weir_decides_is_refused),
		cmocka_unit_test(values_stand_where_they_belong),
		cmocka_unit_test(devices_are_allowed_or_blocked),
		cmocka_unit_test(drivers_are_loaded_by_d_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
