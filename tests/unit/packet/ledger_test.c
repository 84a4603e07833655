/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "packet/ledger.h"

static struct ledger *
given_ledger(unsigned n_ifaces)
{
	struct ledger *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->n_ifaces = n_ifaces;
	return l;
}

static void
what_comes_in_goes_out_or_is_dropped_or_held(void **state)
{
	struct ledger *l = given_ledger(3);
	struct ledger_sum sum = { 0 };

	(void)state;
	l->port[0].rx = 100;
	l->port[LEDGER_PORTS - 1].rx = 10;
	l->born[0] = 5;
	l->port[1].tx = 90;
	l->consumed[CONSUMED_COUNT - 1] = 4;
	l->held[0] = 3;
	l->iface[0].drops[1] = 1;
	l->iface[2].drops[REASON_COUNT - 1] = 17;
	ledger_add(&sum, l);
	assert_int_equal(sum.rx, 110);
	assert_int_equal(sum.dropped, 18);
	assert_int_equal(sum.drops[1], 1);
	assert_int_equal(sum.drops[REASON_COUNT - 1], 17);
	assert_int_equal(sum.imbalance, 0);
	l->port[0].rx++;
	ledger_add(&sum, l); /* a second ledger with one packet too many */
	assert_int_equal(sum.imbalance, 1);
	free(l);
}

/* Before the first generation, and with the last interface that there can be. */
static void
drops_of_no_interface_and_of_the_last_one_count(void **state)
{
	struct ledger *none = given_ledger(0), *all = given_ledger(LEDGER_IFACES);
	struct ledger_sum sum = { 0 };

	(void)state;
	none->iface[0].drops[1] = 2;
	all->iface[LEDGER_IFACES - 1].drops[1] = 3;
	ledger_add(&sum, none);
	assert_int_equal(sum.dropped, 2);
	ledger_add(&sum, all);
	assert_int_equal(sum.dropped, 5);
	free(none);
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_in_goes_out_or_is_dropped_or_held),
		cmocka_unit_test(drops_of_no_interface_and_of_the_last_one_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
