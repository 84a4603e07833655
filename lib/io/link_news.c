/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's messages about links. */

#include "io/link_news.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

int
link_news_open(void)
{
	struct sockaddr_nl groups = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE), rc;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* What they say does not matter: links are looked at.  Lost messages (ENOBUFS) are news, too. */
void
link_news_read(int fd)
{
	char message[64];
	ssize_t n;

	do
		n = read(fd, message, sizeof(message));
	while (n > 0 || (n < 0 && (errno == ENOBUFS || errno == EINTR)));
}
