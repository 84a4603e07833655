/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions by which stages decide about a packet. */
#include "policy/eval.h"

#include <assert.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "session/session.h"

#define NOTE_BYTES 512

void
eval_init(struct eval *ev, const struct generation *gen, const struct view *view)
{
	memset(ev, 0, offsetof(struct eval, program));
	ev->stage = NULL;
	ev->done = false;
	ev->view = view;
	ev->gen = gen;
	ev->in = view->iface < LEDGER_IFACES ? gen->iface[view->iface] : NULL;
	ev->tuple = view->tuple;
	ev->dscp = view->dscp;
	ev->state = CONN_UNTRACKED;
	ev->to_domain = DOMAIN_NONE;
	program_init(&ev->program, &view->tuple);
}

bool
eval_is_kept(const struct eval *ev)
{
	return ev->gen->keeps && ev->session != NULL && ev->session->kept;
}

void
eval_count(struct eval *ev, uint32_t counter)
{
	bool room = counter == 0 || emit_count(&ev->program, counter);

	assert(room); /* checked when pipelines are built */
	(void)room;
}

void
eval_drop(struct eval *ev, enum reason r, uint32_t counter)
{
	eval_count(ev, counter);
	emit_drop(&ev->program, r, counter);
	ev->done = true;
}

void
eval_reject(struct eval *ev, enum reason r, enum reply reply, uint8_t code, uint32_t counter)
{
	eval_count(ev, counter);
	emit_reject(&ev->program, r, reply, code, counter);
	ev->done = true;
}

void
eval_set_src(struct eval *ev, const union address *a, rte_be16_t port)
{
	ev->tuple.src = *a;
	ev->tuple.sport = port;
	emit_src(&ev->program, a, port);
}

void
eval_set_dst(struct eval *ev, const union address *a, rte_be16_t port)
{
	ev->tuple.dst = *a;
	ev->tuple.dport = port;
	emit_dst(&ev->program, a, port);
}

void
eval_note(struct eval *ev, const char *fmt, ...)
{
	char text[NOTE_BYTES];
	va_list ap;

	if (ev->trace == NULL || ev->trace->note == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ev->trace->note(ev->trace->arg, ev->stage, text);
}
