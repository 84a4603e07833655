/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration values in memory, and their text.
 *
 * Addresses are struct ip_address and struct ip_prefix (base/ip.h); numbers, sizes in bytes and
 * durations in nanoseconds are plain integers; the rest is here.
 *
 * Threads: pure functions. */
#ifndef SCHEMA_VALUE_H
#define SCHEMA_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

enum cfg_rate_unit {
	CFG_RATE_BITS,  /* 10Mbit: bits per second */
	CFG_RATE_COUNT, /* 500k/s: things (packets, flows) per second */
};

struct cfg_rate {
	uint64_t value;
	enum cfg_rate_unit unit;
	uint32_t seconds; /* of CFG_RATE_COUNT: that the value is for; 0: one */
};

struct cfg_mac {
	uint8_t bytes[6]; /* as on the wire, like struct rte_ether_addr */
};

/* 10.0.0.80:443, [2001:db8::1]:443, or the address alone: port 0. */
struct cfg_endpoint {
	struct ip_address address;
	uint16_t port; /* host byte order */
};

/* A file named by the configuration: as written, and as it can be opened (relative names are
 * relative to the folder of the file that names them). */
struct cfg_path {
	const char *written;
	const char *resolved;
};

/* Numbers from first to last, both included, host byte order; negate: all others.  One number has
 * first == last.  Used for ports, protocols, DSCP values, VLANs, ICMP types. */
struct cfg_range {
	uint32_t first;
	uint32_t last;
	bool negate;
};

/* An address match: "10.0.0.0/8", "$admins", "local", each with ! before it for "not". */
struct cfg_match_address {
	bool negate;
	bool local;              /* any address of an interface of ours */
	const char *set;         /* the name without $, or NULL: the prefix counts */
	struct ip_prefix prefix; /* host bits are 0 */
};

/* A match by name, "wan" or "!wan". */
struct cfg_match_name {
	bool negate;
	const char *name;
};

/* A MAC match, "!" before it for "not". */
struct cfg_match_mac {
	bool negate;
	struct cfg_mac mac;
};

/* A word of the configuration that stands for a number.  Arrays end with CFG_WORD_END. */
struct cfg_word {
	const char *word;
	uint32_t value;
};
#define CFG_WORD_END \
	{ \
		NULL, 0 \
	}

extern const struct cfg_word cfg_protocols[]; /* tcp 6, udp 17, icmp 1, icmpv6 58, gre 47, ... */
extern const struct cfg_word cfg_services[];  /* ssh 22, https 443, ...; of TCP and UDP */
extern const struct cfg_word cfg_dscps[];     /* cs0 to cs7, af11 to af43, ef 46, va 44, le 1 */

/* Each function reads the whole of text into *out and returns NULL, or returns the fault: the end
 * of a sentence that begins with the text, such as "is not a duration; write 30s, 500ms or 2h". */
const char *value_read_number(const char *text, uint64_t *out);
const char *value_read_size(const char *text, uint64_t *bytes);
const char *value_read_rate(const char *text, struct cfg_rate *out);
const char *value_read_duration(const char *text, uint64_t *ns);
const char *value_read_mac(const char *text, struct cfg_mac *out);
const char *value_read_endpoint(const char *text, struct cfg_endpoint *out);

/* Each function returns the shortest text that reads back as the same value; writes into
 * buf[VALUE_TEXT_MAX]. */
#define VALUE_TEXT_MAX 64
const char *value_size_text(uint64_t bytes, char *buf);
const char *value_rate_text(const struct cfg_rate *rate, char *buf);
const char *value_duration_text(uint64_t ns, char *buf);
const char *value_mac_text(const struct cfg_mac *mac, char *buf);
const char *value_endpoint_text(const struct cfg_endpoint *endpoint, char *buf);

/* Returns the word for value, or NULL. */
const char *value_word(const struct cfg_word *words, uint32_t value);

#endif
