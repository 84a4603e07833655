/* SPDX-License-Identifier: BSD-3-Clause */
/* Single values as text. */
#include <inttypes.h>
#include <stdio.h>

#include "schema/value.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* Returns the value in the largest unit that leaves no fraction; units descend, the last has factor
 * 1. */
static const char *
in_units(uint64_t value, const struct unit *units, char *buf)
{
	while (units->factor > 1 && (value == 0 || value % units->factor != 0))
		units++;
	snprintf(buf, VALUE_TEXT_MAX, "%" PRIu64 "%s", value / units->factor, units->name);
	return buf;
}

const char *
value_size_text(uint64_t bytes, char *buf)
{
	static const struct unit units[] = {
		{ "T", 1ull << 40 },
		{ "G", 1u << 30 },
		{ "M", 1u << 20 },
		{ "k", 1u << 10 },
		{ "", 1 },
	};

	return in_units(bytes, units, buf);
}

const char *
value_rate_text(const struct cfg_rate *rate, char *buf)
{
	static const struct unit bits[] = {
		{ "Gbit", 1000000000 },
		{ "Mbit", 1000000 },
		{ "kbit", 1000 },
		{ "bit", 1 },
	};
	static const struct unit counts[] = {
		{ "G/s", 1000000000 },
		{ "M/s", 1000000 },
		{ "k/s", 1000 },
		{ "/s", 1 },
	};

	if (rate->unit == CFG_RATE_COUNT && rate->seconds > 1) {
		snprintf(buf, VALUE_TEXT_MAX, "%" PRIu64 "/%s", rate->value,
			rate->seconds == 60             ? "min"
				: rate->seconds == 3600 ? "h"
							: "d");
		return buf;
	}
	return in_units(rate->value, rate->unit == CFG_RATE_BITS ? bits : counts, buf);
}

const char *
value_duration_text(uint64_t ns, char *buf)
{
	static const struct unit units[] = {
		{ "d", 86400000000000 },
		{ "h", 3600000000000 },
		{ "m", 60000000000 },
		{ "s", 1000000000 },
		{ "ms", 1000000 },
		{ "us", 1000 },
		{ "ns", 1 },
	};

	return in_units(ns, units, buf);
}

const char *
value_mac_text(const struct cfg_mac *mac, char *buf)
{
	const uint8_t *b = mac->bytes;

	snprintf(buf, VALUE_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		b[5]);
	return buf;
}

const char *
value_endpoint_text(const struct cfg_endpoint *endpoint, char *buf)
{
	char address[IP_TEXT_MAX];

	ip_address_text(&endpoint->address, address);
	if (endpoint->port == 0)
		snprintf(buf, VALUE_TEXT_MAX, "%s", address);
	else if (endpoint->address.family == AF_INET6)
		snprintf(buf, VALUE_TEXT_MAX, "[%s]:%u", address, endpoint->port);
	else
		snprintf(buf, VALUE_TEXT_MAX, "%s:%u", address, endpoint->port);
	return buf;
}
