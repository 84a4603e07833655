/* SPDX-License-Identifier: BSD-3-Clause */
/* A small configuration described by tables, and what tests ask of it.
 *
 * It has one of everything: maps, lists, matches, choices, a bare field, references. */
#ifndef UNIT_SCHEMA_SAMPLE_H
#define UNIT_SCHEMA_SAMPLE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document.h"

enum sample_action { ACTION_ACCEPT, ACTION_DROP, ACTION_REJECT };

struct sample_match {
	struct cfg_head head;
	CFG_LIST_OF(struct cfg_match_name) in;
	CFG_LIST_OF(struct cfg_match_address) src;
	CFG_LIST_OF(struct cfg_range) proto;
	CFG_LIST_OF(struct cfg_range) dport;
	uint32_t state;
};

struct sample_interface {
	struct cfg_head head;
	CFG_LIST_OF(struct ip_prefix) addresses;
	uint16_t mtu;
	const char *pipeline;
	uint16_t vlan;
	CFG_LIST_OF(struct sample_neighbour) neighbours;
};

struct sample_neighbour {
	struct cfg_head head;
	struct cfg_mac mac;
};

struct sample_hop {
	struct cfg_head head;
	struct ip_address via;
	uint8_t weight;
};

struct sample_route {
	struct cfg_head head;
	struct ip_prefix to;
	CFG_LIST_OF(struct sample_hop) via;
	bool blackhole;
};

struct sample_routes {
	struct cfg_head head;
	CFG_LIST_OF(struct sample_route) routes;
};

struct sample_set {
	struct cfg_head head;
	CFG_LIST_OF(struct ip_prefix) prefixes;
	struct cfg_path file;
};

struct sample_rule {
	struct cfg_head head;
	const char *name;
	struct sample_match match;
	enum sample_action action;
};

struct sample_acl {
	struct cfg_head head;
	enum sample_action default_action;
	CFG_LIST_OF(struct sample_rule) rules;
};

struct sample_pipeline {
	struct cfg_head head;
	CFG_LIST_OF(struct cfg_choice) stages;
};

struct sample_system {
	struct cfg_head head;
	CFG_LIST_OF(uint32_t) workers;
	uint64_t memory;
	uint64_t timeout;
};

struct sample {
	struct cfg_head head;
	uint32_t version;
	struct sample_system system;
	CFG_LIST_OF(struct sample_interface) interfaces;
	CFG_LIST_OF(struct sample_routes) routes;
	CFG_LIST_OF(struct sample_set) sets;
	CFG_LIST_OF(struct sample_acl) acls;
	CFG_LIST_OF(struct sample_pipeline) pipelines;
};

/* Stages: track has no fields of its own, acl a bare one. */
struct sample_stage {
	struct cfg_head head;
	struct sample_match match;
	const char *use;
	struct cfg_rate rate;
};

extern const struct cfg_table sample_table;

/* A document and the errors found in it. */
struct sample_document {
	struct err *err;
	struct document *doc;
	struct sample *cfg;
	char *errors; /* "line:column+width: text" each on a line */
};

struct sample_document sample_read(const char *text);
struct sample_document sample_read_file(const char *path);
void sample_free(struct sample_document *d);

#define expect_errors(text, wanted) \
	do { \
		struct sample_document d_ = sample_read(text); \
		assert_string_equal(d_.errors, wanted); \
		sample_free(&d_); \
	} while (0)

#endif
