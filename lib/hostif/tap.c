/* SPDX-License-Identifier: BSD-3-Clause */
/* One tap: made, set, written and read. */

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "base/counter.h"
#include "hostif/hostif_priv.h"

enum {
	FRAMES_AT_ONCE = 64, /* of one tap, before others get their turn */
	SEGMENTS = 8,
	ETHERTYPE_OFFSET = 12,
};

static void
request(struct ifreq *r, const struct tap *t)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->ifr_name, t->name, sizeof(t->name));
}

/* Calls ioctl on a socket of the thread's namespace. */
static int
set(unsigned long what, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	rc = ioctl(fd, what, r) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

int
tap_open(struct tap *t)
{
	struct ifreq r;

	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	t->existed = if_nametoindex(t->name) != 0;
	request(&r, t);
	r.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(t->fd, TUNSETIFF, &r) < 0 || ioctl(t->fd, TUNSETPERSIST, 1) < 0) {
		int rc = -errno;

		close(t->fd);
		t->fd = -1;
		return rc;
	}
	t->index = (int)if_nametoindex(t->name);
	return 0;
}

void
tap_close(struct tap *t, bool remove)
{
	if (t->fd < 0)
		return;
	if (remove)
		ioctl(t->fd, TUNSETPERSIST, 0);
	close(t->fd);
	t->fd = -1;
}

int
tap_set_link(struct tap *t, bool up)
{
	int carrier = up;

	t->up = up;
	return ioctl(t->fd, TUNSETCARRIER, &carrier) < 0 ? -errno : 0;
}

static int
set_mac(const struct tap *t, const uint8_t mac[6])
{
	struct ifreq r;

	request(&r, t);
	if (set(SIOCGIFHWADDR, &r) == 0 && memcmp(r.ifr_hwaddr.sa_data, mac, 6) == 0)
		return 0;
	request(&r, t);
	r.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(r.ifr_hwaddr.sa_data, mac, 6);
	return set(SIOCSIFHWADDR, &r);
}

static int
set_mtu(const struct tap *t, unsigned mtu)
{
	struct ifreq r;

	request(&r, t);
	r.ifr_mtu = (int)mtu;
	return set(SIOCSIFMTU, &r);
}

/* Administratively up: whether it is usable is said by its carrier. */
static int
set_up(const struct tap *t)
{
	struct ifreq r;
	int rc;

	request(&r, t);
	rc = set(SIOCGIFFLAGS, &r);
	if (rc < 0 || (r.ifr_flags & IFF_UP))
		return rc;
	r.ifr_flags |= IFF_UP;
	return set(SIOCSIFFLAGS, &r);
}

int
tap_set(struct tap *t, const struct hostif_iface *wanted)
{
	int rc = set_mac(t, wanted->mac);

	memcpy(t->mac, wanted->mac, sizeof(t->mac));
	t->mtu = wanted->mtu;
	if (rc == 0)
		rc = set_mtu(t, wanted->mtu);
	if (rc == 0)
		rc = tap_set_link(t, wanted->up);
	return rc == 0 ? set_up(t) : rc;
}

/* Writes the frame without its VLAN tags: the MACs, then from the EtherType on. */
void
tap_send(struct tap *t, struct rte_mbuf *m)
{
	struct iovec iov[SEGMENTS + 1];
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	unsigned at = m->l2_len - 2u, n = 2;
	ssize_t written;

	iov[0] = (struct iovec){ frame, ETHERTYPE_OFFSET };
	iov[1] = (struct iovec){ frame + at, m->data_len - at };
	for (struct rte_mbuf *s = m->next; s != NULL && n < SEGMENTS + 1u; s = s->next)
		iov[n++] = (struct iovec){ rte_pktmbuf_mtod(s, void *), s->data_len };
	written = writev(t->fd, iov, (int)n);
	if (written < 0) {
		counter_add(&t->counts.rx_lost, 1);
	} else {
		counter_add(&t->counts.rx, 1);
		counter_add(&t->counts.rx_bytes, (uint64_t)written);
	}
	rte_pktmbuf_free(m);
}

/* Reads a frame and drops it: there is no buffer.  Returns false if there was none. */
static bool
discard(struct tap *t)
{
	uint8_t byte;

	if (read(t->fd, &byte, 1) < 0)
		return false;
	counter_add(&t->counts.tx_lost, 1);
	return true;
}

static bool
receive_one(struct hostif *k, struct tap *t)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(k->setup.pool);
	unsigned worker = t->id % exchange_workers(k->setup.exchange);
	ssize_t n;

	if (m == NULL)
		return discard(t);
	n = read(t->fd, rte_pktmbuf_mtod(m, void *), rte_pktmbuf_tailroom(m));
	if (n < 0) {
		rte_pktmbuf_free(m);
		return false;
	}
	if (n >= RTE_ETHER_HDR_LEN && n <= t->mtu + RTE_ETHER_HDR_LEN) {
		m->data_len = (uint16_t)n;
		m->pkt_len = (uint32_t)n;
		m->port = t->id;
		if (exchange_give_down(k->setup.exchange, worker, m)) {
			counter_add(&t->counts.tx, 1);
			counter_add(&t->counts.tx_bytes, (uint64_t)n);
			return true;
		}
	}
	counter_add(&t->counts.tx_lost, 1);
	rte_pktmbuf_free(m);
	return true;
}

void
tap_receive(struct hostif *k, struct tap *t)
{
	for (unsigned i = 0; i < FRAMES_AT_ONCE; i++)
		if (!receive_one(k, t))
			return;
}
