/* SPDX-License-Identifier: BSD-3-Clause */
#include "offline/diff_flows.h"

#include <stdlib.h>
#include <string.h>

#include "offline/offline.h"

#define TEXTS_MAX 65536u
#define SLOTS     (4 * DIFF_FLOWS_MAX)

/* Two replays, one after the other. */
struct comparing {
	char **text; /* verdicts of the first, each once */
	unsigned n_texts;
	uint16_t *verdict; /* of the first, by packet */
	uint64_t n, room;
	bool second, failed;
	uint64_t at;
	uint32_t *slot; /* flows by their hash: place + 1 */
	struct diff_flows *flows;
};

static void
verdict_text(const struct outcome *o, char *out, size_t bytes)
{
	const char *verdict = outcome_verdict(o);

	if (o->verdict == OBSERVED_DROP)
		snprintf(out, bytes, "dropped (%s)", reason_name(o->reason));
	else if (o->verdict == OBSERVED_OUTPUT || (o->verdict == OBSERVED_HELD && o->has_program))
		snprintf(out, bytes, "%s%s%s%s%s%s",
			o->verdict == OBSERVED_OUTPUT ? "output " : "waits for its neighbour",
			o->out != NULL ? o->out : "", o->session.src[0] != '\0' ? ", source " : "",
			o->session.src, o->session.dst[0] != '\0' ? ", destination " : "",
			o->session.dst);
	else
		snprintf(out, bytes, "%s%s", verdict, o->by_host ? " host" : "");
}

/* The number of a text; the texts of a capture are few, but for ports that NAT draws. */
static unsigned
intern(struct comparing *c, const char *text)
{
	for (unsigned i = c->n_texts; i-- > 0 && i + 4096 > c->n_texts;)
		if (strcmp(c->text[i], text) == 0)
			return i;
	if (c->n_texts == TEXTS_MAX)
		return TEXTS_MAX - 1;
	c->text[c->n_texts] = strdup(text);
	c->failed |= c->text[c->n_texts] == NULL;
	return c->failed ? 0 : c->n_texts++;
}

static void
keep(struct comparing *c, const char *text)
{
	if (c->n == c->room) {
		uint64_t room = c->room * 2 + 4096;
		uint16_t *more = realloc(c->verdict, room * sizeof(*more));

		if (more == NULL) {
			c->failed = true;
			return;
		}
		c->verdict = more;
		c->room = room;
	}
	c->verdict[c->n++] = (uint16_t)intern(c, text);
}

/* The flow of a packet that differs; NULL: there is no room for one more. */
static struct diff_flow *
flow_of(struct comparing *c, const struct outcome *o)
{
	struct diff_flows *f = c->flows;
	uint32_t hash = 2166136261u;

	for (const char *p = o->flow; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	for (uint32_t i = hash;; i++) {
		uint32_t *slot = &c->slot[i % SLOTS];

		if (*slot == 0) {
			if (f->n == DIFF_FLOWS_MAX)
				return NULL;
			*slot = ++f->n;
			snprintf(f->flow[f->n - 1].in, sizeof(f->flow[0].in), "%s", o->in);
			snprintf(f->flow[f->n - 1].flow, sizeof(f->flow[0].flow), "%s", o->flow);
			return &f->flow[f->n - 1];
		}
		if (strcmp(f->flow[*slot - 1].flow, o->flow) == 0
			&& strcmp(f->flow[*slot - 1].in, o->in) == 0)
			return &f->flow[*slot - 1];
	}
}

static void
on_told(void *arg, const struct outcome *o)
{
	struct comparing *c = arg;
	struct diff_flow *flow;
	const char *before;
	char text[160];

	verdict_text(o, text, sizeof(text));
	if (!c->second) {
		keep(c, text);
		return;
	}
	before = c->at < c->n ? c->text[c->verdict[c->at]] : "";
	c->at++;
	if (strcmp(before, text) == 0)
		return;
	flow = flow_of(c, o);
	if (flow == NULL) {
		c->flows->more++;
		return;
	}
	if (flow->packets++ > 0)
		return;
	flow->packet = c->at;
	snprintf(flow->before, sizeof(flow->before), "%s", before);
	snprintf(flow->after, sizeof(flow->after), "%s", text);
}

static bool
replay_one(struct comparing *c, const struct diff_options *o, const char *config)
{
	struct replay_options *how = calloc(1, sizeof(*how));
	bool fine;

	if (how == NULL)
		return false;
	how->config = config;
	how->n_in = o->n_in;
	memcpy(how->in, o->in, o->n_in * sizeof(o->in[0]));
	how->told = on_told;
	how->arg = c;
	how->workers = 1;
	how->again = true;
	fine = replay(how) == 0;
	free(how);
	return fine;
}

struct diff_flows *
diff_flows_create(const struct diff_options *options)
{
	struct comparing c = { .flows = calloc(1, sizeof(*c.flows)) };
	bool fine;

	c.text = calloc(TEXTS_MAX, sizeof(*c.text));
	c.slot = calloc(SLOTS, sizeof(*c.slot));
	if (c.flows != NULL)
		c.flows->flow = calloc(DIFF_FLOWS_MAX, sizeof(*c.flows->flow));
	fine = c.flows != NULL && c.flows->flow != NULL && c.text != NULL && c.slot != NULL;
	fine = fine && replay_one(&c, options, options->old) && !c.failed;
	c.second = true;
	fine = fine && replay_one(&c, options, options->new);
	if (fine)
		c.flows->packets = c.at;
	appliance_leave();
	for (unsigned i = 0; i < c.n_texts; i++)
		free(c.text[i]);
	free(c.text);
	free(c.slot);
	free(c.verdict);
	if (fine)
		return c.flows;
	diff_flows_destroy(c.flows);
	return NULL;
}

void
diff_flows_destroy(struct diff_flows *f)
{
	if (f == NULL)
		return;
	free(f->flow);
	free(f);
}
