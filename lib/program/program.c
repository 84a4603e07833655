/* SPDX-License-Identifier: BSD-3-Clause */
/* The emit functions of stages, and a program as text. */
#include "program/program.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

#include "packet/notation.h"

void
program_init(struct program *p, const struct tuple *flow)
{
	memset(p, 0, offsetof(struct program, to));
	p->to = *flow;
	p->has_quoted = false;
	memset(&p->gateway, 0, sizeof(*p) - offsetof(struct program, gateway));
}

static void
decide(struct program *p, enum program_verdict verdict, enum reason r, uint32_t counter)
{
	p->verdict = (uint8_t)verdict;
	p->reason = (uint8_t)r;
	p->counter = counter;
	p->reply = REPLY_NONE;
	p->reply_code = 0;
	p->ttl = false;
}

void
emit_drop(struct program *p, enum reason r, uint32_t counter)
{
	decide(p, PROGRAM_DROP, r, counter);
}

void
emit_reject(struct program *p, enum reason r, enum reply reply, uint8_t code, uint32_t counter)
{
	decide(p, PROGRAM_REJECT, r, counter);
	p->reply = (uint8_t)reply;
	p->reply_code = code;
}

void
emit_output(struct program *p, uint16_t iface, const union address *gateway)
{
	decide(p, PROGRAM_OUTPUT, REASON_NONE, 0);
	p->ttl = true;
	p->has_others = p->is_away = false;
	p->iface = iface;
	p->gateway = *gateway;
}

void
emit_wire(struct program *p, uint16_t port)
{
	decide(p, PROGRAM_WIRE, REASON_NONE, 0);
	p->iface = port;
}

void
emit_local(struct program *p)
{
	decide(p, PROGRAM_LOCAL, REASON_NONE, 0);
}

void
emit_src(struct program *p, const union address *a, rte_be16_t port)
{
	p->to.src = *a;
	p->to.sport = port;
}

void
emit_dst(struct program *p, const union address *a, rte_be16_t port)
{
	p->to.dst = *a;
	p->to.dport = port;
}

static bool
emit_action(struct program *p, enum action_op op, uint32_t arg)
{
	if (p->action_count == PROGRAM_ACTIONS_MAX)
		return false;
	p->actions[p->action_count++] = ACTION_WORD(op, arg);
	return true;
}

bool
emit_count(struct program *p, uint32_t counter)
{
	return emit_action(p, ACTION_COUNT, counter);
}

bool
emit_meter(struct program *p, uint32_t meter)
{
	return emit_action(p, ACTION_METER, meter);
}

bool
emit_dscp(struct program *p, uint8_t dscp)
{
	return emit_action(p, ACTION_DSCP, dscp);
}

bool
emit_mss(struct program *p, uint16_t most)
{
	return emit_action(p, ACTION_MSS, most);
}

bool
emit_add(struct program *p, uint32_t set)
{
	return emit_action(p, ACTION_ADD, set);
}

bool
emit_mirror(struct program *p, uint16_t port, uint32_t number)
{
	return emit_action(p, ACTION_MIRROR, COPY_ARG(port, number));
}

bool
emit_sample(struct program *p, uint32_t number)
{
	return emit_action(p, ACTION_SAMPLE, number);
}

/* Text that is appended to; without room its length still counts, as with snprintf. */
struct text {
	char *out;
	size_t bytes;
	int length;
};

static void __attribute__((format(printf, 2, 3))) say(struct text *t, const char *fmt, ...)
{
	size_t used = (size_t)t->length < t->bytes ? (size_t)t->length : t->bytes;
	va_list ap;

	va_start(ap, fmt);
	t->length += vsnprintf(t->out == NULL ? NULL : t->out + used, t->bytes - used, fmt, ap);
	va_end(ap);
}

/* Writes the separator in front of an action. */
static void
next(struct text *t)
{
	if (t->length > 0)
		say(t, "; ");
}

int
program_print_end(char *out, size_t bytes, const struct tuple *t, bool source)
{
	const union address *a = source ? &t->src : &t->dst;
	rte_be16_t port = source ? t->sport : t->dport;
	bool icmp = t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6;
	struct text text = { out, bytes, 0 };

	/* In the place of ports ICMP has an identifier, which both ends share. */
	if (!icmp && !proto_has_ident(t->proto) && (t->sport != 0 || t->dport != 0))
		return notation_endpoint(out, bytes, a, port, t->family);
	text.length = notation_address(out, bytes, a, t->family);
	if (icmp && source)
		say(&text, " id %u", rte_be_to_cpu_16(t->sport));
	return text.length;
}

static void
say_rewrite(struct text *t, const char *end, const struct tuple *to, bool source)
{
	char buf[96];

	program_print_end(buf, sizeof(buf), to, source);
	next(t);
	say(t, "rewrite %s %s", end, buf);
}

static void
say_action(struct text *t, uint32_t word, program_name name, void *arg)
{
	switch (ACTION_OP(word)) {
	case ACTION_METER:
		next(t);
		say(t, "meter %u", ACTION_ARG(word));
		break;
	case ACTION_DSCP:
		next(t);
		say(t, "dscp %u", ACTION_ARG(word));
		break;
	case ACTION_ADD:
		next(t);
		say(t, "add source to set %s", name(arg, PROGRAM_SET, (uint16_t)ACTION_ARG(word)));
		break;
	case ACTION_MSS:
		next(t);
		say(t, "mss %u", ACTION_ARG(word));
		break;
	case ACTION_MIRROR:
		next(t);
		say(t, "mirror %s", name(arg, PROGRAM_PORT, COPY_PORT(ACTION_ARG(word))));
		break;
	case ACTION_SAMPLE:
		next(t);
		say(t, "sample");
		break;
	default:
		break;
	}
}

int
program_print(char *out, size_t bytes, const struct program *p, const struct tuple *flow,
	program_name name, void *arg)
{
	struct text t = { out, bytes, 0 };

	if (bytes > 0)
		out[0] = '\0';
	for (unsigned i = 0; i < p->action_count; i++)
		say_action(&t, p->actions[i], name, arg);
	if (p->ttl) {
		next(&t);
		say(&t, "ttl");
	}
	if (!address_equal(&p->to.src, &flow->src) || p->to.sport != flow->sport)
		say_rewrite(&t, "src", &p->to, true);
	if (!address_equal(&p->to.dst, &flow->dst) || p->to.dport != flow->dport)
		say_rewrite(&t, "dst", &p->to, false);

	next(&t);
	switch ((enum program_verdict)p->verdict) {
	case PROGRAM_NONE:
		say(&t, "undecided");
		break;
	case PROGRAM_OUTPUT:
	case PROGRAM_WIRE:
		say(&t, "output %s",
			name(arg, p->verdict == PROGRAM_WIRE ? PROGRAM_PORT : PROGRAM_INTERFACE,
				p->iface));
		break;
	case PROGRAM_LOCAL:
		say(&t, "local");
		break;
	case PROGRAM_DROP:
		say(&t, "drop %s", reason_name(p->reason));
		break;
	case PROGRAM_REJECT:
		say(&t, "reject %s", reason_name(p->reason));
		break;
	}
	return t.length;
}
