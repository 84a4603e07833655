/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of TFTP (RFC 1350).
 *
 * Threads: pure functions. */
#ifndef HELPER_TFTP_H
#define HELPER_TFTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns true if the payload is a read or write request: a printable file name, and a mode that
 * TFTP has. */
bool tftp_is_request(const uint8_t *payload, size_t n);

#endif
