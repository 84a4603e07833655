/* SPDX-License-Identifier: BSD-3-Clause */
/* Access lists (section acls), built for stage acl. */
#ifndef POLICY_ACL_H
#define POLICY_ACL_H

#include "policy/build.h"

struct matcher;

struct acl_rule {
	enum acl_action action; /* ACL_NONE: jump */
	uint32_t counter;
	const struct pipeline *jump;
};

struct acl {
	const char *name;
	struct matcher *matcher;
	const struct acl_rule *rule; /* [n] is the default */
	unsigned n;
	unsigned traits; /* enum stage_trait, of a stage that uses the list */
	const struct jump *jumps;
	unsigned n_jumps;
};

/* Builds an access list, which belongs to the build.  Returns 0, or negative after an error for
 * each fault. */
int build_acl(struct build *b, const struct acl_cfg *cfg, struct acl **acl);
void acl_discard(struct acl *acl); /* NULL is fine */

#endif
