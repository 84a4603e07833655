/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of a report about sessions, pools and their memory. */

#include <inttypes.h>

#include "schema/json_text.h"
#include "control/report.h"
#include "session/tcp.h"
#include "packet/notation.h"

/* --- as text --- */

static void
print_count(FILE *out, const char *before, uint64_t n, const char *name)
{
	if (n != 0)
		fprintf(out, "%s%" PRIu64 " %s", before, n, name);
}

void
report_print_sessions(const struct report *r, FILE *out)
{
	const struct session_counts *c = &r->counts;
	const char *before = "\n  ended: ";

	fprintf(out, "  %" PRIu64 " of %" PRIu64, r->sessions, c->capacity);
	for (unsigned i = 0; i < SESSION_CLASSES; i++) {
		bool unreplied = i > SESSION_UNREPLIED_UDP && i <= SESSION_UNREPLIED_OTHER;
		uint64_t n = i == SESSION_UNREPLIED_UDP ? c->now[i] + c->now[SESSION_UNREPLIED_ICMP]
				+ c->now[SESSION_UNREPLIED_OTHER]
							: c->now[i];

		print_count(out, ", ", unreplied ? 0 : n, session_class_name(i));
	}
	fprintf(out, "\n  begun %" PRIu64, c->created);
	print_count(out, "; ", c->refused, "refused, the table was full");
	print_count(out, "; ", c->limited, "refused, their source was at its limit");
	print_count(
		out, "; ", c->unproven, "first SYNs dropped, too many connections were half-open");
	for (unsigned i = 0; i < SESSION_END_COUNT; i++) {
		print_count(out, before, c->ended[i], session_end_name(i));
		before = c->ended[i] != 0 ? ", " : before;
	}
	fprintf(out,
		"\n  memory: flows %" PRIu64 " kB, sessions %" PRIu64 " kB, sources %" PRIu64
		" kB, NAT %" PRIu64 " kB\n",
		r->flow_bytes / 1024, r->session_bytes / 1024, r->source_bytes / 1024,
		r->nat_bytes / 1024);
}

static void
print_nat_counts(FILE *out, const char *name, const struct nat_counts *c)
{
	fprintf(out,
		"  %-18s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64
		" %9" PRIu64 "\n",
		name, c->ports_used, c->mappings, c->resting, c->allocated, c->taken,
		c->refused_port, c->refused_quota);
}

void
report_print_nat(const struct report *r, FILE *out)
{
	fprintf(out, "  %-18s %9s %9s %9s %9s %9s %9s %9s\n", "pool, address", "ports", "mappings",
		"resting", "made", "sessions", "no port", "quota");
	for (unsigned i = 0; i < r->nat->n_pools; i++) {
		const struct nat_pool_counts *p = &r->nat->pool[i];

		print_nat_counts(out, p->name, &p->all);
		for (unsigned k = 0; k < p->n_addresses; k++) {
			union address a = address_v4(p->address[k].address);
			char text[64] = "  ";

			notation_address(text + 2, sizeof(text) - 2, &a, 4);
			if (p->address[k].all.allocated != 0 || p->n_addresses == 1)
				print_nat_counts(out, text, &p->address[k].all);
		}
	}
	if (r->nat_conflicts != 0)
		fprintf(out, "  %" PRIu32 " times another station of the link had an address\n",
			r->nat_conflicts);
	if (r->nat_log != NULL) {
		fprintf(out, "  log %s: %" PRIu64 " lines", r->nat_log, r->nat_log_counts.written);
		print_count(out, ", ", r->nat_log_counts.waiting, "entries wait");
		print_count(out, ", ", r->nat_log_counts.lost, "entries lost");
		print_count(out, ", ", r->nat_log_counts.errors, "errors");
		fputc('\n', out);
	}
}

/* --- as JSON --- */

static void
set_count(json_t *object, const char *name, uint64_t n)
{
	if (n != 0)
		json_object_set_new(object, name, json_integer((json_int_t)n));
}

/* Unreplied sessions of all protocols are added up. */
static json_t *
by_class(const uint64_t *n)
{
	json_t *json = json_object();

	for (unsigned i = 0; i < SESSION_CLASSES; i++) {
		const char *name = session_class_name(i);

		set_count(json, name,
			n[i] + (uint64_t)json_integer_value(json_object_get(json, name)));
	}
	return json;
}

static json_t *
unreplied_by_protocol(const uint64_t *n)
{
	json_t *json = json_object();

	set_count(json, "udp", n[SESSION_UNREPLIED_UDP]);
	set_count(json, "icmp", n[SESSION_UNREPLIED_ICMP]);
	set_count(json, "other", n[SESSION_UNREPLIED_OTHER]);
	return json;
}

json_t *
report_sessions_json(const struct report *r)
{
	const struct session_counts *c = &r->counts;
	json_t *ended = json_object(), *protocols = json_object(), *tcp = json_object();
	json_t *refused = json_object();

	for (unsigned i = 0; i < SESSION_END_COUNT; i++)
		set_count(ended, session_end_name(i), c->ended[i]);
	for (unsigned i = 0; i < SESSION_KINDS; i++)
		set_count(protocols, session_kind_name(i), c->proto[i]);
	for (unsigned i = 0; i < TCP_STATES; i++)
		set_count(tcp, tcp_state_name(i), c->tcp[i]);
	set_count(refused, "session_full", c->refused);
	set_count(refused, "session_limit", c->limited);
	set_count(refused, "session_unproven", c->unproven);
	return json_pack("{s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:o,s:o}}", "begun",
		(json_int_t)c->created, "refused", (json_int_t)c->refused, "capacity",
		(json_int_t)c->capacity, "half_open_max", (json_int_t)c->half_open_max,
		"refused_by", refused, "now", by_class(c->now), "protocols", protocols, "tcp", tcp,
		"evicted", by_class(c->evicted), "ended", ended, "unreplied", "now",
		unreplied_by_protocol(c->now), "evicted", unreplied_by_protocol(c->evicted));
}

static json_t *
nat_counts_json(const struct nat_counts *c)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "ports", (json_int_t)c->ports_total,
		"ports_used", (json_int_t)c->ports_used, "mappings", (json_int_t)c->mappings,
		"resting", (json_int_t)c->resting, "allocated", (json_int_t)c->allocated,
		"sessions", (json_int_t)c->taken, "nat_no_port", (json_int_t)c->refused_port,
		"nat_quota", (json_int_t)c->refused_quota);
}

static json_t *
address_json(const struct nat_address_counts *a)
{
	json_t *json = nat_counts_json(&a->all), *used = json_object();

	for (unsigned i = 0; i < NAT_PROTOS; i++)
		set_count(used, nat_proto_name(i), a->used[i]);
	json_object_set_new(json, "ports_used_by", used);
	return json;
}

json_t *
report_nat_json(const struct report *r)
{
	json_t *pools = json_object();

	for (unsigned i = 0; r->nat != NULL && i < r->nat->n_pools; i++) {
		const struct nat_pool_counts *p = &r->nat->pool[i];
		json_t *pool = nat_counts_json(&p->all), *addresses = json_object();

		for (unsigned k = 0; k < p->n_addresses; k++) {
			union address a = address_v4(p->address[k].address);
			char text[64];

			notation_address(text, sizeof(text), &a, 4);
			json_object_set_new(addresses, text, address_json(&p->address[k]));
		}
		json_object_set_new(pool, "addresses", addresses);
		json_object_set_new(pools, p->name, pool);
	}
	return pools;
}

json_t *
report_nat_log_json(const struct report *r)
{
	const struct nat_log_counts *c = &r->nat_log_counts;

	if (r->nat_log == NULL)
		return NULL;
	return json_pack("{s:o,s:I,s:I,s:I,s:I}", "file", json_text(r->nat_log), "written",
		(json_int_t)c->written, "waiting", (json_int_t)c->waiting, "lost",
		(json_int_t)c->lost, "errors", (json_int_t)c->errors);
}

json_t *
report_memory_json(const struct report *r)
{
	return json_pack("{s:I,s:I,s:I,s:I}", "flows", (json_int_t)r->flow_bytes, "sessions",
		(json_int_t)r->session_bytes, "sources", (json_int_t)r->source_bytes, "nat",
		(json_int_t)r->nat_bytes);
}
