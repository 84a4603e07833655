/* SPDX-License-Identifier: BSD-3-Clause */
/* The stations on the other side of ports, as far as measuring needs them: they answer ARP and ND
 * for every address, accept connections, and answer UDP.
 *
 * Threads: pure functions. */
#ifndef MEASURE_TRAFFIC_PEER_H
#define MEASURE_TRAFFIC_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* Writes what the peer of a port sends back for a frame that the port has sent to answer[bytes +
 * 8].  Returns its length, 0 if there is no answer. */
uint32_t traffic_answer(const uint8_t *sent, uint32_t bytes, uint8_t *answer);

/* Answers only ARP requests and neighbour solicitations. */
uint32_t traffic_answer_neighbour(const uint8_t *sent, uint32_t bytes, uint8_t *answer);

#endif
