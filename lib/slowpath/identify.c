/* SPDX-License-Identifier: BSD-3-Clause */
/* IP identification of packets whose source address several hosts share.
 *
 * Hosts count independently, so two of them behind one address would send the same number to one
 * destination, whose reassembly would mix their fragments (RFC 6864 4.1, RFC 7857 10). Packets that
 * may be fragmented get a number from here: counters by keyed hash of (source, destination,
 * protocol), which begin anywhere; each worker has numbers of its own. */

#include "slowpath/identify.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/random.h"
#include "packet/checksum.h"
#include "slowpath/slowpath_priv.h"

#define COUNTERS 2048u

struct identifier {
	struct hash_key secret;
	uint16_t next[COUNTERS];
};

/* A packet's addresses and protocol as it leaves, and the sending worker: worker < workers. */
struct identifier_of {
	rte_be32_t src, dst;
	uint8_t proto;
	uint16_t worker, workers;
};

struct identifier *
identifier_create(void)
{
	struct identifier *i = malloc(sizeof(*i));

	if (i != NULL)
		random_secret(i, sizeof(*i));
	return i;
}

void
identifier_destroy(struct identifier *i)
{
	free(i);
}

/* Returns a number that differs from the last 2^16 / workers for the same source, destination and
 * protocol. */
static rte_be16_t
identifier_next(struct identifier *i, const struct identifier_of *of)
{
	struct {
		rte_be32_t src, dst;
		uint32_t proto;
	} key = { of->src, of->dst, of->proto };
	uint16_t *next = &i->next[hash_bytes(&i->secret, &key, sizeof(key)) % COUNTERS];
	uint32_t share = 0x10000u / of->workers;

	return rte_cpu_to_be_16((uint16_t)((*next)++ % share * of->workers + of->worker));
}

static void
identify(uint8_t *ip, rte_be16_t id)
{
	uint16_t checksum;

	memcpy(&checksum, ip + 10, 2);
	checksum = checksum_apply(checksum, checksum_delta(ip + 4, &id, 2));
	memcpy(ip + 10, &checksum, 2);
	memcpy(ip + 4, &id, 2);
}

static rte_be16_t
next_id(struct datapath *dp, rte_be32_t src, rte_be32_t dst, uint8_t proto)
{
	const struct identifier_of of = {
		.src = src,
		.dst = dst,
		.proto = proto,
		.worker = (uint16_t)dp->worker,
		.workers = dp->gen->n_workers > 0 ? (uint16_t)dp->gen->n_workers : 1,
	};

	return identifier_next(dp->slow->identifier, &of);
}

void
slowpath_identify(struct datapath *dp, uint8_t *ip, const struct to4 *to)
{
	identify(ip, next_id(dp, to->src, to->dst, to->proto));
}

/* Returns the number for a datagram's fragments, which the first one to leave chooses. */
static rte_be16_t
shared_id(struct datapath *dp, const struct tuple *to)
{
	struct fragment_pass *pass = dp->slow->pass;

	if (pass == NULL)
		return next_id(dp, to->src.v4, to->dst.v4, to->proto);
	if (!(pass->flags & FRAGMENT_IDENTIFIED))
		pass->id = next_id(dp, to->src.v4, to->dst.v4, to->proto);
	pass->flags |= FRAGMENT_IDENTIFIED;
	return pass->id;
}

void
identify_shared(
	struct datapath *dp, struct rte_mbuf *m, const struct view *v, const struct tuple *to)
{
	if (!shares_source(&v->tuple, to)
		|| (!v->fragment
			&& (v->dont_fragment || v->l3_bytes <= IP4_NEVER_FRAGMENTED_BYTES)))
		return;
	identify(rte_pktmbuf_mtod_offset(m, uint8_t *, v->l3), shared_id(dp, to));
}
