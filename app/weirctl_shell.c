/* SPDX-License-Identifier: BSD-3-Clause */
/* weirctl from a terminal: lines with history, words completed from the table of verbs and from
 * what runs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <histedit.h>

#include "weirctl.h"

#define WORDS_MAX 64

static struct ctl *shell_ctl; /* libedit's completion has no argument of its own */

static char *
prompt(EditLine *el)
{
	static char text[] = "weir> ";

	(void)el;
	return text;
}

/* The words that may stand where one is being written: all that begin with it are collected. */
struct offer {
	const char *begin;
	char common[128]; /* what all of them begin with */
	char all[1024];
	unsigned n;
};

static void
offer(struct offer *o, const char *word, size_t bytes)
{
	size_t same = 0, used = strlen(o->all);

	if (bytes >= sizeof(o->common) || strncmp(word, o->begin, strlen(o->begin)) != 0
		|| bytes < strlen(o->begin))
		return;
	if (o->n++ == 0) {
		snprintf(o->common, sizeof(o->common), "%.*s", (int)bytes, word);
	} else {
		while (same < bytes && o->common[same] == word[same])
			same++;
		o->common[same] = '\0';
	}
	snprintf(o->all + used, sizeof(o->all) - used, "%s%.*s", used != 0 ? "  " : "", (int)bytes,
		word);
}

static void
offer_names(struct offer *o, enum verb_id which, const char *member)
{
	json_t *params = json_object(), *wrong = NULL, *row;
	int status;
	json_t *result = link_call(&shell_ctl->link, &verbs[which], params, &status, &wrong);
	size_t i;

	json_array_foreach(json_object_get(result, verbs[which].rows), i, row) {
		const char *name = json_string_value(json_object_get(row, member));

		if (name != NULL)
			offer(o, name, strlen(name));
	}
	json_decref(result);
	json_decref(wrong);
	json_decref(params);
}

/* The value of a parameter. */
static void
offer_value(struct offer *o, const struct verb_param *p)
{
	if (p->value != NULL && strcmp(p->value, "PORT") == 0)
		offer_names(o, VERB_SHOW_PORTS, "name");
	else if (p->value != NULL && strcmp(p->value, "INTERFACE") == 0)
		offer_names(o, VERB_SHOW_INTERFACES, "name");
	else if (p->value != NULL && strcmp(p->value, "ZONE") == 0)
		offer_names(o, VERB_SHOW_INTERFACES, "zone");
}

static void
offer_params(struct offer *o, const struct verb *v, const char *last)
{
	const struct verb_param *before = last != NULL ? verb_param_find(v, last) : NULL;

	if (before != NULL && before->kind == PARAM_VALUE) {
		offer_value(o, before);
		return;
	}
	for (const struct verb_param *p = v->params; p->name != NULL; p++) {
		if (p->kind == PARAM_WORD)
			offer_value(o, p);
		else if (p->kind == PARAM_VALUE || p->kind == PARAM_FLAG)
			offer(o, p->name, strlen(p->name));
	}
}

/* Words of verbs behind the n that are there. */
static void
offer_verbs(struct offer *o, const char *const words[], unsigned n)
{
	const char *before = NULL;

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const char *name = verbs[i].name;
		unsigned k = 0;

		for (; k < n && *name != '\0' && strncmp(name, words[k], strlen(words[k])) == 0;
			k++) {
			name += strcspn(name, " ");
			name += *name == ' ';
		}
		if (k < n || *name == '\0')
			continue;
		if (before == NULL || strncmp(before, name, strcspn(name, " ") + 1) != 0)
			offer(o, name, strcspn(name, " "));
		before = name;
	}
	if (n == 0) {
		offer(o, "top", 3);
		offer(o, "help", 4);
		offer(o, "quit", 4);
	}
}

static unsigned
split(char *line, const char *words[static WORDS_MAX])
{
	unsigned n = 0;
	char *at = line;

	while (n < WORDS_MAX) {
		at += strspn(at, " \t\n");
		if (*at == '\0')
			break;
		if (*at == '"' || *at == '\'') {
			char quote = *at++;

			words[n++] = at;
			at = strchr(at, quote);
			if (at == NULL)
				break;
		} else {
			words[n++] = at;
			at += strcspn(at, " \t\n");
			if (*at == '\0')
				break;
		}
		*at++ = '\0';
	}
	return n;
}

static unsigned char
complete(EditLine *el, int ch)
{
	const LineInfo *info = el_line(el);
	size_t bytes = (size_t)(info->cursor - info->buffer);
	char line[1024];
	const char *words[WORDS_MAX];
	const struct verb *v;
	struct offer o = { .begin = "" };
	unsigned n, used;

	(void)ch;
	if (bytes >= sizeof(line))
		return CC_ERROR;
	memcpy(line, info->buffer, bytes);
	line[bytes] = '\0';
	n = split(line, words);
	if (n > 0 && bytes > 0 && info->cursor[-1] != ' ')
		o.begin = words[--n];
	v = n > 0 ? verb_of_words(words, n, &used) : NULL;
	if (v != NULL)
		offer_params(&o, v, used < n ? words[n - 1] : NULL);
	else
		offer_verbs(&o, words, n);
	if (o.n == 0)
		return CC_ERROR;
	if (o.n > 1 && strlen(o.common) == strlen(o.begin)) {
		printf("\n%s\n", o.all);
		return CC_REDISPLAY;
	}
	el_insertstr(el, o.common + strlen(o.begin));
	if (o.n == 1)
		el_insertstr(el, " ");
	return CC_REFRESH;
}

static int
run_lines(EditLine *el, History *past)
{
	HistEvent event;
	const char *line;
	int count, status = STATUS_DONE;

	while ((line = el_gets(el, &count)) != NULL && count > 0) {
		const char *words[WORDS_MAX];
		char *copy = strdup(line);
		unsigned n = copy != NULL ? split(copy, words) : 0;

		if (n > 0)
			history(past, &event, H_ENTER, line);
		if (n > 0 && (strcmp(words[0], "quit") == 0 || strcmp(words[0], "exit") == 0)) {
			free(copy);
			return status;
		}
		status = command_words(shell_ctl, n, words);
		free(copy);
	}
	putchar('\n');
	return status;
}

static int
run_plain(void)
{
	char line[4096];
	int status = STATUS_DONE;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		const char *words[WORDS_MAX];
		int one = command_words(shell_ctl, split(line, words), words);

		status = one != STATUS_DONE ? one : status;
	}
	return status;
}

int
shell(struct ctl *ctl)
{
	EditLine *el;
	History *past;
	HistEvent event;
	int status;

	shell_ctl = ctl;
	if (!isatty(STDIN_FILENO))
		return run_plain();
	el = el_init("weirctl", stdin, stdout, stderr);
	past = history_init();
	if (el == NULL || past == NULL)
		return run_plain();
	history(past, &event, H_SETSIZE, 500);
	history(past, &event, H_SETUNIQUE, 1);
	el_set(el, EL_PROMPT, prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 1);
	el_set(el, EL_HIST, history, past);
	el_set(el, EL_ADDFN, "weir-complete", "Completes a word", complete);
	el_set(el, EL_BIND, "^I", "weir-complete", NULL);
	status = run_lines(el, past);
	history_end(past);
	el_end(el);
	return status;
}
