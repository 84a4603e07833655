/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds what a generation holds from decoded sections: sets, access lists, route tables,
 * pipelines, rule counters, meters.  The code that assembles a generation uses the first half, a
 * stage's build the second.
 *
 *	b = build_create(&setup);
 *	build_policy(b, &config->policy);       // all errors of these sections, in setup.err
 *	iface->pipeline = build_find_pipeline(b, config_interface->pipeline);
 *	build_finish(b, gen);                   // gen points into b from here on
 *	...
 *	build_discard(b);                       // when no worker uses gen any more
 *
 * Everything built lives as long as the build, and nothing of it points into the document, which
 * may be freed before.
 *
 * Threads: control. */
#ifndef POLICY_BUILD_H
#define POLICY_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "policy/generation.h"
#include "policy/policy.h"

struct acl;
struct build;
struct ids;
struct live_tables;
struct pipeline;
struct route_table;
struct set;

struct build_setup {
	struct err *err;
	bool misread; /* the decoder has reported errors */
	/* By id, or NULL; they outlive the build.  Pipelines may be filled in later. */
	const struct interface *const *iface;
	unsigned n_ifaces;              /* highest id + 1 */
	const char *const *domain_name; /* by number, or NULL; NULL: there is the main one alone */
	unsigned n_domains;             /* highest number + 1 */
	const char *const *port_name;   /* by index, or NULL */
	unsigned n_ports;
	struct bridge *const *bridge;     /* by number, or NULL; NULL: there is none */
	const char *const *entry;         /* by id: name of its pipeline, or NULL */
	struct ids *tracks;               /* numbers of stages track; NULL: of this build alone */
	struct ids *logs;                 /* numbers of rules that are logged; likewise */
	struct live_tables *live;         /* NULL: there are no live routes */
	struct ids *dynamics;             /* numbers of dynamic sets; likewise */
	struct ids *tallies;              /* of lines that count sessions; likewise */
	const struct generation *running; /* the generation whose numbers are continued;
					   * NULL: the first */
	const struct zone *zones;         /* named zones; they outlive the build */
	unsigned n_zones;
	struct loc loc; /* of section pipelines: for errors about the
			 * whole section */
};

struct build *build_create(const struct build_setup *setup); /* NULL: no memory */
void build_discard(struct build *b);                         /* NULL and half-built are fine */

/* Builds the sections.  Returns 0 if there is no error and every part is there; else negative after
 * an error for each fault.  A configuration with decoding errors may be given, too, to find its
 * other errors: names that are NULL or unknown are ignored, since the decoder has reported them. */
int build_policy(struct build *b, const struct policy_cfg *cfg);

/* Fills the generation's pipelines, rule counters, meters and own addresses.  Returns 0 or
 * -ENOMEM. */
int build_finish(struct build *b, struct generation *gen);

const struct pipeline *build_find_pipeline(const struct build *b, const char *name);

/* --- for stages, while they are built --- */

struct err *build_err(const struct build *b);

/* Returns zeroed memory that lives as long as the build; NULL when memory is short
 * (build_no_memory). */
void *build_alloc(struct build *b, size_t n, size_t bytes);

/* Returns a copy of a list of n elements with *room doubled; NULL when memory is short. */
void *build_grow(struct build *b, const void *items, unsigned n, unsigned *room, size_t bytes);

const char *build_string(struct build *b, const char *text); /* NULL stays NULL */
int build_no_memory(struct build *b);                        /* adds an error; returns -ENOMEM */

/* Return the object of a name; NULL when there is none, or when it could not be built. */
const struct set *build_find_set(const struct build *b, const char *name);
/* Returns the set of our own addresses in a domain; DOMAIN_NONE: in any.  NULL: no memory. */
const struct set *build_local_set(struct build *b, unsigned domain);
unsigned build_find_dynamic(const struct build *b, const char *name); /* its number; 0: none */

/* Returns the number of the dynamic set under a key `add`, or 0 after an error. */
unsigned build_add(
	struct build *b, const struct cfg_head *head, const struct cfg_match_address *item);
const struct acl *build_find_acl(const struct build *b, const char *name);
const struct route_table *build_find_routes(const struct build *b, const char *name);

/* Returns the table of a domain; DOMAIN_NONE: that of the main one if there is no other, else NULL:
 * it depends on the packet. */
const struct route_table *build_domain_table(const struct build *b, unsigned domain);

/* Returns the table at a place, those of the file first, then those that domains have without one;
 * NULL: it could not be built. */
const struct route_table *build_routes_at(const struct build *b, unsigned i);
unsigned build_routes_count(const struct build *b);
const struct interface *build_find_interface(const struct build *b, const char *name);
const struct zone *build_find_zone(const struct build *b, const char *name);
int build_find_port(const struct build *b, const char *name);        /* its index, or -ENOENT */
unsigned build_find_bridge(const struct build *b, const char *name); /* its number; 0: none */

/* Returns the interfaces, by id; of a domain alone (others are NULL; without memory it has none).
 */
const struct interface *const *build_interfaces(const struct build *b, unsigned *n);
const struct interface *const *build_domain_interfaces(
	struct build *b, unsigned domain, unsigned *n);

/* Returns the number of a domain, which a field names; DOMAIN_NONE after an error: no interface is
 * in it. */
uint8_t build_find_domain(struct build *b, const struct cfg_head *head, const char *const *name);

unsigned build_domains(const struct build *b); /* highest number + 1, at least 1 */

/* Returns the name of a domain. */
const char *build_domain_name(const struct build *b, unsigned domain);

/* Returns the domain of an address that a field says nothing more of: the only one in which an
 * interface's subnet has it, or the main one if none has; DOMAIN_NONE after an error: there are
 * several. */
uint8_t build_domain_of(struct build *b, const struct cfg_head *head, const void *field,
	const union address *a, unsigned family);

/* A goto: its target, and its line.  The pipeline exists from the beginning and gets its stages at
 * the end. */
struct jump {
	const struct pipeline *to;
	struct loc loc;
};

/* Return the number of a pool of section nat, or -ENOENT; and its specification. */
int build_find_pool(const struct build *b, const char *name);
const struct nat_pool_spec *build_pool(const struct build *b, unsigned number);

/* Refuses an address that NAT would answer for, or send sessions to: multicast, loopback and other
 * addresses that no station has; the network or broadcast address of a subnet; build_check_public
 * also that of a next hop or a neighbour.  domain: of the address; DOMAIN_NONE: it is not known.
 * Returns 0, or -EINVAL after an error at the field. */
int build_check_public(struct build *b, const struct cfg_head *head, const void *field,
	rte_be32_t address, uint8_t domain);
int build_check_target(struct build *b, const struct cfg_head *head, const void *field,
	rte_be32_t address, uint8_t domain);

/* Refuses only addresses that no station has; then the other addresses of its /24 are not valid
 * either. */
int build_check_station(
	struct build *b, const struct cfg_head *head, const void *field, rte_be32_t address);

/* Adds an address that NAT answers for in a domain.  Returns 0 or -ENOMEM. */
int build_public(struct build *b, rte_be32_t address, uint8_t domain);

/* Returns a new rule counter, or 0 after an error when there is no room. */
uint32_t build_counter(struct build *b, struct loc loc, const char *owner, const char *name);

/* Says for which reason (enum reason) a rule counter's line drops all that it counts; counter 0 is
 * fine. */
void build_counter_drops(struct build *b, uint32_t counter, unsigned reason);

/* Sets the text of the counter's line, a decoded struct of a table: as long as it is the same in
 * the next generation, the counter keeps its value. */
void build_counter_says(
	struct build *b, uint32_t counter, const struct cfg_table *table, const void *cfg);

/* Returns a hash of the text of a decoded struct; any number without memory, and then build_policy
 * fails. */
uint64_t build_text_hash(struct build *b, const struct cfg_table *table, const void *cfg);

/* Returns a place that outlives the document, with the name of its file as users write it. */
struct loc build_loc(struct build *b, struct loc loc);

/* Returns the number of a new meter, 0 and up, or negative after an error. */
int build_meter(struct build *b, const struct meter_spec *spec, struct loc loc);

/* Returns the number of a new struct copy_spec, 0 and up, or negative after an error. */
int build_copy(struct build *b, const struct copy_spec *spec, struct loc loc);

/* Returns the number of a stage track's timeouts, 1 and up, or negative after an error: -ENOSPC
 * when there are too many.  The stage is identified by its pipeline and its condition (when,
 * decoded by when_table), and keeps the number over generations. */
int build_session_policy(struct build *b, const char *owner, const struct cfg_table *when_table,
	const void *when, const struct session_policy *policy);

#endif
