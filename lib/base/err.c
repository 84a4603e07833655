/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors: collected here, printed by err_print.c. */
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_priv.h"

struct err *
err_create(void)
{
	return calloc(1, sizeof(struct err));
}

void
err_destroy(struct err *err)
{
	if (err == NULL)
		return;
	for (unsigned i = 0; i < err->count; i++)
		free(err->entries[i].text);
	for (unsigned i = 0; i < err->file_count; i++)
		free(err->files[i]);
	free(err->entries);
	free(err->files);
	free(err);
}

/* Returns the copy of a file name; errors come in runs of the same file, so the last one is tried
 * first. */
static const char *
intern_file(struct err *err, const char *file)
{
	char **grown, *copy;

	if (file == NULL)
		return NULL;
	for (unsigned i = err->file_count; i > 0; i--)
		if (strcmp(err->files[i - 1], file) == 0)
			return err->files[i - 1];
	grown = realloc(err->files, (err->file_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	err->files = grown;
	copy = strdup(file);
	if (copy != NULL)
		err->files[err->file_count++] = copy;
	return copy;
}

static bool
grow(struct err *err)
{
	unsigned room = err->room == 0 ? 16 : err->room * 2;
	struct err_entry *grown;

	if (err->count < err->room)
		return true;
	grown = realloc(err->entries, room * sizeof(*grown));
	if (grown == NULL)
		return false;
	err->entries = grown;
	err->room = room;
	return true;
}

/* Returns true if the same warning is there already.  A file that is checked and then built warns
 * twice. */
static bool
is_known(const struct err *err, struct loc loc, const char *text)
{
	for (unsigned i = 0; i < err->count; i++) {
		const struct err_entry *e = &err->entries[i];

		if (e->warning && e->loc.line == loc.line && e->loc.column == loc.column
			&& strcmp(e->text, text) == 0)
			return true;
	}
	return false;
}

static void
add(struct err *err, bool warning, struct loc loc, const char *fmt, va_list ap)
{
	char *text = NULL;

	if (!warning)
		err->error_count++;
	if (err->count >= (warning ? ERR_WARNINGS_MAX : ERR_KEPT_MAX) || !grow(err)
		|| vasprintf(&text, fmt, ap) < 0) {
		err->lost++;
		return;
	}
	if (warning && is_known(err, loc, text)) {
		free(text);
		return;
	}
	loc.file = intern_file(err, loc.file);
	if (loc.width == 0)
		loc.width = 1;
	err->entries[err->count] = (struct err_entry){
		.loc = loc,
		.text = text,
		.order = err->count,
		.warning = warning,
	};
	err->count++;
}

int
err_add(struct err *err, int code, struct loc loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(err, false, loc, fmt, ap);
	va_end(ap);
	return -code;
}

int
err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(err, false, (struct loc){ 0 }, fmt, ap);
	va_end(ap);
	return -code;
}

void
err_warn(struct err *err, struct loc loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(err, true, loc, fmt, ap);
	va_end(ap);
}

unsigned
err_count(const struct err *err)
{
	return err->error_count;
}

const char *
err_first(const struct err *err)
{
	for (unsigned i = 0; i < err->count; i++)
		if (!err->entries[i].warning)
			return err->entries[i].text;
	return err->error_count > 0 ? "out of memory" : "";
}
