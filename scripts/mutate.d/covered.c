/* SPDX-License-Identifier: BSD-3-Clause */
/* Records which basic blocks a process executes; scripts/mutate links it into a build with -fsanitize-coverage=trace-pc.
 *
 * The process writes the offsets of the blocks into a file of its own in the folder $WEIR_COVERED when it ends: the
 * program's path in the first line, then an offset in hexadecimal in each line. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROOM (32u << 20)

static uint8_t reached[ROOM];
static uintptr_t base;

__attribute__((visibility("hidden"))) void __sanitizer_cov_trace_pc(void);

void
__sanitizer_cov_trace_pc(void)
{
	uintptr_t at = (uintptr_t)__builtin_return_address(0) - base;

	if (at < ROOM)
		reached[at] = 1;
}

__attribute__((constructor(101))) static void
find_base(void)
{
	Dl_info info;

	if (dladdr(&reached, &info) != 0)
		base = (uintptr_t)info.dli_fbase;
}

__attribute__((destructor)) static void
write_reached(void)
{
	const char *folder = getenv("WEIR_COVERED");
	char path[512], program[512];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	Dl_info info;
	FILE *f;

	if (folder == NULL || n < 0 || dladdr(&reached, &info) == 0)
		return;
	program[n] = '\0';
	snprintf(path, sizeof(path), "%s/%d.%lx", folder, getpid(), (unsigned long)base);
	f = fopen(path, "w");
	if (f == NULL)
		return;
	fprintf(f, "%s\n", info.dli_fname[0] == '/' && base != 0 ? info.dli_fname : program);
	for (uint32_t i = 0; i < ROOM; i++)
		if (reached[i])
			fprintf(f, "%x\n", i);
	fclose(f);
}
