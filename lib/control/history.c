/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations that ran, in memory and in a folder. */

#include "control/history.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/log.h"
#include "control/history_priv.h"
#include "schema/json_text.h"

static void
entry_fini(struct history_entry *e)
{
	free(e->source);
	free(e->config);
	free(e->text);
}

static bool
entry_copy(struct history_entry *out, const struct history_entry *e)
{
	*out = *e;
	out->source = strdup(e->source != NULL ? e->source : "");
	out->config = strdup(e->config != NULL ? e->config : "");
	out->text = strdup(e->text);
	if (out->source != NULL && out->config != NULL && out->text != NULL)
		return true;
	entry_fini(out);
	return false;
}

/* In front of the others; the oldest falls out. */
static void
push(struct history *h, const struct history_entry *e)
{
	if (h->n == HISTORY_ENTRIES)
		entry_fini(&h->entry[--h->n]);
	memmove(&h->entry[1], &h->entry[0], h->n * sizeof(h->entry[0]));
	h->entry[0] = *e;
	h->n++;
}

/* --- reading --- */

static char *
read_text(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	struct stat st;

	if (in == NULL)
		return NULL;
	if (fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= HISTORY_TEXT_MAX)
		text = calloc(1, (size_t)st.st_size + 1);
	if (text != NULL && fread(text, 1, (size_t)st.st_size, in) != (size_t)st.st_size) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static bool
read_entry(const char *dir, unsigned number, struct history_entry *out)
{
	char path[4096];
	const char *who, *what, *source, *config, *base = "";
	json_int_t when;
	json_t *meta;
	bool fine;

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "%s/%08u.json", dir, number);
	meta = json_load_file(path, 0, NULL);
	fine = meta != NULL
		&& json_unpack(meta, "{s:I,s:s,s:s,s:s,s:s,s?s}", "time", &when, "who", &who,
			   "what", &what, "source", &source, "config", &config, "base", &base)
			== 0;
	if (fine) {
		snprintf(path, sizeof(path), "%s/%08u.yaml", dir, number);
		out->number = number;
		out->time = (time_t)when;
		snprintf(out->who, sizeof(out->who), "%s", who);
		snprintf(out->what, sizeof(out->what), "%s", what);
		snprintf(out->base, sizeof(out->base), "%s", base);
		out->source = strdup(source);
		out->config = strdup(config);
		out->text = read_text(path);
		fine = out->source != NULL && out->config != NULL && out->text != NULL;
	}
	json_decref(meta);
	if (!fine)
		entry_fini(out);
	return fine;
}

static int
by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

/* The newest ones of the folder. */
static void
read_folder(struct history *h)
{
	DIR *dir = opendir(h->dir);
	unsigned number[4096], n = 0;
	const struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL && n < 4096) {
		unsigned one;
		int end = 0;

		if (sscanf(d->d_name, "%8u.json%n", &one, &end) == 1 && end == 13
			&& d->d_name[13] == '\0')
			number[n++] = one;
	}
	if (dir != NULL)
		closedir(dir);
	qsort(number, n, sizeof(number[0]), by_number);
	for (unsigned i = n > HISTORY_ENTRIES ? n - HISTORY_ENTRIES : 0; i < n; i++) {
		struct history_entry e;

		h->number = number[i];
		if (read_entry(h->dir, number[i], &e))
			push(h, &e);
	}
}

struct history *
history_create(const char *dir, bool create)
{
	struct history *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	if (dir != NULL && create && mkdir(dir, 0750) < 0 && errno != EEXIST)
		log_warning(
			"%s: %s; configurations are not kept over restarts", dir, strerror(errno));
	if (dir != NULL && access(dir, W_OK | X_OK) == 0)
		snprintf(h->dir, sizeof(h->dir), "%s", dir);
	if (h->dir[0] != '\0')
		read_folder(h);
	return h;
}

void
history_destroy(struct history *h)
{
	if (h == NULL)
		return;
	history_tick(h);
	history_finish_writing(h);
	for (unsigned i = 0; i < h->n; i++)
		entry_fini(&h->entry[i]);
	free(h);
}

unsigned
history_add(struct history *h, const struct history_entry *e)
{
	struct history_entry copy;

	if (!entry_copy(&copy, e))
		return 0;
	copy.number = ++h->number;
	push(h, &copy);
	if (h->unwritten < HISTORY_ENTRIES)
		h->unwritten++;
	return copy.number;
}

const struct history_entry *
history_at(const struct history *h, unsigned i)
{
	return i < h->n ? &h->entry[i] : NULL;
}

const struct history_entry *
history_last(const struct history *h, const char *config)
{
	for (unsigned i = 0; i < h->n; i++)
		if (strcmp(h->entry[i].config, config) == 0)
			return &h->entry[i];
	return NULL;
}

void
history_digest(const char *text, char out[static 17])
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	snprintf(out, 17, "%016llx", (unsigned long long)h);
}

const char *
history_dir(const struct history *h)
{
	return h->dir[0] != '\0' ? h->dir : NULL;
}
