/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance in memory, with traffic and peers. */

#include "measure/rig.h"

#include <errno.h>
#include <string.h>

#include "measure/traffic_find.h"
#include "measure/traffic_peer.h"
#include "io/capture.h"
#include "policy/pipeline.h"

enum {
	RETRIES = 32768, /* packets that may be sent again alone */
};

static void
write_frame(const struct rig *r, uint64_t flow, bool opening, uint8_t *frame)
{
	if (opening)
		traffic_opening(r->traffic, flow, frame);
	else
		traffic_frame(r->traffic, flow, frame);
}

static struct rte_mbuf *
make_frame(struct rig *r, uint64_t flow, bool opening)
{
	uint8_t large[TRAFFIC_FRAME_MAX], *frame;
	uint32_t bytes = traffic_bytes(r->traffic);
	struct rte_mbuf *m;

	if (bytes + RTE_PKTMBUF_HEADROOM > rte_pktmbuf_data_room_size(r->pool)) {
		write_frame(r, flow, opening, large);
		return offline_frame(&r->offline, large, bytes);
	}
	m = rte_pktmbuf_alloc(r->pool);
	if (m == NULL)
		return NULL;
	frame = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)bytes);
	write_frame(r, flow, opening, frame);
	return m;
}

bool
rig_fill(struct rig *r, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t flow = traffic_next(r->traffic);

		r->m[i] = make_frame(r, flow, r->tracking && flow >= r->setup.flows);
		if (r->m[i] == NULL) {
			rte_pktmbuf_free_bulk(r->m, i);
			return false;
		}
	}
	return true;
}

/* One frame that a port has sent is what its peer hears. */
static void
on_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	struct rig *r = arg;
	uint8_t answer[RTE_PKTMBUF_HEADROOM + RTE_MBUF_DEFAULT_DATAROOM];
	struct rte_mbuf *out;
	uint32_t n;

	r->sent++;
	if (m->nb_segs != 1 || m->data_len + 8u > sizeof(answer))
		return;
	n = r->answering ? traffic_answer(frame, m->data_len, answer)
			 : traffic_answer_neighbour(frame, m->data_len, answer);
	out = n != 0 ? offline_frame(&r->offline, answer, n) : NULL;
	if (out != NULL
		&& capture_push(&appliance_ports(r->offline.appliance)->at[port], 0, &out, 1) == 0)
		rte_pktmbuf_free(out);
}

void
rig_drain(struct rig *r)
{
	offline_drain(&r->offline);
}

void
rig_run(struct rig *r, unsigned n)
{
	capture_push(r->in, 0, r->m, n);
	offline_settle(&r->offline);
}

/* --- making flows known --- */

static uint64_t
dropped(struct rig *r)
{
	struct ledger_sum sum;

	workers_ledger(appliance_workers(r->offline.appliance), &sum);
	return sum.dropped;
}

static bool
send_flows(struct rig *r, uint64_t first, unsigned n, bool opening)
{
	for (unsigned i = 0; i < n; i++) {
		r->m[i] = make_frame(r, first + i, opening);
		if (r->m[i] == NULL) {
			rte_pktmbuf_free_bulk(r->m, i);
			return false;
		}
	}
	rig_run(r, n);
	return true;
}

/* Opens conversations.  Of packets that wait for one neighbour only the last is kept, so a burst of
 * which some were dropped is sent again packet by packet. */
static bool
open_flows(struct rig *r, uint64_t first, unsigned n, unsigned *retries)
{
	uint64_t before = dropped(r);

	if (!send_flows(r, first, n, true))
		return false;
	if (dropped(r) == before)
		return true;
	for (unsigned i = 0; i < n && *retries != 0; i++, (*retries)--)
		if (!send_flows(r, first + i, 1, true))
			return false;
	return true;
}

/* Three times: a conversation is opened, that of TCP completed before the next are begun, since
 * half-open ones may be few; and a cache that admits on the second packet has seen them all. */
static int
make_known(struct rig *r, struct err *err)
{
	uint32_t flows = r->setup.flows;
	unsigned retries = RETRIES;
	bool all = true;

	for (uint64_t i = 0; all && i < flows; i += BURST_MAX) {
		unsigned n = (unsigned)RTE_MIN(flows - i, BURST_MAX);

		r->answering = true;
		all = open_flows(r, i, n, &retries);
		r->answering = false;
		all = all && send_flows(r, i, n, false);
	}
	for (uint64_t i = 0; all && i < flows; i += BURST_MAX)
		all = send_flows(r, i, (unsigned)RTE_MIN(flows - i, BURST_MAX), false);
	return all ? 0 : err_set(err, ENOMEM, "no packet buffers for the traffic");
}

/* --- life --- */

static int
begin_traffic(struct rig *r, const struct rig_setup *setup, struct err *err)
{
	struct appliance *a = r->offline.appliance;
	const struct interface *iface;
	unsigned headers;

	r->setup = setup->traffic;
	if (traffic_find(appliance_config(a), appliance_generation(a), setup->in,
		    setup->traffic.kind, setup->family, &r->setup.aim, err)
		< 0)
		return -ENOENT;
	iface = appliance_generation(a)->iface[r->setup.aim.iface];
	r->tracking = iface->pipeline->traits & TRAIT_TRACKS;
	headers = 14 + 4u * r->setup.aim.tags;
	if (r->setup.bytes > headers + iface->mtu)
		return err_set(err, EINVAL, "frames of %u bytes are above the MTU of %s, %u",
			r->setup.bytes + 4, iface->name, iface->mtu);
	r->traffic = traffic_create(&r->setup, err);
	if (r->traffic == NULL)
		return -EINVAL;
	r->setup.bytes = traffic_bytes(r->traffic);
	r->in = &appliance_ports(a)->at[r->setup.aim.port];
	return make_known(r, err);
}

int
rig_open(struct rig *r, struct config *cfg, const struct rig_setup *setup, struct err *err)
{
	struct appliance_options how = {
		.captures = true,
		.stepped = true,
		.virtual_time = setup->virtual_time,
		.workers = 1,
		.burst = setup->burst,
	};
	int rc;

	memset(r, 0, sizeof(*r));
	r->burst = setup->burst != 0 ? setup->burst : cfg->system.burst;
	r->offline = (struct offline){ .sent = on_sent, .arg = r };
	r->offline.appliance = appliance_start(cfg, &how, err);
	if (r->offline.appliance == NULL)
		return -EINVAL;
	r->worker = workers_at(appliance_workers(r->offline.appliance), 0);
	r->pool = pools_of_node(appliance_pools(r->offline.appliance), 0);
	offline_settle(&r->offline);
	rc = begin_traffic(r, setup, err);
	if (rc < 0)
		rig_close(r, err);
	return rc;
}

int
rig_close(struct rig *r, struct err *err)
{
	struct ledger_sum sum;
	unsigned out;
	int rc = 0;

	if (r->offline.appliance == NULL)
		return 0;
	appliance_halt(r->offline.appliance);
	offline_drain(&r->offline);
	workers_ledger(appliance_workers(r->offline.appliance), &sum);
	out = appliance_close(r->offline.appliance);
	if (sum.imbalance != 0)
		rc = err_set(err, EIO, "the ledger does not balance; this is a bug");
	if (out != 0)
		rc = err_set(err, EIO, "%u packet buffers did not come back; this is a bug", out);
	traffic_destroy(r->traffic);
	appliance_destroy(r->offline.appliance);
	memset(r, 0, sizeof(*r));
	return rc;
}
