/* SPDX-License-Identifier: BSD-3-Clause */
/* Section sets: prefixes from the configuration, from a file, or both; and our own addresses. */

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "policy/address.h"
#include "policy/build_priv.h"
#include "policy/match.h"
#include "table/set.h"

static const struct cfg_field set_fields[] = {
	{ "prefixes", CFG_PREFIX | CFG_LIST, CFG_OPTIONAL, offsetof(struct set_cfg, prefixes),
		"Prefixes and addresses of both families." },
	{ "file", CFG_PATH, CFG_OPTIONAL, offsetof(struct set_cfg, file),
		"File with one prefix or address a line; # begins a comment." },
	{ "endpoints", CFG_TEXT | CFG_LIST, CFG_OPTIONAL, offsetof(struct set_cfg, endpoints),
		"Addresses with a port, for src and dst: \"tcp 10.0.0.80:443\", \"10.0.0.0/24:8000-8010\", "
		"\"udp [2001:db8::53]:53\"." },
	{ "pairs", CFG_TEXT | CFG_LIST, CFG_OPTIONAL, offsetof(struct set_cfg, pairs),
		"Source and destination, for pair: \"10.0.0.2 > 203.0.113.0/24\", "
		"\"tcp 10.0.0.2 > 203.0.113.9:443\"." },
	{ "timeout", CFG_DURATION, CFG_OPTIONAL, offsetof(struct set_cfg, timeout),
		"Of a dynamic set: how long an address stays that a rule or weirctl has added; without it, "
		"until it is deleted.",
		.min = NS_PER_SECOND, .max = 365 * 86400 * NS_PER_SECOND },
	{ "size", CFG_U32, "65536", offsetof(struct set_cfg, size),
		"Of a dynamic set: addresses at most; the newest takes the place of the oldest one of the "
		"interface that has added most.",
		.min = MEMBERS_SIZE_MIN, .max = MEMBERS_SIZE_MAX, .restart = true,
		.presence = true },
	CFG_END,
};

const struct cfg_table set_table = {
	"set",
	CFG_SIZEOF(struct set_cfg),
	set_fields,
	"A set of addresses: a list, {file: name}, or dynamic: {timeout: 10m, size: 65536}; of addresses with "
	"ports: {endpoints: [...]}; of pairs of addresses: {pairs: [...]}.",
	"prefixes",
};

static int
fill(struct build *b, const struct set_cfg *cfg, struct set *set)
{
	struct err *err = build_err(b);
	unsigned before = err_count(err);

	cfg_each(ip, &cfg->prefixes) {
		struct prefix p = prefix_from_ip(ip);

		if (p.family != 0 && set_add(set, &p) < 0)
			return build_no_memory(b);
	}
	if (cfg->file.resolved == NULL)
		return 0;
	if (set_load_file(set, cfg->file.resolved, cfg_loc(&cfg->head, &cfg->file), err) < 0)
		return err_count(err) > before ? -EINVAL : build_no_memory(b);
	return 0;
}

static int
fill_local(const struct build *b, unsigned domain, struct set *set)
{
	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		const struct interface *iface = b->setup.iface[i];

		if (iface == NULL || (domain != DOMAIN_NONE && iface->domain != domain))
			continue;
		for (unsigned k = 0; k < iface->n_addresses; k++) {
			const struct interface_address *a = &iface->addresses[k];
			const struct prefix p = {
				.address = a->address,
				.family = a->family,
				.length = a->family == 4 ? 32 : 128,
			};

			if (set_add(set, &p) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

const struct set *
build_local_set(struct build *b, unsigned domain)
{
	struct set **place = &b->local[domain < DOMAINS_MAX ? domain : DOMAINS_MAX], *set;

	if (*place != NULL)
		return *place;
	set = set_create("local");
	if (set == NULL || fill_local(b, domain, set) < 0) {
		set_destroy(set);
		build_no_memory(b);
		return NULL;
	}
	set_seal(set);
	return *place = set;
}

const struct set *
match_set(struct build *b, const struct cfg_match_address *item)
{
	if (item->local)
		return build_local_set(b, DOMAIN_NONE);
	return item->set != NULL ? build_find_set(b, item->set) : NULL;
}

/* Returns true for a set whose members come and go while it is in use. */
static bool
is_dynamic(const struct set_cfg *cfg)
{
	return cfg_is_written(&cfg->head, &cfg->timeout) || cfg_is_written(&cfg->head, &cfg->size);
}

static int
declare_dynamic(struct build *b, const struct set_cfg *cfg)
{
	struct err *err = build_err(b);
	int number;

	if (cfg->prefixes.count > 0 || cfg->file.resolved != NULL)
		return cfg_error(err, &cfg->head, NULL,
			"a dynamic set has no prefixes of its own: list them in another set");
	number = ids_take(b->dynamics, cfg->head.name);
	if (number == -ENOSPC)
		return cfg_error(
			err, &cfg->head, NULL, "more than %u dynamic sets", MEMBERS_SETS - 1);
	if (number < 0)
		return build_no_memory(b);
	b->dynamic[number] = (struct dynamic_set){
		.name = build_string(b, cfg->head.name),
		.of = name_hash(cfg->head.name),
		.size = cfg->size,
		.timeout_ns = cfg->timeout,
	};
	return 0;
}

unsigned
build_find_dynamic(const struct build *b, const char *name)
{
	for (unsigned i = 1; i < MEMBERS_SETS; i++)
		if (b->dynamic[i].name != NULL && strcmp(b->dynamic[i].name, name) == 0)
			return i;
	return 0;
}

unsigned
build_add(struct build *b, const struct cfg_head *head, const struct cfg_match_address *item)
{
	unsigned number = item->set != NULL ? build_find_dynamic(b, item->set) : 0;

	if (item->set == NULL || item->negate)
		cfg_error(build_err(b), head, item, "write the name of a dynamic set: $NAME");
	else if (number == 0 && build_find_set(b, item->set) != NULL)
		cfg_error(build_err(b), head, item,
			"set '%s' is not dynamic: it has neither timeout nor size", item->set);
	return number;
}

int
build_set(struct build *b, const struct set_cfg *cfg, struct set **out)
{
	struct set *set;
	bool tuples = tuples_are_written(cfg);

	if (!tuples && is_dynamic(cfg) && declare_dynamic(b, cfg) < 0)
		return -EINVAL;
	set = set_create(cfg->head.name);

	if (set == NULL)
		return build_no_memory(b);
	if ((tuples ? build_tuple_set(b, cfg, set) : fill(b, cfg, set)) < 0) {
		set_destroy(set);
		return -EINVAL;
	}
	set_seal(set);
	*out = set;
	return 0;
}
