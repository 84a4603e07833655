/* SPDX-License-Identifier: BSD-3-Clause */
/* What `weir diff` tells. */

#include "offline/diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/diff.h"
#include "base/text.h"
#include "offline/diff_flows.h"
#include "offline/offline.h"
#include "schema/json_text.h"

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

static void
print_clean(const char *text)
{
	char out[1024];

	fputs(text_clean(out, sizeof(out), text), stdout);
}

/* --- text --- */

static void
print_packets(const struct diff_packets *p, bool colour)
{
	const char *line = p->line_after[0] != '\0' ? p->line_after : p->line_before;

	fputs(colour ? BOLD : "", stdout);
	print_clean(p->what);
	printf("%s%s", strstr(p->what, " from ") != NULL ? ", entering by " : " from ", p->from);
	printf(": %s → %s%s", p->before, p->after, colour ? PLAIN : "");
	if (line[0] != '\0') {
		fputs(", ", stdout);
		print_clean(line);
	}
	if (p->line_before[0] != '\0' && line == p->line_after
		&& strcmp(p->line_before, line) != 0) {
		fputs(" (before: ", stdout);
		print_clean(p->line_before);
		putchar(')');
	}
	printf("\n    as %s, in %s", p->packet, p->in);
	if (p->domain_before[0] != '\0')
		printf(", domain %s → %s", p->domain_before, p->domain);
	else if (p->domain[0] != '\0')
		printf(", domain %s", p->domain);
	if (strcmp(p->state, "new") != 0)
		printf(", of a session (%s)", p->state);
	putchar('\n');
}

static void
print_settings(const struct diff *d, bool colour)
{
	for (unsigned i = 0; i < d->n_settings; i++) {
		const struct diff_setting *s = &d->setting[i];

		if (i == 0 || strcmp(s->where, d->setting[i - 1].where) != 0) {
			print_clean(s->where);
			putchar('\n');
		}
		printf("  %s%c ", !colour ? "" : s->added ? GREEN : RED, s->added ? '+' : '-');
		print_clean(s->line);
		printf("%s\n", colour ? PLAIN : "");
	}
}

static void
print_flows(const struct diff_flows *f)
{
	for (unsigned i = 0; i < f->n; i++) {
		const struct diff_flow *flow = &f->flow[i];

		printf("%s, in %s: %s → %s (packet %" PRIu64 ", %" PRIu64 " of the flow differ)\n",
			flow->flow, flow->in, flow->before, flow->after, flow->packet,
			flow->packets);
	}
	printf("%" PRIu64 " packets replayed, %u flows differ", f->packets, f->n);
	if (f->more != 0)
		printf("; %" PRIu64 " packets of more flows are not shown", f->more);
	putchar('\n');
}

static void
print_cut(const struct diff *d, FILE *out)
{
	if (d->cut != 0)
		fprintf(out,
			"weir: %u changes were not looked at to the end: there may be more differences than these\n",
			d->cut);
	if (d->unconfirmed != 0)
		fprintf(out,
			"weir: %u differences were not confirmed by the engine, and are not shown; this is a bug\n",
			d->unconfirmed);
}

static void
print_all(const struct diff *d, const struct diff_flows *f)
{
	bool colour = isatty(STDOUT_FILENO);

	for (unsigned i = 0; i < d->n_packets; i++)
		print_packets(&d->packets[i], colour);
	print_settings(d, colour);
	if (f != NULL)
		print_flows(f);
	if (d->n_packets == 0 && d->n_settings == 0)
		puts("no verdict and no setting differs");
}

/* --- JSON --- */

static json_t *
packets_json(const struct diff *d)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < d->n_packets; i++) {
		const struct diff_packets *p = &d->packets[i];

		json_t *one = json_pack("{s:o,s:s,s:s,s:s,s:o,s:o,s:{s:s,s:s,s:s}}", "what",
			json_text(p->what), "from", p->from, "before", p->before, "after", p->after,
			"line_before", json_text(p->line_before), "line_after",
			json_text(p->line_after), "witness", "in", p->in, "packet", p->packet,
			"state", p->state);

		if (p->domain[0] != '\0')
			json_object_set_new(one, "domain", json_string(p->domain));
		if (p->domain_before[0] != '\0')
			json_object_set_new(one, "domain_before", json_string(p->domain_before));
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *
settings_json(const struct diff *d)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < d->n_settings; i++)
		json_array_append_new(all,
			json_pack("{s:o,s:s,s:o}", "where", json_text(d->setting[i].where),
				"change", d->setting[i].added ? "added" : "removed", "line",
				json_text(d->setting[i].line)));
	return all;
}

static json_t *
flows_json(const struct diff_flows *f)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < f->n; i++) {
		const struct diff_flow *o = &f->flow[i];

		json_array_append_new(all,
			json_pack("{s:s,s:s,s:s,s:s,s:I,s:I}", "in", o->in, "flow", o->flow,
				"before", o->before, "after", o->after, "packet",
				(json_int_t)o->packet, "packets", (json_int_t)o->packets));
	}
	return json_pack("{s:I,s:o,s:I}", "replayed", (json_int_t)f->packets, "differ", all, "more",
		(json_int_t)f->more);
}

static int
write_json(const struct diff *d, const struct diff_flows *f, const char *path)
{
	json_t *json = json_pack("{s:o,s:o,s:i}", "packets", packets_json(d), "settings",
		settings_json(d), "cut", (int)d->cut);
	int rc;

	if (f != NULL)
		json_object_set_new(json, "flows", flows_json(f));
	rc = offline_write_json(json, path);
	json_decref(json);
	return rc;
}

/* --- the command --- */

static enum diff_status
tell(const struct diff *d, const struct diff_flows *f, const char *json)
{
	bool some = d->n_packets != 0 || d->n_settings != 0 || (f != NULL && f->n != 0);

	if (json == NULL) {
		print_all(d, f);
	} else if (write_json(d, f, json) < 0) {
		perror(json);
		return DIFF_TROUBLE;
	}
	fflush(stdout);
	print_cut(d, stderr);
	if (d->unconfirmed != 0)
		return DIFF_TROUBLE;
	return some ? DIFF_SOME : DIFF_NONE;
}

enum diff_status
diff(const struct diff_options *options)
{
	struct err *err = err_create();
	struct config *old = NULL, *new = NULL;
	struct diff_flows *flows = NULL;
	enum diff_status status = DIFF_TROUBLE;
	struct diff *d = NULL;

	if (err == NULL)
		return DIFF_TROUBLE;
	old = offline_config(options->old, err);
	new = offline_config(options->new, err);
	if (old != NULL && new != NULL)
		d = diff_create(old, new, DIFF_BUDGET_NS, err);
	if (err_count(err) != 0)
		err_print(err, stderr, isatty(STDERR_FILENO));
	config_free(old);
	config_free(new);
	err_destroy(err);
	if (d != NULL && options->n_in > 0)
		flows = diff_flows_create(options);
	if (d != NULL && (options->n_in == 0 || flows != NULL))
		status = tell(d, flows, options->json);
	diff_flows_destroy(flows);
	diff_destroy(d);
	return status;
}
