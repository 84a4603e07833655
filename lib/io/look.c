/* SPDX-License-Identifier: BSD-3-Clause */
/* Samples what the devices deliver. */

#include "io/look.h"

#include <rte_mbuf.h>

#include "base/clock.h"

enum {
	MAC_BYTES = 6,
	STRAY = 1000, /* one frame in this many may be counted at another time than its drop */
};

void
look_write(struct look *look, const struct rte_mbuf *m)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned n = RTE_MIN(m->data_len, (unsigned)LOOK_BYTES);
	uint64_t mac = 0;
	uint8_t any = 0;

	if (n < MAC_BYTES)
		return;
	for (unsigned i = 0; i < n; i++)
		any |= data[i];
	for (unsigned i = 0; i < MAC_BYTES; i++)
		mac = mac << 8 | data[i];
	atomic_store_explicit(
		&look->note, LOOK_SEEN | (any == 0 ? LOOK_ZEROS : 0) | mac, memory_order_relaxed);
}

uint64_t
look_take(struct look *look)
{
	uint64_t note = atomic_exchange_explicit(&look->note, LOOK_WANTED, memory_order_relaxed);

	return note & LOOK_SEEN ? note : 0;
}

static bool
is_group(uint64_t mac)
{
	return (mac >> 40 & 1) != 0;
}

static enum delivery_fault
suspicion_of(const struct delivery_facts *f)
{
	uint64_t to = f->note & LOOK_MAC;

	if (f->note & LOOK_ZEROS)
		return DELIVERY_ZEROS;
	return to == f->mac || is_group(to) ? DELIVERY_SOUND : DELIVERY_STRAY;
}

/* Returns true if the other frames were for another MAC. A note describes one frame in many; the
 * counters describe the others.  A pipeline that takes all frames drops none as not_for_us. */
static bool
others_are_stray(const struct delivery *d, const struct delivery_facts *f)
{
	uint64_t rx = f->rx - d->rx, stray = f->stray - d->stray;

	return rx - RTE_MIN(stray, rx) <= rx / STRAY;
}

enum delivery_fault
delivery_judge(struct delivery *d, const struct delivery_facts *f)
{
	enum delivery_fault suspicion = suspicion_of(f);

	if (f->note == 0)
		return DELIVERY_SOUND;
	if (suspicion != d->suspicion || (suspicion == DELIVERY_STRAY && !others_are_stray(d, f))) {
		d->suspicion = suspicion;
		d->looks = 0;
		d->since_ns = f->now_ns;
		d->rx = f->rx;
		d->stray = f->stray;
	}
	d->looks++;
	if (suspicion == DELIVERY_SOUND || d->told[suspicion] || d->looks < DELIVERY_LOOKS
		|| f->now_ns - d->since_ns < NS_PER_S)
		return DELIVERY_SOUND;
	d->told[suspicion] = true;
	return suspicion;
}
