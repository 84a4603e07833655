/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir replay`: captures through the appliance, in virtual time. */

#include "offline/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "control/appliance.h"
#include "offline/learn.h"
#include "offline/offline.h"
#include "offline/replay_input.h"
#include "offline/replay_output.h"
#include "offline/replay_report.h"
#include "io/capture.h"
#include "packet/burst.h"
#include "worker/owner.h"
#include "worker/strays.h"

#define PROGRESS_FRAMES 100000u

/* Frames that are processed together. */
struct run {
	unsigned n, told;
	unsigned port, owner;
	struct rte_mbuf *m[BURST_MAX];
};

struct replay {
	const struct replay_options *options;
	struct config *cfg; /* until the appliance has it */
	struct offline offline;
	struct replay_input *in;
	struct replay_output *out;
	struct learned *learned; /* NULL: frames are as they are */
	struct replay_report report;
	struct observer observer;
	struct session_numbers numbers;
	struct run run;
	unsigned burst;
	unsigned reloaded; /* configurations taken so far */
	bool refused;      /* a configuration was refused */
	struct err *err;
	uint64_t frames; /* taken so far */
	uint64_t untold; /* frames without an observation: a bug */
	bool progress;
};

/* Takes the fast path's observation of a packet: the next one of the run, unless something is
 * wrong. */
static void
on_packet(void *arg, const struct observation *o)
{
	struct replay *r = arg;
	struct run *run = &r->run;
	struct outcome outcome;
	unsigned i = run->told;

	while (i < run->n && run->m[i] != o->m)
		i++;
	if (i >= run->n)
		return;
	r->untold += i - run->told;
	run->told = i + 1;
	outcome_from(&outcome, o, &r->numbers);
	outcome.n = r->frames - run->n + i + 1;
	outcome.time_ns = r->offline.now_ns;
	if (r->options->told != NULL)
		r->options->told(r->options->arg, &outcome);
	else
		replay_report_packet(&r->report, &outcome);
}

static void
on_session(void *arg, unsigned worker, uint32_t index)
{
	struct replay *r = arg;

	session_numbers_begin(&r->numbers, worker, index);
}

static void
on_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	struct replay *r = arg;

	replay_output_write(r->out, port, m, r->offline.now_ns);
}

/* Runs timers up to a time, with the reloads that are due. */
static void
advance(struct replay *r, uint64_t to_ns)
{
	const struct replay_options *o = r->options;

	for (; r->reloaded < o->n_reload && o->reload[r->reloaded].at_ns <= to_ns; r->reloaded++) {
		offline_run_timers(&r->offline, o->reload[r->reloaded].at_ns);
		if (offline_reload(&r->offline, o->reload[r->reloaded].config, r->err) < 0)
			r->refused = true;
	}
	offline_run_timers(&r->offline, to_ns);
}

/* Returns true if a frame may go from worker to worker: it goes through them by itself. */
static bool
goes_alone(struct replay *r, unsigned owner)
{
	const struct strays *s = workers_at(appliance_workers(r->offline.appliance), 0)
					 ->common->strays;

	return (owner & OWNER_MEETS) || (s != NULL && strays_open(s));
}

/* Returns the worker that a frame goes to first. */
static unsigned
owner_of(struct replay *r, const struct rte_mbuf *m, unsigned port)
{
	struct worker *first = workers_at(appliance_workers(r->offline.appliance), 0);
	const struct generation *gen = appliance_generation(r->offline.appliance);

	if (!owner_is_needed(first->common, gen))
		return 0;
	return owner_of_frame(first->common, gen, m, (uint16_t)port, 0);
}

static void
flush_run(struct replay *r)
{
	struct run *run = &r->run;

	if (run->n == 0)
		return;
	capture_push(&appliance_ports(r->offline.appliance)->at[run->port], 0, run->m, run->n);
	offline_settle(&r->offline);
	r->untold += run->n - run->told;
	run->n = 0;
	run->told = 0;
}

/* Adds a frame to the run, after running the earlier ones if it does not belong to them.  Returns
 * false if there are no buffers although none are in use. */
static bool
take_frame(struct replay *r, const struct replay_frame *f)
{
	struct run *run = &r->run;
	struct rte_mbuf *m;
	unsigned owner;

	if (run->n == r->burst
		|| (run->n != 0 && (f->time_ns != r->offline.now_ns || f->port != run->port)))
		flush_run(r);
	if (f->time_ns != r->offline.now_ns)
		advance(r, f->time_ns);
	m = offline_frame(&r->offline, f->data, f->bytes);
	if (m == NULL) {
		flush_run(r);
		m = offline_frame(&r->offline, f->data, f->bytes);
	}
	if (m == NULL)
		return false;
	learned_readdress(r->learned, f->port,
		appliance_ports(r->offline.appliance)->at[f->port].mac.addr_bytes,
		rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_data_len(m));
	owner = owner_of(r, m, f->port);
	if (run->n != 0 && (owner != run->owner || goes_alone(r, owner)))
		flush_run(r);
	run->port = f->port;
	run->owner = owner;
	run->m[run->n++] = m;
	r->frames++;
	return true;
}

static void
show_progress(const struct replay *r, bool end)
{
	if (!r->progress || (r->frames % PROGRESS_FRAMES != 0 && !end)
		|| r->frames < PROGRESS_FRAMES)
		return;
	fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " frames%s", r->frames,
		replay_input_frames(r->in), end ? "\n" : "");
}

static int
play(struct replay *r, struct err *err)
{
	struct replay_frame f;

	offline_settle(&r->offline);
	while (replay_input_peek(r->in, &f)) {
		if (!take_frame(r, &f))
			return err_set(
				err, ENOMEM, "no packet buffers for a frame of %u bytes", f.bytes);
		replay_input_take(r->in);
		show_progress(r, false);
	}
	flush_run(r);
	advance(r, r->options->until_ns);
	show_progress(r, true);
	return 0;
}

/* --- begin and end --- */

static int
find_files(const struct config *cfg, const struct replay_option *options, unsigned n,
	struct replay_file *files, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < n; i++) {
		int port = offline_port(cfg, options[i].port, err);

		files[i] = (struct replay_file){ .path = options[i].path, .port = (unsigned)port };
		if (port < 0)
			rc = -EINVAL;
		else
			offline_port_mac(cfg, (unsigned)port, files[i].mac);
	}
	return rc;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino
		&& S_ISREG(x.st_mode);
}

/* Checks that no file is written that is read, or written twice. */
static int
check_out(const struct replay_options *o, const struct replay_file *in,
	const struct replay_file *out, struct err *err)
{
	int rc = 0;

	for (unsigned k = 0; o->nat_log != NULL && k < o->n_in; k++)
		if (is_same_file(in[k].path, o->nat_log))
			rc = err_set(err, EINVAL, "%s: is read and cannot be written", o->nat_log);
	for (unsigned i = 0; i < o->n_out; i++) {
		for (unsigned k = 0; k < o->n_in; k++)
			if (is_same_file(in[k].path, out[i].path))
				rc = err_set(err, EINVAL, "%s: is read and cannot be written",
					out[i].path);
		for (unsigned k = 0; k < i; k++)
			if (out[k].port == out[i].port || strcmp(out[k].path, out[i].path) == 0
				|| is_same_file(out[k].path, out[i].path))
				rc = err_set(err, EINVAL,
					"--out %s=%s: the port or the file was named before",
					o->out[i].port, out[i].path);
	}
	return rc;
}

/* Opens the files, and reports all their errors. */
static int
open_files(struct replay *r, bool *damaged, struct err *err)
{
	const struct replay_options *o = r->options;
	struct replay_file in[REPLAY_FILES_MAX], out[REPLAY_FILES_MAX];
	int rc = find_files(r->cfg, o->in, o->n_in, in, err);

	if (find_files(r->cfg, o->out, o->n_out, out, err) < 0 || rc < 0
		|| check_out(o, in, out, err) < 0)
		return -EINVAL;
	if (o->learn) {
		r->learned = learn(r->cfg, in, o->n_in, err);
		if (r->learned == NULL)
			return -EINVAL;
	}
	r->in = replay_input_open(in, o->n_in, damaged, err);
	if (r->in == NULL)
		return -EINVAL;
	r->out = replay_output_open(out, o->n_out, replay_input_has_ns(r->in), err);
	if (r->out == NULL)
		return -EINVAL;
	return o->told != NULL ? 0 : replay_report_begin(&r->report, o->json, err);
}

static int
start(struct replay *r, struct err *err)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.in_order = true,
		.lazy_buffers = true,
		.workers = r->options->workers,
		.burst = r->options->burst,
		.nat_log = r->options->nat_log,
	};
	struct workers *ws;

	r->burst = how.burst != 0 ? how.burst : r->cfg->system.burst;
	r->offline = (struct offline){ .sent = on_sent, .arg = r };
	r->offline.appliance = appliance_start(r->cfg, &how, err);
	r->cfg = NULL;
	if (r->offline.appliance == NULL)
		return -EINVAL;
	appliance_set_wall(
		r->offline.appliance, (int64_t)(replay_input_zero_ns(r->in) / NS_PER_SECOND));
	r->observer = (struct observer){
		.packet = on_packet,
		.session = on_session,
		.arg = r,
	};
	ws = appliance_workers(r->offline.appliance);
	for (unsigned i = 0; i < workers_count(ws); i++)
		fastpath_observe(workers_at(ws, i)->fp, &r->observer);
	return 0;
}

/* Fails if the log has lost entries. */
static int
check_log(const struct replay *r, struct err *err)
{
	const struct nat_log_file *log = appliance_nat_log(r->offline.appliance);
	struct nat_log_counts c;

	if (log == NULL)
		return 0;
	nat_log_counts(log, appliance_workers(r->offline.appliance), &c);
	if (c.waiting + c.lost == 0)
		return 0;
	return err_set(err, EIO, "%s: %" PRIu64 " entries could not be written", nat_log_path(log),
		c.waiting + c.lost);
}

/* Writes the report, which describes the end of virtual time; what is held then is dropped
 * afterwards, and must balance, too. */
static int
finish(struct replay *r, struct err *err)
{
	struct report *sums = calloc(1, sizeof(*sums));
	struct ledger_sum after;
	unsigned mbufs_out;
	int rc;

	if (sums == NULL)
		return err_set(err, ENOMEM, "out of memory");
	report_take(r->offline.appliance, sums);
	appliance_halt(r->offline.appliance);
	offline_drain(&r->offline);
	workers_ledger(appliance_workers(r->offline.appliance), &after);
	if (sums->ledger.imbalance == 0)
		sums->ledger.imbalance = after.imbalance;
	rc = r->options->told != NULL ? 0 : replay_report_end(&r->report, sums, err);
	if (check_log(r, err) < 0)
		rc = -EIO;
	mbufs_out = appliance_close(r->offline.appliance);
	if (sums->ledger.imbalance != 0)
		rc = err_set(err, EIO, "the ledger does not balance; this is a bug");
	if (mbufs_out != 0)
		rc = err_set(
			err, EIO, "%u packet buffers did not come back; this is a bug", mbufs_out);
	if (r->untold != 0)
		rc = err_set(err, EIO, "nothing is known of %" PRIu64 " packets; this is a bug",
			r->untold);
	report_fini(sums);
	free(sums);
	return rc;
}

static int
run_all(struct replay *r, struct err *err)
{
	bool damaged = false;
	int rc;

	r->cfg = offline_config(r->options->config, err);
	if (r->cfg == NULL || open_files(r, &damaged, err) < 0 || start(r, err) < 0)
		return -EINVAL;
	rc = play(r, err);
	if (finish(r, err) < 0 || damaged || r->refused)
		rc = -EINVAL;
	return rc;
}

int
replay(const struct replay_options *options)
{
	struct replay *r = calloc(1, sizeof(*r));
	struct err *err = err_create();
	int rc = -ENOMEM;

	if (r != NULL && err != NULL) {
		r->options = options;
		r->err = err;
		r->progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
		rc = run_all(r, err);
		if (replay_output_close(r->out, err) < 0)
			rc = -EIO;
		err_print(err, stderr, isatty(STDERR_FILENO));
		config_free(r->cfg);
		replay_input_close(r->in);
		session_numbers_fini(&r->numbers);
		appliance_destroy(r->offline.appliance);
		learned_free(r->learned);
		if (!options->again)
			appliance_leave();
	}
	err_destroy(err);
	free(r);
	return rc == 0 ? 0 : 1;
}
