/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that a configuration names.  Only regular files are opened, so that no call waits for the
 * writer of a FIFO or for a device.
 *
 * Threads: any. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdio.h>

/* Opens a regular file for reading, without waiting.  On NULL, *why describes the fault: a
 * constant, or strerror's text. */
FILE *file_open(const char *path, const char **why);

#endif
