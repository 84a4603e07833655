/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and answers of the control protocol, and words of weirctl. */

#include "control/rpc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct rpc_peer reader = { .uid = 1000 };

static struct rpc_call *
request(const char *text)
{
	struct rpc_call *call = rpc_read(text, strlen(text), &reader);

	assert_non_null(call);
	return call;
}

static void
expect_error(const char *text, int error)
{
	struct rpc_call *call = request(text);

	assert_int_equal(call->error, error);
	assert_null(call->verb);
	rpc_free(call);
}

static void
a_request_names_a_verb_and_its_parameters(void **state)
{
	struct rpc_call *call = request(
		"{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"show.rules\", "
		"\"params\": {\"owner\": \"web\", \"unused\": true, \"from\": 256}}");
	unsigned long from;

	assert_int_equal(call->error, 0);
	assert_ptr_equal(call->verb, &verbs[VERB_SHOW_RULES]);
	assert_string_equal(rpc_text(call, "owner"), "web");
	assert_null(rpc_text(call, "name"));
	assert_true(rpc_flag(call, "unused"));
	assert_true(rpc_from(call, &from));
	assert_int_equal(from, 256);
	rpc_free(call);
}

static void
a_broken_request_is_named(void **state)
{
	expect_error("", RPC_PARSE);
	expect_error("{\"jsonrpc\": \"2.0\", ", RPC_PARSE);
	expect_error("[]", RPC_INVALID);
	expect_error("{\"id\": 1, \"method\": \"show.ports\"}", RPC_INVALID);
	expect_error("{\"jsonrpc\": \"2.0\", \"id\": [], \"method\": \"show.ports\"}", RPC_INVALID);
	expect_error("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.prots\"}", RPC_METHOD);
	expect_error(
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.ports\", \"params\": [1]}",
		RPC_PARAMS);
	expect_error(
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.ports\", \"params\": {\"prt\": \"x\"}}",
		RPC_PARAMS);
	expect_error(
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.ports\", \"params\": {\"port\": 1}}",
		RPC_PARAMS);
	expect_error(
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.ports\", \"params\": {\"port\": \"a\\u0000b\"}}",
		RPC_PARAMS);
}

static void
a_request_of_many_levels_is_refused(void **state)
{
	char text[RPC_DEPTH_MAX + 2];

	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	expect_error(text, RPC_INVALID);
}

static void
an_answer_is_one_line_with_the_id_of_its_request(void **state)
{
	struct rpc_call *call = request(
		"{\"jsonrpc\": \"2.0\", \"id\": \"x\", \"method\": \"show.ports\"}");
	size_t bytes;
	char *text;

	call->result = json_pack("{s:s}", "a", "b");
	text = rpc_answer(call, &bytes);
	assert_non_null(text);
	assert_int_equal(
		bytes, strlen("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{\"a\":\"b\"}}\n"));
	assert_memory_equal(
		text, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{\"a\":\"b\"}}\n", bytes);
	free(text);
	rpc_free(call);
}

static void
a_notification_is_not_answered(void **state)
{
	struct rpc_call *call = request("{\"jsonrpc\": \"2.0\", \"method\": \"show.ports\"}");
	size_t bytes;

	call->result = json_object();
	assert_null(rpc_answer(call, &bytes));
	rpc_free(call);
}

static void
words_may_be_abbreviated(void **state)
{
	const char *ports[] = { "sh", "po", "lan" }, *status[] = { "show", "s" },
		   *none[] = { "shaw", "ports" };
	const char *half[] = { "show" };
	unsigned used = 0;

	assert_ptr_equal(verb_of_words(ports, 3, &used), &verbs[VERB_SHOW_PORTS]);
	assert_int_equal(used, 2);
	assert_ptr_equal(verb_of_words(status, 2, &used), &verbs[VERB_SHOW_STATUS]);
	assert_null(verb_of_words(none, 2, &used));
	assert_null(verb_of_words(half, 1, &used));
	assert_string_equal(verb_param_find(&verbs[VERB_SHOW_RULES], "unu")->name, "unused");
}

static void
every_verb_is_described(void **state)
{
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		char method[64];

		assert_non_null(verbs[i].name);
		assert_non_null(verbs[i].params);
		assert_non_null(verbs[i].fields);
		assert_non_null(verbs[i].text);
		verb_method(&verbs[i], method);
		assert_ptr_equal(verb_of_method(method), &verbs[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_names_a_verb_and_its_parameters),
		cmocka_unit_test(a_broken_request_is_named),
		cmocka_unit_test(a_request_of_many_levels_is_refused),
		cmocka_unit_test(an_answer_is_one_line_with_the_id_of_its_request),
		cmocka_unit_test(a_notification_is_not_answered),
		cmocka_unit_test(words_may_be_abbreviated),
		cmocka_unit_test(every_verb_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
