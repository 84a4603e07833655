/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures of the frames that ports have sent. */

#include "offline/replay_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>
#include <rte_mbuf.h>

#include "base/clock.h"
#include "io/port.h"

enum {
	SNAP = 262144, /* the longest frame that capture readers accept */
};

struct replay_output {
	bool ns;
	const char *path[PORT_MAX];
	pcap_t *pcap;
	pcap_dumper_t *dump[PORT_MAX];
	uint8_t frame[SNAP]; /* for frames of several buffers */
};

struct replay_output *
replay_output_open(const struct replay_file *files, unsigned n, bool ns, struct err *err)
{
	struct replay_output *out = calloc(1, sizeof(*out));
	bool failed = false;

	if (out != NULL)
		out->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAP,
			ns ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO);
	if (out == NULL || out->pcap == NULL) {
		free(out);
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	out->ns = ns;
	for (unsigned i = 0; i < n; i++) {
		const struct replay_file *f = &files[i];

		out->path[f->port] = f->path;
		out->dump[f->port] = pcap_dump_open(out->pcap, f->path);
		if (out->dump[f->port] == NULL) {
			err_set(err, EIO, "%s", pcap_geterr(out->pcap));
			failed = true;
		}
	}
	if (failed) {
		replay_output_close(out, err);
		return NULL;
	}
	return out;
}

int
replay_output_close(struct replay_output *out, struct err *err)
{
	int rc = 0;

	if (out == NULL)
		return 0;
	for (unsigned i = 0; i < PORT_MAX; i++) {
		if (out->dump[i] == NULL)
			continue;
		if (pcap_dump_flush(out->dump[i]) != 0 || ferror(pcap_dump_file(out->dump[i])))
			rc = err_set(err, EIO, "%s: could not be written: %s", out->path[i],
				strerror(errno));
		pcap_dump_close(out->dump[i]);
	}
	pcap_close(out->pcap);
	free(out);
	return rc;
}

void
replay_output_write(
	struct replay_output *out, unsigned port, const struct rte_mbuf *m, uint64_t time_ns)
{
	struct pcap_pkthdr h = {
		.ts.tv_sec = (time_t)(time_ns / NS_PER_SECOND),
		.ts.tv_usec = (suseconds_t)(time_ns % NS_PER_SECOND / (out->ns ? 1 : NS_PER_US)),
		.len = m->pkt_len,
		.caplen = RTE_MIN(m->pkt_len, (uint32_t)SNAP),
	};

	if (out->dump[port] != NULL)
		pcap_dump((u_char *)out->dump[port], &h,
			rte_pktmbuf_read(m, 0, h.caplen, out->frame));
}
