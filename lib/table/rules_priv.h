/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of table/rules.h share. */
#ifndef TABLE_RULES_PRIV_H
#define TABLE_RULES_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "table/rules.h"

/* Parts of the transport header that a packet has, and that a rule needs. */
enum {
	PART_PORTS = 1,
	PART_ICMP = 2,
	PART_TCP = 4,
};

bool proto_has_ports(uint8_t proto);
uint8_t key_parts(const struct rule_key *key);
uint8_t match_parts(const struct rule_match *m);

#endif
