/* SPDX-License-Identifier: BSD-3-Clause */
/* The way to an IPFIX collector: a connected UDP or TCP socket of the host, which never blocks.
 *
 * Over TCP, messages are kept until the collector's host has acknowledged them, and sent again when
 * the connection is made anew.  What a collector has received and not read when it ends is lost.
 *
 * Threads: the exporter's.  Memory: embedded; collector_close. */
#ifndef EXPORT_IPFIX_COLLECTOR_H
#define EXPORT_IPFIX_COLLECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "control/exporter.h"
#include "export/ipfix_queue.h"

enum {
	IPFIX_PORT = 4739,         /* where none is configured */
	COLLECTOR_AGAIN_MS = 1000, /* between attempts to connect */
	COLLECTOR_DEAD_MS = 20000, /* without an acknowledgement */
};

struct collector {
	struct ipfix_cfg cfg;
	int fd; /* -1: none */
	enum exporter_state state;
	int error; /* errno of the last failure */
	bool told; /* the failure is in the log */
	uint64_t tried_ms;
	uint64_t templates_ms;            /* when they were sent last */
	bool templates_due, fresh;        /* fresh: options are due, too */
	struct ipfix_templates templates; /* that are being sent: next is not 0 */
	size_t partly;                    /* bytes of the next message that TCP has taken */
	uint64_t written;                 /* bytes of the connection */
	size_t max;                       /* bytes of a message */
	bool one_by_one;                  /* a call sends one message */
	uint64_t messages, bytes, errors, connects;
	uint8_t buffer[IPFIX_MESSAGE_MAX]; /* a message of templates */
	size_t buffered, buffer_sent;
};

void collector_init(struct collector *c, const struct ipfix_cfg *cfg);
void collector_close(struct collector *c, struct ipfix_queue *q);

/* Connects, or connects again; notices what became of the connection. */
void collector_follow(struct collector *c, struct ipfix_queue *q, uint64_t now_ms);

/* Sends what the socket takes.  wall_s: seconds since 1970. */
void collector_send(struct collector *c, struct ipfix_queue *q, uint64_t now_ms, uint32_t wall_s);

/* Returns true if options have to be told: the templates have just been sent. */
bool collector_takes_options(struct collector *c);

/* Returns the events to poll the socket for. */
short collector_events(const struct collector *c, struct ipfix_queue *q);

#endif
