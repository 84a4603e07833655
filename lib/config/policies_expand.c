/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes pipelines and access lists of section policies, in the tree as read, as an operator could
 *have written them: for each zone that policies come from
 *
 *	policies-ZONE: [track, FIRST..., {acl: {use: local-policies-ZONE, if: {dst: local}}},
 *		{route: main}, {acl: {use: policies-ZONE, if: {dst: "!local"}}}, SNAT...]
 *
 * Interfaces of the zone that name no pipeline get it.  Whatever is wrong with a
 * value is found when what was made of it is decoded, and reported at the value. */

#include <string.h>

#include "config/config_priv.h"
#include "schema/node.h"

struct expansion {
	struct document *doc;
	struct node *tree;
	struct node *policies; /* a list, or one policy */
	struct node *acls, *pipelines;
};

static struct node *
text(const struct expansion *x, const char *word, struct node *origin)
{
	return node_make_text(x->doc, word, origin);
}

static void
set_copy(const struct expansion *x, struct node *map, const char *key, struct node *value)
{
	if (value != NULL)
		node_set(x->doc, map, key, node_copy(x->doc, value));
}

/* Returns a map with one key. */
static struct node *
pair(const struct expansion *x, const char *key, struct node *value)
{
	struct node *map = node_make(x->doc, NODE_MAP, value->origin);

	node_set(x->doc, map, key, value);
	return map;
}

static bool
is_word(const struct node *node, const char *word)
{
	return node->kind == NODE_SCALAR && strcmp(node->text, word) == 0;
}

/* Returns true if a scalar is the word, or one in a list is. */
static bool
has_word(const struct node *node, const char *word)
{
	if (node == NULL || node->kind != NODE_LIST)
		return node != NULL && is_word(node, word);
	node_each(child, node) if (is_word(child, word)) return true;
	return false;
}

static bool
comes_from(const struct node *row, const char *zone)
{
	return row->kind == NODE_MAP && has_word(node_find(row, "from"), zone);
}

static void
add_other(const struct expansion *x, struct node *out, struct node *to)
{
	if (!is_word(to, "local") && !is_word(to, "!local"))
		node_append(out, node_copy(x->doc, to));
}

/* Returns what to says but local, as a list. */
static struct node *
others_of(const struct expansion *x, struct node *to)
{
	struct node *out = node_make(x->doc, NODE_LIST, to);

	if (to->kind == NODE_LIST) {
		node_each(child, to) add_other(x, out, child);
	} else {
		add_other(x, out, to);
	}
	return out;
}

/* Adds a rule with what a policy decides of packets that match. */
static void
add_rule(const struct expansion *x, struct node *rules, struct node *row, const char *key,
	struct node *value)
{
	struct node *rule = node_make(x->doc, NODE_MAP, row);

	if (key != NULL)
		node_set(x->doc, rule, key, value);
	set_copy(x, rule, "name", node_find(row, "name"));
	set_copy(x, rule, "call", node_find(row, "acl"));
	if (node_find(row, "acl") == NULL) {
		set_copy(x, rule, "action", node_find(row, "action"));
		set_copy(x, rule, "log", node_find(row, "log"));
	}
	node_append(rules, rule);
}

/* Adds what a policy says of packets for our own addresses, or of others. */
static void
add_rules(const struct expansion *x, struct node *rules, struct node *row, bool local)
{
	struct node *to = node_find(row, "to"), *others;

	if (node_find(row, "acl") == NULL && node_find(row, "action") == NULL)
		return;
	if (to == NULL) {
		add_rule(x, rules, row, NULL, NULL);
	} else if (local) {
		if (has_word(to, "local"))
			add_rule(x, rules, row, NULL, NULL);
	} else {
		others = others_of(x, to);
		if (others->count > 0)
			add_rule(x, rules, row, "out", others);
	}
}

/* Adds the list of a zone: replies, then what its policies say. */
static void
add_list(const struct expansion *x, const char *zone, struct node *name, bool local)
{
	struct node *rules = node_make(x->doc, NODE_LIST, name);
	struct node *replies = node_make(x->doc, NODE_MAP, name);
	struct node *states = node_make(x->doc, NODE_LIST, name);

	node_append(states, text(x, "established", name));
	node_append(states, text(x, "related", name));
	node_set(x->doc, replies, "name", text(x, "replies", name));
	node_set(x->doc, replies, "state", states);
	node_set(x->doc, replies, "action", text(x, "accept", name));
	node_append(rules, replies);
	node_each(row, x->policies) if (comes_from(row, zone)) add_rules(x, rules, row, local);
	node_set(x->doc, x->acls, name->text, pair(x, "rules", rules));
}

/* Returns stage acl for packets whose destination is as said. */
static struct node *
acl_stage(const struct expansion *x, struct node *name, const char *dst)
{
	struct node *stage = node_make(x->doc, NODE_MAP, name);

	node_set(x->doc, stage, "use", text(x, name->text, name));
	node_set(x->doc, stage, "if", pair(x, "dst", text(x, dst, name)));
	return pair(x, "acl", stage);
}

static bool
is_stage(const struct node *node, const char *name)
{
	return is_word(node, name)
		|| (node->kind == NODE_MAP && node->count == 1
			&& strcmp(node->first->key->text, name) == 0);
}

/* Appends the stages of a policy's key first. */
static void
add_first(const struct expansion *x, struct node *stages, struct node *first)
{
	if (first == NULL || first->kind == NODE_EMPTY)
		return;
	if (first->kind != NODE_LIST) {
		node_append(stages, node_copy(x->doc, first));
		return;
	}
	node_each(stage, first) node_append(stages, node_copy(x->doc, stage));
}

static bool
has_stage(const struct node *stages, const char *name)
{
	node_each(stage, stages) if (is_stage(stage, name)) return true;
	return false;
}

/* Appends stage snat for a policy that has a pool. */
static void
add_snat(const struct expansion *x, struct node *stages, struct node *row)
{
	struct node *pool = node_find(row, "snat"), *to = node_find(row, "to"), *out, *snat;

	if (pool == NULL)
		return;
	if (to == NULL) {
		node_append(stages, pair(x, "snat", node_copy(x->doc, pool)));
		return;
	}
	out = others_of(x, to);
	snat = node_make(x->doc, NODE_MAP, pool);
	node_set(x->doc, snat, "use", node_copy(x->doc, pool));
	node_set(x->doc, snat, "if", pair(x, "out", out));
	node_append(stages, pair(x, "snat", snat));
}

/* Moves all values of a list to another one. */
static void
move_all(struct node *into, struct node *from)
{
	for (struct node *child = from->first, *next; child != NULL; child = next) {
		next = child->next;
		node_append(into, child);
	}
}

/* Returns true if an interface names a domain. */
static bool
has_domains(const struct expansion *x)
{
	const struct node *ifaces = node_find(x->tree, "interfaces");

	if (ifaces == NULL || ifaces->kind != NODE_MAP)
		return false;
	node_each(row, ifaces)
	{
		if (row->kind == NODE_MAP && node_find(row, "domain") != NULL)
			return true;
	}
	return false;
}

static void
add_pipeline(
	const struct expansion *x, const char *zone, struct node *name, struct node *local_name)
{
	struct node *first = node_make(x->doc, NODE_LIST, name);
	struct node *stages = node_make(x->doc, NODE_LIST, name), *table = NULL;

	node_each(row, x->policies)
	{
		if (!comes_from(row, zone))
			continue;
		add_first(x, first, node_find(row, "first"));
		if (table == NULL)
			table = node_find(row, "route");
	}
	if (!has_stage(first, "track"))
		node_append(stages, text(x, "track", name));
	move_all(stages, first);
	node_append(stages, acl_stage(x, local_name, "local"));
	if (table == NULL && has_domains(x)) /* that of the packet's domain */
		node_append(stages, text(x, "route", name));
	else
		node_append(stages,
			pair(x, "route",
				table != NULL ? node_copy(x->doc, table) : text(x, "main", name)));
	node_append(stages, acl_stage(x, name, "!local"));
	node_each(row, x->policies) if (comes_from(row, zone)) add_snat(x, stages, row);
	node_set(x->doc, x->pipelines, name->text, stages);
}

/* Gives an interface that names no pipeline the one of its zone. */
static void
give_pipeline(
	const struct expansion *x, struct node *ifaces, const struct node *iface, struct node *name)
{
	struct node *row = node_find(ifaces, iface->text);

	if (iface->kind == NODE_SCALAR && row != NULL && row->kind == NODE_MAP && !row->refused
		&& node_find(row, "pipeline") == NULL)
		node_set(x->doc, row, "pipeline", node_copy(x->doc, name));
}

static void
give_pipelines(const struct expansion *x, const char *zone, struct node *name)
{
	struct node *ifaces = node_find(x->tree, "interfaces"),
		    *zones = node_find(x->tree, "zones");
	struct node *of = zones != NULL ? node_find(zones, zone) : NULL;

	if (of != NULL && of->kind == NODE_MAP)
		of = node_find(of, "interfaces");
	if (ifaces == NULL)
		return;
	if (of == NULL) {
		const struct node iface = { .kind = NODE_SCALAR, .text = zone };

		give_pipeline(x, ifaces, &iface, name);
	} else if (of->kind == NODE_LIST) {
		node_each(iface, of) give_pipeline(x, ifaces, iface, name);
	} else {
		give_pipeline(x, ifaces, of, name);
	}
}

/* Returns a top-level section; an empty one is made when there is none, NULL when it is not a
 * map. */
static struct node *
section_of(const struct expansion *x, const char *name)
{
	struct node *section = node_find(x->tree, name);

	if (section == NULL) {
		section = node_make(x->doc, NODE_MAP, x->policies);
		node_set(x->doc, x->tree, name, section);
	}
	if (section->kind == NODE_EMPTY)
		section->kind = NODE_MAP;
	return section->kind == NODE_MAP ? section : NULL;
}

/* Returns true if there is such a list or pipeline, written by the operator. */
static bool
is_taken(const struct expansion *x, const char *name)
{
	const struct node *acl = node_find(x->acls, name);
	const struct node *pipeline = node_find(x->pipelines, name);

	return (acl != NULL && acl->origin == NULL)
		|| (pipeline != NULL && pipeline->origin == NULL);
}

static void
expand_zone(const struct expansion *x, struct node *from)
{
	struct node *name, *local_name;

	if (from->kind != NODE_SCALAR || from->refused || from->text[0] == '!')
		return;
	name = text(x, node_printf(x->doc, "policies-%s", from->text), from);
	local_name = text(x, node_printf(x->doc, "local-policies-%s", from->text), from);
	if (is_taken(x, name->text) || is_taken(x, local_name->text)) {
		node_error(x->doc, from,
			"makes a pipeline and lists '%s' and '%s', which there are already",
			name->text, local_name->text);
		return;
	}
	if (node_find(x->pipelines, name->text) != NULL)
		return; /* made by a policy before */
	add_list(x, from->text, local_name, true);
	add_list(x, from->text, name, false);
	add_pipeline(x, from->text, name, local_name);
	give_pipelines(x, from->text, name);
}

void
policies_expand(struct document *doc, struct node *tree)
{
	struct expansion x = { .doc = doc, .tree = tree, .policies = node_find(tree, "policies") };

	if (x.policies == NULL || x.policies->kind == NODE_EMPTY || x.policies->refused)
		return;
	if (x.policies->kind == NODE_MAP) {
		struct node *list = node_make(doc, NODE_LIST, x.policies);

		node_append(list, node_copy(doc, x.policies));
		x.policies = list;
	}
	x.acls = section_of(&x, "acls");
	x.pipelines = section_of(&x, "pipelines");
	if (x.acls == NULL || x.pipelines == NULL || x.policies->kind != NODE_LIST)
		return;
	node_each(row, x.policies)
	{
		struct node *from = row->kind == NODE_MAP ? node_find(row, "from") : NULL;

		if (from == NULL || row->refused)
			continue;
		if (from->kind == NODE_LIST) {
			node_each(zone, from) expand_zone(&x, zone);
		} else {
			expand_zone(&x, from);
		}
	}
}
