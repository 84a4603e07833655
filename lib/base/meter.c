/* SPDX-License-Identifier: BSD-3-Clause */
/* A token bucket.  A part is 10^-9 bit or packet: rate parts are added each ns. */

#include "base/meter.h"

#define PARTS 1000000000ull

static void
fill(struct meter *m, uint64_t now_ns)
{
	m->credit = m->capacity;
	m->last_ns = now_ns;
	m->fill_ns = m->capacity / m->rate + 1;
}

void
meter_init_bits(struct meter *m, uint64_t bits_per_s, uint32_t burst_bytes, uint64_t now_ns)
{
	m->rate = bits_per_s;
	m->per_byte = 8;
	m->per_packet = 0;
	m->capacity = (uint64_t)burst_bytes * 8 * PARTS;
	fill(m, now_ns);
}

void
meter_init_packets(struct meter *m, uint64_t packets_per_s, uint32_t burst_packets, uint64_t now_ns)
{
	m->rate = packets_per_s;
	m->per_byte = 0;
	m->per_packet = 1;
	m->capacity = burst_packets * PARTS;
	fill(m, now_ns);
}

static void
refill(struct meter *m, uint64_t now_ns)
{
	uint64_t elapsed, parts;

	if (now_ns <= m->last_ns)
		return;
	elapsed = now_ns - m->last_ns;
	m->last_ns = now_ns;
	if (elapsed >= m->fill_ns) {
		m->credit = m->capacity;
		return;
	}
	/* elapsed < capacity / rate + 1, so the product is at most the capacity. */
	parts = elapsed * m->rate;
	m->credit = m->capacity - m->credit > parts ? m->credit + parts : m->capacity;
}

bool
meter_take(struct meter *m, uint64_t now_ns, uint32_t bytes)
{
	/* Multiplied by 10^9 a large packet would overflow: compare before multiplying. */
	uint64_t units = (uint64_t)bytes * m->per_byte + m->per_packet;

	refill(m, now_ns);
	if (units > m->credit / PARTS)
		return false;
	m->credit -= units * PARTS;
	return true;
}
