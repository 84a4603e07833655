/* SPDX-License-Identifier: BSD-3-Clause */
/* The sections sets, acls, routes and pipelines of a configuration, as decoded. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "schema/field.h"
#include "policy/match.h"
#include "policy/rule_log.h"

struct set_cfg {
	struct cfg_head head;
	CFG_LIST_OF(struct ip_prefix) prefixes;
	struct cfg_path file;
	CFG_LIST_OF(const char *) endpoints, pairs; /* policy/tuple_sets.h */
	uint64_t timeout;                           /* ns; with size: of a dynamic set */
	uint32_t size;
};

enum acl_action {
	ACL_NONE, /* goto or call is written instead */
	ACL_ACCEPT,
	ACL_DROP,
	ACL_REJECT,
	ACL_RETURN,   /* ends a list that another one has called */
	ACL_CONTINUE, /* counts, logs, adds to a set; the next rules decide */
};

/* What the sender of a rejected packet is told. */
enum acl_reject {
	ACL_REJECT_USUAL, /* TCP: a reset; else administratively prohibited */
	ACL_REJECT_RESET, /* the same, in so many words */
	ACL_REJECT_NET,
	ACL_REJECT_HOST,
	ACL_REJECT_PORT,
	ACL_REJECT_PROHIBITED,
	ACL_REJECT_NET_PROHIBITED,
	ACL_REJECT_HOST_PROHIBITED,
};

struct rule_cfg {
	struct cfg_head head;
	struct match_cfg match; /* its rows are the rule's own; its head is unused */
	const char *name;       /* or NULL */
	enum acl_action action;
	enum acl_reject with;
	const char *jump; /* goto: name of a pipeline, or NULL */
	const char *call; /* name of an access list, or NULL */
	CFG_LIST_OF(struct cfg_match_address) add;
	struct rule_log_cfg log;
};

struct acl_cfg {
	struct cfg_head head;
	enum acl_action default_action; /* default: */
	CFG_LIST_OF(struct rule_cfg) rules;
};

struct via_cfg {
	struct cfg_head head;
	struct ip_address via;
	const char *dev;    /* interface, or NULL */
	const char *domain; /* or NULL: the table's */
	uint16_t weight;
};

struct route_cfg {
	struct cfg_head head;
	struct ip_prefix to;
	CFG_LIST_OF(struct via_cfg) via;
	const char *dev; /* interface, or NULL */
	bool blackhole;
	bool reject;
};

struct route_table_cfg {
	struct cfg_head head;
	CFG_LIST_OF(struct route_cfg) routes;
	const char *kernel; /* name or number of a table, or NULL */
	uint32_t hash;      /* enum route_hash */
	const char *domain; /* or NULL */
};

struct nat_pool_cfg {
	struct cfg_head head;
	CFG_LIST_OF(const char *) pool; /* prefixes; or "interface NAME" */
	struct cfg_range ports;
	uint32_t mapping, filtering; /* enum nat_behaviour */
	uint32_t per_source;
	uint32_t unsolicited; /* not 0: reject */
	const char *domain;   /* or NULL */
	bool log;
};

struct pipeline_cfg {
	struct cfg_head head;
	CFG_LIST_OF(struct cfg_choice) stages;
};

struct policy_cfg {
	CFG_LIST_OF(struct set_cfg) sets;
	CFG_LIST_OF(struct acl_cfg) acls;
	CFG_LIST_OF(struct route_table_cfg) routes;
	CFG_LIST_OF(struct nat_pool_cfg) nat;
	CFG_LIST_OF(struct pipeline_cfg) pipelines;
};

extern const struct cfg_table set_table;
extern const struct cfg_table acl_table;
extern const struct cfg_table route_table_table;
extern const struct cfg_table nat_pool_table;
extern const struct cfg_table pipeline_table;

/* The rows of the sections, for the table of a file whose struct has a policy_cfg as member. */
#define POLICY_ROWS(type, member) \
	{ "routes", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(type, member.routes), \
		"Route tables.", .table = &route_table_table, .kind = "route table" }, \
		{ "sets", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(type, member.sets), \
			"Sets of addresses, $name in rules.", .table = &set_table, \
			.kind = "set" }, \
		{ "acls", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(type, member.acls), \
			"Access lists.", .table = &acl_table, .kind = "access list" }, \
		{ "nat", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(type, member.nat), \
			"Public addresses and ports that sessions share.", \
			.table = &nat_pool_table, .kind = "pool" }, \
	{ \
		"pipelines", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(type, member.pipelines), \
			"Pipelines: lists of stages.", .table = &pipeline_table, \
						       .kind = "pipeline" \
	}

#endif
