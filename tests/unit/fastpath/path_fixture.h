/* SPDX-License-Identifier: BSD-3-Clause */
/* A data path over ports from memory, and frames that are right, wrong and hostile:
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2
 *                            \ v7 --- 192.0.2.2, VLAN 7 on wan, MTU 1280
 *   p2 [ a cable ] p3 */
#ifndef UNIT_FASTPATH_PATH_FIXTURE_H
#define UNIT_FASTPATH_PATH_FIXTURE_H

#include "offline/offline.h"
#include "support/appliance_fixture.h"

struct path {
	struct appliance_fixture on;
	struct offline offline;
	struct fastpath *fp;
};

enum { LAN, WAN, P2, P3 };

struct test_frame {
	uint16_t bytes;
	uint8_t at[256];
};

void given_path(struct path *p);
void given_path_of(struct path *p, const char *config); /* ports like the ones above */
void end_path(struct path *p); /* the ledger in balance, all buffers back */

uint32_t any(uint32_t below); /* the same numbers after srand(the same) */

/* In notation; false: it makes no frame. */
bool given_frame(struct test_frame *f, const char *text);

/* One of a few hundred flows; one in four has bytes changed or is cut. */
void given_any_frame(struct test_frame *f, bool spoil);

/* In packet buffers of the path. */
struct rte_mbuf *given_mbuf(struct path *p, const struct test_frame *f);

#endif
