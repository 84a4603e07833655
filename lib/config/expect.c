/* SPDX-License-Identifier: BSD-3-Clause */
/* Expectations of tests. */

#include "config/expect.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "config/compile.h"

static const struct cfg_word verdicts[] = {
	{ "output", PROGRAM_OUTPUT },
	{ "drop", PROGRAM_DROP },
	{ "reject", PROGRAM_REJECT },
	{ "local", PROGRAM_LOCAL },
	{ "consumed", PROGRAM_LOCAL },
	CFG_WORD_END,
};

static int
unknown(const struct expect_field *f, struct err *err)
{
	return cfg_error(err, f->head, f->text,
		"'%s': write output INTERFACE, drop REASON, drop, reject, local or consumed host",
		*f->text);
}

static int
check_reason(const struct expect_field *f, const char *word, struct err *err)
{
	struct suggestion s = suggestion_of(word);

	if (reason_find(word) != REASON_NONE)
		return 0;
	for (unsigned r = 1; r < REASON_COUNT; r++)
		suggestion_offer(&s, reason_name(r));
	if (s.best != NULL)
		return cfg_error(err, f->head, f->text,
			"unknown drop reason '%s'; did you mean '%s'?", word, s.best);
	return cfg_error(err, f->head, f->text, "unknown drop reason '%s'", word);
}

int
expect_read(const struct expect_field *f, const struct generation *gen, struct expected *out,
	struct err *err)
{
	char verdict[64] = "", rest[2] = "";
	int n = sscanf(*f->text, "%63s %63s %1s", verdict, out->word, rest);
	const struct cfg_word *w = verdicts;

	if (n == 1)
		out->word[0] = '\0';
	while (w->word != NULL && strcmp(w->word, verdict) != 0)
		w++;
	if (w->word == NULL || n > 2)
		return unknown(f, err);
	out->verdict = (enum program_verdict)w->value;
	if (n == 2 && out->verdict == PROGRAM_DROP)
		return check_reason(f, out->word, err);
	if (n == 2 && strcmp(verdict, "consumed") == 0 && strcmp(out->word, "host") == 0)
		return 0;
	if (n == 2 && out->verdict != PROGRAM_OUTPUT)
		return unknown(f, err);
	for (unsigned p = 0; n == 2 && p < gen->n_ports; p++)
		if (strcmp(gen->port_name[p], out->word) == 0)
			return 0;
	for (unsigned i = 1; n == 2 && i <= BRIDGES_MAX; i++)
		if (gen->bridge[i] != NULL && strcmp(gen->bridge[i]->name, out->word) == 0)
			return 0;
	if (n == 2 && generation_find(gen, out->word) == NULL)
		return cfg_error(err, f->head, f->text, "unknown interface '%s'", out->word);
	return 0;
}

bool
expect_met(const struct expected *e, const struct fate *fate)
{
	if (e->verdict == PROGRAM_DROP && fate->verdict == PROGRAM_REJECT)
		return e->word[0] == '\0' || strcmp(e->word, reason_name(fate->reason)) == 0;
	if (e->verdict != fate->verdict)
		return false;
	if (e->word[0] == '\0')
		return true;
	if (e->verdict == PROGRAM_OUTPUT)
		return strcmp(e->word, fate->egress) == 0;
	if (e->verdict == PROGRAM_LOCAL)
		return fate->by_host;
	return strcmp(e->word, reason_name(fate->reason)) == 0;
}

int
fate_text(char *out, size_t bytes, const struct fate *fate)
{
	if (fate->verdict == PROGRAM_OUTPUT)
		return snprintf(out, bytes, "output %s", fate->egress);
	if (fate->verdict == PROGRAM_LOCAL)
		return snprintf(out, bytes, "%s", fate->by_host ? "consumed host" : "local");
	return snprintf(out, bytes, "drop %s", reason_name(fate->reason));
}
