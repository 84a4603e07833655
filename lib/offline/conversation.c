/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversations of section tests, step by step. */

#include "offline/conversation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/compile.h"
#include "offline/rig.h"
#include "offline/segments.h"
#include "packet/notation.h"
#include "policy/times.h"

enum {
	NAMES_MAX = 32, /* of one conversation */
	NAME_BYTES = 32,
	VALUE_BYTES = 64,
	TEXT_BYTES = 512,
};

/* Values that steps have seen, by the names that the test gives them. */
struct seen {
	unsigned n;
	struct {
		char name[NAME_BYTES];
		char value[VALUE_BYTES];
	} of[NAMES_MAX];
};

struct conversation {
	const struct test_cfg *test;
	const struct step_cfg *step;
	struct rig *rig;
	struct seen seen;
	struct segments segments;
	struct trial trial;
	struct err *err;
};

/* --- names --- */

static const char *
value_of(const struct seen *seen, const char *name, size_t bytes)
{
	for (unsigned i = 0; i < seen->n; i++)
		if (strlen(seen->of[i].name) == bytes && memcmp(seen->of[i].name, name, bytes) == 0)
			return seen->of[i].value;
	return NULL;
}

static size_t
name_bytes(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* Writes text with values in place of names. Returns 0, or negative after an error at the field. */
static int
fill_in(struct conversation *c, const char *const *field, char out[static TEXT_BYTES])
{
	size_t used = 0;

	for (const char *at = *field; *at != '\0'; at++) {
		size_t bytes = *at == '$' ? name_bytes(at + 1) : 0;
		const char *value = bytes > 0 ? value_of(&c->seen, at + 1, bytes) : NULL;
		int n;

		if (bytes > 0 && value == NULL)
			return cfg_error(c->err, &c->step->head, field,
				"no step before this one has seen $%.*s", (int)bytes, at + 1);
		n = value != NULL ? snprintf(out + used, TEXT_BYTES - used, "%s", value)
				  : snprintf(out + used, TEXT_BYTES - used, "%c", *at);
		used += (size_t)n;
		if (used >= TEXT_BYTES)
			return cfg_error(c->err, &c->step->head, field,
				"is longer than %u characters", TEXT_BYTES);
		at += bytes;
	}
	out[used] = '\0';
	return 0;
}

/* Returns true if a part of an endpoint is as expected.  A name without a value takes the part as
 * its value. */
static bool
part_is(struct seen *seen, const char *wanted, const char *found)
{
	const char *known;

	if (strcmp(wanted, "*") == 0)
		return true;
	if (wanted[0] != '$')
		return strcmp(wanted, found) == 0;
	known = value_of(seen, wanted + 1, strlen(wanted + 1));
	if (known != NULL)
		return strcmp(known, found) == 0;
	if (seen->n < NAMES_MAX) {
		snprintf(seen->of[seen->n].name, NAME_BYTES, "%s", wanted + 1);
		snprintf(seen->of[seen->n++].value, VALUE_BYTES, "%s", found);
	}
	return true;
}

/* --- endpoints --- */

/* ADDRESS or ADDRESS:PORT in two parts; an IPv6 address before a port stands in brackets. */
struct end {
	char address[VALUE_BYTES];
	char port[NAME_BYTES + 1]; /* "": not compared */
};

/* Writes an address in Weir's form, so that texts can be compared. */
static bool
read_address(struct end *end)
{
	struct ip_address a;
	char text[IP_TEXT_MAX];

	if (end->address[0] == '*' || end->address[0] == '$')
		return end->address[0] == '*' ? end->address[1] == '\0'
					      : end->address[1] != '\0'
				&& name_bytes(end->address + 1) == strlen(end->address + 1);
	if (!ip_address_parse(end->address, &a))
		return false;
	snprintf(end->address, sizeof(end->address), "%s", ip_address_text(&a, text));
	return true;
}

static bool
read_port(const struct end *end)
{
	uint64_t n;

	if (end->port[0] == '*')
		return end->port[1] == '\0';
	if (end->port[0] == '$')
		return end->port[1] != '\0' && name_bytes(end->port + 1) == strlen(end->port + 1);
	return value_read_number(end->port, &n) == NULL && n <= UINT16_MAX;
}

/* Returns 0, or negative after an error at the field. */
static int
read_end(struct conversation *c, const char *const *field, struct end *end)
{
	const char *text = *field, *colon = strrchr(text, ':'), *stop;
	bool brackets = text[0] == '[';

	/* Two colons and no bracket: an IPv6 address without a port. */
	if (!brackets && colon != NULL && strchr(text, ':') != colon)
		colon = NULL;
	if (brackets)
		text++;
	stop = brackets ? strchr(text, ']') : colon != NULL ? colon : text + strlen(text);
	if (stop == NULL || (size_t)(stop - text) >= sizeof(end->address)
		|| (brackets && stop[1] != '\0' && stop + 1 != colon)
		|| (colon != NULL && colon > stop - 1 && strlen(colon + 1) >= sizeof(end->port)))
		return cfg_error(c->err, &c->step->head, field,
			"'%.60s' is not ADDRESS or ADDRESS:PORT", *field);
	memcpy(end->address, text, (size_t)(stop - text));
	end->address[stop - text] = '\0';
	end->port[0] = '\0';
	if (colon != NULL && colon >= stop)
		snprintf(end->port, sizeof(end->port), "%s", colon + 1);
	if (!read_address(end) || (colon != NULL && colon >= stop && !read_port(end)))
		return cfg_error(c->err, &c->step->head, field,
			"'%.60s' is not ADDRESS or ADDRESS:PORT; * is any, $NAME what is seen",
			*field);
	return 0;
}

/* Returns true if an end of the sent packet is the expected one.  Writes what it is. */
static bool
end_is(struct conversation *c, const struct end *end, const struct tuple *t, bool source, char *out,
	size_t bytes)
{
	const union address *a = source ? &t->src : &t->dst;
	rte_be16_t port = source ? t->sport : t->dport;
	char address[VALUE_BYTES], number[16];

	notation_address(address, sizeof(address), a, t->family);
	snprintf(number, sizeof(number), "%u", rte_be_to_cpu_16(port));
	if (end->port[0] != '\0')
		notation_endpoint(out, bytes, a, port, t->family);
	else
		snprintf(out, bytes, "%s", address);
	return part_is(&c->seen, end->address, address)
		&& (end->port[0] == '\0' || part_is(&c->seen, end->port, number));
}

/* --- a step --- */

static void
append(char *text, size_t room, const char *what, const char *value)
{
	size_t used = strlen(text);

	snprintf(text + used, room - used, ", %s %s", what, value);
}

static bool
check_end(
	struct conversation *c, const char *const *field, const struct rig_told *told, bool source)
{
	struct trial *t = &c->trial;
	char found[128];
	struct end end;
	bool same;

	if (*field == NULL)
		return true;
	append(t->expected, sizeof(t->expected), source ? "src" : "dst", *field);
	if (!told->left)
		return false;
	if (read_end(c, field, &end) < 0)
		return false;
	same = end_is(c, &end, &told->out.tuple, source, found, sizeof(found));
	append(t->found, sizeof(t->found), source ? "src" : "dst", found);
	return same;
}

static bool
same_packet(const struct view *a, const struct view *b)
{
	const struct tuple *s = &a->tuple, *t = &b->tuple;

	return s->family == t->family && s->proto == t->proto && s->sport == t->sport
		&& s->dport == t->dport && address_equal(&s->src, &t->src)
		&& address_equal(&s->dst, &t->dst)
		&& (s->proto != 6 || a->tcp_flags == b->tcp_flags);
}

/* Compares what Weir itself has answered.  Returns 1 as expected, 0 not so, negative after an
 * error. */
static int
check_reply(struct conversation *c, const struct interface *in, const struct rig_told *told)
{
	char text[TEXT_BYTES], found[192] = "none", why[128];
	struct view wanted;
	bool none;

	if (c->step->reply == NULL)
		return 1;
	none = strcmp(c->step->reply, "none") == 0;
	if (fill_in(c, &c->step->reply, text) < 0)
		return -EINVAL;
	if (!none && rig_read(c->rig, in, text, &wanted, why) < 0)
		return cfg_error(c->err, &c->step->head, &c->step->reply, "%s", why);
	if (told->replied)
		notation_flow(found, sizeof(found), &told->reply);
	append(c->trial.expected, sizeof(c->trial.expected), "reply", text);
	append(c->trial.found, sizeof(c->trial.found), "reply", found);
	return none ? !told->replied : told->replied && same_packet(&wanted, &told->reply);
}

static void
note_fate(struct trial *t, const struct step_cfg *step, const struct rig_told *told)
{
	snprintf(t->expected, sizeof(t->expected), "%s", step->expect);
	if (told->held)
		snprintf(t->found, sizeof(t->found), "held");
	else
		fate_text(t->found, sizeof(t->found), &told->fate);
}

/* Sends the packet of a step, with the numbers that TCP continues with.  Returns 0, or negative
 * after an error. */
static int
send_step(struct conversation *c, const struct interface *in, struct rig_told *told)
{
	char text[TEXT_BYTES], why[128];
	struct view sent;
	bool read;

	if (fill_in(c, &c->step->packet, text) < 0)
		return -EINVAL;
	rig_wait(c->rig, c->step->after_ns);
	read = rig_read(c->rig, in, text, &sent, why) >= 0;
	if (read)
		segments_number(&c->segments, &sent, text, sizeof(text));
	if (rig_send(c->rig, in, text, told, why) < 0)
		return cfg_error(c->err, &c->step->head, &c->step->packet, "%s", why);
	if (read && told->left && rig_read(c->rig, in, text, &sent, why) >= 0)
		segments_pass(&c->segments, &sent, &told->out);
	return 0;
}

/* Returns 1: as expected, 0: not so, negative: an error has been added. */
static int
try_step(struct conversation *c)
{
	const struct step_cfg *step = c->step;
	struct expect_field field = { &step->head, &step->expect };
	const struct generation *gen = rig_generation(c->rig);
	const struct interface *in = generation_find(gen, step->in);
	unsigned errors = err_count(c->err);
	struct expected expected;
	struct rig_told told;
	bool same;
	int reply;

	if (in == NULL || expect_read(&field, gen, &expected, c->err) < 0
		|| send_step(c, in, &told) < 0)
		return -EINVAL;
	note_fate(&c->trial, step, &told);
	same = !told.held && expect_met(&expected, &told.fate);
	same &= check_end(c, &step->src, &told, true);
	same &= check_end(c, &step->dst, &told, false);
	reply = check_reply(c, in, &told);
	return err_count(c->err) != errors ? -EINVAL : same && reply == 1;
}

static void
try_steps(struct conversation *c)
{
	const struct test_cfg *test = c->test;
	unsigned number = 0;
	char as[32];
	int rc;

	cfg_each(step, &test->steps) {
		c->step = step;
		number++;
		rc = try_step(c);
		if (rc == 1)
			continue;
		c->trial.passed = false;
		c->trial.step = step;
		if (rc < 0)
			return;
		snprintf(as, sizeof(as), "step %u", number);
		cfg_error(c->err, &step->head, &step->expect,
			"test '%s' failed: %s: expected %s, was %s",
			test->name != NULL ? test->name : step->packet, as, c->trial.expected,
			c->trial.found);
		return;
	}
}

/* Tries one conversation, with a configuration of its own, since an appliance takes it. */
static void
try_one(const struct test_cfg *test, const char *path, struct check_result *result, struct err *err)
{
	struct conversation *c = calloc(1, sizeof(*c));
	unsigned errors = err_count(err);
	struct config *cfg;

	if (c == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return;
	}
	*c = (struct conversation){
		.test = test, .err = err, .trial = { .test = test, .passed = true }
	};
	cfg = config_load(path, err);
	if (cfg != NULL && err_count(err) == errors)
		c->rig = rig_start(cfg, err);
	else
		config_free(cfg);
	if (c->rig != NULL && test->at != NULL)
		rig_set_wall(c->rig, times_wall(test->at));
	if (c->rig != NULL)
		try_steps(c);
	if (rig_stop(c->rig, err) < 0 || err_count(err) != errors)
		c->trial.passed = false;
	check_told(result, &c->trial);
	free(c);
}

void
conversations_try(
	const struct config *cfg, const char *path, struct check_result *result, struct err *err)
{
	cfg_each(test, &cfg->tests)
		if (test->steps.count > 0)
			try_one(test, path, result, err);
}
