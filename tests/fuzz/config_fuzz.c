/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a configuration file: no crash, and what was read without an error is printed to
 * the same configuration, with defaults and without. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document.h"
#ifdef FUZZ_TABLE /* another table than the one of the product */
extern const struct cfg_table FUZZ_TABLE;
#else
#include "config/config.h"
#define FUZZ_TABLE config_table
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
print(const struct document *doc, enum document_defaults defaults)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	document_print(doc, defaults, out);
	fclose(out);
	return text;
}

/* Reads text, which was printed, and expects it to print as wanted. */
static void
expect_same(const char *text, enum document_defaults defaults, const char *wanted)
{
	struct err *err = err_create();
	struct document *doc = document_parse_text(
		"<printed>", text, strlen(text), &FUZZ_TABLE, err);
	char *again;

	if (doc == NULL || err_count(err) > 0) {
		fputs(text, stderr);
		err_print(err, stderr, false);
		abort();
	}
	again = print(doc, defaults);
	if (strcmp(again, wanted) != 0) {
		fprintf(stderr, "%s\n!=\n%s\n", again, wanted);
		abort();
	}
	free(again);
	document_free(doc);
	err_destroy(err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err *err = err_create();
	struct document *doc;
	FILE *sink = fopen("/dev/null", "w");

	doc = document_parse_text("<fuzz>", (const char *)data, size, &FUZZ_TABLE, err);
	if (doc == NULL && err_count(err) == 0)
		abort();
	err_print(err, sink, true);
	if (doc != NULL) {
		char *out = print(doc, DOCUMENT_DEFAULTS_OUT),
		     *in = print(doc, DOCUMENT_DEFAULTS_IN);

		if (err_count(err) == 0) {
			expect_same(out, DOCUMENT_DEFAULTS_IN, in);
			expect_same(in, DOCUMENT_DEFAULTS_OUT, out);
		}
		free(out);
		free(in);
	}
	fclose(sink);
	document_free(doc);
	err_destroy(err);
	return 0;
}
