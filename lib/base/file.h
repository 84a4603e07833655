/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that a configuration names: regular ones, so that nothing waits for whoever may write to a FIFO or a device.
 *
 * Threads: any. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdio.h>

/* Opens a regular file for reading, without waiting.  NULL: *why says what is wrong with it, a constant or strerror's. */
FILE *file_open(const char *path, const char **why);

#endif
