/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of findings, as text and as JSON. */

#include "doctor/findings.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "schema/json_text.h"

static const struct {
	const char *word;
	const char *colour;
} kinds[FINDING_KINDS] = {
	[FINDING_ERROR] = { "error", "\033[1;31m" },
	[FINDING_WARNING] = { "warning", "\033[1;35m" },
	[FINDING_HINT] = { "hint", "\033[1;36m" },
	[FINDING_OK] = { "ok", "\033[1;32m" },
};

void
finding_add(struct findings *f, enum finding_kind kind, const char *area, const char *mend,
	const char *fmt, ...)
{
	struct finding new = { .kind = kind, .area = area };
	va_list ap;

	if (f->count == f->room) {
		unsigned room = f->room == 0 ? 32 : 2 * f->room;
		struct finding *at = realloc(f->at, room * sizeof(*at));

		if (at == NULL) {
			f->misses = true;
			return;
		}
		f->at = at;
		f->room = room;
	}
	va_start(ap, fmt);
	if (vasprintf(&new.text, fmt, ap) < 0)
		new.text = NULL;
	va_end(ap);
	new.mend = mend != NULL ? strdup(mend) : NULL;
	if (new.text == NULL || (mend != NULL && new.mend == NULL))
		f->misses = true;
	f->at[f->count++] = new;
}

void
finding_place(struct findings *f, struct loc loc)
{
	struct finding *last = f->count > 0 ? &f->at[f->count - 1] : NULL;

	if (last == NULL || loc.file == NULL || loc.line == 0)
		return;
	free(last->file);
	last->file = strdup(loc.file);
	last->line = loc.line;
	last->column = loc.column;
}

struct taking {
	struct findings *f;
	const char *area;
};

/* Returns the command at the end of a text, "ip link" of "...; ip link lists them", and ends the
 * text before it; NULL: the text has none. */
static char *
split_command(char *text)
{
	static const char lists[] = " lists them";
	char *command = NULL, *colon;
	size_t length;

	for (char *at = text; (at = strstr(at, "; ")) != NULL; at += 2)
		command = at;
	if (command == NULL)
		return NULL;
	*command = '\0';
	command += 2;
	colon = strstr(command, ": ");
	if (colon != NULL)
		command = colon + 2;
	length = strlen(command);
	if (length > strlen(lists) && strcmp(command + length - strlen(lists), lists) == 0)
		command[length - strlen(lists)] = '\0';
	return command;
}

static void
take_one(void *arg, struct loc loc, bool warning, const char *text)
{
	struct taking *t = arg;
	char *copy = strdup(text), *command;

	if (copy == NULL) {
		t->f->misses = true;
		return;
	}
	command = split_command(copy);
	finding_add(t->f, warning ? FINDING_WARNING : FINDING_ERROR, t->area, command, "%s", copy);
	finding_place(t->f, loc);
	free(copy);
}

void
findings_take(struct findings *f, const char *area, const struct err *err)
{
	struct taking t = { f, area };

	err_each(err, take_one, &t);
}

unsigned
findings_count(const struct findings *f, enum finding_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->count; i++)
		n += f->at[i].kind == kind;
	return n;
}

static void
print_one(const struct finding *one, FILE *out, bool colour)
{
	const char *text = one->text != NULL ? one->text : "(no memory for the text)";

	fprintf(out, "  %s%-8s%s %-10s ", colour ? kinds[one->kind].colour : "",
		kinds[one->kind].word, colour ? "\033[0m" : "", one->area);
	if (one->file != NULL) {
		text_put(out, one->file, one->file + strlen(one->file));
		fprintf(out, ":%u:%u: ", one->line, one->column);
	}
	text_put(out, text, text + strlen(text));
	if (one->mend != NULL) {
		fputs("\n                        ", out);
		text_put(out, one->mend, one->mend + strlen(one->mend));
	}
	fputc('\n', out);
}

void
findings_print(const struct findings *f, FILE *out, bool colour)
{
	for (unsigned i = 0; i < f->count; i++)
		print_one(&f->at[i], out, colour);
}

json_t *
findings_json(const struct findings *f)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < f->count; i++) {
		const struct finding *one = &f->at[i];
		json_t *row = json_pack("{s:s,s:s,s:o,s:o}", "severity", kinds[one->kind].word,
			"area", one->area, "text", json_text(one->text), "mend",
			json_text(one->mend));

		if (one->file != NULL) {
			json_object_set_new(row, "file", json_text(one->file));
			json_object_set_new(row, "line", json_integer((json_int_t)one->line));
			json_object_set_new(row, "column", json_integer((json_int_t)one->column));
		}
		json_array_append_new(all, row);
	}
	return all;
}

void
findings_fini(struct findings *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		free(f->at[i].text);
		free(f->at[i].mend);
		free(f->at[i].file);
	}
	free(f->at);
	*f = (struct findings){ 0 };
}
