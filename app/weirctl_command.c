/* SPDX-License-Identifier: BSD-3-Clause */
/* A command as words becomes a request; its result is printed, page by page. */

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"
#include "base/text.h"
#include "control/verdict_text.h"
#include "weirctl.h"

static void
say(const char *before, const char *word, const char *behind)
{
	fprintf(stderr, "weirctl: %s'", before);
	text_put(stderr, word, word + strlen(word));
	fprintf(stderr, "'%s\n", behind);
}

/* The parameter without a name that a word is for. */
static const struct verb_param *
rest_param(const struct verb *v, const json_t *params)
{
	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		if (p->kind != PARAM_VALUE && p->kind != PARAM_FLAG
			&& json_object_get(params, p->name) == NULL)
			return p;
	return NULL;
}

/* Weir, which reads the file, stands in another folder.  Returns NULL after a message if there is
 * no such file. */
static json_t *
file_json(const char *word)
{
	char path[PATH_MAX];

	if (realpath(word, path) != NULL)
		return json_string(path);
	fprintf(stderr, "weirctl: %s: %s\n", word, strerror(errno));
	return NULL;
}

/* What is left, as one text. */
static json_t *
rest_json(const char *const words[], unsigned n)
{
	json_t *json = NULL;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	for (unsigned i = 0; i < n; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", words[i]);
	fclose(out);
	json = json_string(text);
	free(text);
	return json;
}

static int
wrong_usage(const struct verb *v)
{
	fputs("usage: ", stderr);
	verb_print_usage(v, stderr);
	return STATUS_USAGE;
}

/* "--confirm" is "confirm", where there is such a parameter. */
static const struct verb_param *
find_param(const struct verb *v, const char *word)
{
	const struct verb_param *p;

	if (v == &verbs[VERB_TRACE] && strcmp(word, "-n") == 0)
		word = "count";
	if (v == &verbs[VERB_TRACE] && strcmp(word, "for") == 0)
		word = "seconds";
	p = verb_param_find(v, word);
	return p != NULL || word[0] != '-' ? p : verb_param_find(v, word + strspn(word, "-"));
}

static int
read_params(const struct verb *v, unsigned n, const char *const words[], json_t *params)
{
	for (unsigned i = 0; i < n; i++) {
		const struct verb_param *p = find_param(v, words[i]);
		const struct verb_param *rest = rest_param(v, params);

		if (p == NULL && rest == NULL) {
			say("", words[i], " is no parameter here");
			return wrong_usage(v);
		}
		if (p == NULL && rest->kind == PARAM_REST && strchr(words[i], ' ') != NULL) {
			json_object_set_new(params, rest->name, json_string(words[i]));
			continue;
		}
		if (p == NULL && rest->kind == PARAM_REST) {
			json_object_set_new(params, rest->name, rest_json(words + i, n - i));
			return STATUS_DONE;
		}
		if (p == NULL) {
			json_t *value = rest->kind == PARAM_FILE ? file_json(words[i])
								 : json_string(words[i]);

			if (value == NULL)
				return STATUS_WRONG;
			json_object_set_new(params, rest->name, value);
		} else if (p->kind == PARAM_FLAG) {
			json_object_set_new(params, p->name, json_true());
		} else if (++i < n) {
			json_object_set_new(params, p->name, json_string(words[i]));
		} else {
			say("", p->name, " needs a value");
			return wrong_usage(v);
		}
	}
	return STATUS_DONE;
}

/* --- results --- */

static void
print_json_rows(struct table *t, const json_t *rows, bool first)
{
	json_t *row;
	size_t i;

	if (first)
		printf("{\"%s\": [", t->verb->rows);
	json_array_foreach(rows, i, row) {
		fputs(t->begun ? ",\n" : "\n", stdout);
		t->begun = true;
		json_dumpf(row, stdout, JSON_COMPACT);
	}
}

/* Members beside the rows, and the end. */
static void
end_json(const struct verb *v, json_t *result)
{
	const char *name;
	json_t *value;

	fputs("\n]", stdout);
	json_object_foreach(result, name, value) {
		if (strcmp(name, v->rows) == 0)
			continue;
		printf(", \"%s\": ", name);
		json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	puts("}");
}

static void
print_text(const struct ctl *ctl, const json_t *result)
{
	const char *text = json_string_value(json_object_get(result, "text"));

	if (ctl->json)
		json_dumpf(result, stdout, JSON_COMPACT);
	else if (text != NULL)
		fputs(text, stdout);
	if (ctl->json)
		putchar('\n');
}

/* Packets of a trace, and how it ended. */
static void
print_explained(const json_t *result, const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
		verdict_print(row, isatty(STDOUT_FILENO), stdout);
		putchar('\n');
	}
	fflush(stdout);
	if (json_object_get(result, PAGE_NEXT) == NULL)
		fprintf(stderr,
			"ended by %s; %lld lost for want of room, %lld not looked at to save time\n",
			json_string_value(json_object_get(result, "ended")),
			(long long)json_integer_value(json_object_get(result, "lost")),
			(long long)json_integer_value(json_object_get(result, "skipped")));
}

/* One page; rows of all pages are one table, or one object. */
static void
print_page(const struct ctl *ctl, const struct verb *v, struct table *t, json_t *result, bool first)
{
	const json_t *rows = v->rows != NULL ? json_object_get(result, v->rows) : NULL;

	if (rows == NULL && v->rows != NULL && !ctl->json) {
		printf("%lld\n", (long long)json_integer_value(json_object_get(result, "count")));
	} else if (rows != NULL && ctl->json) {
		print_json_rows(t, rows, first);
		fflush(stdout);
		if (json_object_get(result, PAGE_NEXT) == NULL)
			end_json(v, result);
	} else if (rows != NULL && v == &verbs[VERB_TRACE]) {
		print_explained(result, rows);
	} else if (rows != NULL) {
		table_rows(t, rows);
	} else if (v == &verbs[VERB_EXPLAIN] && !ctl->json) {
		verdict_print(result, isatty(STDOUT_FILENO), stdout);
	} else if (v->rows == NULL && strcmp(v->fields[0].name, "text") == 0) {
		print_text(ctl, result);
	} else if (ctl->json) {
		json_dumpf(result, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		table_object(v, result);
	}
}

static int
call_pages(struct ctl *ctl, const struct verb *v, json_t *params)
{
	struct table t = { .verb = v };
	bool first = true, more = true;
	int status;

	while (more) {
		json_t *result = link_call(&ctl->link, v, params, &status, NULL), *next;

		if (result == NULL)
			return status;
		next = json_object_get(result, PAGE_NEXT);
		more = next != NULL;
		if (more)
			json_object_set(params, PAGE_FROM, next);
		print_page(ctl, v, &t, result, first);
		first = false;
		json_decref(result);
	}
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_WRONG;
}

/* --- words --- */

static int
unknown(unsigned n, const char *const words[])
{
	struct suggestion s = suggestion_of(words[n > 1 ? 1 : 0]);
	json_t *text = rest_json(words, n > 2 ? 2 : n);

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const char *space = strchr(verbs[i].name, ' ');

		suggestion_offer(&s, n > 1 && space != NULL ? space + 1 : verbs[i].name);
	}
	fprintf(stderr, "weirctl: there is no verb '");
	text_put(stderr, json_string_value(text),
		json_string_value(text) + json_string_length(text));
	fprintf(stderr, "'%s%s%s\n", s.best != NULL ? "; did you mean '" : "",
		s.best != NULL ? s.best : "", s.best != NULL ? "'?" : "; 'weirctl help' lists all");
	json_decref(text);
	return STATUS_USAGE;
}

static int
help(unsigned n, const char *const words[])
{
	unsigned used;
	const struct verb *v = n > 0 ? verb_of_words(words, n, &used) : NULL;

	if (v != NULL)
		verb_print_usage(v, stdout);
	else
		verbs_print_help(stdout);
	return STATUS_DONE;
}

/* The verbs of one picture. */
static int
picture(struct ctl *ctl)
{
	static const enum verb_id shown[] = {
		VERB_SHOW_STATUS,
		VERB_SHOW_PORTS,
		VERB_SHOW_INTERFACES,
		VERB_SHOW_WORKERS,
		VERB_SHOW_TALKERS,
		VERB_SHOW_DROPS,
	};
	int status = STATUS_DONE;

	for (unsigned i = 0; status == STATUS_DONE && i < sizeof(shown) / sizeof(shown[0]); i++) {
		json_t *params = json_object();

		status = call_pages(ctl, &verbs[shown[i]], params);
		json_decref(params);
		putchar('\n');
	}
	return status;
}

/* Once a second on a terminal, until it is interrupted; elsewhere once. */
static int
top(struct ctl *ctl)
{
	int status;

	while (isatty(STDOUT_FILENO) && !ctl->json) {
		fputs("\033[H\033[2J", stdout);
		status = picture(ctl);
		if (status != STATUS_DONE)
			return status;
		sleep(1);
	}
	return picture(ctl);
}

int
command_words(struct ctl *ctl, unsigned n, const char *const words[])
{
	unsigned used = 0;
	const struct verb *v;
	json_t *params;
	int status;

	if (n == 0)
		return STATUS_DONE;
	if (strcmp(words[0], "help") == 0)
		return help(n - 1, words + 1);
	if (strcmp(words[0], "api") == 0) {
		verbs_print_api(stdout);
		return STATUS_DONE;
	}
	if (strcmp(words[0], "man") == 0) {
		verbs_print_man(stdout);
		return STATUS_DONE;
	}
	if (n == 1 && strcmp(words[0], "top") == 0)
		return top(ctl);
	v = verb_of_words(words, n, &used);
	if (v == NULL)
		return unknown(n, words);
	if (used < n
		&& (strcmp(words[n - 1], "help") == 0 || strcmp(words[n - 1], "--help") == 0)) {
		verb_print_usage(v, stdout);
		return STATUS_DONE;
	}
	if (v == &verbs[VERB_CAPTURE] || v == &verbs[VERB_RECORDER])
		return command_file(ctl, v, n - used, words + used);
	params = json_object();
	status = read_params(v, n - used, words + used, params);
	if (status == STATUS_DONE)
		status = call_pages(ctl, v, params);
	json_decref(params);
	return status;
}
