/* SPDX-License-Identifier: BSD-3-Clause */
/* weir doctor: its command line. */

#include "doctor/doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"
#include "control/read.h"
#include "doctor/size.h"
#include "io/host_memory.h"
#include "offline/offline.h"
#include "schema/json_text.h"

#define USAGE "doctor [-c FILE] [--json [FILE]] [--size [WORD=NUMBER,...]]"

struct asked {
	const char *config;
	const char *json; /* a file, "-", or NULL */
	const char *size; /* words, "", or NULL */
	const char *root; /* of another machine's files: tests */
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "json", optional_argument, NULL, 'j' },
	{ "size", optional_argument, NULL, 's' },
	{ "root", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

/* Returns the value of an option that may have one: behind =, or the next word. */
static const char *
value_or(int argc, char **argv, const char *without)
{
	if (optarg != NULL)
		return optarg;
	if (optind < argc && (argv[optind][0] != '-' || strcmp(argv[optind], "-") == 0))
		return argv[optind++];
	return without;
}

static int
read_arguments(int argc, char **argv, struct asked *asked)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:c:", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			asked->config = optarg;
			break;
		case 'j':
			asked->json = value_or(argc, argv, "-");
			break;
		case 's':
			asked->size = value_or(argc, argv, "");
			break;
		case 'r':
			asked->root = optarg;
			break;
		case ':':
			return usage_error(USAGE, "doctor: %s needs a value", argv[optind - 1]);
		default:
			return usage_error(USAGE, "doctor: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind != argc)
		return usage_error(USAGE, "doctor: '%s' is too much", argv[optind]);
	return STATUS_DONE;
}

static unsigned long
page_kib(const struct asked *asked)
{
	char proc[MACHINE_PATH_MAX], sys[MACHINE_PATH_MAX];
	struct machine m = { asked->root };
	struct host_memory have;

	machine_path(&m, proc, "/proc");
	machine_path(&m, sys, "/sys");
	host_memory_read_from(proc, sys, &have);
	return have.huge_kib != 0 ? (unsigned long)have.huge_kib : 2048;
}

/* Reads --size and computes.  Returns STATUS_DONE, or the exit status after an error. */
static int
compute_size(const struct asked *asked, const struct config *cfg, struct size *size)
{
	struct size_request request = { .workers = 1, .ports = 2 };
	struct eal_core cores[EAL_WORKERS_MAX];
	const char *wrong;

	if (cfg != NULL)
		size_of_config(cfg, config_workers(cfg, cores), &request);
	wrong = size_read(&request, asked->size);
	if (wrong != NULL)
		return usage_error(USAGE, "doctor: --size: %s", wrong);
	if (size_compute(&request, cfg, size))
		return STATUS_DONE;
	fputs("weir: doctor: --size: more sessions than a worker can have (16777215), or more than "
	      "this machine has addresses for\n",
		stderr);
	return STATUS_WRONG;
}

static void
print(const struct asked *asked, const struct findings *found, const struct size *size)
{
	unsigned errors = findings_count(found, FINDING_ERROR);

	findings_print(found, stdout, isatty(STDOUT_FILENO));
	if (size != NULL)
		size_print(size, page_kib(asked), stdout);
	if (errors > 0)
		printf("%u thing%s to mend before this configuration can run here\n", errors,
			errors == 1 ? "" : "s");
	else
		printf("%s\n",
			asked->config != NULL ? "the configuration can run here"
					      : "nothing is in the way");
}

static int
write_json(const struct asked *asked, const struct findings *found, const struct size *size)
{
	json_t *json = json_pack("{s:o,s:b,s:o}", "file", json_text(asked->config), "ok",
		findings_count(found, FINDING_ERROR) == 0, "findings", findings_json(found));
	int rc;

	if (size != NULL)
		json_object_set_new(json, "size", size_json(size, page_kib(asked)));
	rc = offline_write_json(json, asked->json);
	if (rc < 0)
		perror(asked->json);
	json_decref(json);
	return rc;
}

static int
answer(const struct asked *asked, const struct config *cfg, struct err *err)
{
	struct machine machine = { asked->root };
	struct findings found = { 0 };
	struct size size;
	int status = STATUS_DONE;

	findings_take(&found, "file", err);
	if (asked->config == NULL || cfg != NULL) {
		doctor_examine(&machine, cfg, &found);
		if (asked->size != NULL)
			status = compute_size(asked, cfg, &size);
	}
	if (status == STATUS_DONE) {
		const struct size *said = asked->size != NULL
				&& (cfg != NULL || asked->config == NULL)
			? &size
			: NULL;

		if (asked->json == NULL)
			print(asked, &found, said);
		else if (write_json(asked, &found, said) < 0)
			status = STATUS_WRONG;
		if (findings_count(&found, FINDING_ERROR) > 0 || found.misses)
			status = STATUS_WRONG;
	}
	findings_fini(&found);
	return fflush(stdout) == 0 ? status : STATUS_WRONG;
}

int
command_doctor(int argc, char **argv)
{
	struct asked asked = { .root = "" };
	struct config *cfg = NULL;
	struct err *err = NULL;
	int status = read_arguments(argc, argv, &asked);

	if (status != STATUS_DONE)
		return status;
	err = err_create();
	if (err == NULL)
		return STATUS_WRONG;
	if (asked.config != NULL)
		cfg = read_config(asked.config, true, err);
	status = answer(&asked, cfg, err);
	config_free(cfg);
	err_destroy(err);
	return status;
}
