/* SPDX-License-Identifier: BSD-3-Clause */
/* Explained packets as text. */

#include "control/verdict_text.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define BOLD       "\033[1m"
#define PLAIN      "\033[0m"
#define TEXT_BYTES 640

/* The text of a member, clean; NULL without it. */
static const char *
member(const json_t *object, const char *name, char out[static TEXT_BYTES])
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text_clean(out, TEXT_BYTES, text) : NULL;
}

static void
print_member(const json_t *object, const char *name, const char *before, FILE *out)
{
	char text[TEXT_BYTES];

	if (member(object, name, text) != NULL)
		fprintf(out, "%s%s", before, text);
}

/* What tells the packets of a list apart. */
static void
print_head(const json_t *p, const char *bold, const char *plain, FILE *out)
{
	const json_t *n = json_object_get(p, "n"), *time = json_object_get(p, "time");
	char text[TEXT_BYTES];

	if (json_is_string(time))
		fprintf(out, "%s%s%s, worker %lld\n", bold, member(p, "time", text), plain,
			(long long)json_integer_value(json_object_get(p, "worker")));
	else if (n != NULL)
		fprintf(out, "%s%lld, %.9f s%s\n", bold, (long long)json_integer_value(n),
			json_number_value(time), plain);
}

static void
print_stages(const json_t *stages, FILE *out)
{
	char stage[TEXT_BYTES], says[TEXT_BYTES];
	const json_t *note;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)stages, i, note) {
		const char *name = member(note, "stage", stage);

		fprintf(out, "  %-7s %s\n", name != NULL ? name : "", member(note, "says", says));
	}
}

static void
print_session(const json_t *p, FILE *out)
{
	const json_t *s = json_object_get(p, "session"), *nat = json_object_get(s, "nat");
	const json_t *id = json_object_get(s, "id");

	if (json_object_get(s, "direction") == NULL)
		return;
	fputs("session   ", out);
	if (id != NULL)
		fprintf(out, "%lld, ", (long long)json_integer_value(id));
	print_member(s, "state", "", out);
	print_member(s, "direction", ", ", out);
	print_member(s, "tcp", ", TCP ", out);
	print_member(s, "sctp", ", SCTP ", out);
	print_member(nat, "src", "; source becomes ", out);
	print_member(nat, "dst", "; destination becomes ", out);
	fputc('\n', out);
}

static void
print_verdict(const json_t *p, const char *bold, const char *plain, FILE *out)
{
	fputs("verdict   ", out);
	fputs(bold, out);
	print_member(p, "verdict", "", out);
	print_member(p, "out", " ", out);
	print_member(p, "by", " ", out);
	print_member(p, "reason", " ", out);
	fputs(plain, out);
	print_member(p, "sentence", ": ", out);
	if (json_is_true(json_object_get(p, "waits")))
		fputs(", once its neighbour has been asked", out);
	fputc('\n', out);
}

static void
print_decided(const json_t *p, FILE *out)
{
	char text[TEXT_BYTES];
	const json_t *line;
	size_t i;

	if (json_object_get(p, "owner") != NULL) {
		print_member(p, "rule", "decided   ", out);
		print_member(p, "owner", ", ", out);
		print_member(p, "name", " ", out);
		fputc('\n', out);
		return;
	}
	json_array_foreach(json_object_get(p, "counted"), i, line)
		fprintf(out, "counted   %s\n",
			text_clean(text, sizeof(text), json_string_value(line)));
}

/* Whether stages were asked. */
static void
print_path(const json_t *p, FILE *out)
{
	const char *path = json_string_value(json_object_get(p, "path"));

	if (path == NULL)
		return;
	fprintf(out, "path      %s\n",
		strcmp(path, "fast") == 0 ? "hit: its flow has a program"
					  : "miss: the stages decide");
}

void
verdict_print(const json_t *p, bool colour, FILE *out)
{
	const char *bold = colour ? BOLD : "", *plain = colour ? PLAIN : "";

	print_head(p, bold, plain, out);
	print_member(p, "packet", "packet    ", out);
	print_member(p, "in", "\nin        ", out);
	print_member(p, "domain", ", domain ", out);
	print_member(p, "pipeline", ", pipeline ", out);
	fputc('\n', out);
	print_path(p, out);
	print_stages(json_object_get(p, "stages"), out);
	print_session(p, out);
	if (json_object_get(p, "program") != NULL) {
		print_member(p, "program", "program   ", out);
		fputc('\n', out);
	}
	print_verdict(p, bold, plain, out);
	print_decided(p, out);
}
