/* SPDX-License-Identifier: BSD-3-Clause */
/* Section sets: prefixes from the configuration, from a file, or both; and our own addresses. */

#include <errno.h>
#include <string.h>

#include "policy/address.h"
#include "policy/build_priv.h"
#include "policy/match.h"
#include "table/set.h"

static const struct cfg_field set_fields[] = {
	{ "prefixes", CFG_PREFIX | CFG_LIST, CFG_OPTIONAL, offsetof(struct set_cfg, prefixes),
		"Prefixes and addresses of both families." },
	{ "file", CFG_PATH, CFG_OPTIONAL, offsetof(struct set_cfg, file),
		"File with one prefix or address a line; # begins a comment." },
	CFG_END,
};

const struct cfg_table set_table = {
	"set",
	CFG_SIZEOF(struct set_cfg),
	set_fields,
	"A set of addresses: a list, or {file: name}.",
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
fill_local(const struct build *b, struct set *set)
{
	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		const struct interface *iface = b->setup.iface[i];

		for (unsigned k = 0; iface != NULL && k < iface->n_addresses; k++) {
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
build_local_set(struct build *b)
{
	struct set *set;

	if (b->local != NULL)
		return b->local;
	set = set_create("local");
	if (set == NULL || fill_local(b, set) < 0) {
		set_destroy(set);
		build_no_memory(b);
		return NULL;
	}
	set_seal(set);
	return b->local = set;
}

const struct set *
match_set(struct build *b, const struct cfg_match_address *item)
{
	if (item->local)
		return build_local_set(b);
	return item->set != NULL ? build_find_set(b, item->set) : NULL;
}

int
build_set(struct build *b, const struct set_cfg *cfg, struct set **out)
{
	struct set *set = set_create(cfg->head.name);

	if (set == NULL)
		return build_no_memory(b);
	if (fill(b, cfg, set) < 0) {
		set_destroy(set);
		return -EINVAL;
	}
	set_seal(set);
	*out = set;
	return 0;
}
