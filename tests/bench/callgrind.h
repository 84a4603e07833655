/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells callgrind what to count.  Started with --instr-atstart=no it runs what comes before ten
 * times as fast.  Without valgrind's header nothing is told. */
#ifndef BENCH_CALLGRIND_H
#define BENCH_CALLGRIND_H

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) ((void)(name))
#endif

#endif
