/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of a walk, and the numbers of changes. */
#include <string.h>

#include "analysis/walk_priv.h"
#include "policy/matcher.h"

uint64_t
change_key(enum side side, unsigned pipeline, unsigned step, uint32_t choice)
{
	const uint32_t parts[] = { side, pipeline, step, choice };

	return plan_hash(2, parts, sizeof(parts)) | 2;
}

uint64_t
change_key_route(enum side side, unsigned pipeline, unsigned step, const struct route_table *table,
	uint32_t route)
{
	const uint32_t parts[] = { side, pipeline, step, table->domain, route };
	uint64_t hash = plan_hash(3, parts, sizeof(parts));

	return plan_hash(hash, table->name, strlen(table->name)) | 2;
}

/* What every later choice may depend on, beside the packet's own fields. */
static uint64_t
hash_state(const struct walking *w)
{
	const struct walk_fields *f = &w->fields;
	const uint32_t set[] = { f->src, f->dst, f->dport, f->dscp, (uint32_t)f->dport_shift,
		w->ev.state, w->ev.program.verdict, f->dscp ? w->ev.dscp : 0,
		f->dport ? w->ev.tuple.dport : 0, w->ev.to_domain };
	const struct fixed_translation *const maps[] = { f->src_map, f->dst_map };
	struct verdict so_far;
	uint64_t hash = plan_hash(w->way_id, set, sizeof(set));

	for (unsigned i = 0; i < RTE_DIM(maps); i++) {
		if (maps[i] == NULL)
			continue;
		hash = plan_hash(hash + i, &maps[i]->from, sizeof(maps[i]->from));
		hash = plan_hash(hash, &maps[i]->to, sizeof(maps[i]->to));
		hash = plan_hash(hash, &maps[i]->length, sizeof(maps[i]->length));
	}

	if (f->src)
		hash = plan_hash(hash, &w->ev.tuple.src, sizeof(w->ev.tuple.src));
	if (f->dst)
		hash = plan_hash(hash, &w->ev.tuple.dst, sizeof(w->ev.tuple.dst));
	verdict_from(w->ev.gen, &w->ev.program, &so_far);
	hash = plan_hash(hash, &so_far.dscp, sizeof(so_far.dscp));
	hash = plan_hash(hash, &so_far.meters, sizeof(so_far.meters));
	hash = plan_hash(hash, &so_far.copies, sizeof(so_far.copies));
	return so_far.egress != NULL ? plan_hash(hash, so_far.egress, strlen(so_far.egress)) : hash;
}

void
walk_see(const struct walking *w, struct walk_fields *f)
{
	f->state = w->ev.state;
	f->out = w->ev.egress != NULL ? w->ev.egress->id : RULE_OUT_NONE;
	f->nat = matcher_translation(&w->ev);
}

struct record *
walk_add(struct walking *w, enum record_kind kind)
{
	struct record *r = &w->out->record[w->out->n];

	if (w->out->n == RECORDS_MAX) {
		w->out->complete = false;
		return NULL;
	}
	w->out->n++;
	*r = (struct record){ .kind = kind, .before = hash_state(w), .fields = w->fields };
	r->fields.tuple = w->ev.tuple;
	r->fields.dscp_value = w->ev.dscp;
	walk_see(w, &r->fields);
	return r;
}
