/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters of a port: what came and went since they were last set back. */

#include <stdio.h>
#include <string.h>

#include "device.h"

/* Counters have one writer each and are read as they are. */
static struct rx_counters
rx_since(const struct device *d, unsigned q)
{
	const struct rx_counters *now = &d->rx[q].counters;
	const struct rx_counters *base = &d->rx_base[q];

	return (struct rx_counters){
		.packets = now->packets - base->packets,
		.bytes = now->bytes - base->bytes,
		.missed = now->missed - base->missed,
		.no_mbuf = now->no_mbuf - base->no_mbuf,
		.fresh = now->fresh - base->fresh,
	};
}

static struct tx_counters
tx_since(const struct device *d, unsigned q)
{
	return (struct tx_counters){
		.packets = d->tx[q].counters.packets - d->tx_base[q].packets,
		.bytes = d->tx[q].counters.bytes - d->tx_base[q].bytes,
	};
}

/* Since the last reset, all queues together. */
static void
sum(const struct device *device, struct rx_counters *rx, struct tx_counters *tx)
{
	*rx = (struct rx_counters){ 0 };
	*tx = (struct tx_counters){ 0 };
	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		struct rx_counters r = rx_since(device, q);
		struct tx_counters t = tx_since(device, q);

		rx->packets += r.packets;
		rx->bytes += r.bytes;
		rx->missed += r.missed;
		rx->no_mbuf += r.no_mbuf;
		rx->fresh += r.fresh;
		tx->packets += t.packets;
		tx->bytes += t.bytes;
	}
}

int
stats_get(struct rte_eth_dev *dev, struct rte_eth_stats *stats)
{
	const struct device *d = device_of(dev);
	struct rx_counters rx;
	struct tx_counters tx;

	sum(d, &rx, &tx);
	stats->ipackets = rx.packets;
	stats->ibytes = rx.bytes;
	stats->imissed = rx.missed;
	stats->rx_nombuf = rx.no_mbuf;
	stats->opackets = tx.packets;
	stats->obytes = tx.bytes;
	for (unsigned q = 0; q < RTE_ETHDEV_QUEUE_STAT_CNTRS; q++) {
		rx = rx_since(d, q);
		tx = tx_since(d, q);
		stats->q_ipackets[q] = rx.packets;
		stats->q_ibytes[q] = rx.bytes;
		stats->q_opackets[q] = tx.packets;
		stats->q_obytes[q] = tx.bytes;
		stats->q_errors[q] = rx.missed;
	}
	return 0;
}

int
stats_reset(struct rte_eth_dev *dev)
{
	struct device *d = device_of(dev);

	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		d->rx_base[q] = d->rx[q].counters;
		d->tx_base[q] = d->tx[q].counters;
	}
	return 0;
}

static const char *const names[] = {
	"rx_replay_frames", /* in the capture */
	"rx_replay_new",    /* received as the first of a flow */
};

int
stats_extended(struct rte_eth_dev *dev, struct rte_eth_xstat *stats, unsigned n)
{
	const struct device *d = device_of(dev);
	struct rx_counters rx;
	struct tx_counters tx;

	if (n < RTE_DIM(names))
		return RTE_DIM(names);
	sum(d, &rx, &tx);
	stats[0] = (struct rte_eth_xstat){ .id = 0, .value = d->frames.count };
	stats[1] = (struct rte_eth_xstat){ .id = 1, .value = rx.fresh };
	return RTE_DIM(names);
}

int
stats_names(struct rte_eth_dev *dev, struct rte_eth_xstat_name *out, unsigned n)
{
	(void)dev;
	if (out == NULL || n < RTE_DIM(names))
		return RTE_DIM(names);
	for (unsigned i = 0; i < RTE_DIM(names); i++)
		snprintf(out[i].name, sizeof(out[i].name), "%s", names[i]);
	return RTE_DIM(names);
}
