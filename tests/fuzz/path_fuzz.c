/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole path on anything: frames in, the ledger exact, all packet buffers back.
 *
 * The input is a list of frames, each behind three bytes: what to do (enum control), and its
 * length.  IPv4 header checksums are made right unless the input says otherwise. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/lsan_interface.h>

#include "packet/checksum.h"
#include "path.h"

enum control {
	CONTROL_PORT = 3, /* the port it comes in by */
	CONTROL_BAD_CHECKSUM = 4,
	CONTROL_ALONE = 8,  /* a burst of its own */
	CONTROL_LATER = 16, /* 100 ms after the one before */
	CONTROL_MAC = 32,   /* for the port's MAC, whatever it says */
};

enum {
	HEAD_BYTES = 3,
	FRAME_MAX = 9216,
	BURST = 32,
};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fix_checksum(uint8_t *frame, size_t n)
{
	size_t at = 12, head;

	while (at + 4 <= n && at < 20
		&& ((frame[at] == 0x81 && frame[at + 1] == 0)
			|| (frame[at] == 0x88 && frame[at + 1] == 0xa8)))
		at += 4;
	if (at + 22 > n || frame[at] != 8 || frame[at + 1] != 0)
		return;
	head = (frame[at + 2] & 0xf) * 4u;
	if (head >= 20 && at + 2 + head <= n)
		checksum_ip4_set(frame + at + 2, (uint32_t)head);
}

static void
one_frame(uint8_t control, const uint8_t *data, size_t n)
{
	static uint8_t frame[FRAME_MAX];
	unsigned port = control & CONTROL_PORT;

	if (n > sizeof(frame))
		n = sizeof(frame);
	memcpy(frame, data, n);
	if ((control & CONTROL_MAC) && n >= 6)
		memcpy(frame, path_mac(port), 6);
	if (!(control & CONTROL_BAD_CHECKSUM))
		fix_checksum(frame, n);
	if (control & CONTROL_LATER)
		path_advance(100 * 1000 * 1000);
	path_frame(port, frame, (uint32_t)n, control & CONTROL_ALONE ? 1 : BURST);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* It lasts as long as the process, in part behind memory where no pointers are looked for.
	 */
	__lsan_disable();
	path_open(NULL);
	__lsan_enable();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	while (size >= HEAD_BYTES) {
		size_t n = (size_t)data[1] << 8 | data[2];

		if (n > size - HEAD_BYTES)
			n = size - HEAD_BYTES;
		one_frame(data[0], data + HEAD_BYTES, n);
		data += HEAD_BYTES + n;
		size -= HEAD_BYTES + n;
	}
	path_settle();
	return 0;
}
