/* SPDX-License-Identifier: BSD-3-Clause */
/* CRC32c, the checksum of SCTP (RFC 9260 appendix A): whole, and after a change of the ports.
 *
 * A CRC is linear: a change of some bytes changes it by the CRC of the difference, followed by as
 * many zeros as bytes follow.  So the bytes behind the change need not be read, a wrong checksum
 * stays equally wrong, and the cost does not depend on the length.
 *
 * Threads: pure functions. */
#ifndef PACKET_CRC32C_H
#define PACKET_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Returns the CRC of n bytes: 0xe3069283 of "123456789". */
uint32_t crc32c(const void *data, size_t n);

/* Returns what a CRC over n bytes must be xor-ed with when the first 4 change; n is at least 4. */
uint32_t crc32c_delta(const uint8_t from[4], const uint8_t to[4], size_t n);

/* Writes the ports of an SCTP packet of n bytes, and corrects its checksum, which stands in the
 * first 12.  A checksum of 0 stays 0: the packet has none (RFC 9653). */
void sctp_set_ports(uint8_t *sctp, const uint8_t ports[4], size_t n);

#endif
