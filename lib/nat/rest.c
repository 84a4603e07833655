/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings in quarantine: in the order in which it ends, and by how many ports their inside host
 * had when it began.
 *
 * While no port of a public address is free, a host gets one out of quarantine: of a host that has
 * more ports than it, the one that has rested longest among those of the highest class.  So a host
 * that ends sessions faster than their ports rest takes no more ports from others than its share,
 * and ports of a host that has few of them rest their time.  Classes are powers of two: a host is
 * refused only if it has at least half as many ports as those with most. */

#include "base/counter.h"
#include "nat/nat_priv.h"

/* For one port, since a refused session must not cost much: mappings whose host is examined, and
 * mappings passed over. */
#define EXAMINED 8u
#define PASSED   32u

static unsigned
class_of(uint32_t ports)
{
	unsigned class = 31u - (unsigned)__builtin_clz(ports | 1);

	return RTE_MIN(class, NAT_REST_CLASSES - 1);
}

static struct nat_ports *
ports_of(const struct nat *n, const struct mapping *m)
{
	return nat_address_at(n, m->address)->proto[nat_proto(m->proto)];
}

/* Returns true if the port of a mapping may be given out. */
static bool
is_ours(const struct nat *n, const struct mapping *m)
{
	return nat_port_is_ours(
		n, m->address, nat_proto(m->proto), rte_be_to_cpu_16(m->public_port));
}

static void
class_join(struct nat *n, struct mapping *m, uint32_t index, unsigned class)
{
	struct nat_ports *p;
	uint32_t last;

	if (m->public_port == 0)
		return;
	p = ports_of(n, m);
	m->class = class & 31;
	last = p->rests[m->class].last;
	m->class_next = 0;
	m->class_prev = last;
	if (last != 0)
		n->mapping[last].class_next = index;
	else
		p->rests[m->class].first = index;
	p->rests[m->class].last = index;
	p->rest_classes |= 1u << m->class;
}

static void
class_leave(struct nat *n, const struct mapping *m)
{
	struct nat_ports *p;

	if (m->public_port == 0)
		return;
	p = ports_of(n, m);
	if (m->class_prev != 0)
		n->mapping[m->class_prev].class_next = m->class_next;
	else
		p->rests[m->class].first = m->class_next;
	if (m->class_next != 0)
		n->mapping[m->class_next].class_prev = m->class_prev;
	else
		p->rests[m->class].last = m->class_prev;
	if (p->rests[m->class].first == 0)
		p->rest_classes &= ~(1u << m->class);
}

void
nat_rest_begin(struct nat *n, uint32_t index, uint32_t now_tick)
{
	struct mapping *m = &n->mapping[index];

	nat_peers_free(n, m);
	m->flags |= MAPPING_RESTS;
	m->rest_tick = now_tick;
	m->rest_next = 0;
	m->rest_prev = n->rest_last;
	if (n->rest_last != 0)
		n->mapping[n->rest_last].rest_next = index;
	else
		n->rest_first = index;
	n->rest_last = index;
	class_join(n, m, index, class_of(nat_host_of(n, m)->mappings));
	nat_mapping_count(n, m, false);
	counter_add(&n->pool[nat_host_of(n, m)->pool].resting, 1);
	counter_add(&nat_address_at(n, m->address)->resting, 1);
}

void
nat_rest_leave(struct nat *n, uint32_t index)
{
	struct mapping *m = &n->mapping[index];

	if (index == n->rest_ahead) {
		n->rest_ahead = m->rest_next;
		n->rest_lead = 0;
	}
	if (m->rest_prev != 0)
		n->mapping[m->rest_prev].rest_next = m->rest_next;
	else
		n->rest_first = m->rest_next;
	if (m->rest_next != 0)
		n->mapping[m->rest_next].rest_prev = m->rest_prev;
	else
		n->rest_last = m->rest_prev;
	class_leave(n, m);
	counter_add(&n->pool[nat_host_of(n, m)->pool].resting, -1);
	counter_add(&nat_address_at(n, m->address)->resting, -1);
}

void
nat_rest_wake(struct nat *n, uint32_t index)
{
	struct mapping *m = &n->mapping[index];

	nat_rest_leave(n, index);
	m->flags &= ~(unsigned)MAPPING_RESTS & 15;
	m->refs = m->peer = m->n_peers = 0;
	nat_mapping_count(n, m, true);
}

/* Returns true if the host may have the port of a mapping in quarantine, which is ours. */
static bool
may_have(const struct nat *n, const struct nat_need *need, const struct mapping *m)
{
	return m->host == need->host || nat_host_of(n, m)->mappings > need->ports;
}

uint32_t
nat_rest_find(const struct nat *n, const struct nat_need *need)
{
	const struct nat_ports *p = nat_address_at(n, need->place)->proto[need->proto];
	uint32_t classes = p->rest_classes;

	for (unsigned examined = 0, passed = 0; classes != 0;) {
		unsigned class = 31u - (unsigned)__builtin_clz(classes);

		classes &= ~(1u << class);
		for (uint32_t i = p->rests[class].first; i != 0; i = n->mapping[i].class_next) {
			bool ours = is_ours(n, &n->mapping[i]);

			if (ours && may_have(n, need, &n->mapping[i]))
				return i;
			examined += ours;
			if (examined == EXAMINED || ++passed == PASSED)
				return 0;
		}
	}
	return 0;
}

/* Ports that nobody can get any more go to the lowest class. */
void
nat_rest_tidy(struct nat *n, const struct nat_need *need)
{
	const struct nat_ports *p = nat_address_at(n, need->place)->proto[need->proto];
	unsigned class = 31u - (unsigned)__builtin_clz(p->rest_classes | 1), examined = 0;
	uint32_t next, i = p->rests[class].first;

	for (unsigned k = 0; i != 0 && k < PASSED && examined < EXAMINED; k++, i = next) {
		struct mapping *m = &n->mapping[i];
		bool ours = is_ours(n, m);
		unsigned now = ours ? class_of(nat_host_of(n, m)->mappings) : 0;

		examined += ours;
		next = m->class_next;
		if (now != class) {
			class_leave(n, m);
			class_join(n, m, i, now);
		}
	}
}
