/* SPDX-License-Identifier: BSD-3-Clause */
/* The parameters of verbs that list sessions, flows and neighbours, as a filter. */
#ifndef CONTROL_FILTER_H
#define CONTROL_FILTER_H

#include "control/rpc.h"
#include "fastpath/walk.h"

struct generation;

/* Rows for the table of verbs. */
#define FILTER_TUPLE \
	{ "address", PARAM_VALUE, "PREFIX", \
		"either end has this address, or one of this prefix" }, \
		{ "src", PARAM_VALUE, "PREFIX", "the first packet's source" }, \
		{ "dst", PARAM_VALUE, "PREFIX", "the first packet's destination" }, \
		{ "port", PARAM_VALUE, "NUMBER", "either port" }, \
		{ "sport", PARAM_VALUE, "NUMBER", "source port" }, \
		{ "dport", PARAM_VALUE, "NUMBER", "destination port" }, \
		{ "proto", PARAM_VALUE, "PROTOCOL", "tcp, udp, icmp, icmpv6 or a number" }, \
		{ "interface", PARAM_VALUE, "INTERFACE", "in or out by this interface" }, \
		{ "domain", PARAM_VALUE, "DOMAIN", "in or out in this domain" }, \
	{ \
		"zone", PARAM_VALUE, "ZONE", "in or out by an interface of this zone" \
	}

/* Of packets, as they come in. */
#define FILTER_PACKET \
	{ "address", PARAM_VALUE, "PREFIX", \
		"either end has this address, or one of this prefix" }, \
		{ "src", PARAM_VALUE, "PREFIX", "source" }, \
		{ "dst", PARAM_VALUE, "PREFIX", "destination" }, \
		{ "port", PARAM_VALUE, "NUMBER", "either port" }, \
		{ "sport", PARAM_VALUE, "NUMBER", "source port" }, \
		{ "dport", PARAM_VALUE, "NUMBER", "destination port" }, \
		{ "proto", PARAM_VALUE, "PROTOCOL", "tcp, udp, icmp, icmpv6 or a number" }, \
		{ "interface", PARAM_VALUE, "INTERFACE", "came in by this interface" }, \
		{ "domain", PARAM_VALUE, "DOMAIN", "came in in this domain" }, \
	{ \
		"zone", PARAM_VALUE, "ZONE", "came in by an interface of this zone" \
	}

#define FILTER_SESSION \
	FILTER_TUPLE, \
		{ "state", PARAM_VALUE, "STATE", \
			"established, half-open, unreplied, replied, closed, or a state of TCP" }, \
	{ \
		"nat", PARAM_VALUE, "KIND", "translated: snat, dnat, or any" \
	}

/* Fills a filter.  False: the call has an error. */
bool filter_read(struct rpc_call *call, const struct generation *gen, struct walk_filter *f);

/* Reads the domain that a call names; the main one without.  False: the call has an error. */
bool domain_read(struct rpc_call *call, const struct generation *gen, uint8_t *domain);

/* Does the call name anything to filter by? */
bool filter_is_asked(const struct rpc_call *call);

#endif
