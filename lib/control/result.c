/* SPDX-License-Identifier: BSD-3-Clause */
/* What results of calls are made of: rows, pages, members. */

#include <rte_common.h>

#include "base/text.h"
#include "control/control_priv.h"
#include "schema/json_text.h"

json_t *
result_rows(struct rpc_call *call)
{
	json_t *rows;

	if (call->result == NULL) {
		call->result = json_object();
		json_object_set_new(call->result, call->verb->rows, json_array());
	}
	rows = json_object_get(call->result, call->verb->rows);
	return rows;
}

void
result_next(struct rpc_call *call, unsigned long from)
{
	json_object_set_new(call->result, PAGE_NEXT, json_integer((json_int_t)from));
}

void
row_place(json_t *row, const char *name, const struct loc *loc)
{
	char file[256];

	json_object_set_new(row, name,
		json_sprintf("%s:%u", text_clean(file, sizeof(file), loc->file), loc->line));
}

void
row_text(json_t *row, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(row, name, json_text(text));
}

void
row_domain(json_t *row, const struct generation *gen, unsigned domain)
{
	if (gen->n_domains > 1 || domain != DOMAIN_MAIN)
		row_text(row, "domain", generation_domain_name(gen, domain));
}

void
row_count(json_t *row, const char *name, uint64_t n)
{
	json_object_set_new(row, name, json_integer((json_int_t)n));
}

void
row_count_nonzero(json_t *row, const char *name, uint64_t n)
{
	if (n != 0)
		row_count(row, name, n);
}

void
row_rate(json_t *row, const char *name, double value)
{
	row_count(row, name, (uint64_t)(value + 0.5));
}

void
row_real(json_t *row, const char *name, double value)
{
	json_object_set_new(row, name, json_real(value));
}

bool
answer_text(struct rpc_call *call, const char *text, size_t all)
{
	unsigned long from;
	size_t bytes;

	if (!rpc_from(call, &from))
		return true;
	if (from > all)
		return rpc_fail(call, RPC_PARAMS,
			PAGE_FROM " is behind the end: the configuration has changed");
	bytes = RTE_MIN((size_t)PAGE_TEXT, all - from);
	while (bytes > 0 && from + bytes < all && (text[from + bytes] & 0xc0) == 0x80)
		bytes--; /* not within a character */
	call->result = json_pack("{s:o}", "text", json_stringn(text + from, bytes));
	if (call->result == NULL)
		return rpc_fail(call, RPC_NOT_NOW, "a name in the configuration is not UTF-8");
	if (from + bytes < all)
		result_next(call, from + bytes);
	return true;
}
