/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads one capture: pcap (stamps in microseconds or nanoseconds) and pcapng, frame by frame.
 *
 * Ethernet frames are returned unchanged.  Packets of raw IP, Linux cooked (v1 and v2) and loopback
 * captures have no Ethernet header and get one (offline/replay_link.h).  Every other link type, and
 * a compressed file, is an error that lists what can be read.
 *
 * Seconds of pcap are unsigned (until 2106).  A fraction of a second or more, which programs write
 * that round, is carried over into the seconds, and counted.
 *
 * Threads: the control thread.  Memory: replay_reader_open/_close. */
#ifndef OFFLINE_REPLAY_READER_H
#define OFFLINE_REPLAY_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct replay_reader;

struct replay_record {
	uint64_t stamp_ns;
	const uint8_t *data; /* valid until the next one is read */
	uint32_t bytes;
};

/* Opens a capture.  mac: destination of frames that get an Ethernet header.  Returns NULL after an
 * error. */
struct replay_reader *replay_reader_open(
	const char *path, const uint8_t mac[static 6], struct err *err);
void replay_reader_close(struct replay_reader *r); /* NULL is fine */

/* Reads the next frame: returns 1, 0 at the end of the file, -1 where it is damaged. */
int replay_reader_next(struct replay_reader *r, struct replay_record *out);

/* Returns what is wrong with a damaged file. */
const char *replay_reader_damage(const struct replay_reader *r);

/* Returns true if the file's header says that its stamps are nanoseconds. */
bool replay_reader_has_ns(const struct replay_reader *r);

/* Returns the number of frames so far whose fraction of a second had to be carried over. */
uint64_t replay_reader_carried(const struct replay_reader *r);

#endif
