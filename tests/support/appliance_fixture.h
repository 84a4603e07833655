/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance in the test's process, on ports whose frames come from memory: started from a
 * configuration, given packets in the notation, reloaded, and ended with its ledger in balance.
 *
 * appliance_test() makes one the state of a test; a test with a state of its own has one in it, by
 * appliance_fixture_init and end.  main ends with leave_dpdk. */
#ifndef SUPPORT_APPLIANCE_FIXTURE_H
#define SUPPORT_APPLIANCE_FIXTURE_H

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

struct appliance_fixture {
	struct err *err;
	struct appliance *a; /* NULL: not started */
	bool stepped;        /* by the test; else its workers are threads */
	uint64_t now_ns;     /* virtual time */
};

/* What starts an appliance that the test steps in virtual time. */
static inline struct appliance_options
stepped_by_test(unsigned workers)
{
	return (struct appliance_options){
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.lazy_buffers = true,
		.workers = workers,
	};
}

extern const struct appliance_options two_threads;

void appliance_fixture_init(struct appliance_fixture *f);

/* Halts, closes and frees the appliance, if one was started.  Returns 0, or -1 after it has printed
 * what is wrong: the ledger does not balance, packets are held, or buffers are missing. */
int end(struct appliance_fixture *f);

/* A test's setup and teardown; a group's teardown. */
int setup_appliance(void **state);
int teardown_appliance(void **state);
int leave_dpdk(void **state);

#define appliance_test(name) \
	cmocka_unit_test_setup_teardown(name, setup_appliance, teardown_appliance)

/* A text that has no error. */
struct config *given_config(struct appliance_fixture *f, const char *text);

/* Starts: stepped, with one worker; with several; as options say. */
void given(struct appliance_fixture *f, const char *text);
void given_workers(struct appliance_fixture *f, const char *text, unsigned workers);
void given_appliance(
	struct appliance_fixture *f, const char *text, const struct appliance_options *options);

struct port *port_of(struct appliance_fixture *f, const char *name);
struct worker *worker_of(struct appliance_fixture *f, unsigned number);

/* Steps until no worker has anything to do; without effect where workers are threads. */
void settle(struct appliance_fixture *f);

/* Advances time; the sweep visits everything once a second. */
void wait_s(struct appliance_fixture *f, unsigned seconds);

/* Reloads, and no worker has a turn; it must succeed. */
void reload_only(struct appliance_fixture *f, const char *text);

/* The same, and workers take the new generation. */
void reload_to(struct appliance_fixture *f, const char *text);

/* Reloads; it must fail with an error that contains these words. */
void reload_fails(struct appliance_fixture *f, const char *text, const char *error);

/* A packet in the notation, from the station 02:00:00:00:01:0a to a port, in packet buffers; NULL
 * when there are none. */
struct rte_mbuf *frame_to(struct appliance_fixture *f, const char *port, const char *packet);

/* Such a packet comes to the port; no worker has a turn. */
void push_only(struct appliance_fixture *f, const char *port, const char *packet);

/* The same, and workers handle it. */
void push(struct appliance_fixture *f, const char *port, const char *packet);

/* Takes the frames that have left by a port: fn is called with each; afterwards it is freed. */
void each_sent(struct port *port, void (*fn)(void *arg, const struct rte_mbuf *m), void *arg);

/* Takes the frames that have left by a port, ARP and ND of the appliance's own, too.  Returns how
 * many of them are IPv4 packets. */
unsigned sent(struct appliance_fixture *f, const char *port);

/* Takes the frames that have left by any port. */
void drain(struct appliance_fixture *f);

/* Figures alone: what the report points to is gone. */
void read_report(struct appliance_fixture *f, struct report *r);

uint64_t sessions_now(struct appliance_fixture *f);

#endif
