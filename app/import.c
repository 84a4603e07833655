/* SPDX-License-Identifier: BSD-3-Clause */
/* weir import: its command line.
 *
 * Rules of iptables become rules of nftables by iptables-restore-translate, and these are listed as
 * JSON by the kernel: in a network namespace of their own, so that nothing else meets them. */

#include "migrate/import.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

#define USAGE "import nftables|iptables|ip6tables FILE|- [--addresses FILE] [--routes FILE]..."

static const struct option long_options[] = {
	{ "addresses", required_argument, NULL, 'a' },
	{ "routes", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

/* $1: the program, $2: the file, $3: a folder for what is between. */
static const char translate[] =
	"for tool in \"$1\" nft unshare; do\n"
	"  command -v \"$tool\" >/dev/null || {\n"
	"    echo \"import: $tool is not installed: apt install iptables nftables util-linux\" >&2\n"
	"    exit 1\n"
	"  }\n"
	"done\n"
	/* Rules that it has no form for stand in comments.  nft takes no mask of a single flag. */
	"\"$1\" -f \"$2\" >\"$3/all.nft\" || exit 1\n"
	"grep '^# -t ' \"$3/all.nft\" >\"$3/lost\"\n"
	"sed -E -e 's@tcp flags != ([a-z0-9]+) / ([a-z]+) @tcp flags \\& \\2 != \\1 @' \\\n"
	"  -e 's@tcp flags ([a-z0-9]+) / ([a-z]+) @tcp flags \\& \\2 == \\1 @' \"$3/all.nft\" >\"$3/rules.nft\" || exit 1\n"
	"[ \"$(id -u)\" = 0 ] && own=-n || own=-rn\n"
	"unshare $own sh -c 'nft -f \"$1/rules.nft\" && nft -j list ruleset >\"$1/rules.json\"' sh \"$3\"\n";

/* Returns 0 with the ruleset as JSON in the folder; else the reason has been told. */
static int
run_translate(const char *program, const char *file, const char *folder)
{
	const char *from = strcmp(file, "-") == 0 ? "/dev/stdin" : file;
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", translate, "sh", program, from, folder, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int
import_iptables(struct import_options *o, const char *program)
{
	static const char *const files[] = { "all.nft", "lost", "rules.nft", "rules.json" };
	char folder[] = "/tmp/weir-import-XXXXXX", path[64], lost[64];
	int rc = 1;

	if (mkdtemp(folder) == NULL) {
		perror("import: /tmp");
		return 1;
	}
	snprintf(path, sizeof(path), "%s/rules.json", folder);
	snprintf(lost, sizeof(lost), "%s/lost", folder);
	if (run_translate(program, o->ruleset, folder) == 0) {
		o->ruleset = path;
		o->lost = lost;
		rc = import_nftables(o);
	}
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
	return rc;
}

int
command_import(int argc, char **argv)
{
	struct import_options o = { .out = stdout, .notes = stderr };
	const char *kind;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (c == ':')
			return usage_error(USAGE, "import: %s needs a value", argv[optind - 1]);
		if (c == '?')
			return usage_error(USAGE, "import: unknown option %s", argv[optind - 1]);
		if (c == 'r' && o.routes[1] != NULL)
			return usage_error(USAGE, "import: --routes more than twice");
		*(c == 'a'                            ? &o.addresses
				: o.routes[0] != NULL ? &o.routes[1]
						      : &o.routes[0]) = optarg;
	}
	if (argc - optind != 2)
		return usage_error(USAGE, "import: a kind of ruleset and a file are needed");
	kind = argv[optind];
	o.ruleset = argv[optind + 1];
	if (strcmp(kind, "nftables") == 0)
		return import_nftables(&o);
	if (strcmp(kind, "iptables") == 0)
		return import_iptables(&o, "iptables-restore-translate");
	if (strcmp(kind, "ip6tables") == 0)
		return import_iptables(&o, "ip6tables-restore-translate");
	return usage_error(USAGE, "import: '%s' is not known", kind);
}
