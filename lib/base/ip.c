/* SPDX-License-Identifier: BSD-3-Clause */
/* IP addresses and prefixes, and their text. */
#include "base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool
ip_address_parse(const char *text, struct ip_address *out)
{
	uint8_t family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

	memset(out, 0, sizeof(*out));
	if (inet_pton(family, text, out->bytes) != 1) {
		memset(out, 0, sizeof(*out));
		return false;
	}
	out->family = family;
	return true;
}

/* Reads one to three digits without a leading zero, at most max; returns -1 if there are none. */
static int
parse_length(const char *text, unsigned max)
{
	unsigned value = 0, digits = 0;

	for (; text[digits] >= '0' && text[digits] <= '9' && digits < 3; digits++)
		value = value * 10 + (unsigned)(text[digits] - '0');
	if (digits == 0 || text[digits] != '\0' || value > max || (text[0] == '0' && digits > 1))
		return -1;
	return (int)value;
}

bool
ip_prefix_parse(const char *text, struct ip_prefix *out)
{
	const char *slash = strchr(text, '/');
	size_t bytes = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char address[IP_TEXT_MAX];
	int length;

	memset(out, 0, sizeof(*out));
	if (bytes >= sizeof(address))
		return false;
	memcpy(address, text, bytes);
	address[bytes] = '\0';
	if (!ip_address_parse(address, &out->address))
		return false;
	out->length = (uint8_t)ip_family_bits(out->address.family);
	if (slash == NULL)
		return true;
	length = parse_length(slash + 1, out->length);
	if (length < 0) {
		memset(out, 0, sizeof(*out));
		return false;
	}
	out->length = (uint8_t)length;
	return true;
}

const char *
ip_address_text(const struct ip_address *address, char *buf)
{
	if (address->family == 0
		|| inet_ntop(address->family, address->bytes, buf, IP_TEXT_MAX) == NULL)
		strcpy(buf, "none");
	return buf;
}

const char *
ip_prefix_text(const struct ip_prefix *prefix, char *buf)
{
	size_t bytes = strlen(ip_address_text(&prefix->address, buf));

	snprintf(buf + bytes, IP_TEXT_MAX - bytes, "/%u", prefix->length);
	return buf;
}

unsigned
ip_family_bits(uint8_t family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

struct ip_prefix
ip_prefix_network(const struct ip_prefix *prefix)
{
	struct ip_prefix network = *prefix;

	for (unsigned i = 0; i < sizeof(network.address.bytes); i++) {
		unsigned kept = prefix->length > i * 8 ? prefix->length - i * 8 : 0;

		if (kept < 8)
			network.address.bytes[i] &= (uint8_t)(0xff00u >> kept);
	}
	return network;
}

bool
ip_prefix_is_network(const struct ip_prefix *prefix)
{
	struct ip_prefix network = ip_prefix_network(prefix);

	return ip_address_equal(&network.address, &prefix->address);
}

bool
ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_address *address)
{
	struct ip_prefix other = { .address = *address, .length = prefix->length };
	struct ip_prefix a = ip_prefix_network(prefix), b = ip_prefix_network(&other);

	return ip_address_equal(&a.address, &b.address);
}
