/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes one line per event to standard error: "weir: warning: worker 1 stands still".
 *
 * At most LOG_LINES_PER_S lines a second are written, and none that would have to wait for a pipe;
 * the others are counted, and the next line tells the count.  Under systemd (a stream of the
 * journal on standard error) lines begin with their priority, <4>, instead of its word.
 *
 * Threads: any but workers, which never log. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stddef.h>

enum {
	LOG_LINES_PER_S = 100,
};

enum log_level {
	LEVEL_ERROR,
	LEVEL_WARNING,
	LEVEL_INFO,
	LEVEL_DEBUG,
};

/* Sets the level above which lines are not written; initially LEVEL_INFO. */
void log_set_level(enum log_level level);

void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes a text of whole lines as it is, if standard error takes it now. */
void log_text(const char *text, size_t bytes);

#define log_error(...)   log_write(LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LEVEL_DEBUG, __VA_ARGS__)

#endif
