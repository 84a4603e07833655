/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes entries of NAT's log as lines of a file. */

#include "control/nat_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>

#include "base/log.h"
#include "nat/nat.h"
#include "nat/counts.h"
#include "nat/log.h"

enum {
	LINE_BYTES = 512, /* the longest */
	BUFFER_BYTES = 65536,
};

struct nat_log_file {
	const struct generation *gen; /* names of domains; or NULL */
	char *path;
	int fd;
	bool failing; /* a failure that has been reported */
	uint64_t errors, written;
	uint64_t lost_told[EAL_WORKERS_MAX];
	unsigned lines;    /* in text */
	size_t used, sent; /* bytes of text, and of those the bytes that the file
			    * has */
	char text[BUFFER_BYTES];
};

static int
open_file(const char *path, int more)
{
	/* A pipe must not block us. */
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | more, 0640);
}

struct nat_log_file *
nat_log_open(const char *path, bool anew, struct loc loc, struct err *err)
{
	struct nat_log_file *f = calloc(1, sizeof(*f));
	char *copy = strdup(path);

	if (f == NULL || copy == NULL) {
		free(f);
		free(copy);
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	f->path = copy;
	f->fd = open_file(path, anew ? O_TRUNC : O_APPEND);
	if (f->fd >= 0)
		return f;
	err_add(err, errno, loc, "%s: cannot be written: %s", path, strerror(errno));
	nat_log_close(f);
	return NULL;
}

void
nat_log_close(struct nat_log_file *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}

const char *
nat_log_path(const struct nat_log_file *f)
{
	return f->path;
}

static void
fail(struct nat_log_file *f, const char *what)
{
	f->errors++;
	if (!f->failing)
		log_error("NAT log: %s %s: %s; entries wait as long as there is room", f->path,
			what, strerror(errno));
	f->failing = true;
}

bool
nat_log_flush(struct nat_log_file *f)
{
	while (f->sent < f->used) {
		ssize_t n = write(f->fd, f->text + f->sent, f->used - f->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fail(f, "cannot be written");
			return false;
		}
		f->sent += (size_t)n;
	}
	if (f->failing && f->used != 0) {
		log_info("NAT log: %s is written again", f->path);
		f->failing = false;
	}
	f->written += f->lines;
	f->lines = 0;
	f->used = f->sent = 0;
	return true;
}

/* Returns true if there is room for an entry, and for a note of lost ones behind it. */
static bool
has_room(struct nat_log_file *f)
{
	return f->used + 2 * LINE_BYTES <= BUFFER_BYTES || nat_log_flush(f);
}

static void
add(struct nat_log_file *f, int bytes)
{
	f->used += (size_t)bytes;
	f->lines++;
}

static int
print_begin(char *out, int64_t wall_ns, const char *event)
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	char date[32];

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	return snprintf(out, LINE_BYTES, "{\"time\":\"%s.%06dZ\",\"event\":\"%s\"", date,
		(int)(wall_ns / 1000 % 1000000), event);
}

/* Writes one end: its address, and its port or identifier under the given name. */
static int
print_end(char *out, const char *which, rte_be32_t address, const char *number, rte_be16_t port)
{
	const uint8_t *a = (const uint8_t *)&address;
	int n = sprintf(out, ",\"%s\":\"%u.%u.%u.%u\"", which, a[0], a[1], a[2], a[3]);

	if (number != NULL)
		n += sprintf(out + n, ",\"%s_%s\":%u", which, number, rte_be_to_cpu_16(port));
	return n;
}

static void
print_entry(struct nat_log_file *f, const struct nat_log_entry *e, int64_t wall_ns)
{
	bool ends = e->event == NAT_ENDS;
	const char *number = !nat_has_ports(e->proto) ? NULL
		: e->proto == IPPROTO_ICMP            ? "id"
						      : "port";
	char *out = f->text + f->used;
	int n = print_begin(out, (int64_t)e->time_ns + wall_ns, ends ? "end" : "create");

	n += sprintf(out + n, ",\"pool\":\"%s\"", e->pool);
	if (nat_has_ports(e->proto))
		n += sprintf(out + n, ",\"protocol\":\"%s\"", nat_proto_name(nat_proto(e->proto)));
	else
		n += sprintf(out + n, ",\"protocol\":\"%u\"", e->proto);
	if (e->domain != DOMAIN_MAIN && f->gen != NULL)
		n += sprintf(
			out + n, ",\"domain\":\"%s\"", generation_domain_name(f->gen, e->domain));
	n += print_end(out + n, "inside", e->inside, number, e->inside_port);
	n += print_end(out + n, "public", e->public, number, e->public_port);
	if (ends)
		n += sprintf(out + n, ",\"reason\":\"%s\"", session_end_name(e->why));
	add(f, n + sprintf(out + n, "}\n"));
}

/* Writes a note of the entries that a worker lost behind the previous one. wall_ns: since 1970. */
static void
print_lost(struct nat_log_file *f, unsigned worker, uint64_t lost, int64_t wall_ns)
{
	char *out = f->text + f->used;
	int n;

	if (lost == f->lost_told[worker])
		return;
	n = print_begin(out, wall_ns, "lost");
	n += sprintf(out + n, ",\"worker\":%u,\"entries\":%" PRIu64 "}\n", worker,
		lost - f->lost_told[worker]);
	add(f, n);
	f->lost_told[worker] = lost;
}

static struct nat_log *
log_of(struct workers *ws, unsigned worker)
{
	return nat_log_of(fastpath_nat(workers_at(ws, worker)->fp));
}

/* Entries that come meanwhile are written the next time. */
void
nat_log_add_lines(struct nat_log_file *f, struct nat_log *l, unsigned worker, int64_t wall_ns)
{
	uint64_t lost = nat_log_lost(l), last_ns = 0;
	uint32_t left = nat_log_waiting(l);
	struct nat_log_entry e;

	while (left > 0 && has_room(f) && nat_log_take(l, &e, 1) == 1) {
		print_entry(f, &e, wall_ns);
		last_ns = e.time_ns;
		left--;
	}
	if (left == 0 && last_ns != 0)
		print_lost(f, worker, lost, (int64_t)last_ns + wall_ns);
}

void
nat_log_use(struct nat_log_file *f, const struct generation *gen)
{
	f->gen = gen;
}

void
nat_log_write(struct nat_log_file *f, struct workers *ws, int64_t wall_ns)
{
	for (unsigned i = 0; i < workers_count(ws); i++) {
		struct nat_log *l = log_of(ws, i);

		if (l != NULL)
			nat_log_add_lines(f, l, i, wall_ns);
	}
	nat_log_flush(f);
}

static void
go_on(struct nat_log_file *f, int fd)
{
	nat_log_flush(f);
	close(f->fd);
	f->fd = fd;
	while (f->sent > 0 && f->text[f->sent - 1] != '\n')
		f->sent--; /* a line that was cut is written again */
	nat_log_flush(f);
}

void
nat_log_reopen(struct nat_log_file *f)
{
	int fd = open_file(f->path, O_APPEND);

	if (fd < 0)
		fail(f, "cannot be opened again");
	else
		go_on(f, fd);
}

void
nat_log_move(struct nat_log_file *f, struct nat_log_file *next)
{
	char *path = f->path;

	f->path = next->path;
	next->path = path;
	go_on(f, next->fd);
	next->fd = -1;
	nat_log_close(next);
}

void
nat_log_counts(const struct nat_log_file *f, struct workers *ws, struct nat_log_counts *out)
{
	*out = (struct nat_log_counts){
		.written = f->written,
		.waiting = f->lines,
		.errors = f->errors,
	};
	for (unsigned i = 0; i < workers_count(ws); i++) {
		const struct nat_log *l = log_of(ws, i);

		out->waiting += l != NULL ? nat_log_waiting(l) : 0;
		out->lost += l != NULL ? nat_log_lost(l) : 0;
	}
}
