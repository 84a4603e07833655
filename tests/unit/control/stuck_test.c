/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker that stands still: generations are published all the same, it is named, and nothing that
 * it may use is freed.  Two threads; the one that gets the packet stands still in an observer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "offline/offline.h"
#include "control/report.h"
#include "io/capture.h"
#include "packet/notation.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all}\n" \
	"pipelines: {all: [drop]}\n"

enum {
	WAIT_MS = 10000,
};

static atomic_bool closed, waits; /* the gate in the observer; somebody stands at it */

struct fixture {
	struct err *err;
	struct offline offline;
};

static void
gate(void *arg, const struct observation *o)
{
	(void)arg;
	(void)o;
	atomic_store(&waits, true);
	while (atomic_load(&closed))
		usleep(1000);
	atomic_store(&waits, false);
}

static const struct observer observer = { .packet = gate };

static bool
comes_true(bool (*what)(const struct fixture *), const struct fixture *f)
{
	for (unsigned ms = 0; ms < WAIT_MS; ms++) {
		if (what(f))
			return true;
		usleep(1000);
	}
	return false;
}

static bool
somebody_waits(const struct fixture *f)
{
	(void)f;
	return atomic_load(&waits);
}

static bool
all_are_up_to_date(const struct fixture *f)
{
	unsigned who;

	return workers_oldest(appliance_workers(f->offline.appliance), &who)
		== appliance_generation(f->offline.appliance)->number;
}

static int
setup(void **state)
{
	const struct appliance_options threads = { .captures = true, .workers = 2 };
	static struct fixture f;
	struct workers *ws;

	f.err = err_create();
	f.offline.appliance = appliance_start(
		config_load_text("weir.yaml", CONFIG, f.err), &threads, f.err);
	if (f.offline.appliance == NULL)
		return -1;
	ws = appliance_workers(f.offline.appliance);
	atomic_store(&closed, true);
	for (unsigned i = 0; i < workers_count(ws); i++)
		fastpath_observe(workers_at(ws, i)->fp, &observer);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	struct ledger_sum sum;
	unsigned out;

	atomic_store(&closed, false);
	appliance_halt(f->offline.appliance);
	workers_ledger(appliance_workers(f->offline.appliance), &sum);
	out = appliance_close(f->offline.appliance);
	appliance_destroy(f->offline.appliance);
	err_destroy(f->err);
	return sum.imbalance == 0 && sum.held == 0 && out == 0 ? 0 : -1;
}

static void
push(struct fixture *f)
{
	struct port *lan = ports_find(appliance_ports(f->offline.appliance), "lan");
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 2 } };
	struct rte_mbuf *m;
	uint8_t frame[256];
	char why[128];
	int n;

	memcpy(macs.dst, lan->mac.addr_bytes, 6);
	n = notation_build("udp 192.0.2.10:1 > 198.51.100.2:2", &macs, frame, sizeof(frame), why);
	m = offline_frame(&f->offline, frame, (uint32_t)n);
	assert_non_null(m);
	assert_int_equal(capture_push(lan, 0, &m, 1), 1);
}

static int
reload(struct fixture *f)
{
	struct config *cfg = config_load_text("weir.yaml", CONFIG, f->err);
	int rc = appliance_reload(f->offline.appliance, cfg, f->err);

	if (rc < 0)
		config_free(cfg);
	return rc;
}

static void
later_generations_are_published_and_freed_when_it_moves(void **state)
{
	struct fixture *f = *state;
	struct report r;
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text) - 1, "w");
	uint64_t first = appliance_generation(f->offline.appliance)->number;
	unsigned behind = 0;

	push(f);
	assert_true(comes_true(somebody_waits, f));
	for (unsigned i = 0; i < APPLIANCE_RETIRED; i++)
		assert_int_equal(reload(f), 0);
	assert_int_equal(
		appliance_generation(f->offline.appliance)->number, first + APPLIANCE_RETIRED);

	report_take(f->offline.appliance, &r);
	report_print(&r, out, false);
	report_fini(&r);
	fclose(out);
	assert_non_null(strstr(text, "stands still with generation"));
	for (unsigned i = 0; i < r.n_workers; i++) {
		behind += r.worker[i].generation == first;
		assert_true(r.worker[i].generation == first
			|| r.worker[i].generation == first + APPLIANCE_RETIRED);
	}
	assert_int_equal(behind, 1);

	/* What waits has a bound. */
	assert_true(reload(f) < 0);
	assert_non_null(strstr(err_first(f->err), "stands still with generation"));

	atomic_store(&closed, false);
	assert_true(comes_true(all_are_up_to_date, f));
	assert_int_equal(reload(f), 0);
	assert_true(comes_true(all_are_up_to_date, f));
	appliance_let_go(f->offline.appliance);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			later_generations_are_published_and_freed_when_it_moves, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
