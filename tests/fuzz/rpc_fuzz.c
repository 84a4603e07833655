/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of the control protocol: any bytes of a line are answered by one line of JSON, or by
 * none. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/rpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_answer(struct rpc_call *call)
{
	size_t bytes = 0;
	char *text = rpc_answer(call, &bytes);
	json_t *answer;

	if (text == NULL) {
		if (call->id != NULL)
			abort();
		return;
	}
	answer = json_loadb(text, bytes, 0, NULL);
	if (answer == NULL || memchr(text, '\n', bytes) != text + bytes - 1)
		abort();
	if (!json_equal(json_object_get(answer, "id"), call->id))
		abort();
	json_decref(answer);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc_peer peer = { .uid = 1000, .may_change = size > 0 && (data[0] & 1) };
	struct rpc_call *call;
	unsigned long from;

	if (size > RPC_LINE_MAX)
		return 0;
	call = rpc_read((const char *)data, size, &peer);
	if (call == NULL)
		abort();
	if (call->error == 0) {
		if (call->verb == NULL || !json_is_object(call->params))
			abort();
		rpc_from(call, &from);
		if (call->error == 0)
			call->result = json_incref(call->params);
	}
	check_answer(call);
	rpc_free(call);
	return 0;
}
