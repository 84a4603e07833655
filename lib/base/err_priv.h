/* SPDX-License-Identifier: BSD-3-Clause */
/* What err.c collects and err_print.c prints. */
#ifndef BASE_ERR_PRIV_H
#define BASE_ERR_PRIV_H

#include "base/err.h"

/* What a person can use ends far below; what a broken generator can produce does not. */
#define ERR_KEPT_MAX 1000
#define ERR_WARNINGS_MAX 500            /* warnings leave room for errors */

struct err_entry {
	struct loc loc;
	char *text;
	unsigned order;                 /* of arrival, among equals */
	bool warning;
};

struct err {
	struct err_entry *entries;
	unsigned count;
	unsigned room;
	unsigned error_count;           /* with those lost */
	unsigned lost;                  /* beyond these, or without memory */
	char **files;
	unsigned file_count;
};

#endif
