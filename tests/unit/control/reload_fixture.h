/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance on ports from memory, stepped in virtual time, that takes one configuration after
 * the other. */
#ifndef UNIT_CONTROL_RELOAD_FIXTURE_H
#define UNIT_CONTROL_RELOAD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/appliance.h"
#include "control/report.h"
#include "fastpath/fastpath_priv.h"
#include "io/capture.h"
#include "packet/notation.h"

struct fixture {
	struct err *err;
	struct appliance *a;
	uint64_t now_ns;
};

static inline struct config *
read_config(struct fixture *f, const char *text)
{
	struct config *cfg = config_load_text("weir.yaml", text, f->err);

	assert_string_equal(err_first(f->err), "");
	return cfg;
}

static inline void
given_workers(struct fixture *f, const char *text, unsigned workers)
{
	const struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.workers = workers,
	};

	f->now_ns = APPLIANCE_TIME_ZERO_NS;
	f->a = appliance_start(read_config(f, text), &how, f->err);
	assert_string_equal(err_first(f->err), "");
}

static inline void
given(struct fixture *f, const char *text)
{
	given_workers(f, text, 1);
}

static inline struct port *
port_of(struct fixture *f, const char *name)
{
	return ports_find(appliance_ports(f->a), name);
}

static inline void
settle(struct fixture *f)
{
	while (appliance_step(f->a) != 0)
		;
}

static inline void
reload(struct fixture *f, const char *text)
{
	struct config *cfg = read_config(f, text);
	int rc = appliance_reload(f->a, cfg, f->err);

	assert_string_equal(err_first(f->err), "");
	assert_int_equal(rc, 0);
	settle(f);
}

static inline void
reload_fails(struct fixture *f, const char *text, const char *error)
{
	struct config *cfg = read_config(f, text);

	assert_true(appliance_reload(f->a, cfg, f->err) < 0);
	assert_non_null(strstr(err_first(f->err), error));
	config_free(cfg);
	err_destroy(f->err);
	f->err = err_create();
}

/* A packet in notation comes to a port, from the station 02:00:00:00:01:0a; no worker has a turn.
 */
static inline void
push_only(struct fixture *f, const char *port, const char *packet)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pools_of_node(appliance_pools(f->a), 0));
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 0x0a } };
	uint8_t frame[2048];
	char why[128];
	int n;

	memcpy(macs.dst, port_of(f, port)->mac.addr_bytes, 6);
	n = notation_build(packet, &macs, frame, sizeof(frame), why);
	assert_true(n > 0);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), frame, (size_t)n);
	assert_int_equal(capture_push(port_of(f, port), 0, &m, 1), 1);
}

/* The same, and workers handle it. */
static inline void
push(struct fixture *f, const char *port, const char *packet)
{
	push_only(f, port, packet);
	settle(f);
}

/* IPv4 packets that have left by a port; ARP and ND of our own making go, too. */
static inline unsigned
sent(struct fixture *f, const char *name)
{
	struct port *port = port_of(f, name);
	unsigned total = 0, n;
	struct rte_mbuf *m[64];

	for (unsigned q = 0; q < port->tx_queues; q++) {
		while ((n = capture_drain(port, q, m, 64)) != 0) {
			for (unsigned i = 0; i < n; i++) {
				const uint8_t *type = rte_pktmbuf_mtod_offset(
					m[i], const uint8_t *, 12);

				total += type[0] == 0x08 && type[1] == 0x00;
			}
			rte_pktmbuf_free_bulk(m, n);
		}
	}
	return total;
}

static inline void
drain(struct fixture *f)
{
	struct ports *ports = appliance_ports(f->a);

	for (unsigned i = 0; i < ports->count; i++)
		if (ports->at[i].used)
			sent(f, ports->at[i].name);
}

/* Time goes by; the sweep visits everything once a second. */
static inline void
wait_s(struct fixture *f, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		f->now_ns += NS_PER_SECOND;
		appliance_set_time(f->a, f->now_ns);
		settle(f);
	}
}

static inline uint64_t
sessions_now(struct fixture *f)
{
	struct workers *ws = appliance_workers(f->a);
	uint64_t n = 0;

	for (unsigned w = 0; w < workers_count(ws); w++)
		n += workers_at(ws, w)->fp->dp.sessions->used;
	return n;
}

static inline int
reload_setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	f.err = err_create();
	*state = &f;
	return 0;
}

/* Every test ends with the ledger in balance and all buffers back. */
static inline int
reload_teardown(void **state)
{
	struct fixture *f = *state;
	struct report r;

	err_destroy(f->err);
	if (f->a == NULL)
		return 0;
	appliance_halt(f->a);
	drain(f);
	report_take(f->a, &r);
	report_fini(&r);
	r.mbufs_out = appliance_close(f->a);
	appliance_destroy(f->a);
	if (r.ledger.imbalance == 0 && r.ledger.held == 0 && r.mbufs_out == 0)
		return 0;
	print_error("imbalance %lld, held %lld, %u mbufs out\n", (long long)r.ledger.imbalance,
		(long long)r.ledger.held, r.mbufs_out);
	return -1;
}

static inline int
reload_leave(void **state)
{
	(void)state;
	appliance_leave();
	return 0;
}

#endif
