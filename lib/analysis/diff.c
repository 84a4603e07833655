/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff_priv.h"
#include "config/compile.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "schema/document.h"

enum {
	FRAME_MAX = 2048,
};

/* A difference that was told, and by which others like it are known. */
struct known {
	struct loc line[SIDES];
	enum outcome_kind kind[SIDES];
	char before[DIFF_TEXT_MAX], after[DIFF_TEXT_MAX];
};

struct differ {
	struct diff *diff;
	const struct config *cfg[SIDES];
	struct generation_names names;
	struct generation *gen[SIDES];
	struct plan *plan[SIDES];
	const struct interface *in[SIDES]; /* at work */
	struct known *known;               /* by place in diff->packets */
	bool (*entered)[LEDGER_IFACES]; /* by place: interfaces (ids of the new one) that show it */
	uint64_t deadline_ns;
	struct err *err;
};

static void
offline_macs(const struct config *cfg, struct rte_ether_addr mac[static PORT_MAX])
{
	struct port_cfg ports[PORT_MAX];
	unsigned n = config_ports(cfg, ports);

	for (unsigned i = 0; i < n; i++)
		mac[i] = ports[i].has_mac ? ports[i].mac : port_default_mac(i);
}

/* Interfaces keep their number by their name over both. */
static bool
build(struct differ *x, enum side side)
{
	struct generation_setup setup = { .cfg = x->cfg[side], .names = &x->names, .workers = 1 };
	struct rte_ether_addr mac[PORT_MAX];

	x->gen[side] = generation_begin(&setup, x->err);
	if (x->gen[side] == NULL || err_count(x->err) != 0)
		return false;
	offline_macs(x->cfg[side], mac);
	if (generation_finish(x->gen[side], mac, x->err) < 0)
		return false;
	generation_names_commit(&x->names);
	x->plan[side] = plan_create(x->cfg[side], x->gen[side]);
	if (x->plan[side] == NULL)
		err_set(x->err, ENOMEM, "out of memory");
	return x->plan[side] != NULL;
}

/* The engine's verdicts on the packet as it is written. */
static bool
confirm(const struct differ *x, const struct difference *d, const char *packet)
{
	static uint8_t frame[FRAME_MAX];
	struct verdict v[SIDES];
	char why[128];

	for (unsigned side = 0; side < SIDES; side++) {
		const struct interface *in = x->in[side];
		struct ingress ingress = x->gen[side]->ingress[in->port];
		struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, 0xfe } };
		struct view view;
		wide_t proto = d->point.at[DIM_PROTO];
		int n;

		memcpy(macs.dst, in->mac, 6);
		n = notation_build(packet, &macs, frame, sizeof(frame), why);
		if (n < 0)
			return false;
		ingress.untagged = in->id;
		ingress.wire = ingress.wire_iface[in->id];
		parse_bytes(&view, frame, (uint32_t)n, (uint32_t)n, &ingress);
		/* Notation has no ports for these. */
		if (proto == 132 || proto == 33 || proto == 136)
			walk_view(in, d->family, &d->point, &view);
		view.vlan[0] = in->vlan;
		view.vlan[1] = in->inner_vlan;
		verdict_of(x->gen[side], &view, d->assumed, &v[side]);
	}
	return !verdict_equal(&v[OLD], &v[NEW]);
}

static bool
same_line(const struct loc *a, const struct loc *b)
{
	return a->line == b->line
		&& (a->file == b->file
			|| (a->file != NULL && b->file != NULL && strcmp(a->file, b->file) == 0));
}

/* The place of a difference like this one, or -1. */
static int
find(const struct differ *x, const struct known *k)
{
	for (unsigned i = 0; i < x->diff->n_packets; i++) {
		const struct known *o = &x->known[i];

		if (same_line(&o->line[OLD], &k->line[OLD])
			&& same_line(&o->line[NEW], &k->line[NEW]) && o->kind[OLD] == k->kind[OLD]
			&& o->kind[NEW] == k->kind[NEW]
			&& (k->kind[OLD] != WENT_ON || k->kind[NEW] != WENT_ON
				|| (strcmp(o->before, k->before) == 0
					&& strcmp(o->after, k->after) == 0)))
			return (int)i;
	}
	return -1;
}

static void
write_line(const struct loc *loc, const char *name, char *out, size_t bytes)
{
	const char *slash = loc->file != NULL ? strrchr(loc->file, '/') : NULL;

	out[0] = '\0';
	if (loc->line != 0)
		snprintf(out, bytes, "%s:%u%s%s",
			slash != NULL               ? slash + 1
				: loc->file != NULL ? loc->file
						    : "",
			loc->line, name != NULL ? " " : "", name != NULL ? name : "");
}

static const char *
state_name(unsigned assumed)
{
	return assumed == CONN_ESTABLISHED ? "established"
		: assumed == CONN_RELATED  ? "related"
					   : "new";
}

static bool
grow(struct differ *x)
{
	struct diff *d = x->diff;
	unsigned room = d->packets_room * 2 + 32;
	void *packets, *known, *entered;

	if (d->n_packets < d->packets_room)
		return true;
	packets = realloc(d->packets, room * sizeof(*d->packets));
	d->packets = packets != NULL ? packets : d->packets;
	known = realloc(x->known, room * sizeof(*x->known));
	x->known = known != NULL ? known : x->known;
	entered = realloc(x->entered, room * sizeof(*x->entered));
	x->entered = entered != NULL ? entered : x->entered;
	if (packets == NULL || known == NULL || entered == NULL) {
		d->short_of_memory = true;
		return false;
	}
	d->packets_room = room;
	return true;
}

/* Was something told of the same lines and interface before, with another verdict? */
static bool
told_before(const struct differ *x, int at)
{
	const struct known *k = &x->known[at];

	for (int i = 0; i < at; i++)
		if (x->entered[i][x->in[NEW]->id]
			&& same_line(&x->known[i].line[OLD], &k->line[OLD])
			&& same_line(&x->known[i].line[NEW], &k->line[NEW]))
			return true;
	return false;
}

/* The domain that the witness enters in, where there are several. */
static void
write_domains(const struct differ *x, struct diff_packets *out)
{
	const char *name[SIDES];

	if (x->gen[OLD]->n_domains <= 1 && x->gen[NEW]->n_domains <= 1)
		return;
	for (unsigned side = 0; side < SIDES; side++)
		name[side] = generation_domain_name(x->gen[side], x->in[side]->domain);
	snprintf(out->domain, sizeof(out->domain), "%s", name[NEW]);
	if (strcmp(name[OLD], name[NEW]) != 0)
		snprintf(out->domain_before, sizeof(out->domain_before), "%s", name[OLD]);
}

static void
on_found(void *arg, const struct difference *d)
{
	struct differ *x = arg;
	struct diff_packets *out;
	char packet[256];
	struct known k = { .line = { d->line[OLD], d->line[NEW] },
		.kind = { d->verdict[OLD].kind, d->verdict[NEW].kind } };
	bool others;
	int at;

	describe_point(x->in[NEW], d->family, &d->point, packet, sizeof(packet));
	if (!confirm(x, d, packet)) {
		x->diff->unconfirmed++;
		return;
	}
	describe_verdict(&d->verdict[OLD], &d->verdict[NEW], k.before, sizeof(k.before));
	describe_verdict(&d->verdict[NEW], &d->verdict[OLD], k.after, sizeof(k.after));
	at = find(x, &k);
	if (at >= 0) {
		x->entered[at][x->in[NEW]->id] = true;
		return;
	}
	if (!grow(x))
		return;
	at = (int)x->diff->n_packets++;
	x->known[at] = k;
	memset(x->entered[at], 0, sizeof(x->entered[at]));
	x->entered[at][x->in[NEW]->id] = true;
	out = &x->diff->packets[at];
	*out = (struct diff_packets){ .state = state_name(d->assumed) };
	memcpy(out->before, k.before, sizeof(out->before));
	memcpy(out->after, k.after, sizeof(out->after));
	memcpy(out->packet, packet, sizeof(out->packet));
	snprintf(out->in, sizeof(out->in), "%s", x->in[NEW]->name);
	write_domains(x, out);
	others = told_before(x, at);
	memcpy(out->what, "some of ", sizeof("some of "));
	describe_cell(d->what, d->family, out->what + (others ? 8 : 0), sizeof(out->what) - 8);
	write_line(&d->line[OLD], d->name[OLD], out->line_before, sizeof(out->line_before));
	write_line(&d->line[NEW], d->name[NEW], out->line_after, sizeof(out->line_after));
}

static bool
explore_family(struct differ *x, unsigned family)
{
	const struct generation *const gens[2] = { x->gen[OLD], x->gen[NEW] };
	const struct plan *const plans[SIDES] = { x->plan[OLD], x->plan[NEW] };
	struct explore_in in = { .deadline_ns = x->deadline_ns, .found = on_found, .arg = x };
	struct pairs *pairs = pairs_create(plans, x->in, family);
	struct explored *explored = NULL;

	in.pairs = pairs;
	in.classes = classes_create(gens, x->in, family);
	if (pairs != NULL && in.classes != NULL)
		explored = explore(&in);
	if (explored != NULL)
		x->diff->cut += explored_cut(explored);
	explored_destroy(explored);
	classes_destroy(in.classes);
	pairs_destroy(pairs);
	return explored != NULL;
}

/* The zone that has exactly the interfaces that show a difference, or NULL. */
static const char *
zone_of(const struct generation *gen, const bool entered[LEDGER_IFACES], unsigned n)
{
	for (unsigned z = 0; z < gen->zones.n; z++) {
		const struct zone *zone = &gen->zones.zone[z];
		unsigned in = 0;

		for (unsigned i = 0; i < zone->n; i++)
			in += entered[zone->iface[i]];
		if (in == n && zone->n == n)
			return zone->name;
	}
	return NULL;
}

static void
write_from(struct differ *x, unsigned at)
{
	const struct generation *gen = x->gen[NEW];
	char *out = x->diff->packets[at].from;
	size_t used = 0, bytes = DIFF_TEXT_MAX;
	const char *zone;
	unsigned n = 0;

	for (unsigned i = 0; i < LEDGER_IFACES; i++)
		n += x->entered[at][i];
	zone = zone_of(gen, x->entered[at], n);
	if (zone != NULL) {
		snprintf(out, bytes, "%s", zone);
		return;
	}
	out[0] = '\0';
	for (unsigned i = 0; i < LEDGER_IFACES && used < bytes; i++)
		if (x->entered[at][i])
			used += (size_t)snprintf(out + used, bytes - used, "%s%s",
				used > 0 ? ", " : "", gen->iface[i]->name);
}

/* An interface with a pipeline in one configuration alone is a difference of settings. */
static bool
explore_interface(struct differ *x, const struct interface *new)
{
	x->in[NEW] = new;
	x->in[OLD] = generation_find(x->gen[OLD], new->name);
	if (x->in[OLD] == NULL || x->in[OLD]->pipeline == NULL || new->pipeline == NULL)
		return true;
	return explore_family(x, 4) && explore_family(x, 6);
}

/* What the access lists of a configuration say; the caller frees it. */
static char *
lists_text(const struct config *cfg)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	if (f == NULL)
		return NULL;
	cfg_each(acl, &cfg->policy.acls) {
		fprintf(f, "%s\n", acl->head.name);
		cfg_print(&acl_table, acl, DOCUMENT_DEFAULTS_IN, f);
	}
	fclose(f);
	return text;
}

/* Lists that others call are not walked through: a change of them is not looked at to the end. */
static void
cut_calls(struct differ *x)
{
	char *text[SIDES];

	if (!x->plan[OLD]->calls && !x->plan[NEW]->calls)
		return;
	for (unsigned side = 0; side < SIDES; side++)
		text[side] = lists_text(x->cfg[side]);
	if (text[OLD] == NULL || text[NEW] == NULL)
		x->diff->short_of_memory = true;
	else
		x->diff->cut += strcmp(text[OLD], text[NEW]) != 0;
	free(text[OLD]);
	free(text[NEW]);
}

static void
run(struct differ *x)
{
	if (!build(x, OLD) || !build(x, NEW))
		return;
	for (unsigned i = 0; i < x->gen[NEW]->n_ifaces; i++)
		if (x->gen[NEW]->iface[i] != NULL && !explore_interface(x, x->gen[NEW]->iface[i]))
			x->diff->short_of_memory = true;
	for (unsigned i = 0; i < x->diff->n_packets; i++)
		write_from(x, i);
	settings_compare(x->diff, x->cfg[OLD], x->cfg[NEW]);
	cut_calls(x);
}

struct diff *
diff_create(const struct config *old, const struct config *new, uint64_t budget_ns, struct err *err)
{
	struct differ x = {
		.cfg = { old, new }, .deadline_ns = explore_now_ns() + budget_ns, .err = err
	};

	x.diff = calloc(1, sizeof(*x.diff));
	if (x.diff == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	generation_names_init(&x.names);
	run(&x);
	if (err_count(err) == 0 && x.diff->short_of_memory)
		err_set(err, ENOMEM, "out of memory");
	for (unsigned side = 0; side < SIDES; side++) {
		plan_destroy(x.plan[side]);
		generation_discard(x.gen[side]);
	}
	generation_names_fini(&x.names);
	free(x.known);
	free(x.entered);
	if (err_count(err) == 0)
		return x.diff;
	diff_destroy(x.diff);
	return NULL;
}

void
diff_destroy(struct diff *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < d->n_settings; i++) {
		free(d->setting[i].where);
		free(d->setting[i].line);
	}
	free(d->setting);
	free(d->packets);
	free(d);
}
