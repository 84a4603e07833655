/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's messages about links, by which a lost link is left before the next look at all of
 * them.
 *
 * Threads: control.  The network namespace is that of the thread that opens. */
#ifndef IO_LINK_NEWS_H
#define IO_LINK_NEWS_H

/* Returns a descriptor that can be read when a kernel interface has changed, or -errno. */
int link_news_open(void);

/* Reads all messages that wait. */
void link_news_read(int fd);

#endif
