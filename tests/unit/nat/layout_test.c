/* SPDX-License-Identifier: BSD-3-Clause */
/* Layouts one after another, without workers: what keeps its number, what stays of what is removed,
 * which ports may be given out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>

#include "nat/layout.h"
#include "nat/nat_priv.h"

#define ADDRESS(n) RTE_BE32(0xc6336400u + (n))

static const rte_be32_t first[] = { ADDRESS(1), ADDRESS(2) };
static const rte_be32_t second[] = { ADDRESS(9) };

static struct nat_pool_spec
pool(const char *name, const rte_be32_t *addresses, unsigned n)
{
	return (struct nat_pool_spec){
		.name = name,
		.addresses = addresses,
		.n_addresses = n,
		.low = 2000,
		.high = 2099,
	};
}

static struct nat_layout *
layout_of(const struct nat_pool_spec *specs, unsigned n, const struct nat_layout *before,
	bool settled)
{
	const struct nat_layout_setup setup = {
		.specs = specs, .n_specs = n, .before = before, .settled = settled
	};
	struct nat_layout *l;

	assert_int_equal(nat_layout_create(&setup, &l), 0);
	assert_non_null(l);
	return l;
}

static const struct nat_place *
place_of(const struct nat_layout *l, rte_be32_t address)
{
	int place = nat_layout_find(l, address);

	return place >= 0 ? &l->place[place] : NULL;
}

static void
numbers_stay_whatever_the_order(void **state)
{
	struct nat_pool_spec specs[] = { pool("a", first, 2), pool("b", second, 1) };
	struct nat_pool_spec turned[] = { specs[1], specs[0] };
	struct nat_layout *was = layout_of(specs, 2, NULL, true);
	struct nat_layout *is = layout_of(turned, 2, was, true);

	assert_int_equal(is->n_slots, 2);
	assert_int_equal(is->slot[0], was->slot[1]);
	assert_int_equal(is->slot[1], was->slot[0]);
	assert_int_equal(is->n_places, 3);
	for (unsigned i = 0; i < 3; i++) {
		rte_be32_t address = i < 2 ? first[i] : second[0];

		assert_int_equal(nat_layout_find(is, address), nat_layout_find(was, address));
		assert_int_equal(place_of(is, address)->slot, was->slot[i == 2]);
	}
	for (unsigned i = 0; i < 2; i++) {
		const struct nat_layout_pool *before = &was->pool[was->slot[i]];
		const struct nat_layout_pool *after = &is->pool[was->slot[i]];

		assert_string_equal(after->name, specs[i].name);
		assert_true(after->configured);
		assert_true(after->serial == before->serial);
		assert_true(after->ports == before->ports);
		assert_int_equal(after->n_addresses, specs[i].n_addresses);
		assert_memory_equal(after->address, before->address,
			specs[i].n_addresses * sizeof(*after->address));
	}
	assert_int_equal(nat_layout_find(is, ADDRESS(3)), -1);
	nat_layout_discard(was);
	nat_layout_discard(is);
}

static void
a_removed_pool_stays_until_workers_have_adopted_that(void **state)
{
	struct nat_pool_spec specs[] = { pool("a", first, 2), pool("b", second, 1) };
	struct nat_layout *was = layout_of(specs, 2, NULL, true);
	struct nat_layout *removed = layout_of(&specs[1], 1, was, false);
	struct nat_layout *waits = layout_of(&specs[1], 1, removed, false);
	struct nat_layout *gone = layout_of(&specs[1], 1, removed, true);
	unsigned slot = was->slot[0];

	assert_string_equal(removed->pool[slot].name, "a");
	assert_false(removed->pool[slot].configured);
	assert_int_equal(removed->pool[slot].low, 2000);
	assert_int_equal(removed->pool[slot].n_addresses, 0);
	assert_int_equal(place_of(removed, first[0])->slot, NAT_NO_POOL);
	assert_string_equal(waits->pool[slot].name, "a");
	assert_non_null(place_of(waits, first[1]));
	assert_null(gone->pool[slot].name);
	assert_null(place_of(gone, first[1]));
	assert_int_equal(nat_layout_find(gone, second[0]), nat_layout_find(was, second[0]));
	nat_layout_discard(was);
	nat_layout_discard(removed);
	nat_layout_discard(waits);
	nat_layout_discard(gone);
}

static void
a_vacant_place_and_slot_are_used_again(void **state)
{
	static const rte_be32_t third[] = { ADDRESS(77) };
	struct nat_pool_spec specs[] = { pool("a", first, 2), pool("b", second, 1) };
	struct nat_pool_spec new[] = { pool("c", third, 1), specs[1] };
	struct nat_layout *was = layout_of(specs, 2, NULL, true);
	struct nat_layout *removed = layout_of(&specs[1], 1, was, true);
	struct nat_layout *gone = layout_of(&specs[1], 1, removed, true);
	struct nat_layout *is = layout_of(new, 2, gone, true);

	assert_int_equal(is->slot[0], was->slot[0]);
	assert_true(is->pool[is->slot[0]].serial != was->pool[was->slot[0]].serial);
	assert_int_equal(nat_layout_find(is, third[0]), nat_layout_find(was, first[0]));
	assert_int_equal(is->n_places, 3);
	nat_layout_discard(was);
	nat_layout_discard(removed);
	nat_layout_discard(gone);
	nat_layout_discard(is);
}

/* The ports of the range that the protocol may have. */
static unsigned
count_ports(const struct nat_layout *l, enum nat_proto proto, uint16_t low, uint16_t high)
{
	const struct nat_layout_pool *p = &l->pool[l->slot[0]];
	unsigned n = 0;

	for (uint32_t port = low; port <= high; port++)
		n += port_mask_has(&p->masks[p->mask[proto]], (uint16_t)port);
	return n;
}

static void
ports_of_forwards_are_not_given_out(void **state)
{
	struct nat_reserved reserved[] = {
		{ .low = 2010, .high = 2019, .proto = IPPROTO_UDP },
		{ .low = 2050, .high = 2050, .proto = IPPROTO_UDP },
		{ .low = 2030, .high = 2030, .proto = IPPROTO_TCP },
	};
	struct nat_pool_spec spec = pool("a", first, 1);
	struct nat_layout *l;

	spec.reserved = reserved;
	spec.n_reserved = 3;
	l = layout_of(&spec, 1, NULL, true);
	assert_int_equal(l->pool[l->slot[0]].n_masks, 3);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_UDP), 2000, 2099), 89);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_UDP), 2010, 2019), 0);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_UDP), 2050, 2050), 0);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_TCP), 2000, 2099), 99);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_TCP), 2030, 2030), 0);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_ICMP), 2000, 2099), 100);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_ICMP), 1, 1999), 0);
	assert_int_equal(count_ports(l, nat_proto(IPPROTO_ICMP), 2100, 65535), 0);
	nat_layout_discard(l);
}

/* Returns true if other ports may be given out after the change. */
static bool
ports_change(const struct nat_pool_spec *from, const struct nat_pool_spec *to)
{
	struct nat_layout *was = layout_of(from, 1, NULL, true);
	struct nat_layout *is = layout_of(to, 1, was, true);
	bool changed = is->pool[is->slot[0]].ports != was->pool[was->slot[0]].ports;

	assert_true(is->pool[is->slot[0]].serial == was->pool[was->slot[0]].serial);
	nat_layout_discard(was);
	nat_layout_discard(is);
	return changed;
}

static void
a_change_of_ports_is_told_from_others(void **state)
{
	struct nat_reserved udp = { .low = 2010, .high = 2010, .proto = IPPROTO_UDP };
	struct nat_reserved tcp = { .low = 2010, .high = 2010, .proto = IPPROTO_TCP };
	struct nat_reserved next = { .low = 2011, .high = 2011, .proto = IPPROTO_UDP };
	struct nat_pool_spec plain = pool("a", first, 1), other = plain;

	assert_false(ports_change(&plain, &plain));
	other.per_source = 7;
	other.reject = true;
	assert_false(ports_change(&plain, &other));
	other = plain;
	other.low++;
	assert_true(ports_change(&plain, &other));
	other = plain;
	other.high++;
	assert_true(ports_change(&plain, &other));
	other = plain;
	other.reserved = &udp;
	other.n_reserved = 1;
	assert_true(ports_change(&plain, &other));
	assert_true(ports_change(&other, &plain));
	assert_false(ports_change(&other, &other));
	plain = other;
	plain.reserved = &tcp; /* the same masks, for another protocol */
	assert_true(ports_change(&plain, &other));
	plain.reserved = &next; /* as many masks */
	assert_true(ports_change(&plain, &other));
}

static struct tuple
packet_to(rte_be32_t address, uint16_t port, uint8_t proto)
{
	return (struct tuple){ .family = 4,
		.proto = proto,
		.dst = address_v4(address),
		.dport = rte_cpu_to_be_16(port) };
}

static void
ports_of_all_earlier_ranges_are_old(void **state)
{
	struct nat_pool_spec spec = pool("a", first, 1);
	struct nat_layout *l[3];
	struct tuple t;

	l[0] = layout_of(&spec, 1, NULL, true);
	spec.low = 2050;
	spec.high = 2200;
	l[1] = layout_of(&spec, 1, l[0], false);
	spec.low = 2100;
	spec.high = 2110;
	l[2] = layout_of(&spec, 1, l[1], false);
	assert_false(l[0]->has_old);
	assert_true(l[1]->has_old);
	for (uint32_t port = 1990; port < 2210; port++) {
		t = packet_to(first[0], (uint16_t)port, IPPROTO_UDP);
		assert_false(nat_layout_is_old(l[0], &t));
		assert_int_equal(nat_layout_is_old(l[1], &t), port >= 2000 && port < 2050);
		assert_int_equal(nat_layout_is_old(l[2], &t),
			port >= 2000 && port <= 2200 && (port < 2100 || port > 2110));
	}
	t = packet_to(first[0], 2000, IPPROTO_GRE); /* has no ports */
	assert_false(nat_layout_is_old(l[2], &t));
	t = packet_to(first[1], 2000, IPPROTO_UDP); /* is not of the pool */
	assert_false(nat_layout_is_old(l[2], &t));
	t = packet_to(first[0], 2000, IPPROTO_UDP);
	t.domain = 1;
	assert_false(nat_layout_is_old(l[2], &t));
	t.domain = 0;
	t.kind = KEY_FRAGMENT;
	assert_false(nat_layout_is_old(l[2], &t));
	t.kind = 0;
	t.family = 6;
	assert_false(nat_layout_is_old(l[2], &t));
	for (unsigned i = 0; i < 3; i++)
		nat_layout_discard(l[i]);
}

static void
a_wider_range_leaves_no_old_ports(void **state)
{
	struct nat_pool_spec spec = pool("a", first, 1);
	struct nat_layout *was = layout_of(&spec, 1, NULL, true), *is;

	spec.low--;
	spec.high++;
	is = layout_of(&spec, 1, was, false);
	assert_false(is->has_old);
	nat_layout_discard(is);
	is = layout_of(NULL, 0, was, false); /* the address is in no pool */
	assert_true(is->has_old);
	nat_layout_discard(is);
	nat_layout_discard(was);
}

/* Owns the address that arg points to. */
static bool
owns_one(const void *arg, const struct nat_place *p)
{
	return p->address == *(const rte_be32_t *)arg;
}

static void
addresses_that_an_interface_lost_end(void **state)
{
	struct nat_pool_spec specs[] = { pool("followed", first, 2), pool("fixed", second, 1) };
	struct nat_layout *was, *is;

	specs[0].follows = true;
	was = layout_of(specs, 2, NULL, true);
	nat_layout_end(was, owns_one, &second[0]); /* all have a pool */
	assert_false(was->has_ended);
	is = layout_of(NULL, 0, was, false);
	nat_layout_end(is, owns_one, &first[0]);
	assert_true(is->has_ended);
	assert_false(place_of(is, first[0])->ended);
	assert_true(place_of(is, first[1])->ended);
	assert_false(place_of(is, second[0])->ended); /* nobody lost it: a pool had it */
	nat_layout_discard(is);
	is = layout_of(&specs[1], 1, was, false);
	nat_layout_end(is, owns_one, &second[0]);
	assert_true(place_of(is, first[0])->ended);
	assert_false(place_of(is, second[0])->ended);
	nat_layout_discard(is);
	nat_layout_discard(was);
}

static void
more_pools_than_slots_are_refused(void **state)
{
	static struct nat_pool_spec specs[NAT_POOLS];
	static char names[NAT_SLOTS + NAT_POOLS][16];
	static rte_be32_t addresses[NAT_SLOTS + NAT_POOLS];
	struct nat_layout *was = NULL, *is;
	unsigned made = 0;
	int rc = 0;

	while (rc == 0) {
		struct nat_layout_setup setup = { .specs = specs, .before = was };

		/* As many as have room, then one more. */
		setup.n_specs = made < NAT_SLOTS ? RTE_MIN(NAT_POOLS, (int)(NAT_SLOTS - made)) : 1;
		for (unsigned i = 0; i < setup.n_specs; i++) {
			snprintf(names[made + i], sizeof(names[0]), "pool%u", made + i);
			addresses[made + i] = rte_cpu_to_be_32(0xc6336400u + made + i);
			specs[i] = pool(names[made + i], &addresses[made + i], 1);
		}
		rc = nat_layout_create(&setup, &is);
		if (rc != 0)
			break;
		made += setup.n_specs;
		nat_layout_discard(was);
		was = is;
	}
	assert_int_equal(rc, -ENOSPC);
	assert_null(is);
	assert_int_equal(made, NAT_SLOTS);
	nat_layout_discard(was);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_stay_whatever_the_order),
		cmocka_unit_test(a_removed_pool_stays_until_workers_have_adopted_that),
		cmocka_unit_test(a_vacant_place_and_slot_are_used_again),
		cmocka_unit_test(ports_of_forwards_are_not_given_out),
		cmocka_unit_test(a_change_of_ports_is_told_from_others),
		cmocka_unit_test(ports_of_all_earlier_ranges_are_old),
		cmocka_unit_test(a_wider_range_leaves_no_old_ports),
		cmocka_unit_test(addresses_that_an_interface_lost_end),
		cmocka_unit_test(more_pools_than_slots_are_refused),
	};

	return cmocka_run_group_tests_name("nat_layout", tests, NULL, NULL);
}
