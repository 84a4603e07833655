/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads small files below a root. */

#include "doctor/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
path_of(const struct machine *m, char path[static MACHINE_PATH_MAX], const char *fmt, va_list ap)
{
	int n = snprintf(path, MACHINE_PATH_MAX, "%s", m->root);

	if (n >= 0 && n < MACHINE_PATH_MAX)
		vsnprintf(path + n, MACHINE_PATH_MAX - (size_t)n, fmt, ap);
}

void
machine_path(const struct machine *m, char path[static MACHINE_PATH_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	path_of(m, path, fmt, ap);
	va_end(ap);
}

bool
machine_has(const struct machine *m, const char *fmt, ...)
{
	char path[MACHINE_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	path_of(m, path, fmt, ap);
	va_end(ap);
	return access(path, F_OK) == 0;
}

static bool
read_line(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "re");
	bool found;

	out[0] = '\0';
	if (f == NULL)
		return false;
	found = fgets(out, (int)size, f) != NULL;
	fclose(f);
	out[strcspn(out, "\n")] = '\0';
	return found;
}

bool
machine_line(const struct machine *m, char *out, size_t size, const char *fmt, ...)
{
	char path[MACHINE_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	path_of(m, path, fmt, ap);
	va_end(ap);
	return read_line(path, out, size);
}

long
machine_number(const struct machine *m, long without, const char *fmt, ...)
{
	char path[MACHINE_PATH_MAX], line[64], *end;
	va_list ap;
	long number;

	va_start(ap, fmt);
	path_of(m, path, fmt, ap);
	va_end(ap);
	if (!read_line(path, line, sizeof(line)))
		return without;
	errno = 0;
	number = strtol(line, &end, 0);
	return errno != 0 || end == line ? without : number;
}

bool
machine_link(const struct machine *m, char *out, size_t size, const char *fmt, ...)
{
	char path[MACHINE_PATH_MAX], target[MACHINE_PATH_MAX];
	const char *base;
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	path_of(m, path, fmt, ap);
	va_end(ap);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	base = strrchr(target, '/');
	return snprintf(out, size, "%s", base != NULL ? base + 1 : target) < (int)size;
}

/* Copies the value of "key: value" if the line has that key. */
static bool
take_field(const char *line, const char *key, char *out, size_t size)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return false;
	line += length;
	line += strspn(line, " \t");
	if (*line++ != ':')
		return false;
	line += strspn(line, " \t");
	snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
	return true;
}

bool
machine_field(const struct machine *m, const char *file, const char *key, char *out, size_t size)
{
	char path[MACHINE_PATH_MAX], line[MACHINE_LINE_MAX];
	bool found = false;
	FILE *f;

	out[0] = '\0';
	machine_path(m, path, "%s", file);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = take_field(line, key, out, size);
	fclose(f);
	return found;
}

void
machine_each(const struct machine *m, const char *folder, bool (*one)(void *arg, const char *name),
	void *arg)
{
	char path[MACHINE_PATH_MAX];
	struct dirent **entries;
	bool go_on = true;
	int n;

	machine_path(m, path, "%s", folder);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (go_on && entries[i]->d_name[0] != '.')
			go_on = one(arg, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

void
cores_read(cpu_set_t *set, const char *list)
{
	CPU_ZERO(set);
	while (isdigit((unsigned char)*list)) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (unsigned long core = first; core <= last && core < CPU_SETSIZE; core++)
			CPU_SET(core, set);
		list = *end == ',' ? end + 1 : "";
	}
}

void
cores_from(const struct machine *m, cpu_set_t *set, const char *file)
{
	char line[MACHINE_LINE_MAX];

	machine_line(m, line, sizeof(line), "%s", file);
	cores_read(set, line);
}

void
cores_write(const cpu_set_t *set, char *out, size_t size)
{
	size_t used = 0;

	snprintf(out, size, "none");
	for (unsigned core = 0; core < CPU_SETSIZE && used < size; core++) {
		unsigned first = core;

		if (!CPU_ISSET(core, set))
			continue;
		while (core + 1 < CPU_SETSIZE && CPU_ISSET(core + 1, set))
			core++;
		used += (size_t)snprintf(out + used, size - used, used == 0 ? "%u" : ",%u", first);
		if (core != first && used < size)
			used += (size_t)snprintf(out + used, size - used, "-%u", core);
	}
}
