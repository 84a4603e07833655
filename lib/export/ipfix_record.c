/* SPDX-License-Identifier: BSD-3-Clause */
/* Templates as tables of information elements, and the records that they describe. */

#include "export/ipfix_record.h"

#include <string.h>

#include <netinet/in.h>
#include <unistd.h>

#include "nat/nat.h"

#define REVERSE  29305u /* the enterprise number of reverse elements (RFC 5103) */
#define VARIABLE 0xffffu

enum value {
	START_MS = 1,
	END_MS,
	SRC,
	DST,
	SPORT,
	DPORT,
	POST_SRC,
	POST_DST,
	POST_SPORT,
	POST_DPORT,
	PROTO,
	ICMP_CODE,
	IN,
	OUT,
	BYTES,
	PACKETS,
	BACK_BYTES,
	BACK_PACKETS,
	WHY,
	STATUS,
	DIRECTION,
	NAT_EVENT,
	POOL,
	LIMIT,
	LIMIT_KIND,
	IN_DOMAIN,
	OUT_DOMAIN,
};

struct element {
	uint16_t id;
	uint16_t bytes;
	uint32_t enterprise;
	enum value value;
};

#define TIMES \
	{ 152, 8, 0, START_MS }, \
	{ \
		153, 8, 0, END_MS \
	}
#define ADDRESSES4 \
	{ 8, 4, 0, SRC }, \
	{ \
		12, 4, 0, DST \
	}
#define ADDRESSES6 \
	{ 27, 16, 0, SRC }, \
	{ \
		28, 16, 0, DST \
	}
#define PORTS \
	{ 7, 2, 0, SPORT }, \
	{ \
		11, 2, 0, DPORT \
	}
#define REST \
	{ 4, 1, 0, PROTO }, { 10, 4, 0, IN }, { 14, 4, 0, OUT }, { 1, 8, 0, BYTES }, \
		{ 2, 8, 0, PACKETS }, { 136, 1, 0, WHY }, { 234, 4, 0, IN_DOMAIN }, \
		{ 235, 4, 0, OUT_DOMAIN }, \
	{ \
		89, 1, 0, STATUS \
	}
#define BACK \
	{ 1, 8, REVERSE, BACK_BYTES }, { 2, 8, REVERSE, BACK_PACKETS }, \
	{ \
		239, 1, 0, DIRECTION \
	}
#define POST4 \
	{ 225, 4, 0, POST_SRC }, \
	{ \
		226, 4, 0, POST_DST \
	}
#define POST6 \
	{ 281, 16, 0, POST_SRC }, \
	{ \
		282, 16, 0, POST_DST \
	}
#define POST_PORTS \
	{ 227, 2, 0, POST_SPORT }, \
	{ \
		228, 2, 0, POST_DPORT \
	}
#define EVENT \
	{ 323, 8, 0, START_MS }, \
	{ \
		230, 1, 0, NAT_EVENT \
	}
#define OF_POOL \
	{ \
		283, 4, 0, POOL \
	}

static const struct template
{
	uint16_t id;
	struct element element[24]; /* up to one without an id */
}
templates[] = {
	{ IPFIX_SESSION4, { TIMES, ADDRESSES4, PORTS, REST, BACK, POST4, POST_PORTS } },
	{ IPFIX_SESSION6, { TIMES, ADDRESSES6, PORTS, REST, BACK, POST6, POST_PORTS } },
	{ IPFIX_SESSION4_ICMP, { TIMES, ADDRESSES4, { 32, 2, 0, ICMP_CODE }, REST, BACK, POST4 } },
	{ IPFIX_SESSION6_ICMP, { TIMES, ADDRESSES6, { 139, 2, 0, ICMP_CODE }, REST, BACK, POST6 } },
	{ IPFIX_FLOW4, { TIMES, ADDRESSES4, PORTS, REST } },
	{ IPFIX_FLOW6, { TIMES, ADDRESSES6, PORTS, REST } },
	{ IPFIX_FLOW4_ICMP, { TIMES, ADDRESSES4, { 32, 2, 0, ICMP_CODE }, REST } },
	{ IPFIX_FLOW6_ICMP, { TIMES, ADDRESSES6, { 139, 2, 0, ICMP_CODE }, REST } },
	{ IPFIX_NAT_SESSION,
		{ EVENT, { 4, 1, 0, PROTO }, ADDRESSES4, PORTS, POST4, POST_PORTS, { 10, 4, 0, IN },
			{ 14, 4, 0, OUT }, { 234, 4, 0, IN_DOMAIN }, { 235, 4, 0, OUT_DOMAIN } } },
	{ IPFIX_NAT_MAPPING,
		{ EVENT, { 4, 1, 0, PROTO }, { 8, 4, 0, SRC }, { 7, 2, 0, SPORT },
			{ 225, 4, 0, POST_SRC }, { 227, 2, 0, POST_SPORT },
			{ 234, 4, 0, IN_DOMAIN }, OF_POOL } },
	{ IPFIX_NAT_NO_PORT, { EVENT, { 4, 1, 0, PROTO }, { 225, 4, 0, POST_SRC }, OF_POOL } },
	{ IPFIX_NAT_NO_ADDRESS, { EVENT, OF_POOL } },
	{ IPFIX_NAT_QUOTA,
		{ EVENT, { 466, 4, 0, LIMIT_KIND }, { 473, 4, 0, LIMIT }, { 4, 1, 0, PROTO },
			{ 8, 4, 0, SRC }, { 234, 4, 0, IN_DOMAIN }, OF_POOL } },
};

#define TEMPLATES (sizeof(templates) / sizeof(templates[0]))

/* Options: the first element is the scope. */
static const struct template options[] = {
	{ IPFIX_INTERFACE, { { 10, 4, 0, 0 }, { 82, VARIABLE, 0, 0 } } },
	{ IPFIX_POOL, { { 283, 4, 0, 0 }, { 284, VARIABLE, 0, 0 } } },
	{ IPFIX_DOMAIN, { { 234, 4, 0, 0 }, { 236, VARIABLE, 0, 0 } } },
	{ IPFIX_RELIABILITY,
		{ { 144, 4, 0, 0 }, { 41, 8, 0, 0 }, { 42, 8, 0, 0 }, { 40, 8, 0, 0 },
			{ 167, 8, 0, 0 }, { 168, 8, 0, 0 }, { 169, 8, 0, 0 } } },
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

/* Writes a number of 1, 2, 4 or 8 bytes. */
static uint8_t *
put(uint8_t *out, uint64_t value, unsigned bytes)
{
	/* The bytes of the value stand at the end of the word. */
	rte_be64_t word = rte_cpu_to_be_64(value << 8 * (sizeof(word) - bytes));

	if (bytes == 8)
		memcpy(out, &word, 8);
	else if (bytes == 4)
		memcpy(out, &word, 4);
	else if (bytes == 2)
		memcpy(out, &word, 2);
	else
		*out = (uint8_t)value;
	return out + bytes;
}

static uint8_t *
put_template(uint8_t *out, const struct template *t, bool is_option)
{
	unsigned n = 0;

	while (t->element[n].id != 0)
		n++;
	out = put(out, t->id, 2);
	out = put(out, n, 2);
	if (is_option)
		out = put(out, 1, 2); /* scope fields */
	for (unsigned i = 0; i < n; i++) {
		const struct element *e = &t->element[i];

		out = put(out, e->id | (e->enterprise != 0 ? 0x8000u : 0), 2);
		out = put(out, e->bytes, 2);
		if (e->enterprise != 0)
			out = put(out, e->enterprise, 4);
	}
	return out;
}

size_t
ipfix_write_template(uint8_t out[static IPFIX_RECORD_MAX], unsigned i, uint16_t *set)
{
	bool is_option = i >= TEMPLATES;

	if (i >= TEMPLATES + OPTIONS)
		return 0;
	*set = is_option ? IPFIX_SET_OPTIONS : IPFIX_SET_TEMPLATES;
	return (size_t)(put_template(
				out, is_option ? &options[i - TEMPLATES] : &templates[i], is_option)
		- out);
}

static uint64_t
ms_of(uint64_t ns, int64_t wall_ns)
{
	return (uint64_t)((int64_t)ns + wall_ns) / 1000000;
}

/* Returns an identifier or a port; what stands for the other port of ICMP is no port. */
static uint64_t
port_of(const struct tuple *t, bool dst)
{
	if (dst && tuple_is_icmp(t))
		return 0;
	return rte_be_to_cpu_16(dst ? t->dport : t->sport);
}

static uint64_t
number_of(const struct ipfix_item *item, uint8_t event, enum value value)
{
	const struct flow_report *f = &item->flow;

	switch (value) {
	case START_MS:
		return ms_of(f->start_ns, item->wall_ns);
	case END_MS:
		return ms_of(f->end_ns, item->wall_ns);
	case SPORT:
	case DPORT:
		return port_of(&f->from, value == DPORT);
	case POST_SPORT:
	case POST_DPORT:
		return port_of(&f->to, value == POST_DPORT);
	case PROTO:
		return f->from.proto;
	case ICMP_CODE:
		return rte_be_to_cpu_16(f->from.dport);
	case IN:
		return f->in;
	case OUT:
		return f->out;
	case BYTES:
	case BACK_BYTES:
		return f->bytes[value == BACK_BYTES];
	case PACKETS:
	case BACK_PACKETS:
		return f->packets[value == BACK_PACKETS];
	case WHY:
		return f->why;
	case STATUS:
		return f->status;
	case DIRECTION:
		return 1; /* the initiator's */
	case NAT_EVENT:
		return event;
	case POOL:
		return item->pool;
	case LIMIT:
		return item->limit;
	case IN_DOMAIN:
		return f->from.domain;
	case OUT_DOMAIN:
		return f->to.domain;
	case LIMIT_KIND:
		return 3; /* maximum entries per user */
	default:
		return 0;
	}
}

static const uint8_t *
address_of(const struct flow_report *f, enum value value)
{
	switch (value) {
	case SRC:
		return f->from.src.bytes;
	case DST:
		return f->from.dst.bytes;
	case POST_SRC:
		return f->to.src.bytes;
	case POST_DST:
		return f->to.dst.bytes;
	default:
		return NULL;
	}
}

/* Numbers of NAT events (RFC 8158). */
enum {
	NO_ADDRESS = 3,
	CREATE_SESSION = 4,
	DELETE_SESSION = 5,
	CREATE_MAPPING = 8,
	DELETE_MAPPING = 9,
	NO_PORT = 12,
	QUOTA = 13,
};

void
ipfix_item_of_nat(struct ipfix_item *item, const struct nat_log_entry *e)
{
	struct flow_report *f = &item->flow;

	memset(f, 0, sizeof(*f));
	f->start_ns = e->time_ns;
	f->from.family = f->to.family = 4;
	f->from.proto = f->to.proto = e->proto;
	f->from.src.v4 = e->inside;
	f->from.domain = e->domain;
	f->to.src.v4 = e->public;
	item->pool = e->slot;
	item->limit = e->event == NAT_QUOTA ? e->limit : 0;
	if (e->event == NAT_BEGINS || e->event == NAT_ENDS) {
		f->from.sport = e->inside_port;
		f->to.sport = e->public_port;
	}
	item->nat_event = e->event == NAT_BEGINS ? CREATE_MAPPING
		: e->event == NAT_ENDS           ? DELETE_MAPPING
		: e->event == NAT_QUOTA          ? QUOTA
		: e->public == 0                 ? NO_ADDRESS
						 : NO_PORT;
}

/* Returns the template, and the event that the item tells. */
static enum ipfix_id
template_of(const struct ipfix_item *item, uint8_t *event)
{
	const struct flow_report *f = &item->flow;
	bool v6 = f->from.family == 6, icmp = tuple_is_icmp(&f->from);

	*event = item->nat_event;
	switch (item->nat_event) {
	case CREATE_MAPPING:
	case DELETE_MAPPING:
		return IPFIX_NAT_MAPPING;
	case QUOTA:
		return IPFIX_NAT_QUOTA;
	case NO_PORT:
		return IPFIX_NAT_NO_PORT;
	case NO_ADDRESS:
		return IPFIX_NAT_NO_ADDRESS;
	default:
		break;
	}
	if (f->kind == FLOW_REPORT_FLOW)
		return (f->session ? IPFIX_SESSION4 : IPFIX_FLOW4) + (v6 ? 1u : 0u)
			+ (icmp ? 2u : 0u);
	*event = f->kind == FLOW_REPORT_NAT_BEGINS ? CREATE_SESSION : DELETE_SESSION;
	return v6 ? 0 : IPFIX_NAT_SESSION; /* RFC 8158 has none between addresses of IPv6 */
}

enum ipfix_id
ipfix_write(uint8_t out[static IPFIX_RECORD_MAX], const struct ipfix_item *item, size_t *bytes)
{
	uint8_t event, *at = out;
	enum ipfix_id id = template_of(item, &event);

	if (id == 0)
		return 0;
	for (const struct element *e = templates[id - IPFIX_SESSION4].element; e->id != 0; e++) {
		const uint8_t *address = address_of(&item->flow, e->value);

		if (address != NULL) {
			memcpy(at, address, e->bytes);
			at += e->bytes;
		} else {
			at = put(at, number_of(item, event, e->value), e->bytes);
		}
	}
	*bytes = (size_t)(at - out);
	return id;
}

size_t
ipfix_write_name(uint8_t out[static IPFIX_RECORD_MAX], uint32_t number, const char *name)
{
	size_t n = strnlen(name, 128);
	uint8_t *at = put(out, number, 4);

	at = put(at, n, 1);
	memcpy(at, name, n);
	return (size_t)(at - out) + n;
}

size_t
ipfix_write_reliability(uint8_t out[static IPFIX_RECORD_MAX], const struct ipfix_reliability *r)
{
	const uint64_t n[] = { r->messages, r->records, r->bytes, r->lost_records, r->lost_packets,
		r->lost_bytes };
	uint8_t *at = put(out, (uint32_t)getpid(), 4);

	for (unsigned i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		at = put(at, n[i], 8);
	return (size_t)(at - out);
}
