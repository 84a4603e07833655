/* SPDX-License-Identifier: BSD-3-Clause */
/* The keyed hash of flow keys: the variant that the processor supports. */

#include "flow/hash.h"

#include <rte_cpuflags.h>

#include "base/hash.h"
#include "base/random.h"

void
flow_secret_draw(struct flow_secret *s)
{
	random_secret(s, sizeof(*s));
}

uint64_t
flow_hash_sip(const void *key, size_t bytes, const struct flow_secret *s)
{
	struct hash_key k;

	memcpy(&k, s->round[0], sizeof(k));
	return hash_bytes(&k, key, bytes);
}

#if defined(__x86_64__)

static int8_t has_aes = -1;

bool
flow_hash_has_aes(void)
{
	if (has_aes < 0)
		has_aes = (int8_t)(rte_cpu_get_flag_enabled(RTE_CPUFLAG_AES) > 0);
	return has_aes > 0;
}

__attribute__((target("aes,sse4.2"))) static uint64_t
hash4_aes(uint64_t low, uint64_t high, const struct flow_secret *s)
{
	return flow_hash4_aes(low, high, s);
}

__attribute__((target("aes,sse4.2"))) static uint64_t
hash6_aes(const struct key6 *k, const struct flow_secret *s)
{
	return flow_hash6_aes(k, s);
}

#elif defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)

bool
flow_hash_has_aes(void)
{
	return true;
}

#define hash4_aes flow_hash4_aes
#define hash6_aes flow_hash6_aes

#else

bool
flow_hash_has_aes(void)
{
	return false;
}

#define hash4_aes(low, high, s) 0
#define hash6_aes(k, s)         0

#endif

uint64_t
flow_hash_words(uint64_t low, uint64_t high, const struct flow_secret *s)
{
	uint64_t word[2] = { low, high };

	return flow_hash_has_aes() ? hash4_aes(low, high, s) : flow_hash_sip(word, sizeof(word), s);
}

uint64_t
flow_hash4(const struct key4 *k, const struct flow_secret *s)
{
	struct key4 plain = *k;
	uint64_t word[2];

	plain.iface = 0;
	memcpy(word, &plain, sizeof(word));
	return flow_hash_words(word[0], word[1], s);
}

uint64_t
flow_hash6(const struct key6 *k, const struct flow_secret *s)
{
	struct key6 plain = *k;

	plain.iface = 0;
	return flow_hash_has_aes() ? hash6_aes(&plain, s) : flow_hash_sip(&plain, sizeof(plain), s);
}
