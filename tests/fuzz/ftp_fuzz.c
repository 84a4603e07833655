/* SPDX-License-Identifier: BSD-3-Clause */
/* The helpers on any bytes: a control connection whose first byte of each record says which side
 * sends how much, or again, or ahead.  Every end that is opened was exact, every change lies in its
 * segment, and whatever is not read stays as it is. */
#include <stdlib.h>
#include <string.h>

#include "helper/control.h"
#include "helper/tftp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static bool
open_some(void *arg, bool reply, const struct ftp_end *end, struct ftp_end *told)
{
	(void)arg;
	(void)reply;
	require(end->family == 0 || end->family == 4 || end->family == 6);
	told->port = (uint16_t)(end->port ^ 0x5555);
	memset(told->address.bytes, end->port & 0xff, end->family == 6 ? 16 : 4);
	return end->port >= 1024;
}

/* Sends a copy of the exact size. */
static void
send_copy(struct control *c, const uint8_t *data, uint32_t n, uint32_t seq, bool reply)
{
	const struct control_opener opener = { open_some, NULL };
	uint8_t *copy = malloc(n > 0 ? n : 1);
	const struct control_segment s = {
		.payload = copy, .bytes = n, .seq = seq, .reply = reply
	};
	struct control_change change;

	require(copy != NULL);
	memcpy(copy, data, n);
	if (control_read(c, &s, &opener, &change)) {
		require(change.at + change.old_bytes <= n);
		require(change.new_bytes <= FTP_TEXT_MAX);
	}
	tftp_is_request(copy, n);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct control c;
	uint32_t next[2] = { 101, 501 };

	c = (struct control){ .kind = HELPER_FTP };
	for (unsigned i = 0; i < 2; i++)
		c.half[i] = (struct control_half){ .next = next[i], .synced = true };
	while (size >= 2) {
		bool reply = data[0] & 1;
		uint32_t n = data[1], seq;

		n = n < size - 2 ? n : (uint32_t)(size - 2);
		seq = next[reply] + (data[0] & 2 ? (uint32_t)(int8_t)(data[0] & 0xfc) : 0);
		send_copy(&c, data + 2, n, seq, reply);
		if (!(data[0] & 2))
			next[reply] += n;
		data += 2 + n;
		size -= 2 + n;
	}
	return 0;
}
