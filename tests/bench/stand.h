/* SPDX-License-Identifier: BSD-3-Clause */
/* What benches stand on: an appliance of one worker that the caller steps, in virtual time. */
#ifndef BENCH_STAND_H
#define BENCH_STAND_H

struct appliance;

/* From the text of a configuration; what is wrong with it ends the process. */
struct appliance *stand_start(const char *text, unsigned burst);

/* Ends the process with a sentence. */
void stand_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
