/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping of prefixes, one to one. */

#include "stage/prefix_map.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/address.h"
#include "policy/build.h"

static const struct cfg_field prefix_map_fields[] = {
	{ "from", CFG_PREFIX, NULL, offsetof(struct prefix_map_cfg, from),
		"Prefix whose addresses are translated." },
	{ "to", CFG_PREFIX, NULL, offsetof(struct prefix_map_cfg, to),
		"Prefix of the same family and length that they become addresses of." },
	{ "neutral", CFG_BOOL, "true", offsetof(struct prefix_map_cfg, neutral),
		"IPv6: checksums stay as they are, by RFC 6296, and host bits change; false: host "
		"bits stay as they are." },
	CFG_END,
};

const struct cfg_table prefix_map_table = {
	"map",
	CFG_SIZEOF(struct prefix_map_cfg),
	prefix_map_fields,
	"Translates the addresses of a prefix one to one.",
};

static uint16_t
add(uint16_t a, uint16_t b)
{
	uint32_t sum = (uint32_t)a + b;

	return (uint16_t)(sum + (sum >> 16));
}

static uint16_t
word_at(const union address *a, unsigned i)
{
	return (uint16_t)(a->bytes[2 * i] << 8 | a->bytes[2 * i + 1]);
}

/* Returns the one's complement sum of the words of a prefix. */
static uint16_t
sum_of(const union address *a)
{
	uint16_t sum = 0;

	for (unsigned i = 0; i < 8; i++)
		sum = add(sum, word_at(a, i));
	return sum;
}

int
prefix_map_build(struct build *b, const struct prefix_map_cfg *cfg, struct prefix_map *out)
{
	struct prefix from = prefix_from_ip(&cfg->from), to = prefix_from_ip(&cfg->to);
	struct err *err = build_err(b);

	if (from.family == 0 || to.family == 0)
		return -EINVAL; /* already reported */
	if (from.family != to.family || from.length != to.length)
		return cfg_error(err, &cfg->head, &cfg->to,
			"is not of the same family and length as `from`");
	if (from.length == 0)
		return cfg_error(err, &cfg->head, &cfg->from, "is everything");
	if (from.family == 6 && cfg->neutral && from.length > 112)
		return cfg_error(err, &cfg->head, &cfg->from,
			"leaves no word of 16 bits for the checksum; with neutral: false it need not");
	*out = (struct prefix_map){
		.family = (uint8_t)from.family,
		.length = (uint8_t)from.length,
		.neutral = from.family == 6 && cfg->neutral,
		.from = from.address,
		.to = to.address,
	};
	/* RFC 6296 3.1: what the external prefix adds to the sum is taken from a word. */
	out->adjustment = add(sum_of(&from.address), (uint16_t)~sum_of(&to.address));
	return 0;
}

bool
prefix_map_holds(const struct prefix_map *m, unsigned family, const union address *a)
{
	unsigned whole = m->length / 8, rest = m->length % 8;

	return m->family == family && memcmp(a->bytes, m->from.bytes, whole) == 0
		&& (rest == 0 || ((a->bytes[whole] ^ m->from.bytes[whole]) >> (8 - rest)) == 0);
}

/* Changes a word behind the prefix so that the checksum stays: that of the subnet for a prefix of
 * 48 bits or less (RFC 6296 3.4), else the first one that is not all ones (3.5). */
static bool
adjust(const struct prefix_map *m, union address *a)
{
	unsigned i = m->length <= 48 ? 3 : (m->length + 15u) / 16u;
	uint16_t word;

	while (m->length > 48 && i < 8 && word_at(a, i) == 0xffff)
		i++;
	if (i == 8 || word_at(a, i) == 0xffff)
		return false;
	word = add(word_at(a, i), m->adjustment);
	if (word == 0xffff)
		word = 0;
	a->bytes[2 * i] = (uint8_t)(word >> 8);
	a->bytes[2 * i + 1] = (uint8_t)word;
	return true;
}

bool
prefix_map_find(const struct prefix_map *m, unsigned family, const union address *address,
	union address *out)
{
	unsigned whole = m->length / 8, rest = m->length % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (!prefix_map_holds(m, family, address))
		return false;
	*out = *address;
	memcpy(out->bytes, m->to.bytes, whole);
	if (rest != 0)
		out->bytes[whole] = (uint8_t)((m->to.bytes[whole] & mask)
			| (address->bytes[whole] & (uint8_t)~mask));
	return !m->neutral || adjust(m, out);
}
