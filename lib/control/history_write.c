/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries are written by a thread of their own, one at a time. */

#include "control/history_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>

#include "base/log.h"
#include "schema/json_text.h"

/* All of it or nothing: written beside, then renamed.  0 or -errno. */
static int
write_file(const char *dir, const char *name, const char *text)
{
	char path[1100], beside[1110];
	size_t left = strlen(text);
	int fd, rc = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(beside, sizeof(beside), "%s.new", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	while (rc == 0 && left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR)
			rc = -errno;
		text += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(beside, path) < 0)
		rc = -errno;
	if (rc != 0)
		unlink(beside);
	return rc;
}

static void
delete_entry(const struct history_job *job, unsigned number)
{
	char path[1100];

	snprintf(path, sizeof(path), "%s/%08u.json", job->dir, number);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%08u.yaml", job->dir, number);
	unlink(path);
}

/* Names are kept, too, when the folder is on disk. */
static int
sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* What says of the text comes last: an entry without it is none. */
static void *
write_entry(void *arg)
{
	struct history_job *job = arg;
	char name[32];

	snprintf(name, sizeof(name), "%08u.yaml", job->number);
	job->error = write_file(job->dir, name, job->text);
	snprintf(name, sizeof(name), "%08u.json", job->number);
	if (job->error == 0)
		job->error = write_file(job->dir, name, job->meta);
	if (job->error == 0)
		job->error = sync_folder(job->dir);
	for (unsigned i = 1; i <= HISTORY_ENTRIES && job->oldest > i; i++)
		delete_entry(job, job->oldest - i);
	/* Pairs with the acquire in take_done. */
	atomic_store_explicit(&job->done, true, memory_order_release);
	return NULL;
}

static void
job_free(struct history_job *job)
{
	free(job->meta);
	free(job->text);
	free(job);
}

static struct history_job *
make_job(const struct history *h)
{
	const struct history_entry *e = &h->entry[h->unwritten - 1];
	struct history_job *job = calloc(1, sizeof(*job));
	json_t *meta;

	if (job == NULL)
		return NULL;
	meta = json_pack("{s:I,s:o,s:s,s:o,s:o,s:s}", "time", (json_int_t)e->time, "who",
		json_text(e->who), "what", e->what, "source", json_text(e->source), "config",
		json_text(e->config), "base", e->base);
	memcpy(job->dir, h->dir, sizeof(job->dir));
	job->number = e->number;
	job->oldest = h->entry[h->n - 1].number;
	job->meta = meta == NULL ? NULL : json_dumps(meta, JSON_COMPACT);
	job->text = strdup(e->text);
	json_decref(meta);
	if (job->meta != NULL && job->text != NULL)
		return job;
	job_free(job);
	return NULL;
}

static void
take_done(struct history *h)
{
	/* Pairs with the release in write_entry. */
	if (h->job == NULL || !atomic_load_explicit(&h->job->done, memory_order_acquire))
		return;
	pthread_join(h->thread, NULL);
	if (h->job->error != 0 && !h->failing)
		log_error(
			"%s: configuration %u could not be kept: %s; after a restart it is not there",
			h->dir, h->job->number, strerror(-h->job->error));
	else if (h->job->error == 0 && h->failing)
		log_info("%s: configurations are kept again", h->dir);
	h->failing = h->job->error != 0;
	job_free(h->job);
	h->job = NULL;
}

void
history_tick(struct history *h)
{
	take_done(h);
	if (h->dir[0] == '\0' || h->job != NULL || h->unwritten == 0)
		return;
	h->job = make_job(h);
	if (h->job == NULL)
		return;
	h->unwritten--;
	if (pthread_create(&h->thread, NULL, write_entry, h->job) == 0)
		return;
	write_entry(h->job);
	take_done(h);
}

bool
history_is_written(const struct history *h, unsigned number)
{
	if (h->dir[0] == '\0')
		return true;
	return number <= h->number - h->unwritten && (h->job == NULL || number < h->job->number);
}

bool
history_has_failed(const struct history *h)
{
	return h->failing;
}

void
history_finish_writing(struct history *h)
{
	while (h->dir[0] != '\0' && (h->job != NULL || h->unwritten != 0)) {
		struct timespec nap = { .tv_nsec = 1000000 };

		nanosleep(&nap, NULL);
		history_tick(h);
	}
}
