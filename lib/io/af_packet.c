/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets of DPDK's af_packet driver, and options of it that a router must not use. */

#include "io/af_packet.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct af_packet *opening;
static unsigned opening_queues;

void
af_packet_opening(struct af_packet *p, unsigned queues)
{
	p->count = 0;
	p->missed = 0;
	opening = p;
	opening_queues = queues;
}

void
af_packet_opened(void)
{
	opening = NULL;
}

static long
set_option(int fd, int level, int option, const void *value, socklen_t size)
{
	return syscall(SYS_setsockopt, fd, level, option, value, size);
}

static int
join_fanout(int fd, int group)
{
	unsigned flags = PACKET_FANOUT_FLAG_DEFRAG | PACKET_FANOUT_FLAG_ROLLOVER;
	unsigned wanted = (unsigned)group & ~(flags << 16);
	int yes = 1;

	/* Since Linux 4.20; before, such frames are received as if they came from outside. */
	set_option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes));
	if (opening->count < AF_PACKET_SOCKETS_MAX)
		opening->fd[opening->count++] = fd;
	if (opening_queues == 1)
		return 0;
	return (int)set_option(fd, SOL_PACKET, PACKET_FANOUT, &wanted, sizeof(wanted));
}

int
setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	if (opening != NULL && level == SOL_PACKET && option == PACKET_FANOUT
		&& size == sizeof(int))
		return join_fanout(fd, *(const int *)value);
	return (int)set_option(fd, level, option, value, size);
}

bool
af_packet_is_unbound(const struct af_packet *p)
{
	struct sockaddr_ll address = { 0 };
	socklen_t size = sizeof(address);

	return p->count > 0 && getsockname(p->fd[0], (struct sockaddr *)&address, &size) == 0
		&& address.sll_ifindex <= 0;
}

int
af_packet_wait_add(struct af_packet *p, unsigned queue, int epoll)
{
	p->wait[queue].epdata.event = EPOLLIN;
	return rte_epoll_ctl(epoll, EPOLL_CTL_ADD, p->fd[queue], &p->wait[queue]) < 0 ? -EIO : 0;
}

void
af_packet_wait_remove(struct af_packet *p, unsigned queue, int epoll)
{
	rte_epoll_ctl(epoll, EPOLL_CTL_DEL, p->fd[queue], &p->wait[queue]);
}

void
af_packet_wait_clear(const struct af_packet *p, unsigned queue)
{
	socklen_t size = sizeof(int);
	int error;

	getsockopt(p->fd[queue], SOL_SOCKET, SO_ERROR, &error, &size);
}

uint64_t
af_packet_missed(struct af_packet *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		struct tpacket_stats stats;
		socklen_t size = sizeof(stats);

		if (getsockopt(p->fd[i], SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
			p->missed += stats.tp_drops;
	}
	return p->missed;
}
