/* SPDX-License-Identifier: BSD-3-Clause */
/* The stations on the other side of ports, as far as measuring needs them: they are there when
 * asked for by ARP or ND, whatever address it is, they accept connections, and answer UDP.
 *
 * Threads: pure functions. */
#ifndef MEASURE_TRAFFIC_PEER_H
#define MEASURE_TRAFFIC_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* What the peer of a port sends back for a frame that the port has sent: written into
 * answer[bytes + 8].  Returns its length, 0 when it is silent. */
uint32_t traffic_answer(const uint8_t *sent, uint32_t bytes, uint8_t *answer);

/* Only to ARP requests and neighbour solicitations. */
uint32_t traffic_answer_neighbour(const uint8_t *sent, uint32_t bytes, uint8_t *answer);

#endif
