/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures what DPDK and its drivers print. */

#include "io/quiet.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sanitizer.h"

#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

static bool caught = true;
static char said[16384];

/* Output of a sanitizer must not be lost with the rest. */
#ifdef WITH_ASAN
static struct quiet *current;

static void
tell_all(void)
{
	ssize_t n = current != NULL ? pread(current->memory, said, sizeof(said), 0) : 0;

	if (n > 0 && write(current->saved[1], said, (size_t)n) < 0)
		return;
}

static void
watch(struct quiet *q)
{
	current = q;
	__sanitizer_set_death_callback(tell_all);
}

static void
unwatch(void)
{
	current = NULL;
	if (strstr(said, "runtime error:") != NULL)
		fputs(said, stderr);
}
#else
static void
watch(struct quiet *q)
{
	(void)q;
}

static void
unwatch(void)
{
}
#endif

void
quiet_off(void)
{
	caught = false;
}

void
quiet_begin(struct quiet *q)
{
	q->reason[0] = '\0';
	q->memory = caught ? memfd_create("log", MFD_CLOEXEC) : -1;
	if (q->memory < 0)
		return;

	fflush(stdout);
	fflush(stderr);
	for (int fd = 0; fd < 2; fd++) {
		q->saved[fd] = fcntl(fd + 1, F_DUPFD_CLOEXEC, 3);
		dup2(q->memory, fd + 1);
	}
	watch(q);
}

static bool
is_reason(const char *line)
{
	static const char *const chatter[] = { "EAL: FATAL", "Usage:", "EAL common options",
		"EAL Linux", "libbpf: elf" };

	if (strchr(line, ':') == NULL)
		return false;
	for (unsigned i = 0; i < sizeof(chatter) / sizeof(chatter[0]); i++) {
		if (strncmp(line, chatter[i], strlen(chatter[i])) == 0)
			return false;
	}
	return line[0] != ' ' && line[0] != '\t' && line[0] != '-';
}

/* Skips prefixes that only help readers of DPDK's source: "EAL: ", "eth_dev_start(): ". */
static const char *
without_origin(const char *line)
{
	const char *colon = strstr(line, "(): ");
	const char *space = strchr(line, ' ');

	if (colon != NULL)
		return colon + 4;
	if (space != NULL && space > line && space[-1] == ':' && space[1] != '\0')
		return space + 1;
	return line;
}

static void
find_reason(struct quiet *q)
{
	char *rest = NULL;
	char *fatal = NULL;

	for (char *line = strtok_r(said, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "EAL: FATAL: ", 12) == 0 && fatal == NULL)
			fatal = line + 12;
		if (!is_reason(line))
			continue;
		snprintf(q->reason, sizeof(q->reason), "%s", without_origin(line));
		return;
	}
	if (fatal != NULL)
		snprintf(q->reason, sizeof(q->reason), "%s", fatal);
}

void
quiet_end(struct quiet *q)
{
	ssize_t n;

	if (q->memory < 0)
		return;

	fflush(stdout);
	fflush(stderr);
	for (int fd = 0; fd < 2; fd++) {
		dup2(q->saved[fd], fd + 1);
		close(q->saved[fd]);
	}
	n = pread(q->memory, said, sizeof(said) - 1, 0);
	close(q->memory);
	q->memory = -1;
	said[n > 0 ? n : 0] = '\0';
	unwatch();
	find_reason(q);
}

const char *
quiet_colon(const struct quiet *q)
{
	static char text[QUIET_REASON_MAX + 2];

	if (q->reason[0] == '\0')
		return "";
	snprintf(text, sizeof(text), ": %s", q->reason);
	return text;
}
