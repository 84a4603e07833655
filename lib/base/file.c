/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens regular files. */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "it is a directory";
	if (S_ISFIFO(mode))
		return "it is a FIFO, not a file";
	return "it is a device or a socket, not a file";
}

FILE *
file_open(const char *path, const char **why)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = kind_of(st.st_mode);
	else if ((file = fdopen(fd, "r")) == NULL)
		*why = strerror(errno);
	if (file == NULL && fd >= 0)
		close(fd);
	return file;
}
