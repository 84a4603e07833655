/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket to the collector. */

#include "export/ipfix_collector.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sockios.h>

#include "base/clock.h"
#include "base/log.h"
#include "export/endpoint.h"

/* Headers of IP and UDP before a message. */
#define HEADERS4    28
#define HEADERS6    48
#define TCP_MESSAGE 8192 /* bytes: as good as any */

/* What the kernel takes by one call for UDP, and divides (UDP_SEGMENT, Linux 4.18). */
#define TOGETHER_BYTES 65000u

static const char *
name_of(const struct collector *c, char *text)
{
	struct cfg_endpoint e = c->cfg.collector;

	if (e.port == 0)
		e.port = IPFIX_PORT;
	return value_endpoint_text(&e, text);
}

void
collector_init(struct collector *c, const struct ipfix_cfg *cfg)
{
	memset(c, 0, sizeof(*c));
	c->cfg = *cfg;
	c->fd = -1;
	c->state = EXPORTER_CONNECTING;
	c->max = 512;
}

/* The connection is gone: what is not acknowledged is sent again by the next one. */
static void
drop(struct collector *c, struct ipfix_queue *q)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->partly = 0;
	c->buffered = c->buffer_sent = 0;
	c->templates.next = 0;
	ipfix_queue_rewind(q);
}

void
collector_close(struct collector *c, struct ipfix_queue *q)
{
	drop(c, q);
	c->state = EXPORTER_OFF;
}

static void
fail(struct collector *c, struct ipfix_queue *q, int error)
{
	char text[VALUE_TEXT_MAX];

	c->errors++;
	c->error = error;
	if (!c->told)
		log_warning("IPFIX: collector %s: %s; records wait as long as there is room",
			name_of(c, text), strerror(error));
	c->told = true;
	c->state = EXPORTER_FAILS;
	drop(c, q);
}

static void
is_up(struct collector *c)
{
	char text[VALUE_TEXT_MAX];

	if (c->state == EXPORTER_SENDS)
		return;
	if (c->told)
		log_info("IPFIX: collector %s is reached again", name_of(c, text));
	c->told = false;
	c->error = 0;
	c->state = EXPORTER_SENDS;
}

/* Begins a connection of its own: templates come first. */
static void
begin(struct collector *c)
{
	c->connects++;
	c->written = 0;
	c->one_by_one = c->cfg.protocol == IPFIX_TCP;
	c->templates_due = true;
	if (c->cfg.protocol == IPFIX_TCP)
		is_up(c);
}

static void
set_options(const struct collector *c)
{
	int one = 1, dead_ms = COLLECTOR_DEAD_MS, buffer = 1 << 20, want = IP_PMTUDISC_WANT;

	setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (c->cfg.protocol == IPFIX_TCP) {
		setsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
		setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
	} else if (c->cfg.collector.address.family == AF_INET) {
		setsockopt(c->fd, IPPROTO_IP, IP_MTU_DISCOVER, &want, sizeof(want));
	} else {
		setsockopt(c->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &want, sizeof(want));
	}
}

/* Returns the bytes of a message that the path takes, as far as the kernel knows. */
static size_t
message_max(const struct collector *c)
{
	bool v4 = c->cfg.collector.address.family == AF_INET;
	size_t headers = v4 ? HEADERS4 : HEADERS6;
	int mtu = 0;
	socklen_t bytes = sizeof(mtu);

	if (c->cfg.protocol == IPFIX_TCP)
		return TCP_MESSAGE;
	if (getsockopt(c->fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &bytes)
			< 0
		|| mtu < 576 || (uint32_t)mtu > c->cfg.mtu)
		mtu = (int)c->cfg.mtu;
	return (size_t)mtu - headers;
}

static int
open_socket(struct collector *c)
{
	struct sockaddr_storage to, from;
	struct cfg_endpoint source = { .address = c->cfg.source }, peer = c->cfg.collector;
	socklen_t to_bytes, from_bytes;

	if (peer.port == 0)
		peer.port = IPFIX_PORT;
	to_bytes = endpoint_sockaddr(&peer, &to);
	c->fd = socket(to.ss_family,
		(c->cfg.protocol == IPFIX_TCP ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK
			| SOCK_CLOEXEC,
		0);
	if (c->fd < 0)
		return errno;
	set_options(c);
	if (source.address.family != 0) {
		from_bytes = endpoint_sockaddr(&source, &from);
		if (bind(c->fd, (struct sockaddr *)&from, from_bytes) < 0)
			return errno;
	}
	return connect(c->fd, (struct sockaddr *)&to, to_bytes) < 0 ? errno : 0;
}

static void
try_connect(struct collector *c, struct ipfix_queue *q, uint64_t now_ms)
{
	int rc;

	c->tried_ms = now_ms;
	rc = open_socket(c);
	if (rc == 0) {
		begin(c);
		c->max = message_max(c);
	} else if (rc == EINPROGRESS) {
		c->max = message_max(c);
		if (c->state != EXPORTER_FAILS)
			c->state = EXPORTER_CONNECTING;
	} else {
		fail(c, q, rc);
	}
}

/* Looks at a connection: whether it is made, whether its other end has closed it. */
static void
look(struct collector *c, struct ipfix_queue *q, uint64_t now_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN | POLLOUT };
	int error = 0, outstanding = 0;
	socklen_t bytes = sizeof(error);
	uint8_t unwanted[512];
	unsigned acked = 0;

	poll(&p, 1, 0);
	if (c->state != EXPORTER_SENDS && p.revents == 0) {
		if (now_ms - c->tried_ms > COLLECTOR_DEAD_MS)
			fail(c, q, ETIMEDOUT);
		return;
	}
	if (c->state != EXPORTER_SENDS && (p.revents & POLLOUT)) {
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
		if (error != 0) {
			fail(c, q, error);
			return;
		}
		begin(c);
	}
	if (ioctl(c->fd, SIOCOUTQ, &outstanding) == 0)
		while (acked < q->sent
			&& ipfix_queue_at(q, acked)->end + (uint64_t)outstanding <= c->written)
			acked++;
	ipfix_queue_release(q, acked);
	if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
		ssize_t n = recv(c->fd, unwanted, sizeof(unwanted), 0);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			fail(c, q, n == 0 ? ECONNRESET : errno);
	}
}

void
collector_follow(struct collector *c, struct ipfix_queue *q, uint64_t now_ms)
{
	if (c->fd < 0) {
		if (c->tried_ms == 0 || now_ms - c->tried_ms >= COLLECTOR_AGAIN_MS)
			try_connect(c, q, now_ms);
	} else if (c->cfg.protocol == IPFIX_TCP) {
		look(c, q, now_ms);
	}
	if (c->cfg.protocol == IPFIX_UDP && c->fd >= 0
		&& now_ms - c->templates_ms >= c->cfg.template_refresh_ns / NS_PER_MS) {
		c->templates_due = true;
		c->max = message_max(c);
		c->one_by_one = false;
	}
	q->max = c->max;
}

/* Sends; an error of UDP is that of an earlier message. */
static ssize_t
try_send(struct collector *c, const struct msghdr *msg)
{
	ssize_t n = sendmsg(c->fd, msg, MSG_NOSIGNAL);

	if (n < 0 && c->cfg.protocol == IPFIX_UDP && errno == ECONNREFUSED) {
		c->errors++;
		c->error = errno;
		n = sendmsg(c->fd, msg, MSG_NOSIGNAL);
	}
	return n;
}

static void
count_bytes(struct collector *c, ssize_t n)
{
	c->bytes += (uint64_t)n;
	c->written += (uint64_t)n;
	if (c->cfg.protocol == IPFIX_UDP)
		is_up(c);
}

/* Gives bytes to the socket.  Returns how many it took, or -1 if it takes none now. */
static ssize_t
give(struct collector *c, struct ipfix_queue *q, uint8_t *data, size_t bytes)
{
	struct iovec part = { data, bytes };
	const struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n = try_send(c, &msg);

	if (n < 0 && errno == EMSGSIZE) { /* the path has become narrower */
		c->errors++;
		c->max = message_max(c);
		return (ssize_t)bytes;
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		fail(c, q, errno);
	if (n < 0)
		return -1;
	count_bytes(c, n);
	return n;
}

/* Returns how many messages from the next one on can be sent together: all as long as the first,
 * but for the last, which may be shorter. */
static unsigned
count_together(const struct collector *c, struct ipfix_queue *q, size_t *bytes)
{
	uint32_t each = 0;
	unsigned n = 0;

	*bytes = 0;
	while (!c->one_by_one && q->sent + n < q->kept) {
		uint32_t more = ipfix_queue_at(q, q->sent + n)->bytes;

		if (n == 0)
			each = more;
		if (more > each || *bytes + more > TOGETHER_BYTES)
			break;
		*bytes += more;
		n++;
		if (more < each)
			break;
	}
	return n;
}

/* Sends messages by one call of UDP, which makes a datagram of each.  Returns false if nothing was
 * sent, but the socket may take them one by one. */
static bool
give_together(struct collector *c, struct ipfix_queue *q, unsigned n, size_t bytes)
{
	union {
		struct cmsghdr header;
		uint8_t room[CMSG_SPACE(sizeof(uint16_t))];
	} control = { 0 };
	struct iovec part[IPFIX_QUEUE];
	struct msghdr msg = {
		.msg_iov = part,
		.msg_iovlen = n,
		.msg_control = &control,
		.msg_controllen = sizeof(control.room),
	};

	control.header = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(uint16_t)),
		.cmsg_level = SOL_UDP,
		.cmsg_type = UDP_SEGMENT,
	};
	*(uint16_t *)(void *)CMSG_DATA(
		&control.header) = (uint16_t)ipfix_queue_at(q, q->sent)->bytes;
	for (unsigned i = 0; i < n; i++)
		part[i] = (struct iovec){
			ipfix_queue_at(q, q->sent + i)->data,
			ipfix_queue_at(q, q->sent + i)->bytes,
		};
	if (try_send(c, &msg) < 0) {
		/* Else the kernel, the path, or a tunnel on it, cannot divide what it is given. */
		c->one_by_one = errno != EAGAIN && errno != EINTR && errno != ENOBUFS
			&& errno != ECONNREFUSED;
		return false;
	}
	count_bytes(c, (ssize_t)bytes);
	c->messages += n;
	q->sent += n;
	ipfix_queue_release(q, q->sent);
	return true;
}

/* Sends the templates that are due.  Returns false if the socket takes no more. */
static bool
send_templates(struct collector *c, struct ipfix_queue *q, uint64_t now_ms, uint32_t wall_s)
{
	const struct ipfix_stamp stamp = { wall_s, c->cfg.domain };
	ssize_t n;

	while (c->templates_due) {
		if (c->buffered == 0) {
			c->templates.max = c->max;
			c->templates.sequence = ipfix_queue_sequence(q);
			c->buffered = ipfix_templates_message(c->buffer, &c->templates);
			c->buffer_sent = 0;
			ipfix_stamp(c->buffer, &stamp);
		}
		if (c->buffered == 0) {
			c->templates.next = 0;
			c->templates_due = false;
			c->templates_ms = now_ms;
			c->fresh = true;
			return true;
		}
		n = give(c, q, c->buffer + c->buffer_sent, c->buffered - c->buffer_sent);
		if (n < 0)
			return false;
		c->buffer_sent += (size_t)n;
		if (c->buffer_sent < c->buffered)
			return false;
		c->buffered = 0;
		c->messages++;
	}
	return true;
}

void
collector_send(struct collector *c, struct ipfix_queue *q, uint64_t now_ms, uint32_t wall_s)
{
	const struct ipfix_stamp stamp = { wall_s, c->cfg.domain };
	struct ipfix_message *m;
	ssize_t n;

	if (c->fd < 0 || (c->cfg.protocol == IPFIX_TCP && c->state != EXPORTER_SENDS))
		return;
	/* Templates never stand within a message. */
	if (c->partly == 0 && !send_templates(c, q, now_ms, wall_s))
		return;
	for (unsigned i = q->sent; i < q->kept; i++)
		if (i > q->sent || c->partly == 0)
			ipfix_stamp(ipfix_queue_at(q, i)->data, &stamp);
	while ((m = ipfix_queue_head(q)) != NULL) {
		size_t bytes;
		unsigned together = count_together(c, q, &bytes);

		if (together > 1 && give_together(c, q, together, bytes))
			continue;
		n = give(c, q, m->data + c->partly, m->bytes - c->partly);
		if (n < 0)
			return;
		c->partly += (size_t)n;
		if (c->partly < m->bytes)
			return;
		c->partly = 0;
		c->messages++;
		m->end = c->written;
		ipfix_queue_next(q);
		if (c->cfg.protocol == IPFIX_UDP)
			ipfix_queue_release(q, q->sent);
	}
}

bool
collector_takes_options(struct collector *c)
{
	bool due = c->fresh;

	c->fresh = false;
	return due;
}

short
collector_events(const struct collector *c, struct ipfix_queue *q)
{
	bool waits = c->state != EXPORTER_SENDS || c->partly != 0 || c->buffered != 0
		|| ipfix_queue_head(q) != NULL;

	return (short)(POLLIN | (waits ? POLLOUT : 0));
}
