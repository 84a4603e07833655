/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of errors, which err.c fills and err_print.c prints. */
#ifndef BASE_ERR_PRIV_H
#define BASE_ERR_PRIV_H

#include "base/err.h"

/* Far above what a person can use, far below what a faulty generator can produce. */
#define ERR_KEPT_MAX     1000
#define ERR_WARNINGS_MAX 500 /* warnings leave room for errors */

struct err_entry {
	struct loc loc;
	char *text;
	unsigned order; /* of arrival, among equals */
	bool warning;
};

struct err {
	struct err_entry *entries;
	unsigned count;
	unsigned room;
	unsigned error_count; /* including lost ones */
	unsigned lost;        /* beyond the maximum, or without memory */
	char **files;
	unsigned file_count;
};

#endif
