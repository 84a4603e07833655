/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the configuration: ports, interfaces, routes, sets, lists, and the pipeline in the order
 * of the hooks. */
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

static bool
has_rules(struct nft *x, const struct nft_place *at)
{
	json_t *object;
	size_t i;

	json_array_foreach(x->list, i, object)
		if (nft_is_rule_of(object, at))
			return true;
	return false;
}

/* The devices of a chain of hook ingress. */
static void
write_devices(struct nft *x, json_t *devices)
{
	json_t *one;
	size_t i;

	if (json_is_string(devices)) {
		words_value(nft_clean(x, json_string_value(devices)), x->o->out);
		return;
	}
	json_array_foreach(devices, i, one) {
		fputs(i == 0 ? "[" : ", ", x->o->out);
		words_value(nft_clean(x, json_string_value(one)), x->o->out);
	}
	fputs("]", x->o->out);
}

static void
write_stage(struct nft *x, const struct base *b)
{
	unsigned family = nft_family(b->at.family);
	const char *all = family == 4 ? "0.0.0.0/0" : "\"::/0\"";

	if (nft_check_before(x, &b->at) != NULL)
		fputs(nft_check_before(x, &b->at), x->o->out);
	fprintf(x->o->out, "    - acl: ");
	if (b->place == PLACE_INGRESS) {
		fprintf(x->o->out, "{use: %s, if: {in: ", nft_list_name(x, &b->at, b->at.chain));
		write_devices(x, json_object_get(b->chain, "dev"));
		fputs("}}\n", x->o->out);
		return;
	}
	if (!b->local && family == 0) {
		fprintf(x->o->out, "%s\n", nft_list_name(x, &b->at, b->at.chain));
		return;
	}
	fprintf(x->o->out, "{use: %s, if: {", nft_list_name(x, &b->at, b->at.chain));
	if (b->local)
		fprintf(x->o->out, "dst: local%s", family != 0 ? ", " : "");
	if (family != 0)
		fprintf(x->o->out, "src: %s", all);
	fputs("}}\n", x->o->out);
}

/* Does the chain do anything? */
static bool
decides(struct nft *x, const struct base *b)
{
	return has_rules(x, &b->at) || strcmp(nft_text(b->chain, "policy"), "drop") == 0;
}

static void
write_lists_until(struct nft *x, const struct base *b, unsigned n, unsigned *at, int place)
{
	for (; *at < n && b[*at].place < place; (*at)++)
		if (b[*at].kind == BASE_LIST && decides(x, &b[*at]))
			write_stage(x, &b[*at]);
}

static void
write_port(struct nft *x, const char *name, unsigned number)
{
	fprintf(x->o->out, "  %s: {device: \"net_af_packet%u,iface=%s\"}\n", nft_clean(x, name),
		number, name);
}

/* A VLAN of another interface that is written as eth0.20. */
static unsigned
vlan_of(const char *name, size_t *base)
{
	const char *dot = strrchr(name, '.');
	unsigned vlan = dot != NULL ? (unsigned)strtoul(dot + 1, NULL, 10) : 0;

	*base = dot != NULL ? (size_t)(dot - name) : strlen(name);
	return vlan <= 4094 ? vlan : 0;
}

static void
write_ports(struct nft *x)
{
	json_t *done = json_object(), *unused;
	unsigned number = 0;
	const char *name;

	fputs("# Each port as the kernel's interface of its name; for a NIC, write its PCI address instead.\n"
	      "ports:\n",
		x->o->out);
	json_object_foreach(x->names, name, unused) {
		size_t base;
		bool tagged = vlan_of(name, &base) != 0;
		char *port = arena_text(&x->arena, name, tagged ? base : strlen(name));

		if (json_object_get(done, port) != NULL)
			continue;
		json_object_set_new(done, port, json_true());
		write_port(x, port, number++);
	}
	if (number == 0)
		write_port(x, "eth0", 0);
	json_decref(done);
}

static unsigned
write_addresses(struct nft *x, const char *name)
{
	json_t *link, *info;
	unsigned n = 0;
	size_t i, k;

	json_array_foreach(x->addresses, i, link) {
		if (strcmp(nft_text(link, "ifname"), name) != 0)
			continue;
		json_array_foreach(json_object_get(link, "addr_info"), k, info)
			if (strcmp(nft_text(info, "scope"), "link") != 0)
				fprintf(x->o->out, "%s\"%s/%d\"", n++ > 0 ? ", " : "addresses: [",
					nft_text(info, "local"),
					(int)json_integer_value(
						json_object_get(info, "prefixlen")));
	}
	if (n > 0)
		fputs("], ", x->o->out);
	return n;
}

static void
write_interface(struct nft *x, const char *name, json_t *stands_in)
{
	size_t base;
	unsigned vlan = vlan_of(name, &base);

	fprintf(x->o->out, "  %s: {", nft_clean(x, name));
	if (vlan != 0)
		fprintf(x->o->out, "port: %.*s, vlan: %u, ", (int)base, name, vlan);
	if (write_addresses(x, name) == 0 && json_is_true(stands_in))
		fprintf(x->o->out, "addresses: [%s/32], ", nft_stand_in(x, name));
	fprintf(x->o->out, "pipeline: all}%s\n",
		json_is_true(stands_in) ? "   # write its own address here" : "");
}

static void
write_routes(struct nft *x)
{
	json_t *route;
	size_t i;

	fputs("routes:\n  main:\n    routes:\n", x->o->out);
	json_array_foreach(x->routes, i, route) {
		const char *to = nft_text(route, "dst"), *via = nft_text(route, "gateway");

		if (via[0] == '\0')
			continue;
		if (strcmp(to, "default") == 0)
			to = strchr(via, ':') != NULL ? "::/0" : "0.0.0.0/0";
		fprintf(x->o->out, "      - {to: \"%s%s\", via: \"%s\"}\n", to,
			strchr(to, '/') != NULL           ? ""
				: strchr(to, ':') != NULL ? "/128"
							  : "/32",
			via);
	}
}

static void
write_texts(struct nft *x, json_t *texts)
{
	json_t *text;
	size_t i;

	fputc('[', x->o->out);
	json_array_foreach(texts, i, text) {
		fputs(i > 0 ? ", " : "", x->o->out);
		words_value(json_string_value(text), x->o->out);
	}
	fputc(']', x->o->out);
}

/* A set is a list of prefixes, an object with a list of others, or the text of a dynamic one. */
static void
write_sets(struct nft *x)
{
	const char *name, *kind;
	json_t *set, *texts;

	if (json_object_size(x->sets) > 0)
		fputs("sets:\n", x->o->out);
	json_object_foreach(x->sets, name, set) {
		fprintf(x->o->out, "  %s: ", name);
		if (json_is_string(set))
			fputs(json_string_value(set), x->o->out);
		else if (json_is_array(set))
			write_texts(x, set);
		json_object_foreach(set, kind, texts) {
			fprintf(x->o->out, "{%s: ", kind);
			write_texts(x, texts);
			fputc('}', x->o->out);
		}
		fputc('\n', x->o->out);
	}
}

static void
write_pipeline(struct nft *x, const struct base *b, unsigned n, const struct nft_parts *parts)
{
	const char *forwards = parts->forwards, *sources = parts->sources;
	unsigned at = 0;

	fputs("pipelines:\n  all:\n", x->o->out);
	write_lists_until(x, b, n, &at, PLACE_TRACK);
	if (x->tracks[0] || x->tracks[1])
		fprintf(x->o->out, "    - track: {invalid: pass, loose: true%s}\n",
			!x->tracks[0]           ? ", if: {src: \"::/0\"}"
				: !x->tracks[1] ? ", if: {src: 0.0.0.0/0}"
						: "");
	write_lists_until(x, b, n, &at, PLACE_PREROUTING);
	fputs(parts->maps, x->o->out);
	if (x->n_forwards > 0)
		fprintf(x->o->out, "    - dnat:\n%s", forwards);
	write_lists_until(x, b, n, &at, PLACE_ROUTE);
	fputs("    - route: main\n", x->o->out);
	fputs(parts->mss, x->o->out);
	write_lists_until(x, b, n, &at, PLACE_SNAT);
	fputs(sources, x->o->out);
}

void
nft_write_file(struct nft *x, const struct base *b, unsigned n, const struct nft_parts *p)
{
	const char *name;
	json_t *stands_in;

	fputs("version: 1\n", x->o->out);
	write_ports(x);
	fputs("interfaces:\n", x->o->out);
	json_object_foreach(x->names, name, stands_in)
		write_interface(x, name, stands_in);
	if (json_object_size(x->names) == 0)
		write_interface(x, "eth0", NULL);
	write_routes(x);
	write_sets(x);
	if (x->n_pools > 0)
		fprintf(x->o->out, "nat:\n%s", p->pools);
	if (p->acls[0] != '\0')
		fprintf(x->o->out, "acls:\n%s", p->acls);
	write_pipeline(x, b, n, p);
}
