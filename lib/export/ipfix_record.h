/* SPDX-License-Identifier: BSD-3-Clause */
/* Templates and records of IPFIX (RFC 7011): bytes, and nothing else.
 *
 * A session is one bidirectional record (RFC 5103), with its translation; a flow without a session
 * is a record of one direction.  NAT events are those of RFC 8158.  Times are milliseconds since
 * 1970.  ICMP has templates of its own, with type and code instead of ports.
 *
 * Threads: any. */
#ifndef EXPORT_IPFIX_RECORD_H
#define EXPORT_IPFIX_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tap/flow_report.h"

struct nat_log_entry;

enum {
	IPFIX_SET_TEMPLATES = 2,
	IPFIX_SET_OPTIONS = 3,
	IPFIX_RECORD_MAX = 256, /* bytes of a record, at most */
};

/* Template IDs. */
enum ipfix_id {
	IPFIX_SESSION4 = 256,
	IPFIX_SESSION6,
	IPFIX_SESSION4_ICMP,
	IPFIX_SESSION6_ICMP,
	IPFIX_FLOW4,
	IPFIX_FLOW6,
	IPFIX_FLOW4_ICMP,
	IPFIX_FLOW6_ICMP,
	IPFIX_NAT_SESSION,
	IPFIX_NAT_MAPPING,
	IPFIX_NAT_NO_PORT,
	IPFIX_NAT_NO_ADDRESS,
	IPFIX_NAT_QUOTA,
	/* of options */
	IPFIX_INTERFACE = 300,
	IPFIX_POOL,
	IPFIX_DOMAIN,
	IPFIX_RELIABILITY,
};

/* What records are made of. */
struct ipfix_item {
	struct flow_report flow;
	int64_t wall_ns;   /* added to the worker's clock gives nanoseconds since 1970 */
	uint8_t nat_event; /* RFC 8158; 0: a flow */
	uint8_t pool;
	uint32_t limit;
};

/* Figures of the exporter, as its reliability option tells them. */
struct ipfix_reliability {
	uint64_t messages, records, bytes;               /* sent */
	uint64_t lost_records, lost_packets, lost_bytes; /* not sent */
};

/* Writes template number i, and sets *set to IPFIX_SET_TEMPLATES or IPFIX_SET_OPTIONS: all of the
 * first kind come first.  Returns its bytes, 0 behind the last. */
size_t ipfix_write_template(uint8_t out[static IPFIX_RECORD_MAX], unsigned i, uint16_t *set);

/* Fills an item of an entry of NAT's log. */
void ipfix_item_of_nat(struct ipfix_item *item, const struct nat_log_entry *e);

/* Writes a record; returns its template and sets *bytes.  0: there is no record for it. */
enum ipfix_id ipfix_write(
	uint8_t out[static IPFIX_RECORD_MAX], const struct ipfix_item *item, size_t *bytes);

/* Writes the record of an option, and returns its bytes. */
size_t ipfix_write_name(uint8_t out[static IPFIX_RECORD_MAX], uint32_t number, const char *name);
size_t ipfix_write_reliability(
	uint8_t out[static IPFIX_RECORD_MAX], const struct ipfix_reliability *r);

#endif
