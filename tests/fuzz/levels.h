/* SPDX-License-Identifier: BSD-3-Clause */
/* What is in use when time has passed for everything: nothing. */
#ifndef FUZZ_LEVELS_H
#define FUZZ_LEVELS_H

/* Remembers the free ports of pools as they are now. */
void levels_begin(void);

/* Time goes on until every timeout is over, and whoever still holds something ends the process with
 * a sentence; when says what was done. */
void levels_check(const char *when);

#endif
