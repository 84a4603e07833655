/* SPDX-License-Identifier: BSD-3-Clause */
/* new=: what the bytes of a number make of a frame's hash. */

#include "fresh.h"

void
fresh_init(struct fresh *fresh, const struct rss *rss)
{
	/* The places in the tuple (source, destination, ports) that the bytes are XORed into. */
	static const uint8_t at[2][4] = { { 3, 2, 1, 9 }, { 15, 14, 13, 33 } };

	for (unsigned six = 0; six < 2; six++) {
		for (unsigned byte = 0; byte < 4; byte++) {
			for (unsigned value = 0; value < 256; value++) {
				uint8_t tuple[RSS_TUPLE_BYTES] = { 0 };

				tuple[at[six][byte]] = (uint8_t)value;
				fresh->hash[six][byte][value] = rss_hash(rss, tuple, six ? 36 : 12);
			}
		}
	}
}
