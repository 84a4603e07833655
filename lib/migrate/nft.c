/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a ruleset of nftables, and puts the parts of the configuration together. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

#define PRIO_RAW  (-200) /* chains before it do not see connections */
#define PRIO_DNAT (-100)
#define BASES_MAX 256u

static void
note_name(struct nft *x, const char *name)
{
	size_t bytes = strlen(name);

	if (bytes > 0 && name[0] != '@' && name[bytes - 1] != '*' && strcmp(name, "lo") != 0
		&& json_object_get(x->names, name) == NULL)
		json_object_set_new(x->names, name, json_false());
}

/* Notes all texts of a value as names of interfaces. */
static void
note_names(struct nft *x, json_t *value)
{
	json_t *one;
	const char *key;
	size_t i;

	if (json_is_string(value))
		note_name(x, json_string_value(value));
	json_array_foreach(value, i, one)
		note_names(x, one);
	json_object_foreach(value, key, one)
		note_names(x, one);
}

static bool
asks_interface(json_t *left)
{
	const char *key = nft_text(json_object_get(left, "meta"), "key");

	return strcmp(key, "iifname") == 0 || strcmp(key, "oifname") == 0 || strcmp(key, "iif") == 0
		|| strcmp(key, "oif") == 0;
}

/* Notes the names in the elements of a condition on several fields. */
static void
note_elements(struct nft *x, json_t *fields, json_t *elements)
{
	json_t *field, *one;
	size_t place, i;

	json_array_foreach(fields, place, field) {
		if (!asks_interface(field))
			continue;
		json_array_foreach(elements, i, one) {
			json_t *inner = json_object_get(json_object_get(one, "elem"), "val");

			note_names(x,
				json_array_get(
					json_object_get(inner != NULL ? inner : one, "concat"),
					place));
		}
	}
}

/* Returns the elements of a set, by whatever table it belongs to. */
static json_t *
any_elements(struct nft *x, json_t *right)
{
	const char *name = json_string_value(right);
	json_t *object;
	size_t i;

	if (name == NULL || name[0] != '@')
		return json_object_get(right, "set");
	json_array_foreach(x->list, i, object) {
		json_t *set = json_object_get(object, "set");

		if (strcmp(nft_text(set, "name"), name + 1) == 0)
			return json_object_get(set, "elem");
	}
	return NULL;
}

/* Finds the interfaces that rules name, wherever they stand. */
static void
find_names(struct nft *x, json_t *value)
{
	json_t *one, *data;
	const char *key;
	size_t i;

	if (asks_interface(json_object_get(value, "left")))
		note_names(x, json_object_get(value, "right"));
	note_elements(x, json_object_get(json_object_get(value, "left"), "concat"),
		any_elements(x, json_object_get(value, "right")));
	data = json_object_get(json_object_get(value, "data"), "set");
	if (asks_interface(json_object_get(value, "key")))
		json_array_foreach(data, i, one)
			note_names(x, json_array_get(one, 0));
	if (strcmp(nft_text(value, "hook"), "ingress") == 0)
		note_names(x, json_object_get(value, "dev"));
	if (strcmp(nft_text(value, "type"), "ifname") == 0 && json_object_get(value, "map") == NULL)
		note_names(x, json_object_get(value, "elem"));
	json_array_foreach(value, i, one)
		find_names(x, one);
	json_object_foreach(value, key, one)
		find_names(x, one);
}

static void
find_links(struct nft *x)
{
	json_t *link;
	size_t i;

	json_array_foreach(x->addresses, i, link)
		if (json_array_size(json_object_get(link, "addr_info")) > 0)
			note_name(x, nft_text(link, "ifname"));
}

/* Notes the addresses of the machine. */
static void
find_own(struct nft *x)
{
	json_t *link, *info;
	unsigned room = 0;
	size_t i, k;

	json_array_foreach(x->addresses, i, link)
		room += (unsigned)json_array_size(json_object_get(link, "addr_info"));
	x->own.item = arena_alloc(&x->arena, (room + 1) * sizeof(x->own.item[0]));
	if (x->own.item == NULL)
		return;
	json_array_foreach(x->addresses, i, link)
		json_array_foreach(json_object_get(link, "addr_info"), k, info)
			x->own.item[x->own.n++] = nft_text(info, "local");
}

/* --- access lists --- */

static void
write_list(struct nft *x, const struct nft_place *at, json_t *base)
{
	json_t *object;
	size_t i;

	x->at_begin = base != NULL;
	x->local = strcmp(nft_text(base, "hook"), "input") == 0;
	fprintf(x->acls, "  %s:\n", nft_list_name(x, at, at->chain));
	if (base != NULL)
		fprintf(x->acls, "    default: %s\n",
			strcmp(nft_text(base, "policy"), "drop") == 0 ? "drop" : "accept");
	fputs("    rules:\n", x->acls);
	json_array_foreach(x->list, i, object) {
		struct nft_place rule = *at;

		if (!nft_is_rule_of(object, at))
			continue;
		rule.rule = json_object_get(object, "rule");
		nft_filter_rule(x, &rule, x->acls);
	}
}

/* Writes the lists that others call, and those that these call. */
static void
write_called(struct nft *x, unsigned written)
{
	while (written < json_object_size(x->lists)) {
		unsigned n = 0;
		const char *key;
		json_t *unused;
		char *parts = NULL, *save = NULL;
		struct nft_place at = { .rule = NULL };

		json_object_foreach(x->lists, key, unused)
			if (n++ == written)
				parts = arena_text(&x->arena, key, strlen(key));
		at.family = strtok_r(parts, "\n", &save);
		at.table = strtok_r(NULL, "\n", &save);
		at.chain = strtok_r(NULL, "\n", &save);
		if (at.chain != NULL)
			write_list(x, &at, NULL);
		written++;
	}
}

/* --- base chains --- */

/* Chooses the stage of a base chain; false: Weir has none. */
static bool
place_base(struct base *b)
{
	const char *hook = nft_text(b->chain, "hook"), *type = nft_text(b->chain, "type");
	bool nat = strcmp(type, "nat") == 0;

	b->prio = (long)json_integer_value(json_object_get(b->chain, "prio"));
	if (strcmp(hook, "ingress") == 0 && json_object_get(b->chain, "dev") != NULL) {
		b->place = PLACE_INGRESS;
		return true;
	}
	if (strcmp(b->at.family, "ip") != 0 && strcmp(b->at.family, "ip6") != 0
		&& strcmp(b->at.family, "inet") != 0)
		return false;
	b->kind = !nat ? BASE_LIST : strcmp(hook, "prerouting") == 0 ? BASE_DNAT : BASE_SNAT;
	if (strcmp(hook, "prerouting") == 0)
		b->place = nat                ? PLACE_DNAT
			: b->prio <= PRIO_RAW ? PLACE_RAW
			: b->prio < PRIO_DNAT ? PLACE_MANGLE
					      : PLACE_PREROUTING;
	else if (strcmp(hook, "input") == 0 && !nat)
		b->place = PLACE_INPUT;
	else if (strcmp(hook, "forward") == 0 && !nat)
		b->place = PLACE_FORWARD;
	else if (strcmp(hook, "postrouting") == 0)
		b->place = nat ? PLACE_SNAT : PLACE_FORWARD;
	else
		return false;
	b->local = b->place == PLACE_INPUT;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct base *x = a, *y = b;

	if (x->place != y->place)
		return x->place - y->place;
	if (x->prio != y->prio)
		return x->prio < y->prio ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static const char *
why_missing(const struct base *b, bool too_many)
{
	const char *family = b->at.family;

	if (too_many)
		return "there are too many base chains";
	if (strcmp(family, "bridge") == 0 || strcmp(family, "arp") == 0)
		return "Weir has no rules for frames of this family";
	if (strcmp(nft_text(b->chain, "hook"), "ingress") == 0)
		return "this version of nft does not list the device of the chain";
	return "Weir does not see packets there";
}

/* Notes all rules of a chain as not expressed. */
static void
all_missing(struct nft *x, const struct base *b, bool too_many)
{
	json_t *object;
	size_t i;

	json_array_foreach(x->list, i, object) {
		struct nft_place at = b->at;

		if (!nft_is_rule_of(object, &b->at))
			continue;
		at.rule = json_object_get(object, "rule");
		x->n_rules++;
		nft_missing(x, &at, why_missing(b, too_many));
	}
}

static unsigned
find_bases(struct nft *x, struct base out[static BASES_MAX + 1])
{
	json_t *object, *chain;
	unsigned n = 0;
	size_t i;

	json_array_foreach(x->list, i, object) {
		struct base *b = &out[n];

		chain = json_object_get(object, "chain");
		if (json_object_get(chain, "hook") == NULL)
			continue;
		*b = (struct base){ .chain = chain, .order = n };
		b->at.family = nft_text(chain, "family");
		b->at.table = nft_text(chain, "table");
		b->at.chain = nft_text(chain, "name");
		if (!place_base(b) || n == BASES_MAX)
			all_missing(x, b, n == BASES_MAX);
		else
			n++;
	}
	qsort(out, n, sizeof(*out), compare);
	return n;
}

static void
write_bases(struct nft *x, const struct base *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (b[i].kind == BASE_LIST)
			nft_list_name(x, &b[i].at, b[i].at.chain);
		x->forwards6 |= b[i].kind == BASE_DNAT && strcmp(b[i].at.family, "ip") != 0;
	}
	for (unsigned i = 0; i < n; i++) {
		if (b[i].kind == BASE_LIST)
			write_list(x, &b[i].at, b[i].chain);
		else
			nft_translate_chain(x, &b[i].at, b[i].kind == BASE_SNAT);
	}
}

/* --- the whole --- */

/* Ends a part that was written to memory; the caller frees it. */
static char *
part(FILE *f, char **text)
{
	fclose(f);
	return *text;
}

/* Names the rules that a translation before this one had no form for. */
static void
note_lost(struct nft *x)
{
	FILE *f = x->o->lost != NULL ? fopen(x->o->lost, "r") : NULL;
	char line[1024];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		x->n_rules++;
		x->n_missing++;
		fprintf(x->o->notes, "iptables-restore-translate has no form for it:\n    %s",
			line);
	}
	if (f != NULL)
		fclose(f);
}

static int
translate(struct nft *x)
{
	static struct base bases[BASES_MAX + 1];
	struct nft_parts p = { NULL };
	size_t bytes[6];
	unsigned n, listed;

	x->forwards = open_memstream(&p.forwards, &bytes[0]);
	x->sources = open_memstream(&p.sources, &bytes[1]);
	x->pools = open_memstream(&p.pools, &bytes[2]);
	x->acls = open_memstream(&p.acls, &bytes[3]);
	x->mss = open_memstream(&p.mss, &bytes[4]);
	x->maps = open_memstream(&p.maps, &bytes[5]);
	x->checks = json_object();
	if (x->forwards == NULL || x->sources == NULL || x->pools == NULL || x->acls == NULL
		|| x->mss == NULL || x->maps == NULL)
		return 1;
	note_lost(x);
	find_names(x, x->list);
	find_links(x);
	find_own(x);
	nft_find_heights(x);
	n = find_bases(x, bases);
	listed = 0;
	for (unsigned i = 0; i < n; i++)
		listed += bases[i].kind == BASE_LIST;
	write_bases(x, bases, n);
	write_called(x, listed);
	part(x->maps, &p.maps);
	part(x->forwards, &p.forwards);
	part(x->sources, &p.sources);
	part(x->pools, &p.pools);
	part(x->acls, &p.acls);
	part(x->mss, &p.mss);
	nft_write_file(x, bases, n, &p);
	fprintf(x->o->notes, "import: %u of %u rules are expressed\n", x->n_rules - x->n_missing,
		x->n_rules);
	free(p.maps);
	free(p.forwards);
	free(p.sources);
	free(p.pools);
	free(p.acls);
	free(p.mss);
	json_decref(x->checks);
	json_decref(x->heights);
	return x->n_missing > 0;
}

/* --- input --- */

static json_t *
load(const char *path, FILE *notes)
{
	json_error_t error;
	json_t *root = strcmp(path, "-") == 0 ? json_loadf(stdin, 0, &error)
					      : json_load_file(path, 0, &error);

	if (root == NULL && error.line > 0)
		fprintf(notes, "%s:%d:%d: error: not JSON: %s\n", path, error.line, error.column,
			error.text);
	else if (root == NULL)
		fprintf(notes, "%s: error: %s\n", path, error.text);
	return root;
}

/* Reads the routes of all files into one list; false after an error. */
static bool
load_routes(struct nft *x)
{
	x->routes = json_array();
	for (unsigned i = 0; i < 2; i++) {
		json_t *more = x->o->routes[i] != NULL ? load(x->o->routes[i], x->o->notes) : NULL;

		if (x->o->routes[i] != NULL && more == NULL)
			return false;
		json_array_extend(x->routes, more);
		json_decref(more);
	}
	return true;
}

/* Every object has the members that all of the import reads by name. */
static bool
is_sound(json_t *list)
{
	static const char *const kinds[] = { "chain", "rule", "set", "map" };
	json_t *object;
	size_t i;

	json_array_foreach(list, i, object) {
		for (unsigned k = 0; k < 4; k++) {
			json_t *one = json_object_get(object, kinds[k]);
			const char *name = kinds[k][0] == 'r' ? "chain" : "name";

			if (one != NULL
				&& (json_string_value(json_object_get(one, "family")) == NULL
					|| json_string_value(json_object_get(one, "table")) == NULL
					|| json_string_value(json_object_get(one, name)) == NULL))
				return false;
		}
	}
	return json_is_array(list);
}

int
import_nftables(const struct import_options *o)
{
	struct nft x = { .o = o };
	json_t *root = load(o->ruleset, o->notes);
	bool routes;
	int rc = 1;

	routes = load_routes(&x);
	x.addresses = o->addresses != NULL ? load(o->addresses, o->notes) : NULL;
	x.list = json_object_get(root, "nftables");
	x.names = json_object();
	x.sets = json_object();
	x.pool_of = json_object();
	x.lists = json_object();
	x.set_names = json_object();
	arena_init(&x.arena);
	if (root != NULL && !is_sound(x.list))
		fprintf(o->notes, "%s: error: not the output of nft -j list ruleset\n", o->ruleset);
	else if (root != NULL && (o->addresses == NULL || x.addresses != NULL) && routes)
		rc = translate(&x);
	arena_fini(&x.arena);
	json_decref(x.lists);
	json_decref(x.set_names);
	json_decref(x.sets);
	json_decref(x.pool_of);
	json_decref(x.names);
	json_decref(x.routes);
	json_decref(x.addresses);
	json_decref(root);
	return rc;
}
