/* SPDX-License-Identifier: BSD-3-Clause */
/* The notation on any text: a sentence or a frame, and a frame that parse takes is printed so that
 * it can be built again and is then of the same flow. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet/notation.h"
#include "packet/parse.h"

#define FRAME_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct notation_macs macs = { { 2, 0, 0, 0, 0, 9 }, { 2, 0, 0, 0, 0, 1 } };

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* Builds and parses; false when the text is none or parse refuses the frame. */
static bool
read_text(const char *text, struct view *v)
{
	struct ingress in = { .untagged = 1, .wire = true };
	uint8_t *frame = malloc(FRAME_MAX);
	char why[128];
	int n = notation_build(text, &macs, frame, FRAME_MAX, why);

	require(n > 0 || ((n == -EINVAL || n == -ENOSPC) && why[0] != '\0'));
	if (n > 0)
		parse_bytes(v, frame, (uint32_t)n, (uint32_t)n, &in);
	free(frame);
	return n > 0 && v->kind != VIEW_BAD;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char flow[256], again[256];
	struct view v;

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (read_text(text, &v)) {
		notation_flow(flow, sizeof(flow), &v);
		if (v.proto != 0 && read_text(flow, &v)) {
			notation_flow(again, sizeof(again), &v);
			require(strcmp(flow, again) == 0);
		}
	}
	free(text);
	return 0;
}
