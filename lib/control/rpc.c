/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading requests, writing answers. */

#include "control/rpc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"
#include "schema/json_text.h"

bool
rpc_fail(struct rpc_call *call, int error, const char *fmt, ...)
{
	va_list ap;

	call->error = error;
	va_start(ap, fmt);
	vsnprintf(call->text, sizeof(call->text), fmt, ap);
	va_end(ap);
	return true;
}

bool
rpc_wrong(struct rpc_call *call, const char *param, const char *value, const char *is)
{
	char clean[64];

	rpc_fail(call, RPC_PARAMS, "%s: '%s' is no %s", param,
		text_clean(clean, sizeof(clean), value), is);
	return false;
}

/* Lists and objects in each other: jansson's own bound is far above what a small stack bears. */
static bool
is_too_deep(const char *line, size_t bytes)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (quoted && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (!quoted && (line[i] == '[' || line[i] == '{') && ++depth > RPC_DEPTH_MAX)
			return true;
		else if (!quoted && (line[i] == ']' || line[i] == '}'))
			depth--;
	}
	return false;
}

static const struct verb_param *
find_param(const struct verb *v, const char *name)
{
	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static bool
fail_unknown_param(struct rpc_call *call, const struct verb *v, const char *name)
{
	struct suggestion s = suggestion_of(name);
	char clean[64];

	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		suggestion_offer(&s, p->name);
	return rpc_fail(call, RPC_PARAMS, "%s: there is no parameter '%s'%s%s%s", v->name,
		text_clean(clean, sizeof(clean), name), s.best != NULL ? "; did you mean '" : "",
		s.best != NULL ? s.best : "", s.best != NULL ? "'?" : "");
}

/* True after an error. */
static bool
check_params(struct rpc_call *call, const struct verb *v)
{
	const char *name;
	json_t *value;

	json_object_foreach(call->params, name, value) {
		const struct verb_param *p = find_param(v, name);

		if (strcmp(name, PAGE_FROM) == 0)
			continue;
		if (p == NULL)
			return fail_unknown_param(call, v, name);
		if (p->kind == PARAM_FLAG && !json_is_boolean(value))
			return rpc_fail(call, RPC_PARAMS, "%s: %s is true or false", v->name, name);
		if (p->kind != PARAM_FLAG
			&& (!json_is_string(value)
				|| strlen(json_string_value(value)) != json_string_length(value)))
			return rpc_fail(call, RPC_PARAMS, "%s: %s is a text", v->name, name);
	}
	return false;
}

static void
check_call(struct rpc_call *call, const json_t *request)
{
	const json_t *version = json_object_get(request, "jsonrpc");
	const json_t *method = json_object_get(request, "method");
	const json_t *params = json_object_get(request, "params");
	const struct verb *v;
	char clean[64];

	if (!json_is_string(version) || strcmp(json_string_value(version), "2.0") != 0
		|| !json_is_string(method)) {
		rpc_fail(call, RPC_INVALID,
			"no request of JSON-RPC 2.0: jsonrpc is \"2.0\", method is a text");
		return;
	}
	if (params != NULL && !json_is_object(params)) {
		rpc_fail(call, RPC_PARAMS, "params is an object");
		return;
	}
	v = verb_of_method(json_string_value(method));
	if (v == NULL) {
		rpc_fail(call, RPC_METHOD, "there is no method '%s'",
			text_clean(clean, sizeof(clean), json_string_value(method)));
		return;
	}
	call->params = params != NULL ? json_incref((json_t *)(uintptr_t)params) : json_object();
	if (call->params == NULL || check_params(call, v))
		return;
	if (v->right == RIGHT_CHANGE && !call->peer.may_change) {
		rpc_fail(call, RPC_DENIED, "%s: is for root and the user that Weir runs as",
			v->name);
		return;
	}
	call->verb = v;
}

static bool
may_be_id(const json_t *id)
{
	return json_is_string(id) || json_is_number(id) || json_is_null(id);
}

struct rpc_call *
rpc_read(const char *line, size_t bytes, const struct rpc_peer *peer)
{
	struct rpc_call *call = calloc(1, sizeof(*call));
	json_error_t error;
	json_t *request, *id;

	if (call == NULL)
		return NULL;
	call->peer = *peer;
	call->id = json_null();
	if (is_too_deep(line, bytes)) {
		rpc_fail(call, RPC_INVALID, "more than %d objects and lists in each other",
			RPC_DEPTH_MAX);
		return call;
	}
	request = json_loadb(line, bytes, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (request == NULL) {
		char clean[160];

		rpc_fail(call, RPC_PARSE, "no JSON: %s",
			text_clean(clean, sizeof(clean), error.text));
		return call;
	}
	id = json_object_get(request, "id");
	if (!json_is_object(request) || (id != NULL && !may_be_id(id))) {
		rpc_fail(call, RPC_INVALID,
			json_is_array(request)
				? "batches are not taken: one request a line"
				: "a request is an object, its id a text or a number");
	} else {
		call->id = json_incref(id);
		check_call(call, request);
	}
	json_decref(request);
	return call;
}

void
rpc_free(struct rpc_call *call)
{
	if (call == NULL)
		return;
	json_decref(call->id);
	json_decref(call->params);
	json_decref(call->result);
	json_decref(call->data);
	free(call);
}

char *
rpc_answer(const struct rpc_call *call, size_t *bytes)
{
	json_t *answer;
	char *text;

	if (call->id == NULL)
		return NULL;
	if (call->error == 0)
		answer = json_pack(
			"{s:s,s:O,s:O}", "jsonrpc", "2.0", "id", call->id, "result", call->result);
	else
		answer = json_pack("{s:s,s:O,s:{s:i,s:o,s:O*}}", "jsonrpc", "2.0", "id", call->id,
			"error", "code", call->error, "message", json_text(call->text), "data",
			call->data);
	text = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	if (text == NULL)
		return NULL;
	*bytes = strlen(text) + 1;
	text[*bytes - 1] = '\n'; /* in the place of its end */
	return text;
}

const char *
rpc_text(const struct rpc_call *call, const char *name)
{
	return json_string_value(json_object_get(call->params, name));
}

bool
rpc_flag(const struct rpc_call *call, const char *name)
{
	return json_is_true(json_object_get(call->params, name));
}

bool
rpc_from(struct rpc_call *call, unsigned long *from)
{
	const json_t *value = json_object_get(call->params, PAGE_FROM);
	const char *text = json_string_value(value);
	char *end = NULL;

	*from = 0;
	if (value == NULL)
		return true;
	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*from = (unsigned long)json_integer_value(value);
		return true;
	}
	errno = 0;
	if (text != NULL && text[0] >= '0' && text[0] <= '9')
		*from = strtoul(text, &end, 10);
	if (end != NULL && *end == '\0' && errno == 0)
		return true;
	rpc_fail(call, RPC_PARAMS, PAGE_FROM " is what " PAGE_NEXT " of the page before said");
	return false;
}
