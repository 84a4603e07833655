/* SPDX-License-Identifier: BSD-3-Clause */
/* The control loop. */

#include "control/run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "control/appliance.h"
#include "config/check.h"
#include "control/confine.h"
#include "control/control.h"
#include "control/example.h"
#include "control/gate.h"
#include "control/history.h"
#include "control/kernel_side.h"
#include "control/read.h"
#include "control/report.h"
#include "control/service.h"
#include "control/socket.h"
#include "control/telemetry.h"
#include "io/link_news.h"

enum {
	WATCH_MS = 100,
	LINKS_MS = 20,     /* between two looks at links that nobody tells of */
	POPULATE_REST = 9, /* how much longer than a part of memory took to get pages the next one
			      waits */
	EVENTS_MAX = 10,
};

struct runner {
	const struct run_options *options;
	struct appliance *appliance;
	struct example *example; /* NULL with a user's configuration */
	struct event_base *base;
	struct control *control;
	struct kernel_side *kernel;
	void *beside;        /* of options->beside */
	const char *started; /* with a configuration of the history: which one; else NULL */
	char digest[17];     /* history_digest of the file; "": it cannot be read */
	struct event *event[EVENTS_MAX];
	unsigned n_events;
	int link_news; /* -1: the kernel's messages cannot be had, and links are looked at in time
			*/
	struct event *populate; /* tables get pages */
	struct event *host;     /* addresses of host interfaces change; NULL: there are none */
};

static void
print_errors(struct err *err)
{
	err_print(err, stderr, isatty(STDERR_FILENO));
}

static void
print_report(struct runner *r, const struct report *report)
{
	bool to_stderr = r->options->json != NULL && strcmp(r->options->json, "-") == 0;
	FILE *out = to_stderr ? stderr : stdout;

	report_print(report, out, isatty(fileno(out)));
	fflush(out);
}

static void
on_stop(evutil_socket_t signal_number, short what, void *arg)
{
	struct runner *r = arg;

	event_base_loopbreak(r->base);
}

static void
on_reload(evutil_socket_t signal_number, short what, void *arg)
{
	struct runner *r = arg;

	control_reload(r->control, "SIGHUP");
}

static int
write_json(const struct run_options *options, const struct report *report)
{
	json_t *json;
	int rc;

	if (options->json == NULL)
		return 0;
	json = report_json(report);
	if (strcmp(options->json, "-") == 0)
		rc = json_dumpf(json, stdout, JSON_INDENT(2)) < 0 || putchar('\n') < 0
			|| fflush(stdout) != 0;
	else
		rc = json_dump_file(json, options->json, JSON_INDENT(2));
	json_decref(json);
	if (rc != 0)
		log_error(
			"%s: the report could not be written: %s", options->json, strerror(errno));
	return rc == 0 ? 0 : -1;
}

static void
on_report(evutil_socket_t signal_number, short what, void *arg)
{
	struct runner *r = arg;
	struct report report;

	report_take(r->appliance, &report);
	print_report(r, &report);
	write_json(r->options, &report);
	report_fini(&report);
}

static void
watch_workers(struct runner *r)
{
	uint64_t now_ms = monotonic_ns() / NS_PER_MS;
	unsigned stalled = workers_watch(appliance_workers(r->appliance), now_ms);

	service_tick(r->appliance, stalled, now_ms);
}

static void
on_host(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;

	appliance_follow_host(r->appliance);
}

/* Host interfaces may come with a reload. */
static void
watch_host(struct runner *r)
{
	int fd = appliance_host_fd(r->appliance);

	if (r->host != NULL || fd < 0)
		return;
	r->host = event_new(r->base, fd, EV_READ | EV_PERSIST, on_host, r);
	if (r->host == NULL)
		return;
	event_priority_set(r->host, 0);
	event_add(r->host, NULL);
}

static void
on_populate(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;
	uint64_t began_ns = monotonic_ns();

	if (appliance_populate(r->appliance)) {
		uint64_t apart_us = (monotonic_ns() - began_ns) / 1000 * POPULATE_REST;

		event_add(r->populate,
			&(struct timeval){ .tv_sec = (time_t)(apart_us / 1000000),
				.tv_usec = (suseconds_t)(apart_us % 1000000) });
	}
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;

	watch_workers(r);
	watch_host(r);
	appliance_follow_host(r->appliance);
	appliance_let_go(r->appliance);
	appliance_follow_load(r->appliance, monotonic_ns());
	appliance_write_log(r->appliance);
	appliance_watch_ports(r->appliance);
	appliance_follow_time(r->appliance);
	appliance_say_conflicts(r->appliance);
	if (!event_pending(r->populate, EV_TIMEOUT, NULL))
		on_populate(-1, EV_TIMEOUT, r);
	control_tick(r->control);
	if (r->beside != NULL)
		r->options->beside->tick(r->beside);
	telemetry_tick(r->appliance, monotonic_ns() / NS_PER_MS);
}

static void
on_links(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;

	appliance_watch_links(r->appliance);
	kernel_side_tick(r->kernel);
}

static void
on_link_news(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;

	link_news_read(fd);
	appliance_watch_links(r->appliance);
}

static void
on_example(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;

	example_tick(r->example, monotonic_ns());
}

static bool
start_control(struct runner *r)
{
	struct control_setup setup = {
		.kernel = r->kernel,
		.appliance = r->appliance,
		.base = r->base,
		.config = r->options->config,
		.socket = r->options->socket,
		.state = r->options->state,
		.started = r->started,
	};

	memcpy(setup.base_digest, r->digest, sizeof(setup.base_digest));
	if (setup.socket == NULL && setup.config != NULL)
		setup.socket = CONTROL_SOCKET;
	r->control = control_create(&setup);
	if (r->control != NULL && r->options->beside != NULL)
		r->beside = r->options->beside->start(r->control);
	return r->control != NULL;
}

static void
stop_control(struct runner *r)
{
	if (r->beside != NULL && r->control != NULL)
		r->options->beside->stop(r->beside);
	control_destroy(r->control);
	r->control = NULL;
	kernel_side_destroy(r->kernel);
	r->kernel = NULL;
}

/* Adds an event: a signal or a descriptor (number > 0), or a timer (number -1, after ms; persistent
 * ones repeat). */
static bool
add_event(struct runner *r, int number, short what, unsigned ms, event_callback_fn call)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
	struct event *e = event_new(r->base, number, what, call, r);

	if (e == NULL)
		return false;
	r->event[r->n_events++] = e;
	event_priority_set(e, 0);
	return event_add(e, number < 0 ? &tv : NULL) == 0;
}

/* Blocks or unblocks (SIG_BLOCK, SIG_UNBLOCK) the signals that are events.  They wait while
 * everything starts, and worker threads, which start meanwhile, never get them. */
static void
mask_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(how, &set, NULL);
}

static bool
add_events(struct runner *r)
{
	const short signalled = EV_SIGNAL | EV_PERSIST;
	double seconds = r->options->seconds;

	if (r->example != NULL && seconds == 0)
		seconds = EXAMPLE_SECONDS;
	r->link_news = link_news_open();
	r->populate = event_new(r->base, -1, 0, on_populate, r);
	return r->populate != NULL && add_event(r, SIGTERM, signalled, 0, on_stop)
		&& add_event(r, SIGINT, signalled, 0, on_stop)
		&& add_event(r, SIGHUP, signalled, 0, on_reload)
		&& add_event(r, SIGUSR1, signalled, 0, on_report)
		&& add_event(r, -1, EV_PERSIST, WATCH_MS, on_watch)
		&& add_event(r, -1, EV_PERSIST, LINKS_MS, on_links)
		&& (r->link_news < 0
			|| add_event(r, r->link_news, EV_READ | EV_PERSIST, 0, on_link_news))
		&& (r->example == NULL || add_event(r, -1, EV_PERSIST, EXAMPLE_TICK_MS, on_example))
		&& (seconds == 0 || add_event(r, -1, 0, (unsigned)(seconds * 1000), on_stop));
}

/* Halts, reports, closes.  Returns the exit status. */
static int
finish(struct runner *r)
{
	struct report report;
	bool halted = appliance_halt(r->appliance);
	int status;

	if (halted && r->beside != NULL)
		r->options->beside->end(r->beside);
	r->beside = NULL;
	report_take(r->appliance, &report);
	if (!halted) {
		print_report(r, &report);
		_exit(1); /* a thread still uses everything */
	}
	report.mbufs_out = appliance_close(r->appliance);
	report.closed = true;
	print_report(r, &report);
	if (report.ledger.imbalance != 0)
		log_error("the ledger does not balance; this is a bug");
	if (report.mbufs_out != 0)
		log_error("%u packet buffers did not come back; this is a bug", report.mbufs_out);
	status = write_json(r->options, &report) == 0 && report_is_sound(&report) ? 0 : 1;
	report_fini(&report);
	return status;
}

static void
say_hello(struct appliance *a)
{
	log_info("%s", eal_memory());
	pools_print(appliance_pools(a), appliance_ports(a), stderr);
	appliance_tell_devices(a);
	log_info("generation %llu runs on %u worker%s, flow look-up %s",
		(unsigned long long)appliance_generation(a)->number,
		workers_count(appliance_workers(a)),
		workers_count(appliance_workers(a)) == 1 ? "" : "s", fastpath_variant());
	appliance_tell_links(a);
}

/* Takes away what is needed no more, and tells that the appliance runs. */
static bool
settle(struct runner *r)
{
	telemetry_begin(r->appliance);
	if (r->options->sandbox && confine(appliance_host_thread(r->appliance)) < 0)
		return false;
	service_ready(r->appliance);
	return true;
}

static int
loop(struct runner *r)
{
	int status = 1;

	r->base = socket_make_base();
	r->kernel = kernel_side_create(r->appliance);
	if (r->base == NULL || r->kernel == NULL || !start_control(r) || !add_events(r)) {
		log_error("the control loop cannot be made: %s", strerror(errno));
		appliance_halt(r->appliance);
	} else {
		bool settled;

		say_hello(r->appliance);
		settled = settle(r);
		mask_signals(SIG_UNBLOCK);
		if (settled)
			event_base_dispatch(r->base);
		service_stopping();
		if (r->host != NULL)
			event_free(r->host);
		r->host = NULL;
		stop_control(r);
		status = finish(r);
		status = settled ? status : 1;
	}
	stop_control(r);
	if (r->beside != NULL)
		r->options->beside->end(r->beside);
	r->beside = NULL;
	for (unsigned i = 0; i < r->n_events; i++)
		event_free(r->event[i]);
	if (r->populate != NULL)
		event_free(r->populate);
	if (r->link_news >= 0)
		close(r->link_news);
	if (r->base != NULL)
		event_base_free(r->base);
	return status;
}

static struct history *
open_history(const struct runner *r, char **path)
{
	*path = r->options->config != NULL ? realpath(r->options->config, NULL) : NULL;
	return *path == NULL
		? NULL
		: history_create(
			r->options->state != NULL ? r->options->state : CONTROL_STATE, false);
}

static void
text_of_entry(const struct history_entry *e, char *text, size_t size)
{
	struct tm tm;
	char when[32];

	gmtime_r(&e->time, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	snprintf(text, size, "number %u, %s of %s, by %s", e->number, e->what, when, e->who);
}

/* The configuration that ran last with this file, where the file is not fit to start with; NULL:
 * there is none.  The errors of the file are printed. */
static struct config *
read_last_good(struct runner *r, struct err **err)
{
	char *path, text[256];
	struct history *history = open_history(r, &path);
	const struct history_entry *e = history != NULL ? history_last(history, path) : NULL;
	struct config *cfg = NULL;

	if (e != NULL) {
		print_errors(*err);
		err_destroy(*err);
		*err = err_create();
		cfg = *err != NULL ? read_config_text(e->source, e->text, *err) : NULL;
		text_of_entry(e, text, sizeof(text));
		log_error(
			"%s is not fit to start with: STARTING WITH THE LAST GOOD CONFIGURATION, %s",
			r->options->config, text);
		r->started = "last good";
	}
	history_destroy(history);
	free(path);
	return cfg;
}

/* Returns the entry that ran last, if the file says what it said when that began to run, and not
 * the same as the entry. */
static const struct history_entry *
committed_since(const struct runner *r, const struct history *history, const char *path)
{
	const struct history_entry *e = history_last(history, path);
	char digest[17];

	if (e == NULL)
		return NULL;
	history_digest(e->text, digest);
	if (strcmp(digest, r->digest) == 0)
		return NULL;
	if (strcmp(e->base, r->digest) == 0)
		return e;
	log_warning("%s has been changed since number %u of the history ran: the file is used",
		r->options->config, e->number);
	return NULL;
}

/* Prefers what was committed last to a file that has not changed since.  cfg is what the file says,
 * and is freed if another configuration is returned. */
static struct config *
prefer_committed(struct runner *r, struct config *cfg)
{
	size_t bytes;
	char *path, text[256], *said = config_text(cfg, DOCUMENT_DEFAULTS_OUT, &bytes);
	struct history *history = open_history(r, &path);
	struct err *err = err_create();
	const struct history_entry *e = NULL;
	struct config *committed = NULL;

	if (said != NULL)
		history_digest(said, r->digest);
	if (said != NULL && history != NULL && err != NULL)
		e = committed_since(r, history, path);
	if (e != NULL) {
		text_of_entry(e, text, sizeof(text));
		committed = read_config_text(e->source, e->text, err);
	}
	if (e != NULL && committed == NULL)
		log_error("%s cannot be used any more, and %s is: %s", text, r->options->config,
			err_first(err));
	if (committed != NULL) {
		log_warning(
			"starting with %s, from %s: %s has not changed since; weirctl reload reads it",
			text, e->source, r->options->config);
		r->started = "committed";
		config_free(cfg);
		cfg = committed;
	}
	err_destroy(err);
	history_destroy(history);
	free(path);
	free(said);
	return cfg;
}

/* Returns true if a signal has come that is to end the program. */
static bool
is_to_stop(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0
		&& (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

static void
start_appliance(
	struct runner *r, struct config *cfg, const struct appliance_options *how, struct err *err)
{
	r->appliance = appliance_start(cfg, how, err);
	if (r->appliance != NULL && how->captures)
		r->example = example_create(r->appliance, err);
}

/* Reads the configuration to start with: the file, or what the history prefers to it. */
static struct config *
choose_config(struct runner *r, struct err **err)
{
	struct config *cfg = read_config(r->options->config, !r->options->no_tests, *err);

	if (cfg == NULL)
		return is_to_stop() ? NULL : read_last_good(r, err);
	return r->options->config != NULL ? prefer_committed(r, cfg) : cfg;
}

/* Starts with the file after all, when what was committed cannot be started any more, because a
 * device is gone, say. */
static void
start_with_file(struct runner *r, const struct appliance_options *how, struct err **err)
{
	struct config *cfg;

	print_errors(*err);
	log_error("what was committed cannot be started any more, and %s is", r->options->config);
	err_destroy(*err);
	*err = err_create();
	r->started = NULL;
	cfg = *err != NULL ? read_config(r->options->config, how->tests, *err) : NULL;
	if (cfg != NULL)
		start_appliance(r, cfg, how, *err);
}

int
run(const struct run_options *options)
{
	struct appliance_options how = { .captures = options->config == NULL,
		.adaptive = options->config != NULL,
		.tests = !options->no_tests };
	struct runner r = { .options = options, .link_news = -1 };
	struct err *err = err_create();
	struct config *cfg;
	int status = 1;

	if (options->sandbox && gate_open() < 0) {
		log_error("sandbox: no process can be made: %s", strerror(errno));
		err_destroy(err);
		return 1;
	}
	mask_signals(SIG_BLOCK);
	service_begin();
	signal(SIGPIPE, SIG_IGN); /* a log may be a pipe without a reader */
	cfg = err != NULL ? choose_config(&r, &err) : NULL;
	if (cfg != NULL)
		start_appliance(&r, cfg, &how, err);
	if (cfg != NULL && r.appliance == NULL && r.started != NULL
		&& strcmp(r.started, "committed") == 0)
		start_with_file(&r, &how, &err);
	if (err != NULL)
		print_errors(err);
	if (r.appliance != NULL && (!how.captures || r.example != NULL))
		status = loop(&r);
	example_destroy(r.example);
	appliance_destroy(r.appliance);
	appliance_leave();
	err_destroy(err);
	return status;
}
