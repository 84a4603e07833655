/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the result of a replay.  Packets are written one by one, because a capture may have
 * millions. */

#include "offline/replay_report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

enum {
	JSON_LINE = JSON_COMPACT | JSON_REAL_PRECISION(15),
};

int
replay_report_begin(struct replay_report *r, const char *json, struct err *err)
{
	*r = (struct replay_report){ .out = stdout, .json = json != NULL };
	if (json != NULL && strcmp(json, "-") != 0)
		r->out = fopen(json, "w");
	if (r->out == NULL)
		return err_set(err, errno, "%s: %s", json, strerror(errno));
	r->colour = !r->json && isatty(fileno(r->out));
	if (r->json)
		fputs("{\"packets\": [", r->out);
	else
		fprintf(r->out, "%s%8s %14s  %-12s %-9s %-24s %s%s\n", r->colour ? BOLD : "", "n",
			"time", "in", "verdict", "out or reason", "flow", r->colour ? PLAIN : "");
	return 0;
}

static void
print_row(struct replay_report *r, const struct outcome *o)
{
	const char *what = o->verdict == OBSERVED_OUTPUT ? o->out
		: o->verdict == OBSERVED_DROP            ? reason_name(o->reason)
		: o->by_host                             ? "host"
							 : "";
	char rule[256] = "";

	fprintf(r->out, "%8" PRIu64 " %14.9f  %-12s %s%-9s%s %-24s %s", o->n,
		(double)o->time_ns / 1e9, o->in,
		r->colour && o->verdict == OBSERVED_DROP ? RED : "", outcome_verdict(o),
		r->colour && o->verdict == OBSERVED_DROP ? PLAIN : "", what, o->flow);
	if (o->has_program && o->verdict != OBSERVED_DROP)
		fprintf(r->out, " [%s: %s]", o->fast ? "fast" : "slow", o->program);
	if (o->rule != NULL) {
		outcome_rule(rule, sizeof(rule), o->rule);
		fprintf(r->out, " (%s)", rule);
	}
	putc('\n', r->out);
}

void
replay_report_packet(struct replay_report *r, const struct outcome *o)
{
	json_t *json;

	if (!r->json) {
		print_row(r, o);
	} else {
		fputs(r->packets == 0 ? "\n  " : ",\n  ", r->out);
		json = outcome_json(o);
		json_dumpf(json, r->out, JSON_LINE);
		json_decref(json);
	}
	r->packets++;
}

static json_t *
ports_json(const struct report *sums)
{
	json_t *ports = json_object();

	for (unsigned i = 0; i < sums->n_ports; i++)
		json_object_set_new(ports, sums->port[i].name,
			json_pack("{s:I,s:I}", "rx", (json_int_t)sums->port[i].rx, "tx",
				(json_int_t)sums->port[i].tx));
	return ports;
}

static void
write_member(struct replay_report *r, const char *name, json_t *value)
{
	fprintf(r->out, ",\n \"%s\": ", name);
	json_dumpf(value, r->out, JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
	json_decref(value);
}

static void
end_json(struct replay_report *r, const struct report *sums)
{
	fputs(r->packets == 0 ? "]" : "\n ]", r->out);
	write_member(r, "ports", ports_json(sums));
	write_member(r, "interfaces", report_interfaces_json(sums));
	write_member(r, "hits", report_hits_json(sums));
	write_member(r, "drops", report_drops_json(&sums->ledger));
	write_member(r, "sessions", json_integer((json_int_t)sums->sessions));
	write_member(r, "session_life", report_sessions_json(sums));
	write_member(r, "nat", report_nat_json(sums));
	write_member(r, "memory", report_memory_json(sums));
	write_member(r, "ledger", report_ledger_json(&sums->ledger));
	fputs("}\n", r->out);
}

static void
end_table(struct replay_report *r, const struct report *sums)
{
	const struct ledger_sum *l = &sums->ledger;
	bool wrong = l->imbalance != 0;

	putc('\n', r->out);
	for (unsigned i = 0; i < sums->n_ports; i++)
		fprintf(r->out, "port %-12s rx %" PRIu64 ", tx %" PRIu64 "\n", sums->port[i].name,
			sums->port[i].rx, sums->port[i].tx);
	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (l->drops[i] != 0)
			fprintf(r->out, "drop %-12s %" PRIu64 "  %s\n", reason_name(i), l->drops[i],
				reason_sentence(i));
	if (sums->counts.created != 0) {
		fputs("sessions\n", r->out);
		report_print_sessions(sums, r->out);
	}
	if (sums->nat != NULL) {
		fputs("nat\n", r->out);
		report_print_nat(sums, r->out);
	}
	fprintf(r->out,
		"ledger: rx %" PRIu64 " + born %" PRIu64 " = tx %" PRIu64 " + dropped %" PRIu64
		" + consumed %" PRIu64 " + held %" PRId64 "; %simbalance %" PRId64 "%s\n",
		l->rx, l->born, l->tx, l->dropped, l->consumed, l->held,
		wrong && r->colour ? RED : "", l->imbalance, wrong && r->colour ? PLAIN : "");
}

int
replay_report_end(struct replay_report *r, const struct report *sums, struct err *err)
{
	bool failed;

	if (r->json)
		end_json(r, sums);
	else
		end_table(r, sums);
	failed = fflush(r->out) != 0 || ferror(r->out);
	if (r->out != stdout && fclose(r->out) != 0)
		failed = true;
	if (failed)
		return err_set(err, EIO, "the report could not be written: %s", strerror(errno));
	return 0;
}
