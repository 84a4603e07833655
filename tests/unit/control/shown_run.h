/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares what verbs say with whole objects, member by member. */
#ifndef UNIT_CONTROL_SHOWN_RUN_H
#define UNIT_CONTROL_SHOWN_RUN_H

#include "unit/control/verbs_world.h"

/* A call, and its result or its error. */
struct shown {
	const char *method, *params, *result;
};

/* Buffers are aligned to DPDK's cache line: 128 bytes on 64-bit ARM, 64 elsewhere. */
static inline bool
has_bytes_of_the_machine(json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "name"));

	return name != NULL && strcmp(name, "packet buffers") == 0;
}

/* What depends on the time that the test takes, or on the machine. */
static inline void
mask(json_t *json)
{
	static const char *const names[] = { "uptime", "pid", "version", "time", "cycles",
		"longest_loop", "ago", "data" };
	const char *key;
	json_t *value;
	void *next;
	size_t i;

	json_array_foreach(json, i, value)
		mask(value);
	json_object_foreach_safe(json, next, key, value)
	{
		mask(value);
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(key, names[i]) == 0)
				json_object_set_new(json, key, json_string("~"));
	}
	if (has_bytes_of_the_machine(json))
		json_object_set_new(json, "bytes", json_string("~"));
}

static inline char *
text_of(struct world *w, const struct shown *s)
{
	json_t *json = world_call(w, s->method, s->params);
	char *text;

	mask(json);
	text = json_dumps(
		json, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
	json_decref(json);
	assert_non_null(text);
	return text;
}

/* Makes all calls of a table; with SHOWN_PRINT in the environment they are printed instead. */
static inline void
expect_shown(struct world *w, const struct shown *shown, unsigned n)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < n; i++) {
		char *text = text_of(w, &shown[i]);

		if (getenv("SHOWN_PRINT") != NULL) {
			printf("%s\t%s\t%s\n", shown[i].method, shown[i].params, text);
		} else if (strcmp(text, shown[i].result) != 0) {
			print_error("%s {%s}\n  is   %s\n  want %s\n", shown[i].method,
				shown[i].params, text, shown[i].result);
			wrong++;
		}
		free(text);
	}
	assert_int_equal(wrong, 0);
}

#endif
