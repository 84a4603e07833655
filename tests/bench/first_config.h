/* SPDX-License-Identifier: BSD-3-Clause */
/* The configurations that new_sessions measures. */
#ifndef BENCH_FIRST_CONFIG_H
#define BENCH_FIRST_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

enum first_kind {
	FIRST_STATELESS,
	FIRST_TRACK,
	FIRST_NAT,
};

#define FIRST_GATEWAYS 16u
#define FIRST_ROUTES   4096u /* 100.64.0.0/24 and on */
#define FIRST_PUBLIC   250u  /* addresses of the pool */

/* As text; the caller frees it.  mixed: rules of all words, not of addresses and ports alone. */
char *first_config(enum first_kind kind, uint32_t flows, unsigned rules, bool mixed);

#endif
