/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs found by their words, and described. */

#include "control/verbs.h"

#include <string.h>

void
verb_method(const struct verb *v, char out[static 64])
{
	snprintf(out, 64, "%s", v->name);
	for (char *c = out; *c != '\0'; c++)
		if (*c == ' ')
			*c = '.';
}

const struct verb *
verb_of_method(const char *method)
{
	char name[64];

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		verb_method(&verbs[i], name);
		if (strcmp(name, method) == 0)
			return &verbs[i];
	}
	return NULL;
}

/* If the word stands for the first one of *name, whole or its begin: *name is what is behind it
 * then. */
static bool
means(const char *word, const char **name)
{
	size_t n = strlen(word), of_name = strcspn(*name, " ");

	if (n == 0 || n > of_name || strncmp(word, *name, n) != 0)
		return false;
	*name += of_name + ((*name)[of_name] == ' ');
	return true;
}

const struct verb *
verb_of_words(const char *const words[], unsigned n, unsigned *used)
{
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const char *name = verbs[i].name;
		unsigned k = 0;

		while (k < n && *name != '\0' && means(words[k], &name))
			k++;
		if (*name != '\0')
			continue;
		*used = k;
		return &verbs[i];
	}
	return NULL;
}

const struct verb_param *
verb_param_find(const struct verb *v, const char *word)
{
	const struct verb_param *found = NULL;

	for (const struct verb_param *p = v->params; p->name != NULL; p++) {
		if (p->kind != PARAM_VALUE && p->kind != PARAM_FLAG)
			continue;
		if (strcmp(p->name, word) == 0)
			return p;
		if (found == NULL && word[0] != '\0' && strncmp(p->name, word, strlen(word)) == 0)
			found = p;
	}
	return found;
}

static void
print_param(const struct verb_param *p, FILE *out)
{
	switch (p->kind) {
	case PARAM_VALUE:
		fprintf(out, " [%s %s]", p->name, p->value);
		break;
	case PARAM_FLAG:
		fprintf(out, " [%s]", p->name);
		break;
	case PARAM_FILE:
		fprintf(out, " %s", p->value);
		break;
	default:
		fprintf(out, " [%s]", p->value);
	}
}

void
verb_print_usage(const struct verb *v, FILE *out)
{
	fprintf(out, "weirctl %s", v->name);
	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		print_param(p, out);
	fprintf(out, "\n    %s\n", v->text);
	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		fprintf(out, "      %-10s %s\n",
			p->kind == PARAM_VALUE || p->kind == PARAM_FLAG ? p->name : p->value,
			p->text);
}

void
verbs_print_help(FILE *out)
{
	for (unsigned i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-18s %s\n", verbs[i].name, verbs[i].text);
}

static const char *
type_name(enum field_type type)
{
	switch (type) {
	case FIELD_TEXT:
		return "text";
	case FIELD_COUNT:
		return "number";
	case FIELD_BYTES:
		return "bytes";
	case FIELD_RATE:
		return "a second";
	case FIELD_SHARE:
		return "share, 0 to 1";
	case FIELD_NS:
		return "nanoseconds";
	case FIELD_SECONDS:
		return "seconds";
	case FIELD_BOOL:
		return "true or false";
	case FIELD_LIST:
		return "list of texts";
	case FIELD_OBJECTS:
		return "list of objects";
	case FIELD_FINDINGS:
		return "list of findings: file, line, column, width, severity (error, warning), text";
	default:
		return "object";
	}
}

static void
print_verb_api(const struct verb *v, FILE *out)
{
	char method[64];

	verb_method(v, method);
	fprintf(out, "\n## %s\n\n%s%s\n", method, v->text,
		v->right == RIGHT_CHANGE ? " For root and the user that Weir runs as." : "");
	if (v->params->name != NULL)
		fprintf(out, "\n| parameter | value | |\n|---|---|---|\n");
	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		fprintf(out, "| `%s` | %s | %s |\n", p->name,
			p->kind == PARAM_FLAG ? "true" : p->value, p->text);
	if (v->rows != NULL)
		fprintf(out, "\nResult: `%s`, a list of objects:\n", v->rows);
	else
		fprintf(out, "\nResult:\n");
	fprintf(out, "\n| member | type | |\n|---|---|---|\n");
	for (const struct verb_field *f = v->fields; f->name != NULL; f++)
		fprintf(out, "| `%s` | %s | %s |\n", f->name, type_name(f->type), f->text);
}

void
verbs_print_api(FILE *out)
{
	fputs("# The control protocol\n\n"
	      "Printed by `weirctl api` from the table of verbs (`lib/control/verbs.c`).\n\n"
	      "JSON-RPC 2.0 on the Unix socket `" CONTROL_SOCKET
	      "`, one object a line, at most 64 KiB in a request. Requests\n"
	      "of a client are answered in their order; batches are refused. Parameters are an object; their values are\n"
	      "texts, or `true`.\n\n"
	      "    {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"show.ports\", \"params\": {\"port\": \"lan\"}}\n"
	      "    {\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": {\"ports\": [{\"name\": \"lan\", ...}]}}\n\n"
	      "A result with a member `next` is one page of several: the same request with the parameter `from` set to it\n"
	      "gives the next one. What comes and goes between pages may be missing or stand twice.\n\n"
	      "| error | |\n|---|---|\n"
	      "| -32700 | The line is no JSON. |\n"
	      "| -32600 | It is no request of JSON-RPC 2.0, or longer than 64 KiB. |\n"
	      "| -32601 | There is no such method. |\n"
	      "| -32602 | A parameter is unknown, or its value is wrong. |\n"
	      "| -32001 | The user may look and not change. |\n"
	      "| -32002 | The configuration is refused; `data` has the findings. |\n"
	      "| -32003 | A worker stands still and does not answer. |\n"
	      "| -32004 | It cannot be done now; the text says why. |\n",
		out);
	for (unsigned i = 0; i < VERB_COUNT; i++)
		print_verb_api(&verbs[i], out);
}

static void
print_verb_man(const struct verb *v, FILE *out)
{
	fprintf(out, ".It Cm %s", v->name);
	for (const struct verb_param *p = v->params; p->name != NULL; p++) {
		if (p->kind == PARAM_VALUE)
			fprintf(out, " Op Cm %s Ar %s", p->name, p->value);
		else if (p->kind == PARAM_FLAG)
			fprintf(out, " Op Cm %s", p->name);
		else
			fprintf(out, p->kind == PARAM_FILE ? " Ar %s" : " Op Ar %s", p->value);
	}
	fprintf(out, "\n%s%s\n", v->text,
		v->right == RIGHT_CHANGE ? "\nFor root and the user that Weir runs as." : "");
	if (v->params->name == NULL)
		return;
	fputs(".Bl -tag -width interface -compact\n", out);
	for (const struct verb_param *p = v->params; p->name != NULL; p++)
		fprintf(out, ".It %s %s\n%s\n",
			p->kind == PARAM_VALUE || p->kind == PARAM_FLAG ? "Cm" : "Ar",
			p->kind == PARAM_VALUE || p->kind == PARAM_FLAG ? p->name : p->value,
			p->text);
	fputs(".El\n", out);
}

void
verbs_print_man(FILE *out)
{
	fputs(".\\\" SPDX-License-Identifier: BSD-3-Clause\n"
	      ".\\\" Printed by weirctl man from the table of verbs (lib/control/verbs.c).\n"
	      ".Dd November 28, 2026\n.Dt WEIRCTL 8\n.Os\n"
	      ".Sh NAME\n.Nm weirctl\n.Nd show and change a running weir\n"
	      ".Sh SYNOPSIS\n.Nm\n.Op Fl j\n.Op Fl s Ar socket\n.Op Ar verb ...\n"
	      ".Sh DESCRIPTION\n"
	      ".Nm\nspeaks to the control socket of\n.Xr weir 8 .\n"
	      "Without a verb it reads commands, with completion and history on a terminal.\n"
	      "Words may be abbreviated:\n.Ql weirctl sh ses .\n"
	      ".Bl -tag -width Ds\n"
	      ".It Fl j\nPrints JSON, also when it stands at the end.\n"
	      ".It Fl s Ar socket\nThe socket, instead of\n.Pa " CONTROL_SOCKET " .\n"
	      ".El\n.Pp\nThe verbs are as follows.\n.Bl -tag -width Ds\n",
		out);
	for (unsigned i = 0; i < VERB_COUNT; i++)
		print_verb_man(&verbs[i], out);
	fputs(".It Cm top\nShows the busiest of it all, and again each second.\n"
	      ".El\n.Sh FILES\n.Bl -tag -width Ds -compact\n"
	      ".It Pa " CONTROL_SOCKET "\ncontrol socket\n"
	      ".It Pa " CONTROL_STATE "\nthe last good configuration, and the history of commits\n"
	      ".El\n.Sh EXIT STATUS\n.Bl -tag -width 2 -compact\n"
	      ".It 0\nDone.\n.It 1\nWhat was asked about is wrong, or nobody answers.\n.It 2\nUsage.\n.El\n"
	      ".Sh SEE ALSO\n.Xr weir.yaml 5 ,\n.Xr weir 8\n",
		out);
}
