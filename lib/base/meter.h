/* SPDX-License-Identifier: BSD-3-Clause */
/* A token bucket: a rate of bits or packets, and a burst.
 *
 * Single rate, two colours (RFC 2697 without its excess bucket), in whole numbers and without
 * drift: at any time a meter has let pass at most burst + rate * time.  Tokens are counted in parts
 * of 10^-9 bit or packet, so one ns at 1 bit/s is exactly one part.  It starts full.
 *
 * It is in base and not with the look-up tables because the executor takes from it.
 *
 * Threads: one worker owns a meter.  Memory: the caller's. */
#ifndef BASE_METER_H
#define BASE_METER_H

#include <stdbool.h>
#include <stdint.h>

/* Limits within which nothing overflows. */
#define METER_MAX_RATE          1000000000000ull /* 10^12 bits or packets a second */
#define METER_MAX_BURST_BYTES   (1u << 31)
#define METER_MAX_BURST_PACKETS (1u << 31)

struct meter {
	uint64_t credit;   /* parts */
	uint64_t last_ns;  /* the time of credit */
	uint64_t rate;     /* parts a ns */
	uint64_t capacity; /* parts */
	uint64_t fill_ns;  /* after this time any bucket is full */
	uint32_t per_byte; /* parts / 10^9 */
	uint32_t per_packet;
};

/* Initialises a meter of bits: bits_per_s in 1..METER_MAX_RATE, burst_bytes in
 * 1..METER_MAX_BURST_BYTES. A packet larger than the burst never passes: use at least an MTU. */
void meter_init_bits(struct meter *m, uint64_t bits_per_s, uint32_t burst_bytes, uint64_t now_ns);

/* Initialises a meter of packets: packets_per_s in 1..METER_MAX_RATE, burst_packets in
 * 1..METER_MAX_BURST_PACKETS. */
void meter_init_packets(
	struct meter *m, uint64_t packets_per_s, uint32_t burst_packets, uint64_t now_ns);

/* Takes a packet of that many bytes.  Returns false and takes nothing if the bucket does not hold
 * it.  Time that goes back counts as standing still. */
bool meter_take(struct meter *m, uint64_t now_ns, uint32_t bytes);

#endif
