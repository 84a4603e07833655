/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/icmp.h"

#include <stddef.h>
#include <string.h>

#define ANY \
	{ \
		-1, -1 \
	}
#define NAMES (sizeof(names) / sizeof(names[0]))

/* The first name of a type is the one that is printed. */
static const struct {
	const char *name;
	struct icmp_what what[2]; /* IPv4, IPv6 */
} names[] = {
	{ "echo-request", { { 8, -1 }, { 128, -1 } } },
	{ "echo-reply", { { 0, -1 }, { 129, -1 } } },
	{ "too-big", { { 3, 4 }, { 2, -1 } } },
	{ "packet-too-big", { { 3, 4 }, { 2, -1 } } },
	{ "unreachable", { { 3, -1 }, { 1, -1 } } },
	{ "destination-unreachable", { { 3, -1 }, { 1, -1 } } },
	{ "source-quench", { { 4, -1 }, ANY } },
	{ "time-exceeded", { { 11, -1 }, { 3, -1 } } },
	{ "parameter-problem", { { 12, -1 }, { 4, -1 } } },
	{ "redirect", { { 5, -1 }, { 137, -1 } } },
	{ "router-solicitation", { { 10, -1 }, { 133, -1 } } },
	{ "router-advertisement", { { 9, -1 }, { 134, -1 } } },
	{ "neighbour-solicitation", { ANY, { 135, -1 } } },
	{ "neighbour-advertisement", { ANY, { 136, -1 } } },
	{ "timestamp-request", { { 13, -1 }, ANY } },
	{ "timestamp-reply", { { 14, -1 }, ANY } },
};

struct icmp_what
icmp_find(unsigned family, const char *name)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (strcmp(names[i].name, name) == 0)
			return names[i].what[family == 6];
	}
	return (struct icmp_what)ANY;
}

const char *
icmp_name(unsigned family, unsigned type, unsigned code)
{
	for (size_t i = 0; i < NAMES; i++) {
		const struct icmp_what *what = &names[i].what[family == 6];

		if (what->type == (int)type && (what->code < 0 || what->code == (int)code))
			return names[i].name;
	}
	return NULL;
}
