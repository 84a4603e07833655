/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands around the data path: an appliance that nobody runs, and devices that only count. */

#include "path.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "offline/offline.h"

#define BUFFERS 256 /* the frames in flight: they stay in the cache */

static struct {
	struct appliance *appliance;
	uint64_t sent;
	struct rte_mbuf *m[BUFFERS];
	uint16_t data_off;
} rig_state;

/* In the place of the driver's function: frames stay ours. */
static uint16_t
count_sent(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	(void)m;
	rig_state.sent += n;
	return n;
}

static const struct fastpath_variant *
find_variant(const char *name)
{
#if defined(__x86_64__)
	static const struct fastpath_variant *const all[] = {
		&fastpath_base,
		&fastpath_aes,
		&fastpath_avx2,
		&fastpath_avx512,
	};

	for (unsigned i = 0; i < RTE_DIM(all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
#endif
	stand_die("there is no variant '%s'", name);
}

static void
take_buffers(struct path_rig *rig)
{
	struct rte_mempool *pool = pools_of_node(appliance_pools(rig_state.appliance), 0);

	if (rte_pktmbuf_alloc_bulk(pool, rig_state.m, BUFFERS) != 0)
		stand_die("no packet buffers");
	rig_state.data_off = rig_state.m[0]->data_off;
	rig->m = rig_state.m;
}

void
path_open(struct path_rig *rig, const struct path_options *o)
{
	char *text = path_config(o);
	struct ports *ports;

	memset(rig, 0, sizeof(*rig));
	rig->o = o;
	rig_state.appliance = stand_start(text, o->burst);
	free(text);
	ports = appliance_ports(rig_state.appliance);
	for (unsigned i = 0; i < ports->count; i++)
		rte_eth_fp_ops[ports->at[i].id].tx_pkt_burst = count_sent;
	rig->fp = workers_at(appliance_workers(rig_state.appliance), 0)->fp;
	if (o->variant != NULL)
		rig->fp->variant = find_variant(o->variant);
	fastpath_adopt(rig->fp, appliance_generation(rig_state.appliance));
	take_buffers(rig);
	path_frames_make(&rig->frames, o);
}

struct rte_mbuf **
path_receive(struct path_rig *rig)
{
	struct path_frames *f = &rig->frames;
	unsigned n = rig->o->burst;
	struct rte_mbuf **burst;

	if (rig->buffer + n > BUFFERS)
		rig->buffer = 0;
	burst = &rig->m[rig->buffer];
	rig->buffer += n;
	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = burst[i];
		const uint8_t *frame = f->at + (size_t)rig->next * f->stride;

		m->data_off = rig_state.data_off;
		m->data_len = (uint16_t)f->bytes;
		m->pkt_len = f->bytes;
		memcpy(rte_pktmbuf_mtod(m, void *), frame, f->stride);
		path_frames_next(f, rig->next, rig->o);
		if (++rig->next == f->count)
			rig->next = 0;
	}
	mbuf_debug_received(burst, n);
	return burst;
}

/* Each packet of the burst that has just gone through, answered from where it left. */
static void
answer(struct path_rig *rig, struct rte_mbuf **burst)
{
	union output out[BURST_MAX];

	memcpy(out, rig->fp->burst.output, sizeof(out));
	for (unsigned i = 0; i < rig->o->burst; i++) {
		if (out[i].port > OUT_PORT_MAX)
			stand_die("a flow is not let through");
		path_answer(rte_pktmbuf_mtod(burst[i], uint8_t *), rig->o);
		mbuf_debug_received(&burst[i], 1);
		fastpath_process(rig->fp, out[i].port, &burst[i], 1, false);
		fastpath_flush(rig->fp);
	}
}

void
path_establish(struct path_rig *rig)
{
	bool answers = rig->o->pipeline >= PATH_TRACK;

	for (unsigned done = 0; done < rig->frames.count; done += rig->o->burst) {
		for (unsigned turn = 0; turn < 3; turn++) {
			struct rte_mbuf **burst;

			rig->next = done;
			burst = path_receive(rig);
			fastpath_process(rig->fp, 0, burst, rig->o->burst, false);
			fastpath_flush(rig->fp);
			if (answers)
				answer(rig, burst);
		}
	}
	rig->next = 0;
}

void
path_check(struct path_rig *rig, uint64_t hits_before, uint64_t packets)
{
	struct ledger *l = fastpath_ledger(rig->fp);
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, l);
	rig->sent = rig_state.sent;
	if (sum.imbalance != 0 || sum.tx != rig_state.sent)
		stand_die("imbalance %" PRId64 ", sent %" PRIu64 " of %" PRIu64, sum.imbalance,
			rig_state.sent, sum.tx);
	if (sum.dropped != 0)
		stand_die("%" PRIu64 " packets were dropped", sum.dropped);
	if (l->lookups_hit - hits_before != packets)
		stand_die("%" PRIu64 " hits of %" PRIu64 " packets", l->lookups_hit - hits_before,
			packets);
}

void
path_close(struct path_rig *rig)
{
	appliance_halt(rig_state.appliance);
	rte_pktmbuf_free_bulk(rig_state.m, BUFFERS);
	if (appliance_close(rig_state.appliance) != 0)
		stand_die("packet buffers did not come back");
	appliance_destroy(rig_state.appliance);
	appliance_leave();
	free(rig->frames.at);
}
