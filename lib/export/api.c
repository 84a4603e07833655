/* SPDX-License-Identifier: BSD-3-Clause */
/* The control protocol by HTTP: the verbs that only read.
 *
 *	GET /api/show/sessions?proto=tcp&from=256
 *	{"jsonrpc": "2.0", "method": "show.sessions", "params": {"proto": "tcp", "from": "256"}}
 *
 * The answer is the result alone, as weirctl -j prints it, of one page; of an error it is {"error":
 * {"code", "message"}}.  A request becomes a line of the protocol, so it is read and checked by the
 * code of the control socket. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <jansson.h>

#include "export/http_priv.h"

#define JSON_TYPE "application/json"

static void
answer_json(struct evhttp_request *req, int status, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct evbuffer *body = evbuffer_new();

	if (text == NULL || body == NULL) {
		http_say(req, HTTP_SERVUNAVAIL, "out of memory");
	} else {
		evbuffer_add_printf(body, "%s\n", text);
		http_answer(req, status, JSON_TYPE, body);
	}
	if (body != NULL)
		evbuffer_free(body);
	free(text);
}

static void
answer_error(struct evhttp_request *req, int status, int code, const char *text)
{
	json_t *json = json_pack("{s:{s:i,s:s}}", "error", "code", code, "message", text);

	answer_json(req, status, json);
	json_decref(json);
}

static int
status_of(int error)
{
	switch (error) {
	case RPC_METHOD:
		return HTTP_NOTFOUND;
	case RPC_DENIED:
		return 403;
	case RPC_STALLED:
	case RPC_NOT_NOW:
		return HTTP_SERVUNAVAIL;
	default:
		return HTTP_BADREQUEST;
	}
}

static void
reply_call(struct ask *ask)
{
	struct rpc_call *call = ask->call;

	if (call == NULL)
		answer_error(ask->req, HTTP_SERVUNAVAIL, RPC_NOT_NOW,
			"the control thread does not answer");
	else if (call->error != 0)
		answer_error(ask->req, status_of(call->error), call->error, call->text);
	else
		answer_json(ask->req, HTTP_OK, call->result);
}

/* /api: the paths that there are, with what they take. */
static void
answer_index(struct evhttp_request *req)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		json_t *params = json_object();
		char path[80] = "/api/";

		if (verbs[i].right != RIGHT_READ || strncmp(verbs[i].name, "show ", 5) != 0) {
			json_decref(params);
			continue;
		}
		snprintf(path, sizeof(path), "/api/show/%s", verbs[i].name + 5);
		for (char *at = path; *at != '\0'; at++)
			*at = *at == ' ' ? '/' : *at;
		for (const struct verb_param *p = verbs[i].params; p->name != NULL; p++)
			json_object_set_new(params, p->name, json_string(p->text));
		json_array_append_new(all,
			json_pack("{s:s,s:s,s:o}", "path", path, "text", verbs[i].text,
				"parameters", params));
	}
	all = json_pack("{s:o}", "paths", all);
	answer_json(req, HTTP_OK, all);
	json_decref(all);
}

/* "/show/ports", "/ports" and "/show.ports" are show.ports.  False: it is no method. */
static bool
read_method(const char *path, char *out, size_t size)
{
	size_t n = 0;

	path++;
	if (strncmp(path, "show", 4) == 0 && (path[4] == '/' || path[4] == '.'))
		path += 5;
	n = (size_t)snprintf(out, size, "show.%s", path);
	if (n >= size)
		return false;
	for (char *p = out + 5; *p != '\0'; p++) {
		*p = *p == '/' ? '.' : *p;
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_' && *p != '.')
			return false;
	}
	return true;
}

/* Adds one "key=value" of a query, or "key" alone, a flag.  False: it cannot be taken. */
static bool
add_param(json_t *params, const struct verb *v, char *text)
{
	char *equals = strchr(text, '='), *key, *value;
	const struct verb_param *p;
	bool good, no;

	if (equals != NULL)
		*equals = '\0';
	key = evhttp_uridecode(text, 1, NULL);
	value = evhttp_uridecode(equals != NULL ? equals + 1 : "", 1, NULL);
	p = key != NULL ? verb_param_find(v, key) : NULL;
	good = key != NULL && value != NULL && json_object_get(params, key) == NULL;
	if (good && p != NULL && p->kind == PARAM_FLAG) {
		no = strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
		good = json_object_set_new(params, key, json_boolean(!no)) == 0;
	} else if (good) {
		good = json_object_set_new(params, key, json_string(value)) == 0;
	}
	free(key);
	free(value);
	return good;
}

/* The parameters of a query.  NULL: they cannot be read. */
static json_t *
read_query(const struct evhttp_uri *uri, const struct verb *v)
{
	const char *query = uri != NULL ? evhttp_uri_get_query(uri) : NULL;
	char *copy = strdup(query != NULL ? query : ""), *rest = copy, *text;
	json_t *params = json_object();
	bool good = copy != NULL && params != NULL;

	while (good && (text = strsep(&rest, "&")) != NULL)
		good = text[0] == '\0' || add_param(params, v, text);
	free(copy);
	if (good)
		return params;
	json_decref(params);
	return NULL;
}

/* The call as a line of the protocol.  NULL: no memory. */
static struct rpc_call *
make_call(const char *method, json_t *params)
{
	const struct rpc_peer nobody = { .uid = (uid_t)-1, .may_change = false };
	json_t *json = json_pack(
		"{s:s,s:i,s:s,s:O}", "jsonrpc", "2.0", "id", 1, "method", method, "params", params);
	char *line = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	struct rpc_call *call = line != NULL ? rpc_read(line, strlen(line), &nobody) : NULL;

	free(line);
	json_decref(json);
	return call;
}

void
api_route(struct http *h, struct evhttp_request *req, const char *path)
{
	const struct verb *v;
	struct rpc_call *call;
	json_t *params;
	char method[64];

	if (path[0] == '\0' || strcmp(path, "/") == 0) {
		answer_index(req);
		return;
	}
	v = read_method(path, method, sizeof(method)) ? verb_of_method(method) : NULL;
	if (v == NULL || v->right != RIGHT_READ) {
		answer_error(req, HTTP_NOTFOUND, RPC_METHOD,
			"there is no such path; /api/ lists those that there are");
		return;
	}
	params = read_query(evhttp_request_get_evhttp_uri(req), v);
	call = params != NULL ? make_call(method, params) : NULL;
	if (params == NULL)
		answer_error(req, HTTP_BADREQUEST, RPC_PARAMS,
			"the query cannot be read, or names a parameter twice");
	else if (call == NULL)
		answer_error(req, HTTP_SERVUNAVAIL, RPC_NOT_NOW, "out of memory");
	else if (call->error != 0)
		answer_error(req, status_of(call->error), call->error, call->text);
	json_decref(params);
	if (call == NULL || call->error != 0)
		rpc_free(call);
	else if (!ask_call(h->asks, req, call, reply_call))
		answer_error(req, HTTP_SERVUNAVAIL, RPC_NOT_NOW, "too many requests wait");
}
