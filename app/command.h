/* SPDX-License-Identifier: BSD-3-Clause */
/* The subcommands of weir.  Each is given its own name as argv[0] and returns the exit status: 0
 * done, 1 what was asked about is wrong, 2 usage. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

enum {
	STATUS_DONE = 0,
	STATUS_WRONG = 1,
	STATUS_USAGE = 2,
};

int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_test(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_import(int argc, char **argv);
int command_schema(int argc, char **argv);
int command_reference(int argc, char **argv);

/* Looks at one file: adds an object to files, or, if that is NULL, prints.  Returns STATUS_DONE or
 * STATUS_WRONG. */
struct json_t;
typedef int (*file_command)(const char *path, struct json_t *files);

/* Runs a subcommand of the form "[--json FILE] FILE...": calls one for each file. */
int command_files(int argc, char **argv, const char *usage, file_command one);

/* Says what is wrong with the command line and how it is written; returns STATUS_USAGE. */
int usage_error(const char *usage, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
