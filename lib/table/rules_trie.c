/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries become an rte_acl trie of the fields that any of them looks at. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>

#include "table/rules_priv.h"

#define ADD_AT_ONCE 256u        /* entries handed to rte_acl together */

/* With a limit rte_acl builds one or two large tries, without one up to eight small ones, and a
 * packet goes through all of them.  README.md has the figures. */
#define TRIE_BYTES ((size_t)48 << 20)

/* The fields in the order rte_acl goes through them.  After the first byte it takes four at a time,
 * a group, and a group that no entry looks at is left out. */
static const struct field {
	uint8_t type;
	uint8_t size;
	uint8_t group;
	uint8_t offset;
} fields[FIELD_COUNT] = {
#define ROW(kind, size, group, member, at) \
	{ RTE_ACL_FIELD_TYPE_##kind, size, group, offsetof(struct packed_key, member) + (at) }
	[FIELD_PROTO] = ROW(RANGE, 1, 0, proto, 0),
	[FIELD_SRC] = ROW(RANGE, 2, 1, label, 0),
	[FIELD_DST] = ROW(RANGE, 2, 1, label, 2),
	[FIELD_SPORT] = ROW(RANGE, 2, 2, sport, 0),
	[FIELD_DPORT] = ROW(RANGE, 2, 2, dport, 0),
	[FIELD_PARTS] = ROW(BITMASK, 1, 3, parts, 0),
	[FIELD_STATE] = ROW(BITMASK, 1, 3, state, 0),
	[FIELD_TCP] = ROW(BITMASK, 1, 3, tcp_flags, 0),
	[FIELD_DSCP] = ROW(RANGE, 1, 3, dscp, 0),
	[FIELD_IFACE] = ROW(RANGE, 2, 4, iface, 0),
	[FIELD_VLAN] = ROW(RANGE, 2, 4, vlan, 0),
	[FIELD_SRC_CLASS] = ROW(BITMASK, 4, 5, class, 0),
	[FIELD_DST_CLASS] = ROW(BITMASK, 4, 6, class, 4),
#undef ROW
};
#define GROUPS 7u

/* The fields of one trie. */
struct layout {
	enum entry_field field[FIELD_COUNT];
	unsigned n;
};

/* Does the field hold for every value? */
static bool
is_any(unsigned field, const struct rte_acl_field *f)
{
	if (fields[field].type != RTE_ACL_FIELD_TYPE_RANGE)
		return f->mask_range.u32 == 0;
	return f->value.u16 == 0 &&
		f->mask_range.u16 == (fields[field].size == 1 ? UINT8_MAX : UINT16_MAX);
}

static void
choose_layout(struct layout *l, const struct entries *entries)
{
	bool used[GROUPS] = { [0] = true };

	for (unsigned i = 0; i < entries->n; i++)
		for (unsigned k = 0; k < FIELD_COUNT; k++)
			used[fields[k].group] |= !is_any(k, &entries->entry[i].field[k]);
	l->n = 0;
	for (unsigned k = 0; k < FIELD_COUNT; k++)
		if (used[fields[k].group])
			l->field[l->n++] = k;
}

static int
add_entries(struct rte_acl_ctx *acl, const struct layout *l, const struct entries *entries)
{
	size_t rule_bytes = RTE_ACL_RULE_SZ(l->n);
	uint8_t *buffer = calloc(ADD_AT_ONCE, rule_bytes);
	int rc = 0;

	if (buffer == NULL)
		return -ENOMEM;
	for (unsigned first = 0; first < entries->n && rc == 0; first += ADD_AT_ONCE) {
		unsigned n = RTE_MIN(entries->n - first, ADD_AT_ONCE);

		for (unsigned i = 0; i < n; i++) {
			const struct entry *e = &entries->entry[first + i];
			struct rte_acl_rule *rule = (void *)(buffer + i * rule_bytes);

			rule->data.category_mask = 1;
			rule->data.priority = RTE_ACL_MAX_PRIORITY - (int32_t)e->rule;
			rule->data.userdata = e->rule + 1;
			for (unsigned k = 0; k < l->n; k++)
				rule->field[k] = e->field[l->field[k]];
		}
		rc = rte_acl_add_rules(acl, (struct rte_acl_rule *)(void *)buffer, n);
	}
	free(buffer);
	return rc;
}

static int
build(struct rte_acl_ctx *acl, const struct layout *l)
{
	struct rte_acl_config config = {
		.num_categories = 1,
		.num_fields = l->n,
		.max_size = TRIE_BYTES,
	};
	unsigned input = 0;

	for (unsigned k = 0; k < l->n; k++) {
		const struct field *f = &fields[l->field[k]];

		if (k > 0 && f->group != fields[l->field[k - 1]].group)
			input++;
		config.defs[k] = (struct rte_acl_field_def){ f->type, f->size, (uint8_t)k,
			(uint8_t)input, f->offset };
	}
	return rte_acl_build(acl, &config);
}

int
rules_trie_build(struct rules_trie *t, const struct entries *entries)
{
	static unsigned number;         /* rte_acl wants names, all different; control only */
	struct layout layout;
	char name[RTE_ACL_NAMESIZE];
	struct rte_acl_param param = { .name = name, .socket_id = SOCKET_ID_ANY };
	int rc;

	memset(t, 0, sizeof(*t));
	if (entries->n == 0)
		return 0;
	choose_layout(&layout, entries);
	for (unsigned i = 0; i < layout.n; i++)
		t->looks_at[layout.field[i]] = true;
	snprintf(name, sizeof(name), "weir_rules_%u", number++);
	param.rule_size = RTE_ACL_RULE_SZ(layout.n);
	param.max_rule_num = entries->n;
	t->acl = rte_acl_create(&param);
	if (t->acl == NULL)
		return rte_errno != 0 ? -rte_errno : -ENOMEM;
	rc = add_entries(t->acl, &layout, entries);
	return rc == 0 ? build(t->acl, &layout) : rc;
}

void
rules_trie_fini(struct rules_trie *t)
{
	rte_acl_free(t->acl);
	t->acl = NULL;
}
