/* SPDX-License-Identifier: BSD-3-Clause */
/* A small configuration described by tables. */
#include "sample.h"

#include <unistd.h>

static const struct cfg_word actions[] = {
	{ "accept", ACTION_ACCEPT },
	{ "drop", ACTION_DROP },
	{ "reject", ACTION_REJECT },
	CFG_WORD_END,
};

static const struct cfg_word states[] = {
	{ "new", 1 },
	{ "established", 2 },
	{ "related", 4 },
	{ "invalid", 8 },
	CFG_WORD_END,
};

static const struct cfg_word automatic[] = { { "auto", 0 }, CFG_WORD_END };
static const struct cfg_word workers[] = { { "auto", UINT32_MAX }, CFG_WORD_END };

#define MATCH_FIELDS(type, member) \
	{ "in", CFG_LIST | CFG_MATCH_NAME, CFG_OPTIONAL, offsetof(type, member in), "Interfaces.", \
		.refers = "interfaces", .kind = "interface" }, \
		{ "src", CFG_LIST | CFG_MATCH_ADDRESS, CFG_OPTIONAL, offsetof(type, member src), \
			"Sources.", .refers = "sets" }, \
		{ "proto", CFG_LIST | CFG_MATCH_PROTOCOL, CFG_OPTIONAL, \
			offsetof(type, member proto), "Protocols." }, \
		{ "dport", CFG_LIST | CFG_MATCH_PORT, CFG_OPTIONAL, offsetof(type, member dport), \
			"Destination ports." }, \
	{ \
		"state", CFG_MATCH_FLAGS, CFG_OPTIONAL, offsetof(type, member state), \
			"Session states.", .words = states, .kind = "state" \
	}

static const struct cfg_field match_fields[] = {
	MATCH_FIELDS(struct sample_match, ),
	CFG_END,
};
static const struct cfg_table match_table = {
	"match",
	CFG_SIZEOF(struct sample_match),
	match_fields,
	"What packets are meant.",
};

static const struct cfg_field neighbour_fields[] = {
	{ "mac", CFG_MAC, NULL, offsetof(struct sample_neighbour, mac), "Its MAC address." },
	CFG_END,
};
static const struct cfg_table neighbour_table = {
	"neighbour",
	CFG_SIZEOF(struct sample_neighbour),
	neighbour_fields,
	"A static neighbour.",
	"mac",
};

static const struct cfg_field interface_fields[] = {
	{ "addresses", CFG_LIST | CFG_INTERFACE_ADDRESS, CFG_OPTIONAL,
		offsetof(struct sample_interface, addresses), "Own addresses." },
	{ "mtu", CFG_U16, "1500", offsetof(struct sample_interface, mtu), "Largest packet.",
		.min = 576, .max = 9216 },
	{ "pipeline", CFG_REF, NULL, offsetof(struct sample_interface, pipeline),
		"What judges its packets.", .refers = "pipelines", .kind = "pipeline" },
	{ "vlan", CFG_VLAN, CFG_OPTIONAL, offsetof(struct sample_interface, vlan), "Tag." },
	{ "neighbours", CFG_MAP | CFG_STRUCT, CFG_OPTIONAL,
		offsetof(struct sample_interface, neighbours), "Static neighbours by address.",
		.table = &neighbour_table, .key = CFG_ADDRESS },
	CFG_END,
};
static const struct cfg_table interface_table = {
	"interface",
	CFG_SIZEOF(struct sample_interface),
	interface_fields,
	"What packets come in by.",
};

static const struct cfg_field hop_fields[] = {
	{ "via", CFG_ADDRESS, NULL, offsetof(struct sample_hop, via), "Next hop." },
	{ "weight", CFG_U8, "1", offsetof(struct sample_hop, weight), "Share of flows.", .min = 1 },
	CFG_END,
};
static const struct cfg_table hop_table = {
	"hop",
	CFG_SIZEOF(struct sample_hop),
	hop_fields,
	"A next hop.",
	"via",
};

static const struct cfg_field route_fields[] = {
	{ "to", CFG_PREFIX, NULL, offsetof(struct sample_route, to), "Destinations." },
	{ "via", CFG_LIST | CFG_STRUCT, CFG_OPTIONAL, offsetof(struct sample_route, via),
		"Next hops.", .table = &hop_table },
	{ "blackhole", CFG_BOOL, "false", offsetof(struct sample_route, blackhole), "Drop." },
	CFG_END,
};
static const struct cfg_table route_table = {
	"route",
	CFG_SIZEOF(struct sample_route),
	route_fields,
	"Where packets go.",
};

static const struct cfg_field routes_fields[] = {
	{ "routes", CFG_LIST | CFG_STRUCT, CFG_OPTIONAL, offsetof(struct sample_routes, routes),
		"Routes.", .table = &route_table },
	CFG_END,
};
static const struct cfg_table routes_table = {
	"route table",
	CFG_SIZEOF(struct sample_routes),
	routes_fields,
	"Routes.",
	"routes",
};

static const struct cfg_field set_fields[] = {
	{ "prefixes", CFG_LIST | CFG_PREFIX, CFG_OPTIONAL, offsetof(struct sample_set, prefixes),
		"Members." },
	{ "file", CFG_PATH, CFG_OPTIONAL, offsetof(struct sample_set, file), "File of members." },
	CFG_END,
};
static const struct cfg_table set_table = {
	"set",
	CFG_SIZEOF(struct sample_set),
	set_fields,
	"Prefixes with a name.",
	"prefixes",
};

static const struct cfg_field rule_fields[] = {
	{ "name", CFG_NAME, CFG_OPTIONAL, offsetof(struct sample_rule, name), "Its name." },
	MATCH_FIELDS(struct sample_rule, match.),
	{ "action", CFG_ENUM, NULL, offsetof(struct sample_rule, action), "What happens.",
		.words = actions, .kind = "action" },
	CFG_END,
};
static const struct cfg_table rule_table = {
	"rule",
	CFG_SIZEOF(struct sample_rule),
	rule_fields,
	"One rule.",
};

static const struct cfg_field acl_fields[] = {
	{ "default", CFG_ENUM, "drop", offsetof(struct sample_acl, default_action),
		"When no rule matches.", .words = actions, .kind = "action" },
	{ "rules", CFG_LIST | CFG_STRUCT, CFG_OPTIONAL, offsetof(struct sample_acl, rules),
		"Rules, the first that matches decides.", .table = &rule_table },
	CFG_END,
};
static const struct cfg_table acl_table = {
	"acl",
	CFG_SIZEOF(struct sample_acl),
	acl_fields,
	"A list of rules.",
};

#define STAGE_IF \
	{ \
		"if", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct sample_stage, match), \
			"Packets it is for.", .table = &match_table \
	}

static const struct cfg_field plain_fields[] = { STAGE_IF, CFG_END };
static const struct cfg_field use_fields[] = {
	{ "use", CFG_REF, NULL, offsetof(struct sample_stage, use), "The list.", .refers = "acls",
		.kind = "acl" },
	STAGE_IF,
	CFG_END,
};
static const struct cfg_field police_fields[] = {
	{ "rate", CFG_RATE, NULL, offsetof(struct sample_stage, rate), "Limit." },
	STAGE_IF,
	CFG_END,
};

static const struct cfg_table stages[] = {
	{ "track", CFG_SIZEOF(struct sample_stage), plain_fields, "Sessions." },
	{ "drop", CFG_SIZEOF(struct sample_stage), plain_fields, "The end." },
	{ "snat", CFG_SIZEOF(struct sample_stage), plain_fields, "Source translation." },
	{ "acl", CFG_SIZEOF(struct sample_stage), use_fields, "Rules.", "use" },
	{ "police", CFG_SIZEOF(struct sample_stage), police_fields, "A limit.", "rate" },
};

static const struct cfg_table *
stage_choices(unsigned i)
{
	return i < sizeof(stages) / sizeof(stages[0]) ? &stages[i] : NULL;
}

static const struct cfg_field pipeline_fields[] = {
	{ "stages", CFG_LIST | CFG_CHOICE, CFG_OPTIONAL, offsetof(struct sample_pipeline, stages),
		"Stages in order.", .choices = stage_choices, .kind = "stage" },
	CFG_END,
};
static const struct cfg_table pipeline_table = {
	"pipeline",
	CFG_SIZEOF(struct sample_pipeline),
	pipeline_fields,
	"Stages.",
	"stages",
};

static const struct cfg_field system_fields[] = {
	{ "workers", CFG_LIST | CFG_U32, "auto", offsetof(struct sample_system, workers), "Cores.",
		.max = 1023, .words = workers },
	{ "memory", CFG_SIZE, "auto", offsetof(struct sample_system, memory), "Bytes.",
		.min = 65536, .words = automatic },
	{ "timeout", CFG_DURATION, "30s", offsetof(struct sample_system, timeout), "Patience.",
		.min = 1000000, .max = 3600000000000 },
	CFG_END,
};
static const struct cfg_table system_table = {
	"system",
	CFG_SIZEOF(struct sample_system),
	system_fields,
	"The machine.",
};

#define SECTION(name, table_, text) \
	{ \
#name, CFG_MAP | CFG_STRUCT, CFG_OPTIONAL, offsetof(struct sample, name), text, \
			.table = &table_ \
	}

static const struct cfg_field sample_fields[] = {
	{ "version", CFG_U32, "1", offsetof(struct sample, version), "Always 1.", .min = 1,
		.max = 1 },
	{ "system", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct sample, system), "The machine.",
		.table = &system_table },
	SECTION(interfaces, interface_table, "Interfaces."),
	SECTION(routes, routes_table, "Route tables."),
	SECTION(sets, set_table, "Sets."),
	SECTION(acls, acl_table, "Lists of rules."),
	SECTION(pipelines, pipeline_table, "Pipelines."),
	CFG_END,
};
const struct cfg_table sample_table = {
	"weir.yaml",
	CFG_SIZEOF(struct sample),
	sample_fields,
	"A sample.",
};

static void
one_error(void *arg, struct loc loc, bool warning, const char *text)
{
	FILE *out = arg;

	(void)warning;
	fprintf(out, "%u:%u+%u: %s\n", loc.line, loc.column, loc.width, text);
}

static struct sample_document
finish(struct sample_document d)
{
	size_t bytes;
	FILE *out = open_memstream(&d.errors, &bytes);

	err_each(d.err, one_error, out);
	fclose(out);
	d.cfg = d.doc != NULL ? document_root(d.doc) : NULL;
	return d;
}

struct sample_document
sample_read(const char *text)
{
	struct sample_document d = { .err = err_create() };

	d.doc = document_parse_text("<sample>", text, strlen(text), &sample_table, d.err);
	return finish(d);
}

struct sample_document
sample_read_file(const char *path)
{
	struct sample_document d = { .err = err_create() };

	d.doc = document_parse(path, &sample_table, d.err);
	return finish(d);
}

void
sample_free(struct sample_document *d)
{
	document_free(d->doc);
	err_destroy(d->err);
	free(d->errors);
}
