/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a generation decides as the running one does, or what it decides otherwise.
 *
 * Generations of one edition decide every packet alike, by lines and objects of the same numbers.
 * So workers keep the programs of their flows when they adopt one: a reload of a file that says the
 * same (comments and its layout aside) costs a flow nothing.  A generation is of the running one's
 * edition if all that it was built from is the same: the whole decoded file, sections that decide
 * nothing included; the members of sets that are read from files; ports and MACs; addresses of the
 * host; what becomes of sessions that are kept.  What else changes decisions (times, routes of the
 * kernel, dynamic sets, neighbours, ports that come and go) workers follow within a generation.
 *
 * If nothing but a few rules of access lists differ, the generation is of the next edition, and has
 * the changes by which workers tell what flows are judged again (policy/changes.h).  Else all are.
 *
 * Threads: the control thread. */
#ifndef CONFIG_EDITION_H
#define CONFIG_EDITION_H

#include <stdbool.h>

#include "config/compile.h"

/* Gives a finished generation, .keeps included, the edition of the running one, or the next. setup:
 * that it was begun with. */
void edition_give(struct generation *gen, const struct generation_setup *setup);

#endif
