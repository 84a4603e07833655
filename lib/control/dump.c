/* SPDX-License-Identifier: BSD-3-Clause */
/* The workers' flight recorders, dumped. */

#include "control/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "base/text.h"
#include "control/captures.h"
#include "control/drop_text.h"
#include "control/history.h"
#include "control/pcapng.h"
#include "fastpath/tap.h"
#include "tap/recorder.h"
#include "worker/workers.h"

#define DUMP_PAGE (1 << 19)

/* An entry, to be sorted by its time. */
struct dumped {
	unsigned worker;
	struct recorder_entry entry;
};

struct dump {
	struct pcapng out; /* of the call whose pages are read */
	uint64_t id;
	time_t written;
	uint64_t looked_ms;
	struct ledger_sum ledger; /* then */
	bool stalled[EAL_WORKERS_MAX];
};

struct dump *
dump_create(void)
{
	return calloc(1, sizeof(struct dump));
}

void
dump_destroy(struct dump *d)
{
	if (d != NULL)
		free(d->out.data);
	free(d);
}

/* --- as pcapng --- */

static int
by_time(const void *a, const void *b)
{
	const struct dumped *x = a, *y = b;

	return (x->entry.time_ns > y->entry.time_ns) - (x->entry.time_ns < y->entry.time_ns);
}

/* Returns the entries of all workers in order; the caller frees them. */
static struct dumped *
collect(struct control *c, unsigned *n)
{
	struct workers *ws = appliance_workers(c->appliance);
	struct recorder_entry *some = malloc(RECORDER_ENTRIES * sizeof(*some));
	struct dumped *all = malloc(workers_count(ws) * (RECORDER_ENTRIES * sizeof(*all)));

	*n = 0;
	for (unsigned w = 0; some != NULL && all != NULL && w < workers_count(ws); w++) {
		unsigned count = recorder_copy(fastpath_recorder(workers_at(ws, w)->fp), some);

		for (unsigned i = 0; i < count; i++)
			all[(*n)++] = (struct dumped){ w, some[i] };
	}
	free(some);
	if (all != NULL)
		qsort(all, *n, sizeof(*all), by_time);
	return all;
}

static void
verdict_text(struct control *c, const struct dumped *d, char out[static DROP_TEXT_BYTES])
{
	const struct generation *gen = appliance_generation(c->appliance);
	const struct recorder_entry *e = &d->entry;
	size_t n;

	if (e->out == OUT_DROP)
		drop_text(gen, e->generation, e->reason, e->counter, out);
	else if (e->out <= OUT_PORT_MAX)
		snprintf(out, DROP_TEXT_BYTES, "output %s",
			gen->port_name[e->out] != NULL ? gen->port_name[e->out] : "?");
	else
		snprintf(out, DROP_TEXT_BYTES, "%s",
			e->out == OUT_HELD             ? "held"
				: e->out == OUT_WORKER ? "handed over"
				: e->out == OUT_HOST   ? "consumed host"
						       : "consumed");
	n = strlen(out);
	if (e->sample != 0 && e->sample < gen->n_counters && e->generation == (uint32_t)gen->number)
		snprintf(out + n, DROP_TEXT_BYTES - n, "; sample of %s:%u",
			gen->counters[e->sample].loc.file, gen->counters[e->sample].loc.line);
	n = strlen(out);
	snprintf(out + n, DROP_TEXT_BYTES - n, "; worker %u, generation %u%s", d->worker,
		e->generation, e->bytes > RECORDER_BYTES ? ", zeros behind byte 128" : "");
}

struct wanted {
	int port; /* by index; -1: all */
	uint8_t reason;
};

static void
add(struct control *c, struct pcapng *out, uint16_t iface_at[], const struct dumped *d)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const struct recorder_entry *e = &d->entry;
	unsigned id = e->iface < LEDGER_IFACES ? e->iface : 0;
	char comment[DROP_TEXT_BYTES];
	struct pcapng_packet packet = {
		.wall_ns = e->time_ns + (uint64_t)appliance_wall_ns(c->appliance),
		.direction = 1,
		.frame = e->frame,
		.kept = e->bytes < RECORDER_BYTES ? e->bytes : RECORDER_BYTES,
		.bytes = e->bytes,
		.padded = true,
		.comment = comment,
	};

	if (iface_at[id] == 0)
		iface_at[id] = (uint16_t)(pcapng_interface(out,
						  gen->iface[id] != NULL ? gen->iface[id]->name
									 : "none")
			+ 1);
	packet.iface = iface_at[id] - 1u;
	verdict_text(c, d, comment);
	pcapng_add(out, &packet);
}

/* Returns the number of packets. */
static unsigned
print(struct control *c, const struct wanted *wanted, struct pcapng *out)
{
	uint16_t iface_at[LEDGER_IFACES] = { 0 };
	unsigned n, taken = 0;
	struct dumped *all = collect(c, &n);

	out->n = 0;
	pcapng_begin(out);
	out->failed |= all == NULL;
	for (unsigned i = 0; all != NULL && i < n; i++) {
		const struct recorder_entry *e = &all[i].entry;

		if ((wanted->port >= 0 && e->port != wanted->port)
			|| (wanted->reason != 0 && e->reason != wanted->reason))
			continue;
		add(c, out, iface_at, &all[i]);
		taken++;
	}
	free(all);
	return taken;
}

/* --- by a call --- */

static bool
read_wanted(struct control *c, struct rpc_call *call, struct wanted *out)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *port = rpc_text(call, "port"), *reason = rpc_text(call, "reason");
	char clean[64];

	*out = (struct wanted){ .port = -1 };
	for (unsigned i = 0; port != NULL && i < gen->n_ports; i++)
		if (gen->port_name[i] != NULL && strcmp(gen->port_name[i], port) == 0)
			out->port = (int)i;
	if (port != NULL && out->port < 0)
		return !rpc_fail(call, RPC_PARAMS, "there is no port '%s'",
			text_clean(clean, sizeof(clean), port));
	if (reason != NULL)
		out->reason = (uint8_t)reason_find(reason);
	if (reason != NULL && out->reason == 0)
		return !rpc_fail(call, RPC_PARAMS, "there is no reason '%s'",
			text_clean(clean, sizeof(clean), reason));
	return true;
}

bool
dump_recorders(struct control *c, struct rpc_call *call)
{
	struct dump *d = c->dump;
	struct wanted wanted;
	unsigned long from;
	size_t at, n;
	unsigned packets = 0;

	if (!rpc_from(call, &from) || !read_wanted(c, call, &wanted))
		return true;
	if (from == 0) {
		d->id++;
		packets = print(c, &wanted, &d->out);
	} else if (from >> 32 != (d->id & 0xffff)) {
		return rpc_fail(call, RPC_NOT_NOW, "another dump has begun meanwhile");
	}
	at = from & UINT32_MAX;
	if (d->out.failed || at > d->out.n) {
		d->out.failed = false;
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	}
	n = d->out.n - at < DUMP_PAGE ? d->out.n - at : DUMP_PAGE;
	call->result = json_pack(
		"{s:o,s:i}", "data", base64_json(d->out.data + at, n), "packets", (int)packets);
	if (call->result == NULL)
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	if (at + n < d->out.n)
		result_next(call, (d->id & 0xffff) << 32 | (at + n));
	return true;
}

/* --- by itself --- */

struct file {
	char path[1100];
	uint8_t *data;
	size_t n;
};

static void *
write_file(void *arg)
{
	struct file *f = arg;
	int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool whole = fd >= 0;

	for (size_t at = 0; whole && at < f->n;) {
		ssize_t n = write(fd, f->data + at, f->n - at);

		whole = n > 0;
		at += n > 0 ? (size_t)n : 0;
	}
	if (whole)
		log_warning("the flight recorder is in %s", f->path);
	else
		log_warning("the flight recorder cannot be written to %s: %s", f->path,
			strerror(errno));
	if (fd >= 0)
		close(fd);
	free(f->data);
	free(f);
	return NULL;
}

static void
write_dump(struct control *c, const char *why)
{
	const struct wanted all = { .port = -1 };
	struct file *f = calloc(1, sizeof(*f));
	struct pcapng out = { 0 };
	time_t now = time(NULL);
	struct tm tm;
	char when[32];
	pthread_t thread;

	if (f == NULL || history_dir(c->history) == NULL || now - c->dump->written < DUMP_PAUSE_S) {
		free(f);
		return;
	}
	c->dump->written = now;
	print(c, &all, &out);
	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(f->path, sizeof(f->path), "%s/recorder-%s-%s.pcapng", history_dir(c->history), why,
		when);
	f->data = out.data;
	f->n = out.n;
	if (!out.failed && pthread_create(&thread, NULL, write_file, f) == 0) {
		pthread_detach(thread);
		return;
	}
	free(out.data);
	free(f);
}

static bool
stalls(struct control *c)
{
	struct workers *ws = appliance_workers(c->appliance);
	bool any = false;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		bool stalled = workers_stalled(ws, w);

		any |= stalled && !c->dump->stalled[w];
		c->dump->stalled[w] = stalled;
	}
	return any;
}

/* The counters of a running worker are read one by one: a difference counts when nothing has moved
 * between two looks. */
static bool
is_unbalanced(struct control *c)
{
	struct ledger_sum *before = &c->dump->ledger, sum;
	bool same;

	if (monotonic_ms() - c->dump->looked_ms < DUMP_LOOK_MS)
		return false;
	c->dump->looked_ms = monotonic_ms();
	workers_ledger(appliance_workers(c->appliance), &sum);
	same = memcmp(before, &sum, sizeof(sum)) == 0;
	*before = sum;
	return same && sum.imbalance != 0;
}

void
dump_tick(struct control *c)
{
	if (stalls(c))
		write_dump(c, "stall");
	else if (is_unbalanced(c))
		write_dump(c, "imbalance");
}
