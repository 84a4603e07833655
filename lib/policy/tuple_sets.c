/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of endpoints and of pairs: their texts, and the groups that matches are made of. */

#include "policy/tuple_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/build_priv.h"
#include "schema/value.h"
#include "table/set.h"

/* One element: both sides of a pair, or an endpoint as its destination. */
struct element {
	uint8_t proto;
	bool has_sport, has_dport;
	struct rule_range sport, dport;
	struct prefix src, dst;
};

bool
tuples_are_written(const struct set_cfg *cfg)
{
	return cfg_is_written(&cfg->head, &cfg->endpoints)
		|| cfg_is_written(&cfg->head, &cfg->pairs);
}

const struct tuple_set *
build_find_tuples(const struct build *b, const char *name)
{
	for (unsigned i = 0; name != NULL && i < b->n_tuple_sets; i++)
		if (strcmp(b->tuple_set[i].name, name) == 0)
			return &b->tuple_set[i];
	return NULL;
}

/* --- texts --- */

/* Reads a port by number or name from text[0..n). */
static bool
read_port(const char *text, size_t n, uint16_t *out)
{
	char word[32], *end;
	unsigned long value;

	if (n == 0 || n >= sizeof(word))
		return false;
	memcpy(word, text, n);
	word[n] = '\0';
	for (const struct cfg_word *w = cfg_services; w->word != NULL; w++)
		if (strcmp(w->word, word) == 0) {
			*out = (uint16_t)w->value;
			return true;
		}
	if (strspn(word, "0123456789") != n)
		return false;
	value = strtoul(word, &end, 10);
	*out = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* Reads "443" or "8000-8010"; names may have a dash, too. */
static bool
read_ports(const char *text, size_t n, struct rule_range *out)
{
	const char *dash = memchr(text, '-', n);

	if (read_port(text, n, &out->first)) {
		out->last = out->first;
		return true;
	}
	return dash != NULL && read_port(text, (size_t)(dash - text), &out->first)
		&& read_port(dash + 1, n - (size_t)(dash - text) - 1, &out->last)
		&& out->first <= out->last;
}

/* Finds the port behind the address in text[0..n): *address is its length.  Returns the text of the
 * port, or NULL. */
static const char *
split_port(const char **text, size_t n, size_t *address)
{
	const char *begin = *text, *close, *colon;

	*address = n;
	if (n > 0 && begin[0] == '[') {
		close = memchr(begin, ']', n);
		if (close == NULL)
			return NULL;
		*text = begin + 1;
		*address = (size_t)(close - begin) - 1;
		return close + 1 < begin + n && close[1] == ':' ? close + 2 : NULL;
	}
	colon = memchr(begin, ':', n);
	if (colon == NULL || memchr(colon + 1, ':', n - (size_t)(colon + 1 - begin)) != NULL)
		return NULL; /* IPv6 without a port */
	*address = (size_t)(colon - begin);
	return colon + 1;
}

/* Reads "10.0.0.80", "10.0.0.0/24:80" or "[2001:db8::1]:80" from text[0..n); NULL, or why not. */
static const char *
read_side(const char *text, size_t n, struct prefix *p, struct rule_range *ports, bool *has_ports)
{
	const char *end = text + n, *why = NULL;
	size_t address;
	const char *port = split_port(&text, n, &address);

	if (prefix_parse(p, text, address, &why) < 0)
		return why;
	prefix_trim(p);
	*has_ports = port != NULL;
	if (port != NULL && !read_ports(port, (size_t)(end - port), ports))
		return "the port is not 443, https or 8000-8010";
	return NULL;
}

/* Reads the protocol in front, if there is one; returns what is behind it. */
static const char *
read_proto(const char *text, uint8_t *proto)
{
	size_t n = strcspn(text, " ");

	*proto = 0;
	for (const struct cfg_word *w = cfg_protocols; w->word != NULL; w++)
		if (strlen(w->word) == n && strncmp(w->word, text, n) == 0 && text[n] == ' ') {
			*proto = (uint8_t)w->value;
			return text + n + strspn(text + n, " ");
		}
	return text;
}

static bool
has_ports(uint8_t proto)
{
	return proto == 0 || proto == 6 || proto == 17 || proto == 33 || proto == 132
		|| proto == 136;
}

/* NULL, or why the text is no element. */
static const char *
read_element(const char *text, bool pair, struct element *e)
{
	const char *rest = read_proto(text, &e->proto), *arrow = strstr(rest, " > "), *why;

	if (!pair) {
		why = read_side(rest, strlen(rest), &e->dst, &e->dport, &e->has_dport);
		if (why == NULL && !e->has_dport)
			why = "there is no port: write tcp 10.0.0.80:443";
	} else if (arrow == NULL) {
		why = "write SOURCE > DESTINATION";
	} else {
		why = read_side(rest, (size_t)(arrow - rest), &e->src, &e->sport, &e->has_sport);
		if (why == NULL)
			why = read_side(
				arrow + 3, strlen(arrow + 3), &e->dst, &e->dport, &e->has_dport);
		if (why == NULL && e->src.family != e->dst.family)
			why = "source and destination are of different families";
	}
	if (why == NULL && (e->has_sport || e->has_dport) && !has_ports(e->proto))
		why = "its protocol has no ports";
	return why;
}

/* --- groups --- */

/* Compares what members of a group have alike; src: they have their source alike, too, else their
 * destination. */
static int
compare(const struct element *a, const struct element *b, bool src)
{
	const unsigned x[] = { a->proto, a->has_sport, a->has_dport, a->sport.first, a->sport.last,
		a->dport.first, a->dport.last };
	const unsigned y[] = { b->proto, b->has_sport, b->has_dport, b->sport.first, b->sport.last,
		b->dport.first, b->dport.last };

	for (unsigned i = 0; i < sizeof(x) / sizeof(x[0]); i++)
		if (x[i] != y[i])
			return x[i] > y[i] ? 1 : -1;
	return src ? prefix_compare(&a->src, &b->src) : prefix_compare(&a->dst, &b->dst);
}

static int
by_source(const void *a, const void *b)
{
	return compare(a, b, true);
}

static int
by_destination(const void *a, const void *b)
{
	return compare(a, b, false);
}

static unsigned
count_groups(struct element *e, unsigned n, bool src)
{
	unsigned groups = n > 0;

	qsort(e, n, sizeof(*e), src ? by_source : by_destination);
	for (unsigned i = 1; i < n; i++)
		groups += compare(&e[i - 1], &e[i], src) != 0;
	return groups;
}

/* Makes the group of elements [0..n), which have all but one address alike. */
static int
make_group(struct build *b, const struct element *e, unsigned n, bool src, struct tuple_group *out)
{
	struct set *set = set_create("");
	struct built *more;

	if (set == NULL)
		return build_no_memory(b);
	more = b->n_tuple_parts < b->tuple_parts_room
		? b->tuple_part
		: build_grow(
			b, b->tuple_part, b->n_tuple_parts, &b->tuple_parts_room, sizeof(*more));
	if (more == NULL) {
		set_destroy(set);
		return build_no_memory(b);
	}
	b->tuple_part = more;
	b->tuple_part[b->n_tuple_parts++].what = set;
	*out = (struct tuple_group){ .proto = e->proto,
		.has_sport = e->has_sport,
		.has_dport = e->has_dport,
		.sport = e->sport,
		.dport = e->dport,
		.addresses = set };
	if (src)
		out->src = e->src;
	else
		out->dst = e->dst;
	for (unsigned i = 0; i < n; i++)
		if (set_add(set, src ? &e[i].dst : &e[i].src) < 0)
			return build_no_memory(b);
	set_seal(set);
	return 0;
}

static int
make_groups(struct build *b, const struct set_cfg *cfg, struct element *e, unsigned n)
{
	bool pairs = cfg_is_written(&cfg->head, &cfg->pairs), src = true;
	unsigned groups = count_groups(e, n, true), first = 0, room = b->tuple_sets_room;
	struct tuple_set *set = b->tuple_set;
	struct tuple_group *group;

	if (pairs && count_groups(e, n, false) < groups) {
		src = false;
		groups = count_groups(e, n, false);
	} else {
		count_groups(e, n, true);
	}
	if (groups > TUPLE_GROUPS_MAX)
		return cfg_error(build_err(b), &cfg->head, NULL,
			"more than %u elements that differ in more than one address",
			TUPLE_GROUPS_MAX);
	if (b->n_tuple_sets == room)
		set = build_grow(b, set, room, &b->tuple_sets_room, sizeof(*set));
	group = build_alloc(b, groups, sizeof(*group));
	if (set == NULL || group == NULL)
		return build_no_memory(b);
	b->tuple_set = set;
	b->tuple_set[b->n_tuple_sets++] = (struct tuple_set){ build_string(b, cfg->head.name),
		pairs, group, groups };
	for (unsigned i = 1; i <= n; i++) {
		if (i < n && compare(&e[first], &e[i], src) == 0)
			continue;
		if (make_group(b, &e[first], i - first, src, group++) < 0)
			return -ENOMEM;
		first = i;
	}
	return 0;
}

static int
read_elements(struct build *b, const struct set_cfg *cfg, struct element *e, struct set *all)
{
	const char *const *text = cfg->pairs.count > 0 ? cfg->pairs.items : cfg->endpoints.items;
	unsigned n = cfg->pairs.count + cfg->endpoints.count;
	int rc = 0;

	for (unsigned i = 0; i < n; i++) {
		const char *why = read_element(text[i], cfg->pairs.count > 0, &e[i]);

		if (why != NULL)
			rc = cfg_error(
				build_err(b), &cfg->head, &text[i], "'%s': %s", text[i], why);
		else if (set_add(all, &e[i].dst) < 0)
			return build_no_memory(b);
	}
	return rc;
}

int
build_tuple_set(struct build *b, const struct set_cfg *cfg, struct set *all)
{
	unsigned n = cfg->endpoints.count + cfg->pairs.count;
	struct element *e;
	int rc;

	if (cfg->endpoints.count > 0 && cfg->pairs.count > 0)
		return cfg_error(build_err(b), &cfg->head, &cfg->pairs,
			"a set has endpoints or pairs, not both");
	if (cfg->prefixes.count > 0 || cfg->file.resolved != NULL
		|| cfg_is_written(&cfg->head, &cfg->timeout)
		|| cfg_is_written(&cfg->head, &cfg->size))
		return cfg_error(build_err(b), &cfg->head, NULL,
			"a set of endpoints or pairs has nothing else");
	e = calloc(n + 1, sizeof(*e));
	if (e == NULL)
		return build_no_memory(b);
	rc = read_elements(b, cfg, e, all);
	if (rc == 0)
		rc = make_groups(b, cfg, e, n);
	free(e);
	return rc;
}
