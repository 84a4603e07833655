/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs of other threads, in a list and an eventfd. */

#include "control/remote.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>
#include <sys/eventfd.h>

struct remote {
	struct control *control;
	int fd; /* counts the jobs: one is taken by each reading */
	struct event *readable;
	pthread_mutex_t lock; /* of what follows */
	struct remote_job *first, **last;
	unsigned n;
};

static struct remote_job *
take_first(struct remote *r)
{
	struct remote_job *job;

	pthread_mutex_lock(&r->lock);
	job = r->first;
	if (job != NULL) {
		r->first = job->next;
		if (r->first == NULL)
			r->last = &r->first;
		r->n--;
	}
	pthread_mutex_unlock(&r->lock);
	return job;
}

static void
on_job(evutil_socket_t fd, short what, void *arg)
{
	struct remote *r = arg;
	struct remote_job *job;
	uint64_t one;

	if (read(fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		return;
	job = take_first(r);
	if (job != NULL)
		job->run(job, r->control);
}

struct remote *
remote_create(struct event_base *base, struct control *c)
{
	struct remote *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->control = c;
	r->last = &r->first;
	pthread_mutex_init(&r->lock, NULL);
	r->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE);
	if (r->fd >= 0)
		r->readable = event_new(base, r->fd, EV_READ | EV_PERSIST, on_job, r);
	if (r->readable == NULL || event_priority_set(r->readable, 1) < 0
		|| event_add(r->readable, NULL) < 0) {
		remote_destroy(r);
		return NULL;
	}
	return r;
}

void
remote_destroy(struct remote *r)
{
	if (r == NULL)
		return;
	if (r->readable != NULL)
		event_free(r->readable);
	if (r->fd >= 0)
		close(r->fd);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

bool
remote_post(struct remote *r, struct remote_job *job)
{
	const uint64_t one = 1;
	bool room;

	job->next = NULL;
	pthread_mutex_lock(&r->lock);
	room = r->n < REMOTE_JOBS && write(r->fd, &one, sizeof(one)) == (ssize_t)sizeof(one);
	if (room) {
		*r->last = job;
		r->last = &job->next;
		r->n++;
	}
	pthread_mutex_unlock(&r->lock);
	return room;
}

bool
remote_withdraw(struct remote *r, struct remote_job *job)
{
	bool found = false;

	pthread_mutex_lock(&r->lock);
	for (struct remote_job **at = &r->first; *at != NULL && !found; at = &(*at)->next) {
		if (*at != job)
			continue;
		found = true;
		*at = job->next;
		if (r->last == &job->next)
			r->last = at;
		r->n--;
		if (*at == NULL)
			break;
	}
	pthread_mutex_unlock(&r->lock);
	return found;
}
