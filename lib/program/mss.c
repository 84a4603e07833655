/* SPDX-License-Identifier: BSD-3-Clause */
/* Lowers the MSS option of a TCP segment that opens a connection (RFC 9293 3.7.1).
 *
 * Options are the sender's, so every length is verified: what cannot be read is not changed, and
 * nothing behind it is. */

#include <string.h>

#include <rte_byteorder.h>
#include <rte_tcp.h>

#include "packet/checksum.h"
#include "program/rewrite.h"

#define TCP_HEADER_BYTES 20u
#define OPTION_END       0u
#define OPTION_NOP       1u
#define OPTION_MSS       2u
#define MSS_BYTES        4u

/* Writes a value of two bytes at an offset of the header, and corrects the checksum, whose words
 * begin at even offsets. */
static void
write_value(uint8_t *tcp, unsigned at, uint16_t value)
{
	unsigned from = at & ~1u, n = (at & 1) != 0 ? 4 : 2;
	uint8_t was[4], is[4];
	uint16_t checksum;

	memcpy(was, tcp + from, n);
	tcp[at] = (uint8_t)(value >> 8);
	tcp[at + 1] = (uint8_t)value;
	memcpy(is, tcp + from, n);
	memcpy(&checksum, tcp + 16, 2);
	checksum = checksum_apply(checksum, checksum_delta(was, is, n));
	memcpy(tcp + 16, &checksum, 2);
}

void
rewrite_mss(uint8_t *tcp, unsigned bytes, uint16_t most)
{
	unsigned end, at = TCP_HEADER_BYTES;

	if (bytes < TCP_HEADER_BYTES || (tcp[13] & RTE_TCP_SYN_FLAG) == 0)
		return;
	end = (unsigned)(tcp[12] >> 4) * 4;
	if (end > bytes)
		return;
	while (at + 1 < end && tcp[at] != OPTION_END) {
		unsigned length = tcp[at] == OPTION_NOP ? 1 : tcp[at + 1];

		if (length == 0 || at + length > end || (length == 1 && tcp[at] != OPTION_NOP))
			return;
		if (tcp[at] == OPTION_MSS && length == MSS_BYTES
			&& ((unsigned)tcp[at + 2] << 8 | tcp[at + 3]) > most)
			write_value(tcp, at + 2, most);
		at += length;
	}
}
