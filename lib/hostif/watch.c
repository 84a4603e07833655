/* SPDX-License-Identifier: BSD-3-Clause */
/* The descriptors that the host thread waits for. */

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "hostif/hostif_priv.h"

static int
watch_slot(const struct hostif *k, int fd)
{
	for (unsigned i = 0; i < HOSTIF_WATCHES; i++)
		if (k->watch[i].fd == fd)
			return (int)i;
	return -ENOSPC;
}

int
hostif_watch(struct hostif *k, int fd, void (*ready)(void *arg), void *arg)
{
	int slot = watch_slot(k, -1);
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = (uint64_t)slot };

	if (slot < 0)
		return slot;
	if (epoll_ctl(k->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		return -errno;
	k->watch[slot] = (struct watch){ fd, ready, arg };
	return 0;
}

void
hostif_unwatch(struct hostif *k, int fd)
{
	int slot = watch_slot(k, fd);

	if (fd < 0 || slot < 0)
		return;
	epoll_ctl(k->epoll, EPOLL_CTL_DEL, fd, NULL);
	k->watch[slot].fd = -1;
}
