/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures as the source of frames: several files merged in the order of time.
 *
 * offline/replay_reader.h describes what can be read.  Each file is looked through once when it is
 * opened, so that its faults are known before anything runs.  A file whose frames are in the order
 * of time is then read as needed; any other is held in memory and sorted.  Frames with the same
 * stamp come in the order of the ports, and in the order of their file.
 *
 * Threads: the control thread.  Memory: replay_input_open/_close. */
#ifndef OFFLINE_REPLAY_INPUT_H
#define OFFLINE_REPLAY_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct replay_input;

/* A file, and the index of the port its frames come in by. */
struct replay_file {
	const char *path;
	unsigned port;
	uint8_t mac[6]; /* of the port: the destination of packets without an
			 * Ethernet header */
};

struct replay_frame {
	uint64_t time_ns;    /* since the first frame of all files */
	const uint8_t *data; /* valid until it is taken */
	uint32_t bytes;
	unsigned port;
};

/* Opens the files.  Returns NULL after an error that leaves nothing to read: no such file, not a
 * capture, a link type that is not read.  A file that is damaged further on is read up to there;
 * *damaged is then set, and err has the sentence. */
struct replay_input *replay_input_open(
	const struct replay_file *files, unsigned n, bool *damaged, struct err *err);
void replay_input_close(struct replay_input *in); /* NULL is fine */

/* Returns the next frame, without taking it; false if there is none. */
bool replay_input_peek(struct replay_input *in, struct replay_frame *frame);

/* Takes the frame that replay_input_peek has returned. */
void replay_input_take(struct replay_input *in);

uint64_t replay_input_frames(const struct replay_input *in); /* in all files */

/* Returns the earliest stamp, in ns of the epoch. */
uint64_t replay_input_zero_ns(const struct replay_input *in);

/* Returns true if any of the files has stamps in nanoseconds. */
bool replay_input_has_ns(const struct replay_input *in);

#endif
