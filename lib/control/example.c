/* SPDX-License-Identifier: BSD-3-Clause */
/* The built-in example's configuration and traffic. */

#include "control/example.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/capture.h"
#include "packet/notation.h"

const char example_config
	[] = "version: 1\n"
	     "ports:\n"
	     "  lan: {device: net_ring0, queues: 1, mac: \"02:00:00:00:00:01\"}\n"
	     "  wan: {device: net_ring1, queues: 1, mac: \"02:00:00:00:00:02\"}\n"
	     "interfaces:\n"
	     "  lan:\n"
	     "    addresses: [192.0.2.1/24, \"2001:db8:1::1/64\"]\n"
	     "    pipeline: inside\n"
	     "    neighbours:\n"
	     "      192.0.2.10: \"02:00:00:00:01:0a\"\n"
	     "      192.0.2.11: \"02:00:00:00:01:0b\"\n"
	     "      \"2001:db8:1::10\": \"02:00:00:00:01:0a\"\n"
	     "  wan:\n"
	     "    addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"]\n"
	     "    pipeline: outside\n"
	     "    neighbours:\n"
	     "      198.51.100.2: \"02:00:00:00:02:02\"\n"
	     "      \"2001:db8:2::2\": \"02:00:00:00:02:02\"\n"
	     "routes:\n"
	     "  main:\n"
	     "    - {to: 0.0.0.0/0, via: 198.51.100.2}\n"
	     "    - {to: \"::/0\", via: \"2001:db8:2::2\"}\n"
	     "sets:\n"
	     "  trusted: [203.0.113.64/28]\n"
	     "acls:\n"
	     "  from-inside:\n"
	     "    default: drop\n"
	     "    rules:\n"
	     "      - {name: names, proto: udp, dport: 53, action: accept}\n"
	     "      - {name: web, proto: tcp, dport: [80, 443], action: accept}\n"
	     "  from-outside:\n"
	     "    default: drop\n"
	     "    rules:\n"
	     "      - {name: answers, proto: [tcp, udp], sport: [53, 80, 443], action: accept}\n"
	     "      - {name: ssh, src: $trusted, proto: tcp, dport: 22, action: accept}\n"
	     "pipelines:\n"
	     "  inside: [{acl: from-inside}, {route: main}]\n"
	     "  outside: [{acl: from-outside}, {route: main}]\n";

static const char *const from_lan[] = {
	"udp 192.0.2.10:5353 > 203.0.113.1:53",
	"tcp 192.0.2.10:40001 > 203.0.113.80:443 A size 512",
	"tcp 192.0.2.11:40002 > 203.0.113.80:80 A size 60",
	"tcp [2001:db8:1::10]:40003 > [2001:db8:ffff::80]:443 A size 256",
	"tcp 192.0.2.11:40004 > 203.0.113.25:25 S",
};

static const char *const from_wan[] = {
	"udp 203.0.113.1:53 > 192.0.2.10:5353 size 200",
	"tcp 203.0.113.80:443 > 192.0.2.10:40001 A size 1400",
	"tcp 203.0.113.70:50000 > 192.0.2.10:22 A size 100",
	"tcp 203.0.113.9:50001 > 192.0.2.10:23 S",
	"tcp [2001:db8:ffff::80]:443 > [2001:db8:1::10]:40003 A size 1280",
};

enum {
	FRAME_MAX = 1600,
	KINDS = 5,
	DUE_MAX = CAPTURE_RING / 4, /* frames at once, at most */
};

/* A port, and the frames that its peer sends in turn. */
struct side {
	struct port *port;
	uint8_t frame[KINDS][FRAME_MAX];
	unsigned bytes[KINDS];
	unsigned next;
};

struct example {
	struct rte_mempool *pool;
	uint64_t last_ns;
	struct side side[2];
};

static int
build_frames(struct side *side, const char *const texts[KINDS], const struct interface *iface,
	struct err *err)
{
	for (unsigned i = 0; i < KINDS; i++) {
		struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, 0xfe } };
		char why[128];
		int n;

		memcpy(macs.dst, iface->mac, sizeof(macs.dst));
		n = notation_build(texts[i], &macs, side->frame[i], FRAME_MAX, why);
		if (n < 0)
			return err_set(err, -n, "%s: %s", texts[i], why);
		side->bytes[i] = (unsigned)n;
	}
	return 0;
}

static int
build_side(struct side *side, struct appliance *a, const char *name, const char *const texts[KINDS],
	struct err *err)
{
	const struct generation *gen = appliance_generation(a);

	side->port = ports_find(appliance_ports(a), name);
	for (unsigned i = 0; i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && strcmp(gen->iface[i]->name, name) == 0)
			return build_frames(side, texts, gen->iface[i], err);
	return err_set(err, ENOENT, "no interface %s", name);
}

struct example *
example_create(struct appliance *a, struct err *err)
{
	struct example *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	e->pool = pools_of_node(appliance_pools(a), 0);
	if (build_side(&e->side[0], a, "lan", from_lan, err) < 0
		|| build_side(&e->side[1], a, "wan", from_wan, err) < 0) {
		example_destroy(e);
		return NULL;
	}
	return e;
}

void
example_destroy(struct example *e)
{
	free(e);
}

static void
send_one(struct example *e, struct side *side)
{
	unsigned i = side->next++ % KINDS;
	struct rte_mbuf *m = rte_pktmbuf_alloc(e->pool);
	void *data;

	if (m == NULL)
		return;
	data = rte_pktmbuf_append(m, (uint16_t)side->bytes[i]);
	if (data != NULL)
		memcpy(data, side->frame[i], side->bytes[i]);
	if (data == NULL || capture_push(side->port, 0, &m, 1) == 0)
		rte_pktmbuf_free(m);
}

static void
take_away(struct side *side)
{
	struct rte_mbuf *m[64];
	unsigned n;

	for (unsigned q = 0; q < side->port->tx_queues; q++)
		while ((n = capture_drain(side->port, q, m, 64)) != 0)
			rte_pktmbuf_free_bulk(m, n);
}

/* Returns the frames due since the last tick; a late tick does not overrun the ports. */
static unsigned
frames_due(struct example *e, uint64_t now_ns)
{
	uint64_t due = (now_ns - e->last_ns) * EXAMPLE_RATE / NS_PER_MS;

	if (e->last_ns == 0 || due > DUE_MAX)
		due = DUE_MAX;
	e->last_ns = now_ns;
	return (unsigned)due;
}

void
example_tick(struct example *e, uint64_t now_ns)
{
	unsigned due = frames_due(e, now_ns);

	for (unsigned s = 0; s < 2; s++) {
		for (unsigned i = 0; i < due; i++)
			send_one(e, &e->side[s]);
		take_away(&e->side[s]);
	}
}
