/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads segments for tracking; the names of states. */

#include "session/tcp.h"

static const char *const state_names[] = {
	"none",
	"syn-sent",
	"syn-both",
	"syn-received",
	"established",
	"fin-forward",
	"fin-reply",
	"closing",
	"last-ack",
	"time-wait",
	"reset",
};

const char *
tcp_state_name(enum tcp_state state)
{
	return state < TCP_STATES ? state_names[state] : "?";
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Returns the window scale option. */
static uint8_t
read_scale(const uint8_t *tcp, uint32_t header)
{
	for (uint32_t i = 20; i < header && tcp[i] != 0;) {
		if (tcp[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 >= header || tcp[i + 1] < 2 || i + tcp[i + 1] > header)
			break;
		if (tcp[i] == 3 && tcp[i + 1] == 3)
			return tcp[i + 2] > TCP_SCALE_MAX ? TCP_SCALE_MAX : tcp[i + 2];
		i += tcp[i + 1];
	}
	return TCP_SCALE_NONE;
}

void
tcp_read(struct tcp_segment *seg, const uint8_t *tcp, uint32_t l4_bytes)
{
	uint32_t header = (uint32_t)(tcp[12] >> 4) * 4;

	seg->seq = be32(tcp + 4);
	seg->ack = be32(tcp + 8);
	seg->window = (uint16_t)(tcp[14] << 8 | tcp[15]);
	seg->flags = tcp[13] & 0x3f;
	seg->bytes = l4_bytes > header ? l4_bytes - header : 0;
	seg->scale = (seg->flags & RTE_TCP_SYN_FLAG) ? read_scale(tcp, header) : TCP_SCALE_NONE;
}
