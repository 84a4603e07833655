/* SPDX-License-Identifier: BSD-3-Clause */
/* A digest of what chooses owners, to tell whether a reload changes them.  Interfaces and domains
 * stand in it by their numbers, which belong to their names. */
#include "base/hash.h"
#include "policy/owners_priv.h"

/* Not secret: nobody gains by choosing a configuration. */
static const struct hash_key key = { 0x6f776e657273, 0x646967657374 };

static uint64_t sets; /* seen so far: what is in one is not looked at */

static uint64_t
mix(uint64_t digest, const void *data, size_t bytes)
{
	uint64_t words[2] = { digest, hash_bytes(&key, data, bytes) };

	return hash_bytes(&key, words, sizeof(words));
}

static uint64_t
mix_number(uint64_t digest, uint64_t n)
{
	return mix(digest, &n, sizeof(n));
}

static uint64_t
mix_prefix(uint64_t digest, const struct prefix *p)
{
	digest = mix_number(digest, (uint64_t)p->family << 32 | (uint64_t)p->length);
	digest = mix_number(digest, p->value);
	return mix(digest, p->address.bytes, p->family == 4 ? 4 : 16);
}

static uint64_t
mix_ranges(uint64_t digest, const struct rule_ranges *list)
{
	digest = mix_number(digest, list->n);
	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_range *r = &list->range[i];

		digest = mix_number(
			digest, (uint64_t)r->first << 32 | (uint64_t)r->last << 8 | r->negated);
	}
	return digest;
}

static uint64_t
mix_addresses(uint64_t digest, const struct rule_addresses *list)
{
	digest = mix_number(digest, list->n);
	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_address *a = &list->address[i];

		digest = mix_number(digest, a->negated);
		digest = a->set != NULL ? mix_number(digest, ++sets)
					: mix_prefix(digest, &a->prefix);
	}
	return digest;
}

static uint64_t
mix_fixed(uint64_t digest, const struct fixed *f)
{
	const struct fixed_translation *w = &f->what;
	const uint64_t fields[] = { w->source, w->family, w->domain, w->length, w->port, w->low,
		w->high };

	digest = mix(digest, fields, sizeof(fields));
	digest = mix(digest, w->from.bytes, w->length != 0 ? 16 : 0);
	digest = mix(digest, w->to.bytes, w->family == 4 ? 4 : 16);
	digest = mix(digest, f->iface, sizeof(f->iface));
	digest = mix_addresses(digest, &f->there.src);
	digest = mix_addresses(digest, &f->there.dst);
	digest = mix_ranges(digest, &f->there.proto);
	digest = mix_ranges(digest, &f->there.sport);
	digest = mix_ranges(digest, &f->there.dport);
	return mix_ranges(digest, &f->there.iface);
}

uint64_t
owners_digest_prefixes(const struct prefix *p, unsigned n)
{
	uint64_t digest = n;

	for (unsigned i = 0; i < n; i++)
		digest = mix_prefix(digest, &p[i]);
	return digest;
}

uint64_t
owners_digest(const struct owners *o)
{
	uint64_t digest = 0;

	if (o == NULL)
		return 0;
	digest = mix_number(digest, (uint64_t)o->by_host << 1 | o->translates6);
	for (unsigned i = 0; i < o->n_ranges; i++) {
		const struct pool_range *r = &o->range[i];

		digest = mix_number(
			digest, (uint64_t)r->address << 32 | (uint64_t)r->low << 16 | r->high);
	}
	digest = mix_number(digest, o->n_fixed);
	for (unsigned i = 0; i < o->n_fixed; i++)
		digest = mix_fixed(digest, &o->fixed[i]);
	digest = mix_number(digest, owners_digest_prefixes(o->mapped, o->n_mapped));
	return mix_number(digest, o->inside_digest) & ~7ull; /* callers add what else there is */
}
