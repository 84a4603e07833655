/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/appliance_fixture.h"

#include <rte_mbuf.h>

#include "packet/notation.h"

#define FRAME_MAX 2048

const struct appliance_options two_threads = { .captures = true, .workers = 2 };

void
appliance_fixture_init(struct appliance_fixture *f)
{
	*f = (struct appliance_fixture){ .err = err_create() };
}

int
end(struct appliance_fixture *f)
{
	struct report r;
	bool halted;

	err_destroy(f->err);
	f->err = NULL;
	if (f->a == NULL)
		return 0;
	halted = appliance_halt(f->a);
	drain(f);
	read_report(f, &r);
	r.mbufs_out = appliance_close(f->a);
	appliance_destroy(f->a);
	f->a = NULL;
	if (halted && r.ledger.imbalance == 0 && r.ledger.held == 0 && r.mbufs_out == 0)
		return 0;
	print_error("%simbalance %lld, held %lld, %u mbufs out\n",
		halted ? "" : "a worker goes on; ", (long long)r.ledger.imbalance,
		(long long)r.ledger.held, r.mbufs_out);
	return -1;
}

int
setup_appliance(void **state)
{
	static struct appliance_fixture f;

	appliance_fixture_init(&f);
	*state = &f;
	return 0;
}

int
teardown_appliance(void **state)
{
	return end(*state);
}

int
leave_dpdk(void **state)
{
	(void)state;
	appliance_leave();
	return 0;
}

struct config *
given_config(struct appliance_fixture *f, const char *text)
{
	struct config *cfg = config_load_text("weir.yaml", text, f->err);

	assert_string_equal(err_first(f->err), "");
	assert_non_null(cfg);
	return cfg;
}

void
given_appliance(
	struct appliance_fixture *f, const char *text, const struct appliance_options *options)
{
	f->now_ns = APPLIANCE_TIME_ZERO_NS;
	f->stepped = options->stepped;
	f->a = appliance_start(given_config(f, text), options, f->err);
	assert_string_equal(err_first(f->err), "");
	assert_non_null(f->a);
}

void
given_workers(struct appliance_fixture *f, const char *text, unsigned workers)
{
	const struct appliance_options options = stepped_by_test(workers);

	given_appliance(f, text, &options);
}

void
given(struct appliance_fixture *f, const char *text)
{
	given_workers(f, text, 1);
}

struct port *
port_of(struct appliance_fixture *f, const char *name)
{
	return ports_find(appliance_ports(f->a), name);
}

struct worker *
worker_of(struct appliance_fixture *f, unsigned number)
{
	return workers_at(appliance_workers(f->a), number);
}

void
settle(struct appliance_fixture *f)
{
	while (f->stepped && appliance_step(f->a) != 0)
		;
}

void
wait_s(struct appliance_fixture *f, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		f->now_ns += NS_PER_SECOND;
		appliance_set_time(f->a, f->now_ns);
		settle(f);
	}
}

static int
try_reload(struct appliance_fixture *f, const char *text)
{
	struct config *cfg = given_config(f, text);
	int rc = appliance_reload(f->a, cfg, f->err);

	if (rc < 0)
		config_free(cfg);
	return rc;
}

void
reload_only(struct appliance_fixture *f, const char *text)
{
	int rc = try_reload(f, text);

	assert_string_equal(err_first(f->err), "");
	assert_int_equal(rc, 0);
}

void
reload_to(struct appliance_fixture *f, const char *text)
{
	reload_only(f, text);
	settle(f);
}

void
reload_fails(struct appliance_fixture *f, const char *text, const char *error)
{
	assert_true(try_reload(f, text) < 0);
	assert_true(err_count(f->err) > 0);
	if (strstr(err_first(f->err), error) == NULL)
		fail_msg("expected: %s\ngot: %s", error, err_first(f->err));
	err_destroy(f->err);
	f->err = err_create();
}

struct rte_mbuf *
frame_to(struct appliance_fixture *f, const char *port, const char *packet)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pools_of_node(appliance_pools(f->a), 0));
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 0x0a } };
	uint8_t frame[FRAME_MAX];
	char why[128];
	int n;

	if (m == NULL)
		return NULL;
	memcpy(macs.dst, port_of(f, port)->mac.addr_bytes, 6);
	n = notation_build(packet, &macs, frame, sizeof(frame), why);
	if (n < 0)
		fail_msg("%s: %s", packet, why);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), frame, (size_t)n);
	return m;
}

void
push_only(struct appliance_fixture *f, const char *port, const char *packet)
{
	struct rte_mbuf *m = frame_to(f, port, packet);

	assert_non_null(m);
	assert_int_equal(capture_push(port_of(f, port), 0, &m, 1), 1);
}

void
push(struct appliance_fixture *f, const char *port, const char *packet)
{
	push_only(f, port, packet);
	settle(f);
}

void
each_sent(struct port *port, void (*fn)(void *arg, const struct rte_mbuf *m), void *arg)
{
	struct rte_mbuf *m;

	for (unsigned q = 0; port->capture != NULL && q < port->tx_queues; q++) {
		while (capture_drain(port, q, &m, 1) != 0) {
			fn(arg, m);
			rte_pktmbuf_free(m);
		}
	}
}

static void
count_ip4(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *type = rte_pktmbuf_mtod_offset(m, const uint8_t *, 12);

	*(unsigned *)arg += type[0] == 0x08 && type[1] == 0x00;
}

unsigned
sent(struct appliance_fixture *f, const char *port)
{
	unsigned n = 0;

	each_sent(port_of(f, port), count_ip4, &n);
	return n;
}

void
drain(struct appliance_fixture *f)
{
	struct ports *ports = appliance_ports(f->a);
	unsigned n = 0;

	for (unsigned i = 0; i < ports->count; i++)
		if (ports->at[i].used)
			each_sent(&ports->at[i], count_ip4, &n);
}

void
read_report(struct appliance_fixture *f, struct report *r)
{
	report_take(f->a, r);
	report_fini(r);
}

uint64_t
sessions_now(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);
	uint64_t n = 0;

	for (unsigned w = 0; w < workers_count(ws); w++)
		n += workers_at(ws, w)->fp->dp.sessions->used;
	return n;
}
