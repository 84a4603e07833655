/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages of IPFIX that are built and wait to be sent, in order.
 *
 *   first ──► sent ──► complete ──► the message in progress
 *
 * Those from first on are kept until the collector has acknowledged them (TCP), so that they can be
 * sent again by another connection.  The sequence number of a message is that of its first record;
 * records that were lost count, too, so the collector sees a gap.
 *
 * Threads: the exporter's.  Memory: ipfix_queue_create. */
#ifndef EXPORT_IPFIX_QUEUE_H
#define EXPORT_IPFIX_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IPFIX_HEADER = 16,
	IPFIX_MESSAGE_MAX = 8972, /* bytes: what fits into an IP packet of 9000 */
	IPFIX_QUEUE = 64,         /* messages */
};

struct ipfix_message {
	uint32_t bytes, records;
	uint64_t end; /* of it in the stream of the connection */
	uint8_t data[IPFIX_MESSAGE_MAX];
};

struct ipfix_queue {
	unsigned first, kept, sent; /* messages from first on: kept of them, of which sent */
	size_t max;                 /* bytes of messages to come */
	uint32_t sequence;          /* of the next record */
	size_t set;                 /* where the open set of the message in progress begins; 0:
				     * none */
	uint64_t since_ms;          /* the message in progress has had records */
	struct ipfix_message message[IPFIX_QUEUE];
};

struct ipfix_queue *ipfix_queue_create(void); /* NULL: no memory */
void ipfix_queue_destroy(struct ipfix_queue *q);

/* Adds a record to the message in progress.  Returns false if there is no room for another
 * message. */
bool ipfix_queue_add(
	struct ipfix_queue *q, uint16_t set, const void *record, size_t bytes, uint64_t now_ms);

/* Completes the message in progress, if it has records. */
void ipfix_queue_flush(struct ipfix_queue *q);

/* Returns true if the message in progress has records. */
bool ipfix_queue_has_begun(const struct ipfix_queue *q);

/* Returns the i-th message from first on. */
struct ipfix_message *ipfix_queue_at(struct ipfix_queue *q, unsigned i);

/* Returns the next complete message that was not sent; NULL: none.  ipfix_queue_next counts it as
 * sent; ipfix_queue_release drops the n first of the sent ones. */
struct ipfix_message *ipfix_queue_head(struct ipfix_queue *q);
void ipfix_queue_next(struct ipfix_queue *q);
void ipfix_queue_release(struct ipfix_queue *q, unsigned n);

/* Lets all that are kept be sent again. */
void ipfix_queue_rewind(struct ipfix_queue *q);

/* Writes the header of a message as it leaves. */
struct ipfix_stamp {
	uint32_t seconds; /* since 1970 */
	uint32_t domain;
};
void ipfix_stamp(uint8_t *message, const struct ipfix_stamp *stamp);

/* Builds a message of templates alone, from number *next on, as many as max bytes hold; sequence:
 * of the next message.  Returns its bytes, 0: there are no more. */
struct ipfix_templates {
	unsigned next;
	size_t max;
	uint32_t sequence;
};
size_t ipfix_templates_message(uint8_t out[static IPFIX_MESSAGE_MAX], struct ipfix_templates *t);

/* Returns the sequence number of the next message to be sent. */
uint32_t ipfix_queue_sequence(struct ipfix_queue *q);

#endif
