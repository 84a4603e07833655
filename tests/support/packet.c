/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_mbuf.h>

#include "packet/notation.h"

#define FRAME_MAX 65600
#define ROW       16

static const struct notation_macs macs = { .src = GIVEN_PEER_MAC, .dst = GIVEN_MAC };

struct packet
given_frame(const char *text)
{
	struct packet p = { .bytes = malloc(FRAME_MAX) };
	char why[128];
	int n = notation_build(text, &macs, p.bytes, FRAME_MAX, why);

	if (n < 0)
		fail_msg("%s: %s", text, why);
	p.n = (size_t)n;
	p.bytes = realloc(p.bytes, p.n);
	return p;
}

struct packet
given_hex(const char *hex)
{
	struct packet p = { .bytes = malloc(strlen(hex) / 2 + 1) };

	for (const char *at = hex; *at != '\0';) {
		unsigned byte;

		if (*at == ' ') {
			at++;
			continue;
		}
		if (sscanf(at, "%2x", &byte) != 1)
			fail_msg("not hex: %s", at);
		p.bytes[p.n++] = (uint8_t)byte;
		at += 2;
	}
	return p;
}

static struct rte_mbuf *
one_segment(const uint8_t *bytes, size_t n)
{
	struct rte_mbuf *m = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*m));

	memset(m, 0, sizeof(*m));
	m->buf_addr = malloc(n + 1);
	memmove((uint8_t *)m->buf_addr + 1, bytes, n);
	m->data_off = 1;
	m->data_len = (uint16_t)n;
	m->pkt_len = (uint32_t)n;
	m->nb_segs = 1;
	return m;
}

struct rte_mbuf *
given_chain(const uint8_t *bytes, size_t n, size_t first_bytes)
{
	struct rte_mbuf *m = one_segment(bytes, RTE_MIN(n, first_bytes));

	m->pkt_len = (uint32_t)n;
	if (n > first_bytes) {
		m->next = one_segment(bytes + first_bytes, n - first_bytes);
		m->nb_segs = 2;
	}
	return m;
}

void
given_chain_free(struct rte_mbuf *m)
{
	while (m != NULL) {
		struct rte_mbuf *next = m->next;

		free(m->buf_addr);
		free(m);
		m = next;
	}
}

static void
print_row(const char *name, const uint8_t *bytes, size_t n, size_t at)
{
	printf("  %s %04zx ", name, at);
	for (size_t i = at; i < at + ROW && i < n; i++)
		printf(" %02x", bytes[i]);
	printf("\n");
}

static void
print_marks(const struct packet *got, const struct packet *want, size_t at)
{
	printf("            ");
	for (size_t i = at; i < at + ROW; i++) {
		bool same = i < got->n && i < want->n ? got->bytes[i] == want->bytes[i]
						      : i >= got->n && i >= want->n;

		printf(same ? "   " : " ^^");
	}
	printf("\n");
}

void
expect_bytes(const uint8_t *got, size_t got_bytes, const uint8_t *want, size_t want_bytes)
{
	struct packet g = { (uint8_t *)(uintptr_t)got, got_bytes };
	struct packet w = { (uint8_t *)(uintptr_t)want, want_bytes };

	if (got_bytes == want_bytes && memcmp(got, want, got_bytes) == 0)
		return;
	for (size_t at = 0; at < RTE_MAX(got_bytes, want_bytes); at += ROW) {
		print_row("want", want, want_bytes, at);
		print_row("got ", got, got_bytes, at);
		print_marks(&g, &w, at);
	}
	fail_msg("%zu bytes are not the %zu expected", got_bytes, want_bytes);
}
