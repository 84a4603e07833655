/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints a report as text and as JSON. */

#include <inttypes.h>

#include "base/text.h"
#include "schema/json_text.h"
#include "control/report.h"

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

static void
heading(FILE *out, bool colour, const char *text)
{
	fprintf(out, "\n%s%s%s\n", colour ? BOLD : "", text, colour ? PLAIN : "");
}

static void
print_ports(const struct report *r, FILE *out)
{
	fprintf(out, "  %-12s %4s %12s %14s %12s %14s %9s\n", "port", "link", "rx", "rx bytes",
		"tx", "tx bytes", "missed");
	for (unsigned i = 0; i < r->n_ports; i++) {
		const struct report_port *p = &r->port[i];
		char device[ABILITIES_TEXT_MAX];

		fprintf(out,
			"  %-12s %4s %12" PRIu64 " %14" PRIu64 " %12" PRIu64 " %14" PRIu64
			" %9" PRIu64 "\n",
			p->name, p->link, p->rx, p->rx_bytes, p->tx, p->tx_bytes, p->missed);
		abilities_text(p->port, device, sizeof(device));
		if (p->port->kind != DEVICE_CAPTURE)
			fprintf(out, "  %-12s %s: %s%s%s\n", "", p->port->device, device,
				r->n_workers > 1 ? ", replies to NAT: " : "",
				r->n_workers > 1 ? p->replies : "");
		if (p->no_mbuf != 0 || p->errors != 0)
			fprintf(out,
				"  %-12s %" PRIu64 " without a packet buffer, %" PRIu64 " errors\n",
				"", p->no_mbuf, p->errors);
	}
}

static void
print_workers(const struct report *r, FILE *out)
{
	for (unsigned i = 0; i < r->n_workers; i++) {
		const struct report_worker *w = &r->worker[i];

		fprintf(out,
			"  worker %u on core %u: %" PRIu64
			" packets, busy %.1f %%, %.0f ns a packet, "
			"%" PRIu64 " of %" PRIu64 " flows\n",
			i, w->core, w->packets, 100 * w->busy, w->ns_per_packet, w->flows,
			w->flows_capacity);
		fprintf(out, "    longest loop: %.1f us awake, %.1f us with a sleep\n",
			(double)w->longest_gap_ns / 1e3, (double)w->longest_wake_ns / 1e3);
		if (w->handed != 0)
			fprintf(out, "    %" PRIu64 " packets came from other workers\n",
				w->handed);
		if (w->generation != r->generation)
			fprintf(out, "    stands still with generation %" PRIu64 "\n",
				w->generation);
		if (w->facts_lost != 0)
			fprintf(out, "    %" PRIu64 " facts about neighbours were lost\n",
				w->facts_lost);
	}
	fprintf(out, "  flow look-ups: %" PRIu64 " found, %" PRIu64 " not\n", r->hits, r->misses);
}

static bool
has_drops(const struct report *r, bool policy)
{
	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (r->ledger.drops[i] != 0 && (reason_fault(i) == FAULT_POLICY) == policy)
			return true;
	return false;
}

static void
print_drops(const struct report *r, FILE *out, bool policy)
{
	for (unsigned i = 1; i < REASON_COUNT; i++) {
		if (r->ledger.drops[i] == 0 || (reason_fault(i) == FAULT_POLICY) != policy)
			continue;
		fprintf(out, "  %12" PRIu64 "  %-20s %-9s %s\n", r->ledger.drops[i], reason_name(i),
			fault_name(reason_fault(i)), reason_sentence(i));
	}
}

static void
print_counters(const struct report *r, FILE *out)
{
	for (unsigned i = 0; i < r->n_counters; i++) {
		const struct rule_counter *p = r->counters[i].counter;
		char file[128], name[128];

		fprintf(out, "  %12" PRIu64 "  %s:%u %s%s%s\n", r->counters[i].packets,
			text_clean(file, sizeof(file), p->loc.file), p->loc.line, p->owner,
			p->name != NULL ? " " : "", text_clean(name, sizeof(name), p->name));
	}
}

static void
print_ledger(const struct report *r, FILE *out, bool colour)
{
	const struct ledger_sum *l = &r->ledger;
	bool sound = report_is_sound(r);

	fprintf(out,
		"  rx %" PRIu64 " + born %" PRIu64 " = tx %" PRIu64 " + dropped %" PRIu64
		" + consumed %" PRIu64 " + held %" PRId64 "; %simbalance %" PRId64 "%s\n",
		l->rx, l->born, l->tx, l->dropped, l->consumed, l->held,
		!sound && colour ? RED : "", l->imbalance, !sound && colour ? PLAIN : "");
	if (r->closed)
		fprintf(out, "  packet buffers not back in their pools: %u\n", r->mbufs_out);
}

void
report_print(const struct report *r, FILE *out, bool colour)
{
	fprintf(out, "weir: generation %" PRIu64 ", %.1f s\n", r->generation, r->seconds);
	heading(out, colour, "ports");
	print_ports(r, out);
	heading(out, colour, "workers and flows");
	print_workers(r, out);
	if (r->counts.created != 0 || r->counts.refused != 0 || r->counts.limited != 0) {
		heading(out, colour, "sessions");
		report_print_sessions(r, out);
	}
	if (r->nat != NULL) {
		heading(out, colour, "nat");
		report_print_nat(r, out);
	}
	if (r->n_counters != 0) {
		heading(out, colour, "decided by");
		print_counters(r, out);
	}
	if (has_drops(r, true)) {
		heading(out, colour, "dropped by policy");
		print_drops(r, out, true);
	}
	if (has_drops(r, false)) {
		heading(out, colour, "dropped for other reasons");
		print_drops(r, out, false);
	}
	heading(out, colour, "ledger");
	print_ledger(r, out, colour);
}

static json_t *
ports_json(const struct report *r)
{
	json_t *ports = json_object();

	for (unsigned i = 0; i < r->n_ports; i++) {
		const struct report_port *p = &r->port[i];

		json_object_set_new(ports, p->name,
			json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:o}", "link", p->link,
				"rx", (json_int_t)p->rx, "tx", (json_int_t)p->tx, "rx_bytes",
				(json_int_t)p->rx_bytes, "tx_bytes", (json_int_t)p->tx_bytes,
				"rx_missed", (json_int_t)p->missed, "rx_no_mbuf",
				(json_int_t)p->no_mbuf, "errors", (json_int_t)p->errors, "replies",
				p->replies, "device", report_device_json(p->port)));
	}
	return ports;
}

static json_t *
workers_json(const struct report *r)
{
	json_t *workers = json_array();

	for (unsigned i = 0; i < r->n_workers; i++) {
		const struct report_worker *w = &r->worker[i];

		json_array_append_new(workers,
			json_pack("{s:i,s:I,s:I,s:I,s:f,s:f,s:I,s:I,s:I,s:I}", "core", (int)w->core,
				"generation", (json_int_t)w->generation, "packets",
				(json_int_t)w->packets, "handed", (json_int_t)w->handed,
				"busy_ratio", w->busy, "ns_per_packet", w->ns_per_packet, "flows",
				(json_int_t)w->flows, "uncached", (json_int_t)w->uncached,
				"longest_sleep_ns", (json_int_t)w->longest_wake_ns,
				"longest_loop_ns", (json_int_t)w->longest_gap_ns));
	}
	return workers;
}

json_t *
report_drops_json(const struct ledger_sum *l)
{
	json_t *drops = json_object();

	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (l->drops[i] != 0)
			json_object_set_new(
				drops, reason_name(i), json_integer((json_int_t)l->drops[i]));
	return drops;
}

json_t *
report_interfaces_json(const struct report *r)
{
	json_t *interfaces = json_object();

	for (unsigned i = 0; i < r->n_ifaces; i++) {
		const struct report_interface *iface = &r->iface[i];
		json_t *drops = json_object();

		for (unsigned k = 1; k < REASON_COUNT; k++)
			if (iface->drops[k] != 0)
				json_object_set_new(drops, reason_name(k),
					json_integer((json_int_t)iface->drops[k]));
		json_object_set_new(interfaces, iface->name,
			json_pack("{s:I,s:I,s:I,s:I,s:o}", "rx", (json_int_t)iface->rx, "rx_bytes",
				(json_int_t)iface->rx_bytes, "tx", (json_int_t)iface->tx,
				"tx_bytes", (json_int_t)iface->tx_bytes, "drops", drops));
	}
	return interfaces;
}

json_t *
report_hits_json(const struct report *r)
{
	json_t *hits = json_array();

	for (unsigned i = 0; i < r->n_all_counters; i++) {
		const struct report_counter *p = &r->all_counters[i];
		char place[288], file[256];

		snprintf(place, sizeof(place), "%s:%u",
			text_clean(file, sizeof(file), p->counter->loc.file), p->counter->loc.line);
		json_array_append_new(hits,
			json_pack("{s:o,s:o,s:o*,s:I,s:I}", "place", json_text(place), "owner",
				json_text(p->counter->owner), "name",
				p->counter->name != NULL ? json_text(p->counter->name) : NULL,
				"packets", (json_int_t)p->packets, "bytes", (json_int_t)p->bytes));
	}
	return hits;
}

json_t *
report_ledger_json(const struct ledger_sum *l)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "rx", (json_int_t)l->rx, "born",
		(json_int_t)l->born, "tx", (json_int_t)l->tx, "dropped", (json_int_t)l->dropped,
		"consumed", (json_int_t)l->consumed, "held", (json_int_t)l->held, "imbalance",
		(json_int_t)l->imbalance);
}

json_t *
report_json(const struct report *r)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:I,s:o,s:o,s:I,s:o*,s:o,s:o,s:o,s:f,s:I}", "ports",
		ports_json(r), "interfaces", report_interfaces_json(r), "hits", report_hits_json(r),
		"drops", report_drops_json(&r->ledger), "sessions", (json_int_t)r->sessions,
		"session_life", report_sessions_json(r), "nat", report_nat_json(r), "nat_conflicts",
		(json_int_t)r->nat_conflicts, "nat_log", report_nat_log_json(r), "memory",
		report_memory_json(r), "workers", workers_json(r), "ledger",
		report_ledger_json(&r->ledger), "seconds", r->seconds, "generation",
		(json_int_t)r->generation);
}
