/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory that Weir takes: of a configuration, or of a wish for sessions, workers and ports.
 *
 * Nothing is estimated: the tables of one worker are made as a start makes them, as address space
 * without memory, and asked for their bytes; packet buffers are sized by the function that a start
 * uses.
 *
 * Threads: the control thread, before a start. */
#ifndef DOCTOR_SIZE_H
#define DOCTOR_SIZE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "config/config.h"

struct size_request {
	unsigned workers;
	uint32_t flows;    /* sessions of each worker: system.flows */
	uint64_t sessions; /* of all workers; 0: flows */
	unsigned ports;
	unsigned descriptors; /* rx and tx of each queue of a port; 0: default */
	unsigned mtu;         /* 0: default */
	unsigned mbufs;       /* 0: auto */
	unsigned rules;
	unsigned addresses;      /* public ones of NAT; 0: no NAT */
	bool nat_log, nat_peers; /* a pool is logged, or filters by address */
};

struct size {
	struct size_request of;
	/* Of each worker: */
	uint64_t flow_bytes, session_bytes, source_bytes, nat_bytes, other_bytes;
	uint64_t worker_bytes; /* all of it */
	/* Of all: */
	uint64_t tables_bytes; /* ordinary memory, transparent huge pages where the kernel has them
				*/
	uint64_t mbuf_bytes;
	uint64_t dpdk_mib; /* what DPDK is given: packet buffers and its own; in hugepages */
	uint64_t all_mib;
};

/* Fills a request with what a configuration says. */
void size_of_config(const struct config *cfg, unsigned workers, struct size_request *request);

/* Changes a request by a text "sessions=4M,workers=4,ports=2".  Returns NULL, or what is wrong with
 * it: a static text. */
const char *size_read(struct size_request *request, const char *text);

/* Computes.  cfg: the configuration whose devices count, or NULL.  Returns false if a number
 * cannot be served (no address space). */
bool size_compute(const struct size_request *request, const struct config *cfg, struct size *size);

/* page_kib: size of hugepages to reserve. */
void size_print(const struct size *size, unsigned long page_kib, FILE *out);
json_t *size_json(const struct size *size, unsigned long page_kib); /* a new reference */

/* The words of a request, for help. */
#define SIZE_WORDS "sessions flows workers ports descriptors mtu mbufs rules addresses"

#endif
