/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of NAT share. */
#ifndef FLOW_NAT_FIXTURE_H
#define FLOW_NAT_FIXTURE_H

#include "nat/nat.h"

/* A public endpoint of the first pool, for one session. */
static inline enum reason
take_for(struct nat *n, struct session *s, const struct tuple *t, struct nat_endpoint *e)
{
	struct nat_request r;

	nat_prepare(n, 0, t, &r);
	nat_prefetch(n, &r);
	return nat_take(n, &r, s, e);
}

#endif
