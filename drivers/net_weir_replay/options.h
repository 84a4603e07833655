/* SPDX-License-Identifier: BSD-3-Clause */
/* What the arguments of a device say: net_weir_replay0,pcap=FILE,queues=2,... */
#ifndef NET_WEIR_REPLAY_OPTIONS_H
#define NET_WEIR_REPLAY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	REPLAY_QUEUES_MAX = 64,
	REPLAY_PATH_MAX = 1024,
	REPLAY_PERCENT = 100,
};

struct options {
	char pcap[REPLAY_PATH_MAX];    /* "": receives nothing */
	char samples[REPLAY_PATH_MAX]; /* "": none */
	unsigned queues;               /* at most so many, 1 .. REPLAY_QUEUES_MAX */
	uint64_t loops;                /* 0: without end */
	uint64_t rate;   /* frames a second, all queues together; 0: as they are asked */
	unsigned fresh;  /* new=: of a hundred frames so many begin a new flow */
	uint64_t once;   /* so many frames are not repeated */
	uint64_t step;   /* bytes that TCP moves on in a repetition */
	bool ring;       /* mbufs wait in rings of descriptors, before and after */
	bool answer;     /* receives what it sends, as answers, and no capture */
	bool interrupts; /* with answer: queues can interrupt */
	bool source;     /* can spread by source addresses alone */
	bool hash;
	bool ptype;
	bool cksum;
};

/* Reads the arguments, NULL for none.  0, or -EINVAL with a sentence in error. */
int options_parse(const char *arguments, struct options *options, char *error, unsigned size);

#endif
