/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that the kernel sends by itself, chosen at random: a program of XDP, run again and again
 * (BPF_PROG_TEST_RUN with live frames, Linux 5.18), that writes a frame over the last one and sends
 * it, without a packet buffer of the kernel's and without a call. */
#ifndef BLAST_H
#define BLAST_H

#include <signal.h>
#include <stdint.h>

enum {
	SHOT_BYTES = 256,
};

/* A frame as the program finds it. */
struct shot {
	uint32_t ifindex;
	uint32_t spare;
	uint8_t bytes[SHOT_BYTES];
};

/* Frames of one size. */
struct shots {
	struct shot *shot;
	uint32_t count;
	uint32_t bytes;
};

/* Fires until stop.  NULL, or what failed, with errno. */
const char *blast_fire(const struct shots *s, const volatile sig_atomic_t *stop);

#endif
