/* SPDX-License-Identifier: BSD-3-Clause */
/* Building and queueing of messages. */

#include "export/ipfix_queue.h"

#include <stdlib.h>
#include <string.h>

#include "export/ipfix_record.h"

#define VERSION 10

static void
put16(uint8_t *out, size_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
}

static void
put32(uint8_t *out, uint32_t value)
{
	put16(out, value >> 16);
	put16(out + 2, value & 0xffff);
}

struct ipfix_queue *
ipfix_queue_create(void)
{
	return calloc(1, sizeof(struct ipfix_queue));
}

void
ipfix_queue_destroy(struct ipfix_queue *q)
{
	free(q);
}

struct ipfix_message *
ipfix_queue_at(struct ipfix_queue *q, unsigned i)
{
	return &q->message[(q->first + i) % IPFIX_QUEUE];
}

bool
ipfix_queue_has_begun(const struct ipfix_queue *q)
{
	return q->set != 0;
}

void
ipfix_queue_flush(struct ipfix_queue *q)
{
	struct ipfix_message *m = ipfix_queue_at(q, q->kept);

	if (q->set == 0)
		return;
	put16(m->data + q->set + 2, m->bytes - q->set);
	put16(m->data + 2, m->bytes);
	q->set = 0;
	q->kept++;
}

static void
begin_message(struct ipfix_queue *q, uint64_t now_ms)
{
	struct ipfix_message *m = ipfix_queue_at(q, q->kept);

	m->bytes = IPFIX_HEADER;
	m->records = 0;
	put16(m->data, VERSION);
	put32(m->data + 8, q->sequence);
	q->since_ms = now_ms;
}

static void
begin_set(struct ipfix_queue *q, uint16_t id)
{
	struct ipfix_message *m = ipfix_queue_at(q, q->kept);

	if (q->set != 0)
		put16(m->data + q->set + 2, m->bytes - q->set);
	q->set = m->bytes;
	put16(m->data + m->bytes, id);
	m->bytes += 4;
}

static bool
is_of(const struct ipfix_message *m, size_t set, uint16_t id)
{
	return set != 0 && (m->data[set] << 8 | m->data[set + 1]) == id;
}

bool
ipfix_queue_add(
	struct ipfix_queue *q, uint16_t set, const void *record, size_t bytes, uint64_t now_ms)
{
	struct ipfix_message *m = ipfix_queue_at(q, q->kept);

	if (q->set != 0 && m->bytes + 4 + bytes > q->max)
		ipfix_queue_flush(q);
	if (q->kept == IPFIX_QUEUE)
		return false;
	m = ipfix_queue_at(q, q->kept);
	if (q->set == 0)
		begin_message(q, now_ms);
	if (!is_of(m, q->set, set))
		begin_set(q, set);
	memcpy(m->data + m->bytes, record, bytes);
	m->bytes += (uint32_t)bytes;
	m->records++;
	q->sequence++;
	return true;
}

struct ipfix_message *
ipfix_queue_head(struct ipfix_queue *q)
{
	return q->sent < q->kept ? ipfix_queue_at(q, q->sent) : NULL;
}

void
ipfix_queue_next(struct ipfix_queue *q)
{
	q->sent++;
}

void
ipfix_queue_release(struct ipfix_queue *q, unsigned n)
{
	q->first = (q->first + n) % IPFIX_QUEUE;
	q->kept -= n;
	q->sent -= n;
}

void
ipfix_queue_rewind(struct ipfix_queue *q)
{
	q->sent = 0;
}

void
ipfix_stamp(uint8_t *message, const struct ipfix_stamp *stamp)
{
	put32(message + 4, stamp->seconds);
	put32(message + 12, stamp->domain);
}

uint32_t
ipfix_queue_sequence(struct ipfix_queue *q)
{
	const uint8_t *d = ipfix_queue_at(q, q->sent)->data;

	if (q->sent == q->kept && q->set == 0)
		return q->sequence;
	return (uint32_t)d[8] << 24 | (uint32_t)d[9] << 16 | (uint32_t)d[10] << 8 | d[11];
}

size_t
ipfix_templates_message(uint8_t out[static IPFIX_MESSAGE_MAX], struct ipfix_templates *t)
{
	size_t bytes = IPFIX_HEADER, set_at = 0, n;
	uint8_t record[IPFIX_RECORD_MAX];
	uint16_t set, open_set = 0;

	for (; (n = ipfix_write_template(record, t->next, &set)) != 0; t->next++) {
		if (bytes + 4 + n > t->max)
			break;
		if (set != open_set) {
			set_at = bytes;
			put16(out + bytes, set);
			bytes += 4;
			open_set = set;
		}
		memcpy(out + bytes, record, n);
		bytes += n;
		put16(out + set_at + 2, bytes - set_at);
	}
	put16(out, VERSION);
	put16(out + 2, bytes);
	put32(out + 8, t->sequence);
	return bytes > IPFIX_HEADER ? bytes : 0;
}
