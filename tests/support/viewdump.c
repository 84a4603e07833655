/* SPDX-License-Identifier: BSD-3-Clause */
/* What parse sees: reads frames in hex, one a line, and writes a JSON object for each.  The port is
 * a wire, so that MAC addresses do not matter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "packet/notation.h"
#include "packet/parse.h"

#define FRAME_MAX 65600

static const char *const kinds[] = {
	[VIEW_BAD] = "bad",
	[VIEW_IP4] = "ip4",
	[VIEW_IP6] = "ip6",
	[VIEW_ARP] = "arp",
	[VIEW_OTHER] = "other",
};

static size_t
read_hex(const char *line, uint8_t *frame)
{
	size_t n = 0;
	unsigned byte;

	while (n < FRAME_MAX && sscanf(line + 2 * n, "%2x", &byte) == 1)
		frame[n++] = (uint8_t)byte;
	return n;
}

/* An offset, or null. */
static json_t *
offset(uint16_t at)
{
	return at == VIEW_NONE ? json_null() : json_integer(at);
}

static json_t *
view_json(const struct view *v)
{
	const struct tuple *t = &v->tuple;
	char src[64] = "", dst[64] = "", flow[256];
	json_t *o;

	if (t->family != 0) {
		notation_address(src, sizeof(src), &t->src, t->family);
		notation_address(dst, sizeof(dst), &t->dst, t->family);
	}
	notation_flow(flow, sizeof(flow), v);
	o = json_pack("{ss ss si si si si si ss ss si si si si}", "kind", kinds[v->kind], "reason",
		reason_name(v->kind == VIEW_BAD ? v->reason : v->l4_fault), "ethertype",
		v->ethertype, "proto", v->proto, "l3", v->l3, "l3_bytes", (int)v->l3_bytes, "vlans",
		v->vlans, "src", src, "dst", dst, "sport", rte_be_to_cpu_16(t->sport), "dport",
		rte_be_to_cpu_16(t->dport), "ttl", v->ttl, "dscp", v->dscp);
	json_object_set_new(o, "l4", offset(v->l4));
	json_object_set_new(o, "payload", offset(v->payload));
	json_object_set_new(o, "outer", json_integer(v->vlan[0]));
	json_object_set_new(o, "inner", json_integer(v->vlan[1]));
	json_object_set_new(o, "tcp_flags", json_integer(v->tcp_flags));
	json_object_set_new(o, "icmp_type", json_integer(v->icmp_type));
	json_object_set_new(o, "icmp_code", json_integer(v->icmp_code));
	json_object_set_new(o, "fragment", json_boolean(v->fragment));
	json_object_set_new(o, "more", json_boolean(v->more));
	json_object_set_new(o, "dont_fragment", json_boolean(v->dont_fragment));
	json_object_set_new(o, "frag_offset", json_integer(v->frag_offset));
	json_object_set_new(o, "frag_id", json_integer(v->frag_id));
	json_object_set_new(o, "flow", json_string(flow));
	return o;
}

int
main(void)
{
	struct ingress in = { .untagged = 1, .wire = true };
	char *line = NULL;
	size_t line_bytes = 0;

	while (getline(&line, &line_bytes, stdin) > 0) {
		uint8_t *frame = malloc(FRAME_MAX);
		size_t n = read_hex(line, frame);
		struct view v;
		json_t *o;

		frame = realloc(frame, n > 0 ? n : 1);
		parse_bytes(&v, frame, (uint32_t)n, (uint32_t)n, &in);
		o = view_json(&v);
		json_dumpf(o, stdout, JSON_COMPACT | JSON_SORT_KEYS);
		putchar('\n');
		json_decref(o);
		free(frame);
	}
	free(line);
	return 0;
}
