/* SPDX-License-Identifier: BSD-3-Clause */
/* IP identification of packets whose source address several hosts share (RFC 6864 4.1, RFC 7857
 * 10).
 *
 * Threads: the owning worker. */
#ifndef SLOWPATH_IDENTIFY_H
#define SLOWPATH_IDENTIFY_H

#include <stdint.h>

struct identifier;

struct identifier *identifier_create(void);    /* NULL: no memory */
void identifier_destroy(struct identifier *i); /* NULL is fine */

#endif
