/* SPDX-License-Identifier: BSD-3-Clause */
/* export/metrics.c, export/snapshot.c: text of a snapshot made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "export/metrics.h"

struct metrics_text {
	struct snapshot *s;
	struct evbuffer *out;
};

static int
setup(void **state)
{
	struct metrics_text *f = calloc(1, sizeof(*f));

	f->s = calloc(1, sizeof(*f->s) + 2 * sizeof(f->s->iface[0]));
	f->out = evbuffer_new();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct metrics_text *f = *state;

	evbuffer_free(f->out);
	nat_summary_free(f->s->nat);
	free(f->s);
	free(f);
	return 0;
}

/* The text, which belongs to the buffer. */
static const char *
text_of(struct metrics_text *f)
{
	metrics_print(f->s, f->out);
	evbuffer_add(f->out, "", 1);
	return (const char *)evbuffer_pullup(f->out, -1);
}

static void
expect_line(const char *text, const char *line)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (strstr(text, whole) == NULL)
		fail_msg("no line '%s'", line);
}

static void
counters_are_printed_to_the_last_digit(void **state)
{
	struct metrics_text *f = *state;

	f->s->n_ifaces = 1;
	strcpy(f->s->iface[0].name, "lan");
	f->s->iface[0].traffic.rx = UINT64_MAX;
	f->s->iface[0].traffic.tx_bytes = 9007199254740993;
	f->s->iface[0].drops[REASON_acl_denied] = 3;

	const char *text = text_of(f);

	expect_line(text,
		"weir_interface_receive_packets_total{interface=\"lan\"} 18446744073709551615");
	expect_line(
		text, "weir_interface_transmit_bytes_total{interface=\"lan\"} 9007199254740993");
	expect_line(text, "weir_drops_total{reason=\"acl_denied\",interface=\"lan\"} 3");
	expect_line(text, "weir_drops_by_fault_total{fault=\"policy\"} 3");
	expect_line(text, "weir_drops_by_fault_total{fault=\"us\"} 0");
}

static void
reasons_without_packets_have_no_series(void **state)
{
	struct metrics_text *f = *state;

	f->s->n_ifaces = 2;
	assert_null(strstr(text_of(f), "\nweir_drops_total{"));
}

static void
an_imbalance_has_its_sign(void **state)
{
	struct metrics_text *f = *state;

	f->s->ledger.imbalance = -7;
	expect_line(text_of(f), "weir_ledger_imbalance -7");
}

static void
no_series_stands_twice(void **state)
{
	struct metrics_text *f = *state;
	const char *text;
	unsigned lines = 0;

	f->s->n_ports = 2;
	strcpy(f->s->port[0].name, "lan");
	strcpy(f->s->port[1].name, "wan");
	f->s->n_workers = 2;
	f->s->n_pools = 1;
	text = text_of(f);
	for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1, lines++) {
		size_t n = strcspn(at, " \n");
		const char *again = at;
		char name[256];

		if (*at == '#')
			continue;
		snprintf(name, sizeof(name), "\n%.*s ", (int)n, at);
		again = strstr(at, name);
		if (again != NULL)
			fail_msg("twice: %s", name);
	}
	assert_true(lines > 100);
}

static void
a_pool_of_many_addresses_has_a_bounded_number_of_series(void **state)
{
	struct metrics_text *f = *state;
	unsigned n = 300, series = 0;
	struct nat_pool_counts *p;

	f->s->nat = calloc(1, sizeof(*f->s->nat));
	f->s->nat->n_pools = 1;
	p = &f->s->nat->pool[0];
	strcpy(p->name, "uplink");
	p->n_addresses = n;
	p->address = calloc(n, sizeof(p->address[0]));
	for (unsigned i = 0; i < n; i++) {
		p->address[i].address = htonl(0xc6336400 + i);
		p->address[i].all.ports_used = 2;
	}

	const char *text = text_of(f);

	for (const char *at = text; (at = strstr(at, "\nweir_nat_ports_used{")) != NULL; at++)
		series++;
	assert_int_equal(series, METRICS_ADDRESSES + 1);
	expect_line(text, "weir_nat_ports_used{pool=\"uplink\",address=\"198.51.100.63\"} 2");
	expect_line(text, "weir_nat_ports_used{pool=\"uplink\",address=\"others\"} 472");
}

static void
a_worker_that_stands_still_is_not_ready(void **state)
{
	struct metrics_text *f = *state;
	char why[256];

	f->s->n_workers = 2;
	f->s->worker[0].generation = f->s->worker[1].generation = 1;
	f->s->n_ports = 2;
	f->s->port[0].present = f->s->port[0].up = f->s->port[1].present = true;
	snapshot_not_ready(f->s, why, sizeof(why));
	assert_string_equal(why, "");
	f->s->worker[1].stalled = true;
	f->s->port[0].up = false;
	f->s->port[1].present = false;
	strcpy(f->s->port[1].name, "wan");
	f->s->ledger.imbalance = 1;
	snapshot_not_ready(f->s, why, sizeof(why));
	assert_string_equal(why,
		"worker 1 stands still\nport wan: its device is gone\nno port has a link\n"
		"the ledger does not balance: 1 packets\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(counters_are_printed_to_the_last_digit),
		TEST(reasons_without_packets_have_no_series),
		TEST(an_imbalance_has_its_sign),
		TEST(no_series_stands_twice),
		TEST(a_pool_of_many_addresses_has_a_bounded_number_of_series),
		TEST(a_worker_that_stands_still_is_not_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
