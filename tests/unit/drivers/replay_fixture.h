/* SPDX-License-Identifier: BSD-3-Clause */
/* A port of net_weir_replay, as any program of DPDK's would open it: by the plugin and a text. */
#ifndef UNIT_DRIVERS_REPLAY_FIXTURE_H
#define UNIT_DRIVERS_REPLAY_FIXTURE_H

#include <dlfcn.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>
#include <rte_bus_vdev.h>
#include <rte_ethdev.h>

#include "support/dpdk.h"
#include "support/packet.h"

static const char *const three[] = {
	"udp 192.0.2.1:1001 > 198.51.100.1:53",
	"udp 192.0.2.2:1002 > 198.51.100.2:53 payload \"a longer one that takes a second line of memory\"",
	"tcp 192.0.2.3:1003 > 198.51.100.3:80 S",
	NULL,
};

enum {
	FIXTURE_MBUFS = 511,
	FIXTURE_TEXT = 512,
};

struct replay_fixture {
	char pcap[64];
	uint16_t port;
	struct rte_mempool *pool;
};

static inline int
fixture_start_dpdk(void **state)
{
	(void)state;
	/* As -d loads it, which takes no file below a folder that everybody may write to, as /tmp.
	 */
	if (dlopen(REPLAY_PLUGIN, RTLD_NOW) == NULL)
		return -1;
	return start_dpdk();
}

/* What a test that failed left behind. */
static inline void
fixture_clear(void)
{
	rte_vdev_uninit("net_weir_replay0");
	rte_mempool_free(rte_mempool_lookup("pool"));
}

/* A capture of these packets, padded to so many bytes at least; NULL ends them. */
static inline void
fixture_capture_padded(struct replay_fixture *f, const char *const *texts, unsigned least)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	pcap_dumper_t *dumper;

	fixture_clear();
	memset(f, 0, sizeof(*f));
	strcpy(f->pcap, "/tmp/replay-test-XXXXXX");
	close(mkstemp(f->pcap));
	dumper = pcap_dump_open(pcap, f->pcap);
	assert_non_null(dumper);
	for (; *texts != NULL; texts++) {
		struct packet p = given_frame(*texts);
		unsigned n = RTE_MAX((unsigned)p.n, least);
		struct pcap_pkthdr header = { .caplen = n, .len = n };
		uint8_t *frame = calloc(n, 1);

		memcpy(frame, p.bytes, p.n);
		pcap_dump((u_char *)dumper, &header, frame);
		free(frame);
		free(p.bytes);
	}
	pcap_dump_close(dumper);
	pcap_close(pcap);
}

static inline void
fixture_capture(struct replay_fixture *f, const char *const *texts)
{
	fixture_capture_padded(f, texts, 0);
}

/* The port of the capture, if there is one, with more arguments (",loops=1" or ""), configured and
 * started. */
static inline void
fixture_open(struct replay_fixture *f, const char *more, uint16_t queues, uint64_t offloads)
{
	struct rte_eth_conf conf = { .rxmode = { .offloads = offloads },
		.intr_conf.rxq = strstr(more, "interrupts=1") != NULL };
	char text[FIXTURE_TEXT];

	snprintf(text, sizeof(text), "%s%s%s", f->pcap[0] != '\0' ? "pcap=" : "", f->pcap, more);
	assert_int_equal(rte_vdev_init("net_weir_replay0", text), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_weir_replay0", &f->port), 0);
	f->pool = rte_pktmbuf_pool_create(
		"pool", FIXTURE_MBUFS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	assert_non_null(f->pool);
	assert_int_equal(rte_eth_dev_configure(f->port, queues, queues, &conf), 0);
	for (uint16_t q = 0; q < queues; q++) {
		assert_int_equal(rte_eth_rx_queue_setup(f->port, q, 64, 0, NULL, f->pool), 0);
		assert_int_equal(rte_eth_tx_queue_setup(f->port, q, 64, 0, NULL), 0);
	}
	assert_int_equal(rte_eth_dev_start(f->port), 0);
}

static inline void
given_replay(struct replay_fixture *f, const char *const *texts, const char *more)
{
	fixture_capture(f, texts);
	fixture_open(f, more, 1, 0);
}

/* Every mbuf has to be back once the port is stopped. */
static inline void
fixture_close(struct replay_fixture *f)
{
	rte_eth_dev_stop(f->port);
	assert_int_equal(rte_mempool_avail_count(f->pool), FIXTURE_MBUFS);
	rte_eth_dev_close(f->port);
	rte_vdev_uninit("net_weir_replay0");
	rte_mempool_free(f->pool);
	unlink(f->pcap);
}

static inline void
expect_frame(const struct rte_mbuf *m, const char *text)
{
	struct packet p = given_frame(text);

	assert_int_equal(m->pkt_len, p.n);
	expect_bytes(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, p.bytes, p.n);
	free(p.bytes);
}

static inline struct rte_mbuf *
receive_one(const struct replay_fixture *f)
{
	struct rte_mbuf *m = NULL;

	assert_int_equal(rte_eth_rx_burst(f->port, 0, &m, 1), 1);
	return m;
}

/* The first frame of a capture of one. */
static inline void
given_one(struct replay_fixture *f, const char *text, const char *more)
{
	const char *const texts[] = { text, NULL };

	given_replay(f, texts, more);
}

#endif
