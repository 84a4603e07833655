/* SPDX-License-Identifier: BSD-3-Clause */
/* The taps of all interfaces, as control asks for them. */

#include "hostif/hostif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/log.h"
#include "hostif/hostif_priv.h"
#include "hostif/thread.h"

/* What control asks of the thread, and its answer. */
struct change {
	struct hostif *k;
	const struct hostif_iface *wanted;
	unsigned n;
	enum hostif_end end;
	int rc;
	unsigned failed; /* index of the wanted tap that could not be opened */
};

static struct tap *
tap_at(const struct hostif *k, unsigned id)
{
	/* Pairs with the release in open_one. */
	return id < HOSTIF_TAPS ? atomic_load_explicit(&k->taps[id], memory_order_acquire) : NULL;
}

/* --- on the thread --- */

static void
free_tap(struct tap *t, bool remove)
{
	tap_close(t, remove);
	free(t->own);
	free(t);
}

static void
drop_next(struct tap *t)
{
	if (t->next != NULL)
		free_tap(t->next, !t->next->existed);
	t->next = NULL;
}

static void
close_tap(struct hostif *k, struct tap *t, bool remove)
{
	atomic_store_explicit(&k->taps[t->id], NULL, memory_order_relaxed);
	k->n_taps--;
	drop_next(t);
	if (t->fd >= 0)
		epoll_ctl(k->epoll, EPOLL_CTL_DEL, t->fd, NULL);
	free_tap(t, remove);
}

/* Returns 0 with an open tap that nobody uses yet, or a negative errno. */
static int
make_tap(const struct hostif_iface *w, struct tap **out)
{
	struct tap *t = calloc(1, sizeof(*t));
	int rc;

	if (t == NULL)
		return -ENOMEM;
	strncpy(t->name, w->name, sizeof(t->name) - 1);
	strncpy(t->iface, w->iface, sizeof(t->iface) - 1);
	t->id = w->id;
	memcpy(t->mac, w->mac, sizeof(t->mac));
	rc = tap_open(t);
	if (rc < 0) {
		free(t);
		return rc;
	}
	*out = t;
	return 0;
}

/* Begins to serve a tap that make_tap has made; takes it in any case. */
static int
serve(struct hostif *k, struct tap *t)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = HOSTIF_WATCHES + t->id };

	if (epoll_ctl(k->epoll, EPOLL_CTL_ADD, t->fd, &e) < 0) {
		int rc = -errno;

		free_tap(t, !t->existed);
		return rc;
	}
	/* Pairs with the acquire in tap_at. */
	atomic_store_explicit(&k->taps[t->id], t, memory_order_release);
	k->n_taps++;
	return 0;
}

/* Makes a tap that is missing; one in the place of a tap of another name is served when the change
 * is certain (take_one). */
static int
open_one(struct hostif *k, const struct hostif_iface *w)
{
	struct tap *there = tap_at(k, w->id), *t;
	int rc;

	if (there != NULL && strcmp(there->name, w->name) == 0)
		return 0;
	rc = make_tap(w, &t);
	if (rc < 0)
		return rc;
	t->fresh = true;
	if (there == NULL)
		return serve(k, t);
	drop_next(there);
	there->next = t;
	return 0;
}

static void
close_fresh(struct hostif *k)
{
	for (unsigned i = 0; i < HOSTIF_TAPS; i++) {
		struct tap *t = tap_at(k, i);

		if (t == NULL)
			continue;
		drop_next(t);
		if (t->fresh)
			close_tap(k, t, !t->existed);
	}
}

static void
open_all(void *arg)
{
	struct change *c = arg;

	for (unsigned i = 0; i < c->n && c->rc == 0; i++) {
		c->rc = open_one(c->k, &c->wanted[i]);
		c->failed = i;
	}
	if (c->rc < 0)
		close_fresh(c->k);
}

static void
undo(void *arg)
{
	close_fresh(arg);
}

static void
take_one(struct hostif *k, const struct hostif_iface *w)
{
	struct tap *t = tap_at(k, w->id), *next = t != NULL ? t->next : NULL;
	int rc = 0;

	if (next != NULL) {
		t->next = NULL;
		close_tap(k, t, true);
		rc = serve(k, next);
		t = rc == 0 ? next : NULL;
	}
	if (t != NULL)
		rc = tap_set(t, w);
	if (rc < 0)
		log_error("interface %s: its host interface %s: %s", w->iface, w->name,
			strerror(-rc));
	if (t == NULL)
		return;
	t->fresh = false;
	addresses_set(k, t, w);
}

static void
take_all(void *arg)
{
	struct change *c = arg;
	bool *stays = calloc(HOSTIF_TAPS, sizeof(*stays));

	for (unsigned i = 0; stays != NULL && i < c->n; i++)
		stays[c->wanted[i].id] = true;
	for (unsigned i = 0; stays != NULL && i < HOSTIF_TAPS; i++)
		if (tap_at(c->k, i) != NULL && !stays[i])
			close_tap(c->k, tap_at(c->k, i), true);
	free(stays);
	for (unsigned i = 0; i < c->n; i++)
		take_one(c->k, &c->wanted[i]);
	addresses_look(c->k);
}

static void
close_all(void *arg)
{
	struct change *c = arg;

	for (unsigned i = 0; i < HOSTIF_TAPS; i++)
		if (tap_at(c->k, i) != NULL)
			close_tap(c->k, tap_at(c->k, i), c->end == HOSTIF_REMOVE_TAPS);
}

struct link_change {
	struct hostif *k;
	uint16_t id;
	bool up;
};

static void
set_link(void *arg)
{
	struct link_change *c = arg;
	struct tap *t = tap_at(c->k, c->id);

	if (t == NULL || t->up == c->up)
		return;
	tap_set_link(t, c->up);
	if (!c->up)
		link_is_lost(c->k, t);
}

/* --- control --- */

struct hostif *
hostif_create(const struct hostif_setup *setup, struct err *err)
{
	struct hostif *k = calloc(1, sizeof(*k));
	const char *where;
	int rc;

	if (k == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	k->setup = *setup;
	if (setup->netns != NULL) {
		strncpy(k->netns, setup->netns, sizeof(k->netns) - 1);
		k->setup.netns = k->netns;
	}
	rc = thread_start(k, &where);
	if (rc == 0)
		return k;
	if (setup->netns != NULL)
		err_add(err, -rc, setup->netns_loc,
			"host.netns: %s %s: %s; ip netns add %s makes it", where, setup->netns,
			strerror(-rc), setup->netns);
	else
		err_set(err, -rc, "host interfaces: %s: %s", where, strerror(-rc));
	free(k);
	return NULL;
}

void
hostif_destroy(struct hostif *k, enum hostif_end end)
{
	struct change c = { .k = k, .end = end };

	if (k == NULL)
		return;
	hostif_run(k, close_all, &c);
	thread_stop(k);
	close(k->epoll);
	close(k->order_fd);
	close(k->changes_fd);
	pthread_mutex_destroy(&k->mutex);
	pthread_cond_destroy(&k->cond);
	free(k);
}

static int
fail_open(const struct hostif_iface *w, int rc, struct err *err)
{
	const char *why = rc == -EBUSY ? "another process has a tap of this name open"
		: rc == -EINVAL
		? "there is an interface of this name that is no tap; host: {name: ...} gives another one"
		: rc == -EPERM || rc == -EACCES ? "CAP_NET_ADMIN is missing"
		: rc == -ENOENT                 ? "there is no /dev/net/tun: modprobe tun"
						: strerror(-rc);

	return err_add(err, -rc, w->loc, "interfaces.%s.host: the tap %s cannot be made: %s",
		w->iface, w->name, why);
}

int
hostif_open(struct hostif *k, const struct hostif_iface *wanted, unsigned n, struct err *err)
{
	struct change c = { .k = k, .wanted = wanted, .n = n };

	if (!hostif_run(k, open_all, &c))
		return err_set(err, ETIMEDOUT, "host interfaces: the host thread does not answer");
	return c.rc < 0 ? fail_open(&wanted[c.failed], c.rc, err) : 0;
}

void
hostif_undo(struct hostif *k)
{
	hostif_run(k, undo, k);
}

void
hostif_take(struct hostif *k, const struct hostif_iface *wanted, unsigned n)
{
	struct change c = { .k = k, .wanted = wanted, .n = n };

	if (!hostif_run(k, take_all, &c))
		log_error("host interfaces: the host thread does not answer");
}

void
hostif_set_link(struct hostif *k, uint16_t id, bool up)
{
	struct link_change c = { k, id, up };
	const struct tap *t = tap_at(k, id);

	if (t != NULL && t->up != up)
		hostif_run(k, set_link, &c);
}

int
hostif_changes_fd(const struct hostif *k)
{
	return k->changes_fd;
}

unsigned
hostif_addresses(struct hostif *k, uint16_t id, struct ip_prefix out[HOSTIF_ADDRESSES])
{
	const struct tap *t = tap_at(k, id);
	uint64_t count;
	unsigned n = 0;

	while (read(k->changes_fd, &count, sizeof(count)) > 0)
		;
	pthread_mutex_lock(&k->mutex);
	if (t != NULL) {
		n = t->n_others;
		memcpy(out, t->others, n * sizeof(out[0]));
	}
	pthread_mutex_unlock(&k->mutex);
	return n;
}

bool
hostif_counts(const struct hostif *k, uint16_t id, struct hostif_counts *out)
{
	const struct tap *t = tap_at(k, id);

	if (t == NULL)
		return false;
	*out = (struct hostif_counts){
		.rx = counter_get(&t->counts.rx),
		.rx_bytes = counter_get(&t->counts.rx_bytes),
		.tx = counter_get(&t->counts.tx),
		.tx_bytes = counter_get(&t->counts.tx_bytes),
		.rx_lost = counter_get(&t->counts.rx_lost),
		.tx_lost = counter_get(&t->counts.tx_lost),
	};
	return true;
}

pid_t
hostif_thread(const struct hostif *k)
{
	return k->tid;
}
