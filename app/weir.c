/* SPDX-License-Identifier: BSD-3-Clause */
/* The command weir: finds the subcommand and calls it. */

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("weir " WEIR_VERSION);
		return 0;
	}
	fputs("usage: weir run|check|replay|explain ...\n", stderr);
	return 2;
}
