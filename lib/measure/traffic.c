/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows by number, and the order of their packets. */

#include "measure/traffic.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
	PORTS_FIRST = 64, /* source ports of a block: all are used before the next
			   * destination */
};

/* Rejection inversion (Hoermann and Derflinger 1996): a Zipf variate without a table. */
struct zipf {
	double exponent, first, last, skip;
	uint32_t n;
};

struct traffic {
	struct traffic_setup setup;
	struct zipf zipf;
	uint64_t random; /* state of splitmix64 */
	uint64_t turn;   /* packets of known flows so far */
	uint64_t next_new;
	double due_new; /* first packets that are due */
	uint64_t space;
	struct traffic_template packet, opening;
};

const uint8_t traffic_peer_mac[6] = { 0x02, 0, 0, 0, 0xfe, 0x01 };

/* --- numbers --- */

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static uint64_t
draw(struct traffic *t)
{
	return mix(t->random += 0x9e3779b97f4a7c15ull);
}

static double
draw_unit(struct traffic *t)
{
	return (double)(draw(t) >> 11) * 0x1p-53;
}

/* Returns a number below n, n different ones for n different i: mixed within the bits of n,
 * repeated until it is below n. */
static uint32_t
shuffle(uint32_t i, uint32_t n, uint64_t seed)
{
	unsigned bits = n < 2 ? 1 : 32 - (unsigned)__builtin_clz(n - 1);
	uint64_t mask = (1ull << bits) - 1, x = i;

	do {
		for (unsigned round = 0; round < 3; round++) {
			x = (x * 0x9e3779b97f4a7c15ull + seed) & mask;
			x ^= x >> (bits / 2 + 1);
		}
	} while (x >= n);
	return (uint32_t)x;
}

/* --- Zipf --- */

static double
area(const struct zipf *z, double x)
{
	double l = log(x), e = (1 - z->exponent) * l;

	return l * (fabs(e) > 1e-8 ? expm1(e) / e : 1 + e / 2);
}

static double
area_inverse(const struct zipf *z, double area)
{
	double e = area * (1 - z->exponent);

	if (e < -1)
		e = -1;
	return exp(area * (fabs(e) > 1e-8 ? log1p(e) / e : 1 - e / 2));
}

static double
height(const struct zipf *z, double x)
{
	return exp(-z->exponent * log(x));
}

static void
zipf_init(struct zipf *z, double exponent, uint32_t n)
{
	z->exponent = exponent;
	z->n = n;
	z->first = area(z, 1.5) - 1;
	z->last = area(z, n + 0.5);
	z->skip = 2 - area_inverse(z, area(z, 2.5) - height(z, 2));
}

/* Returns a rank, 0 and up; lower ranks are more likely. */
static uint32_t
zipf_draw(struct traffic *t)
{
	const struct zipf *z = &t->zipf;

	for (;;) {
		double u = z->last + draw_unit(t) * (z->first - z->last);
		double x = area_inverse(z, u), k = floor(x + 0.5);

		k = k < 1 ? 1 : k > z->n ? z->n : k;
		if (k - x <= z->skip || u >= area(z, k + 0.5) - height(z, k))
			return (uint32_t)k - 1;
	}
}

/* --- flows --- */

/* Returns the block of source ports: they are used in blocks, so that a source has more than a few
 * endpoints. */
static uint32_t
port_block(const struct traffic_aim *aim)
{
	return aim->src.ports < PORTS_FIRST ? aim->src.ports : PORTS_FIRST;
}

uint64_t
traffic_space(const struct traffic_aim *aim)
{
	uint32_t block = port_block(aim);

	return (uint64_t)aim->src.addresses * (aim->src.ports / block * block) * aim->dst.addresses
		* aim->dst.ports;
}

static union address
address_at(const struct traffic_end *end, uint8_t family, uint32_t n)
{
	union address a = end->first;
	uint8_t *low = a.bytes + (family == 4 ? 0 : 12);
	rte_be32_t word;

	memcpy(&word, low, 4);
	word = rte_cpu_to_be_32(rte_be_to_cpu_32(word) + n);
	memcpy(low, &word, 4);
	return a;
}

/* Takes off the digit of n in the given base. */
static uint32_t
take_digit(uint64_t *n, uint32_t base)
{
	uint32_t digit = (uint32_t)(*n % base);

	*n /= base;
	return digit;
}

static union address
spoofed_address(uint64_t n, uint8_t family)
{
	union address a = { .words = { n, mix(n) } };

	if (family == 6) {
		a.bytes[0] = 0x24 | (a.bytes[0] & 0x03); /* 2400::/6 */
		return a;
	}
	a.words[0] &= 0xffffffff; /* IPv4 stands in the first 4 bytes */
	a.words[1] = 0;
	a.bytes[0] = (uint8_t)(11 + a.bytes[0] % 100); /* neither martian nor private */
	return a;
}

/* Sets a spoofed source: number -> 24 bits of address within a first byte, and a port; none repeats
 * within 2^39 flows. */
static void
spoof(const struct traffic *t, uint64_t n, struct tuple *ends)
{
	uint64_t low = (n * 0x9e3779b97f4a7c15ull + t->setup.seed) & 0xffffff;
	uint64_t high = n >> 24;

	ends->src = spoofed_address(low << 8 | mix(low) % 251, t->setup.aim.family);
	if (t->setup.aim.family == 6)
		memcpy(ends->src.bytes + 8, &n, 8);
	ends->sport = rte_cpu_to_be_16((uint16_t)(1024 + high % 32768));
}

void
traffic_tuple(const struct traffic *t, uint64_t flow, struct tuple *ends)
{
	const struct traffic_aim *aim = &t->setup.aim;
	uint32_t block = port_block(aim);
	uint64_t n = flow % t->space;
	uint32_t src, dst, low, high, dport;

	src = take_digit(&n, aim->src.addresses);
	low = take_digit(&n, block);
	dst = take_digit(&n, aim->dst.addresses);
	high = take_digit(&n, aim->src.ports / block);
	dport = take_digit(&n, aim->dst.ports);
	*ends = (struct tuple){
		.family = aim->family,
		.proto = t->setup.kind == TRAFFIC_UDP ? IPPROTO_UDP : IPPROTO_TCP,
		.src = address_at(&aim->src, aim->family, src),
		.dst = address_at(&aim->dst, aim->family, dst),
		.sport = rte_cpu_to_be_16((uint16_t)(aim->src.port + high * block + low)),
		.dport = rte_cpu_to_be_16((uint16_t)(aim->dst.port + dport)),
	};
	if (t->setup.spoofed && flow >= t->setup.flows)
		spoof(t, flow - t->setup.flows, ends);
}

static uint64_t
next_known(struct traffic *t)
{
	const struct traffic_setup *s = &t->setup;

	switch (s->order) {
	case TRAFFIC_ROUND:
		return shuffle((uint32_t)(t->turn++ % s->flows), s->flows, s->seed);
	case TRAFFIC_UNIFORM:
		return (uint64_t)(draw_unit(t) * s->flows);
	default:
		return shuffle(zipf_draw(t), s->flows, s->seed);
	}
}

uint64_t
traffic_next(struct traffic *t)
{
	t->due_new += t->setup.new_percent / 100;
	if (t->due_new < 1)
		return next_known(t);
	t->due_new -= 1;
	return t->next_new++;
}

/* --- life --- */

static void
make_templates(struct traffic *t)
{
	const struct traffic_aim *aim = &t->setup.aim;
	struct traffic_shape shape = {
		.kind = t->setup.kind,
		.family = aim->family,
		.tags = aim->tags,
		.vlan = { aim->vlan[0], aim->vlan[1] },
		.bytes = t->setup.bytes,
	};

	memcpy(shape.src_mac, traffic_peer_mac, 6);
	memcpy(shape.dst_mac, aim->mac, 6);
	traffic_template_init(&t->packet, &shape);
	if (shape.kind == TRAFFIC_TCP)
		shape.kind = TRAFFIC_SYN;
	traffic_template_init(&t->opening, &shape);
}

static int
check(struct traffic_setup *s, struct err *err)
{
	struct traffic_shape shape = {
		.kind = s->kind,
		.family = s->aim.family,
		.tags = s->aim.tags,
	};
	uint32_t least = traffic_least_bytes(&shape);

	if (s->bytes == 0)
		s->bytes = least;
	if (s->bytes < least)
		return err_set(err, EINVAL,
			"frames of %u bytes have no room for their headers; %u have", s->bytes + 4,
			least + 4);
	if (s->bytes > TRAFFIC_FRAME_MAX)
		return err_set(err, EINVAL, "frames of %u bytes are above %u", s->bytes + 4,
			TRAFFIC_FRAME_MAX + 4);
	if (s->flows > traffic_space(&s->aim))
		return err_set(err, EINVAL,
			"%u flows: only %" PRIu64
			" different ones are found that the configuration lets through",
			s->flows, traffic_space(&s->aim));
	return 0;
}

struct traffic *
traffic_create(const struct traffic_setup *setup, struct err *err)
{
	struct traffic_setup s = *setup;
	struct traffic *t;

	if (check(&s, err) < 0)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	t->setup = s;
	t->random = s.seed;
	t->next_new = s.flows;
	t->space = traffic_space(&s.aim);
	make_templates(t);
	if (s.order == TRAFFIC_ZIPF)
		zipf_init(&t->zipf, s.zipf, s.flows);
	return t;
}

void
traffic_destroy(struct traffic *t)
{
	free(t);
}

uint32_t
traffic_bytes(const struct traffic *t)
{
	return t->setup.bytes;
}

static void
write_frame(const struct traffic *t, const struct traffic_template *template, uint64_t flow,
	bool whole, uint8_t *frame)
{
	struct tuple ends;

	traffic_tuple(t, flow, &ends);
	traffic_template_write(template, &ends, whole, frame);
}

void
traffic_frame(const struct traffic *t, uint64_t flow, uint8_t *frame)
{
	write_frame(t, &t->packet, flow, true, frame);
}

void
traffic_refresh(const struct traffic *t, uint64_t flow, uint8_t *frame)
{
	write_frame(t, &t->packet, flow, false, frame);
}

void
traffic_opening(const struct traffic *t, uint64_t flow, uint8_t *frame)
{
	write_frame(t, &t->opening, flow, true, frame);
}
