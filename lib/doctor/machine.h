/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of /proc, /sys and /dev below a root that tests substitute: "" is this machine.
 *
 * Threads: the control thread.  Memory: nothing is kept. */
#ifndef DOCTOR_MACHINE_H
#define DOCTOR_MACHINE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	MACHINE_PATH_MAX = 512,
	MACHINE_LINE_MAX = 4096,
	MACHINE_ENTRIES_MAX = 512, /* of a folder */
	MACHINE_NAME_MAX = 64,
};

struct machine {
	const char *root; /* without a slash at its end */
};

/* Writes the path below the root. */
void machine_path(const struct machine *m, char path[static MACHINE_PATH_MAX], const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

bool machine_has(const struct machine *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads the first line of a file, without its newline.  Returns false, and "", if there is none. */
bool machine_line(const struct machine *m, char *out, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Returns the number that a file begins with, or without. */
long machine_number(const struct machine *m, long without, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads the last component of a symbolic link. */
bool machine_link(const struct machine *m, char *out, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Reads the value behind "key:" in a file of such lines, the first one of that key. */
bool machine_field(
	const struct machine *m, const char *file, const char *key, char *out, size_t size);

/* Calls one for each entry of a folder, in the order of names, until it returns false. */
void machine_each(const struct machine *m, const char *folder,
	bool (*one)(void *arg, const char *name), void *arg);

/* Reads a list of cores: "0-3,8".  Nothing that is no core is added. */
void cores_read(cpu_set_t *set, const char *list);
void cores_from(const struct machine *m, cpu_set_t *set, const char *file);

/* Writes a set as such a list; "none" for the empty one. */
void cores_write(const cpu_set_t *set, char *out, size_t size);

#endif
