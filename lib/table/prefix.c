/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefixes: order, cover, text. IPv4 text is parsed here, for speed: files have a million lines. */

#include "table/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static uint8_t
mask_byte(unsigned length, unsigned i)
{
	if (length >= 8 * (i + 1))
		return 0xff;
	if (length <= 8 * i)
		return 0;
	return (uint8_t)(0xff00 >> (length - 8 * i));
}

void
prefix_trim(struct prefix *p)
{
	for (unsigned i = 0; i < 16; i++)
		p->address.bytes[i] &= mask_byte(p->length, i);
}

bool
prefix_covers(const struct prefix *p, const union address *a)
{
	unsigned whole = p->length / 8, i = whole;

	if (memcmp(p->address.bytes, a->bytes, whole) != 0)
		return false;
	return i == 16 || ((p->address.bytes[i] ^ a->bytes[i]) & mask_byte(p->length, i)) == 0;
}

int
prefix_compare(const void *a, const void *b)
{
	const struct prefix *p = a, *q = b;
	int order;

	if (p->family != q->family)
		return p->family < q->family ? -1 : 1;
	order = memcmp(p->address.bytes, q->address.bytes, sizeof(p->address.bytes));
	if (order != 0)
		return order < 0 ? -1 : 1;
	return (p->length > q->length) - (p->length < q->length);
}

/* Reads a decimal number of at most 3 digits without leading zeros; returns the number of
 * characters, or 0. */
static size_t
parse_number(const char *text, size_t n, unsigned *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < n && i < 3 && text[i] >= '0' && text[i] <= '9'; i++)
		*number = *number * 10 + (unsigned)(text[i] - '0');
	if (i > 1 && text[0] == '0')
		return 0;
	return i;
}

static bool
parse_ip4(union address *a, const char *text, size_t n)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned number;
		size_t used = parse_number(text, n, &number);

		if (used == 0 || number > 255)
			return false;
		a->bytes[i] = (uint8_t)number;
		text += used;
		n -= used;
		if (i < 3) {
			if (n == 0 || *text != '.')
				return false;
			text++;
			n--;
		}
	}
	return n == 0;
}

static bool
parse_ip6(union address *a, const char *text, size_t n)
{
	char copy[INET6_ADDRSTRLEN];

	if (n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return strlen(copy) == n && inet_pton(AF_INET6, copy, a->bytes) == 1;
}

static int
parse_length(struct prefix *p, const char *text, size_t n, const char **why)
{
	unsigned number, most = p->family == 4 ? 32 : 128;

	if (n == 0 || parse_number(text, n, &number) != n) {
		*why = "the prefix length is not a number";
		return -EINVAL;
	}
	if (number > most) {
		*why = p->family == 4 ? "the prefix length is above 32"
				      : "the prefix length is above 128";
		return -EINVAL;
	}
	p->length = (uint8_t)number;
	return 0;
}

int
prefix_parse(struct prefix *p, const char *text, size_t n, const char **why)
{
	const char *slash = memchr(text, '/', n);
	size_t head = slash != NULL ? (size_t)(slash - text) : n;
	union address written;
	int rc = 0;

	memset(p, 0, sizeof(*p));
	if (memchr(text, ':', head) != NULL) {
		p->family = 6;
		p->length = 128;
		if (!parse_ip6(&p->address, text, head)) {
			*why = "not an IPv6 address";
			return -EINVAL;
		}
	} else {
		p->family = 4;
		p->length = 32;
		if (!parse_ip4(&p->address, text, head)) {
			*why = "not an address or prefix";
			return -EINVAL;
		}
	}
	if (slash != NULL)
		rc = parse_length(p, slash + 1, n - head - 1, why);
	if (rc < 0)
		return rc;
	written = p->address;
	prefix_trim(p);
	if (address_equal(&written, &p->address))
		return 0;
	*why = "bits beyond the length are set";
	return -EINVAL;
}
