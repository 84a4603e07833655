/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory, names, rule counters and meters of a build. */
#include "policy/build_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "program/program.h"
#include "schema/document.h"
#include "session/session.h"

#define COUNTERS_MAX ACTION_ARG(UINT32_MAX) /* the maximum of a listed action's argument */
#define METERS_MAX   ACTION_ARG(UINT32_MAX)

struct err *
build_err(const struct build *b)
{
	return b->setup.err;
}

void *
build_alloc(struct build *b, size_t n, size_t bytes)
{
	void *block = NULL;

	if (bytes == 0 || n <= SIZE_MAX / bytes)
		block = arena_alloc(&b->arena, n * bytes);
	b->short_of_memory |= block == NULL;
	return block;
}

int
build_no_memory(struct build *b)
{
	return err_set(b->setup.err, ENOMEM, "out of memory");
}

const char *
build_string(struct build *b, const char *text)
{
	const char *copy;

	if (text == NULL)
		return NULL;
	copy = arena_text(&b->arena, text, strlen(text));
	b->short_of_memory |= copy == NULL;
	return copy;
}

void *
build_grow(struct build *b, const void *items, unsigned n, unsigned *room, size_t bytes)
{
	unsigned wanted = *room > 0 ? 2 * *room : 16;
	void *more = build_alloc(b, wanted, bytes);

	if (more == NULL)
		return NULL;
	if (n > 0)
		memcpy(more, items, n * bytes);
	*room = wanted;
	return more;
}

bool
build_has_errors(const struct build *b)
{
	return b->setup.misread || err_count(b->setup.err) != b->errors;
}

bool
build_part(struct build *b, int rc, struct loc loc, const char *section, const char *name)
{
	if (rc >= 0 || build_has_errors(b))
		return rc >= 0;
	if (b->short_of_memory)
		build_no_memory(b);
	else
		err_add(b->setup.err, EFAULT, loc,
			"%s.%s: not built, without a reason; this is a bug of Weir", section,
			name != NULL ? name : "?");
	return false;
}

int
built_list_init(struct build *b, struct built_list *list, unsigned n)
{
	list->item = build_alloc(b, n, sizeof(list->item[0]));
	if (list->item == NULL)
		return build_no_memory(b);
	list->n = n;
	return 0;
}

void *
built_find(const struct built_list *list, const char *name)
{
	if (name == NULL)
		return NULL;
	for (unsigned i = 0; i < list->n; i++)
		if (list->item[i].name != NULL && strcmp(list->item[i].name, name) == 0)
			return list->item[i].what;
	return NULL;
}

const struct set *
build_find_set(const struct build *b, const char *name)
{
	return built_find(&b->sets, name);
}

const struct acl *
build_find_acl(const struct build *b, const char *name)
{
	return built_find(&b->acls, name);
}

const struct route_table *
build_find_routes(const struct build *b, const char *name)
{
	return built_find(&b->routes, name);
}

const struct route_table *
build_routes_at(const struct build *b, unsigned i)
{
	return b->routes.item[i].what;
}

unsigned
build_routes_count(const struct build *b)
{
	return b->routes.n;
}

const struct pipeline *
build_find_pipeline(const struct build *b, const char *name)
{
	return built_find(&b->pipelines, name);
}

const struct interface *
build_find_interface(const struct build *b, const char *name)
{
	for (unsigned i = 0; name != NULL && i < b->setup.n_ifaces; i++)
		if (b->setup.iface[i] != NULL && strcmp(b->setup.iface[i]->name, name) == 0)
			return b->setup.iface[i];
	return NULL;
}

const struct zone *
build_find_zone(const struct build *b, const char *name)
{
	for (unsigned i = 0; name != NULL && i < b->setup.n_zones; i++)
		if (strcmp(b->setup.zones[i].name, name) == 0)
			return &b->setup.zones[i];
	return NULL;
}

int
build_find_port(const struct build *b, const char *name)
{
	for (unsigned i = 0; name != NULL && i < b->setup.n_ports; i++)
		if (b->setup.port_name[i] != NULL && strcmp(b->setup.port_name[i], name) == 0)
			return (int)i;
	return -ENOENT;
}

unsigned
build_find_bridge(const struct build *b, const char *name)
{
	for (unsigned i = 1; name != NULL && b->setup.bridge != NULL && i <= BRIDGES_MAX; i++)
		if (b->setup.bridge[i] != NULL && strcmp(b->setup.bridge[i]->name, name) == 0)
			return i;
	return 0;
}

const struct interface *const *
build_interfaces(const struct build *b, unsigned *n)
{
	*n = b->setup.n_ifaces;
	return b->setup.iface;
}

/* Returns the file's name as users write it; all lines of one file share the copy. */
static const char *
file_name(struct build *b, const char *file)
{
	const char *slash;

	if (file == NULL)
		return "";
	if (file == b->file)
		return b->file_name;
	slash = strrchr(file, '/');
	b->file_name = build_string(b, slash != NULL ? slash + 1 : file);
	b->file = file;
	return b->file_name;
}

struct loc
build_loc(struct build *b, struct loc loc)
{
	loc.file = file_name(b, loc.file);
	return loc;
}

uint32_t
build_counter(struct build *b, struct loc loc, const char *owner, const char *name)
{
	struct rule_counter *counter;

	if (b->n_counters == b->counter_room) {
		counter = build_grow(
			b, b->counter, b->n_counters, &b->counter_room, sizeof(*counter));
		if (counter == NULL) {
			build_no_memory(b);
			return 0;
		}
		b->counter = counter;
	}
	if (b->n_counters == 0)
		b->n_counters = 1; /* 0 is none */
	if (b->n_counters == COUNTERS_MAX) {
		err_add(b->setup.err, E2BIG, loc, "%s: more than %u rules and stages that count",
			owner, COUNTERS_MAX);
		return 0;
	}
	counter = &b->counter[b->n_counters];
	counter->loc = build_loc(b, loc);
	counter->owner = build_string(b, owner);
	counter->name = build_string(b, name);
	return b->n_counters++;
}

uint64_t
build_text_hash(struct build *b, const struct cfg_table *table, const void *cfg)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	int rc = f == NULL ? -ENOMEM : cfg_print(table, cfg, DOCUMENT_DEFAULTS_OUT, f);

	if (f != NULL && fclose(f) != 0)
		rc = -ENOMEM;
	b->short_of_memory |= rc < 0;
	for (size_t i = 0; rc == 0 && i < bytes; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3ull;
	free(text);
	return hash;
}

void
build_counter_says(
	struct build *b, uint32_t counter, const struct cfg_table *table, const void *cfg)
{
	b->counter[counter].says = build_text_hash(b, table, cfg);
}

void
build_counter_drops(struct build *b, uint32_t counter, unsigned reason)
{
	if (counter != 0)
		b->counter[counter].drops = (uint8_t)reason;
}

int
build_meter(struct build *b, const struct meter_spec *spec, struct loc loc)
{
	if (b->n_meters == METERS_MAX)
		return err_add(b->setup.err, E2BIG, loc,
			"more than %u stages police and limit, limits and quotas", METERS_MAX);
	if (b->n_meters == b->meter_room) {
		struct meter_spec *more = build_grow(
			b, b->meter, b->n_meters, &b->meter_room, sizeof(*more));

		if (more == NULL)
			return build_no_memory(b);
		b->meter = more;
	}
	b->meter[b->n_meters] = *spec;
	return (int)b->n_meters++;
}

int
build_copy(struct build *b, const struct copy_spec *spec, struct loc loc)
{
	if (b->n_copies == COPIES_MAX)
		return err_add(b->setup.err, E2BIG, loc,
			"stages mirror and sample: %u at most, over all pipelines", COPIES_MAX);
	if (b->n_copies == b->copy_room) {
		struct copy_spec *more = build_grow(
			b, b->copy, b->n_copies, &b->copy_room, sizeof(*more));

		if (more == NULL)
			return build_no_memory(b);
		b->copy = more;
	}
	b->copy[b->n_copies] = *spec;
	return (int)b->n_copies++;
}

/* Makes room for the policy of a number.  Numbers that this build does not use keep what the
 * running generation has: its sessions may hold them. */
int
build_session_policies(struct build *b, unsigned number)
{
	const struct generation *running = b->setup.running;
	unsigned n = running != NULL ? running->n_session_policies : 0,
		 room = b->session_policy_room;
	struct session_policy *more;

	if (number < b->n_session_policies)
		return 0;
	n = number + 1 > n ? number + 1 : n;
	if (n > room) {
		room = n > 2 * room ? n : 2 * room;
		more = build_alloc(b, room, sizeof(*more));
		if (more == NULL)
			return build_no_memory(b);
		if (b->n_session_policies > 0)
			memcpy(more, b->session_policy, b->n_session_policies * sizeof(*more));
		b->session_policy = more;
		b->session_policy_room = room;
	}
	for (unsigned i = b->n_session_policies; i < n; i++)
		b->session_policy[i] = running != NULL && i < running->n_session_policies
			? running->session_policies[i]
			: session_policy_default;
	b->n_session_policies = n;
	return 0;
}

int
build_session_policy(struct build *b, const char *owner, const struct cfg_table *when_table,
	const void *when, const struct session_policy *policy)
{
	const char *name = arena_printf(
		&b->arena, "%s %016" PRIx64, owner, build_text_hash(b, when_table, when));
	int number;

	if (name == NULL)
		return build_no_memory(b);
	number = ids_take(b->tracks, name);
	if (number == -ENOSPC)
		return -ENOSPC;
	if (number < 0 || build_session_policies(b, (unsigned)number) < 0)
		return build_no_memory(b);
	b->session_policy[number] = *policy;
	return number;
}
