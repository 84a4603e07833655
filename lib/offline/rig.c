/* SPDX-License-Identifier: BSD-3-Clause */
/* The rig: an appliance, and the stations around it. */

#include "offline/rig.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/compile.h"
#include "io/capture.h"
#include "offline/offline.h"
#include "packet/icmp.h"
#include "packet/notation.h"
#include "packet/parse.h"

enum {
	SENT_MAX = 32,           /* frames sent for one packet that are examined */
	STATION = 0xfe,          /* the last byte of every neighbour's MAC */
	TYPE_SOLICITATION = 135, /* RFC 4861 */
	TARGET_OFFSET = 8,       /* of a solicitation's target, from its ICMP header */
};

struct rig {
	struct offline offline;
	struct observer observer;
	const struct rte_mbuf *waited; /* the packet whose fate is awaited */
	bool seen;
	bool answered; /* a neighbour has answered since the last check */
	struct rig_told told;
	uint16_t in, out; /* interfaces: it came in by, it leaves by; or the port of a wire */
	bool wire;
	struct {
		struct view view;
		uint16_t port;
	} sent[SENT_MAX];
	unsigned n_sent;
};

const struct generation *
rig_generation(const struct rig *rig)
{
	return appliance_generation(rig->offline.appliance);
}

static void
on_packet(void *arg, const struct observation *o)
{
	struct rig *rig = arg;
	struct fate *fate = &rig->told.fate;

	if (o->m != rig->waited || rig->seen)
		return;
	rig->seen = true;
	rig->told.held = o->verdict == OBSERVED_HELD
		&& !(o->has_program && o->program->verdict == PROGRAM_OUTPUT);
	fate->reason = o->reason;
	if (o->verdict == OBSERVED_DROP) {
		fate->verdict = o->has_program && o->program->verdict == PROGRAM_REJECT
			? PROGRAM_REJECT
			: PROGRAM_DROP;
	} else if (o->verdict == OBSERVED_CONSUMED) {
		fate->verdict = PROGRAM_LOCAL;
		fate->by_host = o->by_host;
	} else if (o->has_program) {
		fate->verdict = PROGRAM_OUTPUT;
		rig->wire = o->program->verdict == PROGRAM_WIRE;
		rig->out = o->program->iface;
		fate->egress = rig->wire ? o->gen->port_name[rig->out]
					 : o->gen->iface[rig->out]->name;
		if (rig->wire && o->out_iface != 0) { /* a bridge knows the station */
			rig->out = o->out_port;
			fate->egress = o->gen->iface[o->out_iface]->name;
		}
	}
}

/* Answers for a station whose address was asked for. */
static void
answer(struct rig *rig, unsigned port, const struct view *asked, const union address *target)
{
	static uint8_t frame[FRAME_ROOM];
	const struct generation *gen = rig_generation(rig);
	struct frame_station station = { STATION, gen->ingress[port].mac, NULL };
	char of[64], to[64], text[256], why[128];
	struct rte_mbuf *m;
	int n;

	if (asked->iface < LEDGER_IFACES)
		station.iface = gen->iface[asked->iface];
	notation_address(of, sizeof(of), target, asked->family);
	notation_address(to, sizeof(to), &asked->tuple.src, asked->family);
	snprintf(text, sizeof(text), "%s reply %s tell %s", asked->family == 4 ? "arp" : "na", of,
		to);
	n = frame_build(&station, text, frame, why);
	m = n < 0 ? NULL : offline_frame(&rig->offline, frame, (uint32_t)n);
	if (m == NULL)
		return;
	if (capture_push(&appliance_ports(rig->offline.appliance)->at[port], 0, &m, 1) == 1)
		rig->answered = true;
	else
		rte_pktmbuf_free(m);
}

/* Returns true for a question about a neighbour; its target is not one of our own addresses. */
static bool
is_question(const struct rig *rig, const struct rte_mbuf *m, struct view *v, union address *target)
{
	const struct generation *gen = rig_generation(rig);

	if (v->kind == VIEW_ARP && v->icmp_type == 1) {
		v->family = 4;
		*target = v->tuple.dst;
	} else if (v->kind == VIEW_IP6 && v->proto == IPPROTO_ICMPV6
		&& v->icmp_type == TYPE_SOLICITATION
		&& v->l4 + TARGET_OFFSET + 16u <= rte_pktmbuf_data_len(m)) {
		memcpy(target->bytes,
			rte_pktmbuf_mtod_offset(m, const uint8_t *, v->l4 + TARGET_OFFSET), 16);
	} else {
		return false;
	}
	return !generation_owns(gen, target, address_space(v->family, v->tuple.domain))
		&& !(v->family == 4 && generation_public(gen, target->v4));
}

static void
on_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	struct rig *rig = arg;
	struct ingress in = rig_generation(rig)->ingress[port];
	union address target;
	struct view v;

	/* Parsed as the receiving station reads it. */
	memcpy(in.mac, rte_pktmbuf_mtod(m, const uint8_t *), sizeof(in.mac));
	parse_frame(&v, m, &in);
	if (is_question(rig, m, &v, &target))
		answer(rig, port, &v, &target);
	else if ((v.kind == VIEW_IP4 || v.kind == VIEW_IP6) && rig->n_sent < SENT_MAX) {
		rig->sent[rig->n_sent].view = v;
		rig->sent[rig->n_sent++].port = (uint16_t)port;
	}
}

static void
settle(struct rig *rig)
{
	do {
		rig->answered = false;
		offline_settle(&rig->offline);
	} while (rig->answered);
}

void
rig_set_wall(struct rig *rig, int64_t wall_s)
{
	appliance_set_wall(rig->offline.appliance, wall_s);
}

struct rig *
rig_start(struct config *cfg, struct err *err)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.lazy_buffers = true,
		.workers = 1,
		.burst = 1,
	};
	struct rig *rig = calloc(1, sizeof(*rig));

	if (rig == NULL) {
		config_free(cfg);
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	rig->offline = (struct offline){ .sent = on_sent, .arg = rig };
	rig->offline.appliance = appliance_start(cfg, &how, err);
	if (rig->offline.appliance == NULL) {
		free(rig);
		return NULL;
	}
	rig_set_wall(rig, (int64_t)time(NULL));
	rig->observer = (struct observer){ .packet = on_packet, .arg = rig };
	fastpath_observe(
		workers_at(appliance_workers(rig->offline.appliance), 0)->fp, &rig->observer);
	settle(rig);
	return rig;
}

int
rig_stop(struct rig *rig, struct err *err)
{
	struct ledger_sum sum;
	unsigned out;
	int rc = 0;

	if (rig == NULL)
		return 0;
	appliance_halt(rig->offline.appliance);
	offline_drain(&rig->offline);
	workers_ledger(appliance_workers(rig->offline.appliance), &sum);
	out = appliance_close(rig->offline.appliance);
	if (sum.imbalance != 0 || out != 0)
		rc = err_set(err, EIO, "the ledger does not balance; this is a bug");
	appliance_destroy(rig->offline.appliance);
	free(rig);
	return rc;
}

void
rig_wait(struct rig *rig, uint64_t ns)
{
	if (ns == 0)
		return;
	offline_run_timers(&rig->offline, rig->offline.now_ns + ns);
	settle(rig);
}

/* Returns true if a frame that was sent left by where the packet was to leave. */
static bool
left_by(const struct rig *rig, unsigned i)
{
	if (!rig->wire)
		return rig->sent[i].view.iface == rig->out;
	return rig->sent[i].port == rig->out
		|| generation_bridge(rig_generation(rig), rig->out) != NULL;
}

/* Returns true if a frame that was sent leaves by the interface that the packet came in by, or by a
 * member of the bridge whose own interface that is. */
static bool
came_by(const struct rig *rig, uint16_t iface)
{
	const struct generation *gen = rig_generation(rig);
	const struct bridge *own = generation_bridge(gen, gen->iface[rig->in]->port);

	return iface == rig->in
		|| (own != NULL && iface < LEDGER_IFACES && gen->bridge_of[iface] == own->number);
}

/* Finds the frames of the packet among those that were sent. */
static void
find_frames(struct rig *rig)
{
	bool on = rig->told.fate.verdict == PROGRAM_OUTPUT;

	for (unsigned i = 0; i < rig->n_sent; i++) {
		const struct view *v = &rig->sent[i].view;

		if (on && left_by(rig, i)) {
			rig->told.out = *v;
			rig->told.left = true;
		} else if (!on && came_by(rig, v->iface) && !rig->told.replied) {
			rig->told.reply = *v;
			rig->told.replied = true;
		}
	}
}

int
rig_send(struct rig *rig, const struct interface *in, const char *packet, struct rig_told *told,
	char why[static 128])
{
	static uint8_t frame[FRAME_ROOM];
	struct generation_entry entry = generation_entry(rig_generation(rig), in);
	struct frame_station station = { STATION, entry.mac, entry.iface };
	int n = frame_build(&station, packet, frame, why);
	struct rte_mbuf *m;

	if (n < 0)
		return n;
	m = offline_frame(&rig->offline, frame, (uint32_t)n);
	if (m == NULL) {
		snprintf(why, 128, "no packet buffers for %d bytes", n);
		return -ENOMEM;
	}
	rig->told = (struct rig_told){ .fate.verdict = PROGRAM_DROP };
	rig->waited = m;
	rig->seen = rig->wire = false;
	rig->in = in->id;
	rig->n_sent = 0;
	capture_push(&appliance_ports(rig->offline.appliance)->at[entry.iface->port], 0, &m, 1);
	settle(rig);
	rig->waited = NULL;
	find_frames(rig);
	/* The rig answers for every neighbour, so an unresolved one means that one of Weir's own
	 * bounds was reached. */
	if (rig->told.fate.verdict == PROGRAM_OUTPUT && !rig->told.left)
		rig->told.held = true;
	*told = rig->told;
	return 0;
}

int
rig_read(const struct rig *rig, const struct interface *iface, const char *packet, struct view *out,
	char why[static 128])
{
	static uint8_t frame[FRAME_ROOM];
	struct frame_station station = { STATION, iface->mac, iface };
	int n = frame_build(&station, packet, frame, why);

	if (n < 0)
		return n;
	parse_bytes(
		out, frame, (uint32_t)n, (uint32_t)n, &rig_generation(rig)->ingress[iface->port]);
	return 0;
}
