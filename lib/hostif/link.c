/* SPDX-License-Identifier: BSD-3-Clause */
/* The link state of taps, by rtnetlink. */

#include <linux/if.h>

#include <netlink/netlink.h>
#include <netlink/route/link.h>

#include "base/log.h"
#include "hostif/hostif_priv.h"

/* The kernel tells programs of a lost carrier up to a second later if another interface has lost or
 * found one within that second (linkwatch); of an operational state that was set it tells them at
 * once. */
void
link_is_lost(struct hostif *k, const struct tap *t)
{
	struct rtnl_link *now = rtnl_link_alloc(), *change = rtnl_link_alloc();
	int rc = -NLE_NOMEM;

	if (now != NULL && change != NULL) {
		rtnl_link_set_ifindex(now, t->index);
		rtnl_link_set_operstate(change, IF_OPER_DORMANT);
		rc = rtnl_link_change(k->ask, now, change, 0);
	}
	if (rc < 0)
		log_debug("host interface %s: its link is lost: %s", t->name, nl_geterror(rc));
	rtnl_link_put(now);
	rtnl_link_put(change);
}
