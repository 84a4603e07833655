/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/counter.h"

/* A line that is read, and where its segment stands. */
struct reading {
	struct control *c;
	const struct control_segment *s;
	const struct control_opener *opener;
	bool changed; /* a text of this segment is replaced already */
};

struct helpers *
helpers_create(uint32_t sessions)
{
	struct helpers *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->sessions = sessions;
	h->of = calloc((size_t)sessions + 1, sizeof(*h->of));
	if (h->of == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

void
helpers_destroy(struct helpers *h)
{
	if (h == NULL)
		return;
	free(h->of);
	free(h);
}

void
helpers_attach(struct helpers *h, uint32_t session, enum helper_kind kind)
{
	uint16_t index = h->vacant;

	if (index != 0)
		h->vacant = h->control[index].next;
	else if (h->high < CONTROLS_MAX)
		index = ++h->high;
	if (index == 0) {
		counter_add(&h->refused, 1);
		return;
	}
	h->control[index] = (struct control){ .session = session, .kind = (uint8_t)kind };
	h->used += h->of[session] == 0;
	h->of[session] = index;
}

void
helpers_detach(struct helpers *h, uint32_t session, struct nat *nat, uint64_t now_ns)
{
	struct control *c = helpers_control(h, session);

	h->used -= h->of[session] != 0;
	if (c == NULL) {
		h->of[session] = 0;
		return;
	}
	expectation_forget(&h->expectations, nat, session, now_ns);
	*c = (struct control){ .next = h->vacant };
	h->vacant = h->of[session];
	h->of[session] = 0;
}

/* Notes that the text of an end is replaced. */
static void
replace(struct reading *r, uint32_t seq, const uint8_t *old, size_t n, const struct ftp_end *told)
{
	struct control_half *half = &r->c->half[r->s->reply];
	char text[FTP_TEXT_MAX];
	size_t length = old[0] >= '0' && old[0] <= '9' ? ftp_write_port(text, told)
						       : ftp_write_eprt(text, told);

	if (length == n && memcmp(text, old, n) == 0)
		return;
	half->before = half->after;
	half->after += (int32_t)length - (int32_t)n;
	half->at = seq;
	half->old_bytes = (uint8_t)n;
	half->new_bytes = (uint8_t)length;
	memcpy(half->old, old, n);
	memcpy(half->new, text, length);
	r->changed = true;
}

/* Opens the way to an end that a line names.  A second one in a segment is left as it is. */
static void
meet(struct reading *r, const uint8_t *line, const struct ftp_end *end)
{
	uint32_t seq = r->s->seq + (uint32_t)(line + end->at - r->s->payload);
	struct ftp_end told = *end;

	if (r->changed || end->length > FTP_TEXT_MAX
		|| !r->opener->open(r->opener->arg, r->s->reply, end, &told))
		return;
	if (end->family != 0)
		replace(r, seq, line + end->at, end->length, &told);
}

static void
client_says(struct reading *r, const uint8_t *line, size_t n)
{
	enum ftp_command command;
	struct ftp_end end;

	command = r->c->greeted && n <= FTP_LINE_MAX ? ftp_read_command(line, n, &end)
						     : FTP_FOREIGN;
	switch (command) {
	case FTP_FOREIGN:
		r->c->off = true;
		break;
	case FTP_PASV:
	case FTP_EPSV:
		r->c->asked = (uint8_t)command;
		break;
	case FTP_PORT:
	case FTP_EPRT:
		meet(r, line, &end);
		break;
	default:
		break;
	}
}

static void
server_says(struct reading *r, const uint8_t *line, size_t n)
{
	struct ftp_end end;
	enum ftp_reply reply = ftp_read_reply(line, n, &end);
	uint8_t answered = reply == FTP_ENTERS ? FTP_PASV
		: reply == FTP_ENTERS_EXTENDED ? FTP_EPSV
					       : FTP_COMMAND;

	if (reply == FTP_GREETING)
		r->c->greeted = true;
	else if (!r->c->greeted && reply == FTP_NO_REPLY)
		r->c->off = true;
	if (reply == FTP_REFUSAL)
		r->c->asked = 0;
	if (answered == FTP_COMMAND || r->c->asked != answered)
		return;
	r->c->asked = 0;
	meet(r, line, &end);
}

/* Handles a line whose end is in a later segment: it is not read.  A client's must begin with a
 * command all the same. */
static void
begin_line(struct reading *r, struct control_half *half, const uint8_t *data, size_t n)
{
	struct ftp_end end;

	half->line = (uint32_t)n;
	if (!r->s->reply
		&& (!r->c->greeted || n < 5 || ftp_read_command(data, n, &end) == FTP_FOREIGN))
		r->c->off = true;
}

/* Reads what is new in a segment. */
static void
read_lines(struct reading *r, const uint8_t *data, size_t n)
{
	struct control_half *half = &r->c->half[r->s->reply];

	while (n > 0 && !r->c->off) {
		const uint8_t *end = memchr(data, '\n', n);
		size_t length = end != NULL ? (size_t)(end - data) + 1 : n;

		if (half->line > 0) {
			half->line += (uint32_t)length;
			r->c->off |= half->line > FTP_LINE_MAX && !r->s->reply;
			half->line = end != NULL ? 0 : half->line;
		} else if (end == NULL) {
			begin_line(r, half, data, n);
		} else if (r->s->reply) {
			server_says(r, data, length);
		} else {
			client_says(r, data, length);
		}
		data += length;
		n -= length;
	}
}

/* Finds the replaced text in a segment.  Returns false if it holds a part of it. */
static bool
find_change(const struct control_half *half, const struct control_segment *s,
	struct control_change *change)
{
	uint32_t at = half->at - s->seq;

	if (half->old_bytes == 0 || (int32_t)(s->seq + s->bytes - half->at) <= 0
		|| (int32_t)(half->at + half->old_bytes - s->seq) <= 0)
		return true;
	if ((int32_t)at < 0 || at + half->old_bytes > s->bytes
		|| memcmp(s->payload + at, half->old, half->old_bytes) != 0)
		return false;
	change->at = at;
	change->old_bytes = half->old_bytes;
	change->new_bytes = half->new_bytes;
	change->text = half->new;
	return true;
}

static int32_t
moved(const struct control_half *half, uint32_t seq)
{
	return half->old_bytes != 0 && (int32_t)(seq - half->at) > 0 ? half->after : half->before;
}

bool
control_read(struct control *c, const struct control_segment *s,
	const struct control_opener *opener, struct control_change *change)
{
	struct control_half *half = &c->half[s->reply];
	struct reading r = { c, s, opener, false };
	int32_t seen = (int32_t)(half->next - s->seq);

	*change = (struct control_change){ .move = 0 };
	if (s->syn) {
		half->next = s->seq + 1;
		half->synced = true;
		return true;
	}
	if (!half->synced)
		c->off = true;
	if (!c->off && s->bytes > 0 && seen < 0)
		return false; /* it comes again when what is missing has come */
	if (!c->off && s->bytes > 0 && seen < (int32_t)s->bytes) {
		read_lines(&r, s->payload + seen, s->bytes - (uint32_t)seen);
		half->next = s->seq + s->bytes;
	}
	change->move = moved(half, s->seq);
	return find_change(half, s, change);
}

uint32_t
control_ack(const struct control *c, bool reply, uint32_t ack)
{
	const struct control_half *half = &c->half[!reply];

	if (half->old_bytes != 0 && (int32_t)(ack - (uint32_t)half->before - half->at) > 0)
		return ack - (uint32_t)half->after;
	return ack - (uint32_t)half->before;
}
