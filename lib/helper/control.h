/* SPDX-License-Identifier: BSD-3-Clause */
/* Control sessions of FTP and TFTP: what a helper knows of each.
 *
 * The lines of an FTP connection are read in order, each once, and only those that lie in one
 * segment as a whole.  The server must greet first, and whatever a client sends must be commands of
 * FTP: with the first line that is none the helper is off for the connection's life.  So text that
 * only looks like a command (in the body of a request of HTTP, at the begin of a segment or of a
 * fragment) is never read as one.
 *
 * A line whose end is replaced by a text of another length moves the numbers of what follows.
 * Segments are tracked with the numbers of their sender: acknowledgements are set back when they
 * arrive, numbers are moved when they leave.
 *
 * Threads: the worker that owns the sessions.  Memory: helpers_create. */
#ifndef HELPER_CONTROL_H
#define HELPER_CONTROL_H

#include "helper/expect.h"
#include "helper/ftp.h"

#define CONTROL_ANNOUNCED UINT16_MAX /* a data connection */

#define CONTROLS_MAX 4096u /* control sessions with a helper; further ones have none */

enum helper_kind { HELPER_NONE, HELPER_FTP, HELPER_TFTP };

/* A direction of an FTP connection. */
struct control_half {
	uint32_t next;  /* number of what is read next */
	uint32_t line;  /* bytes of a line whose end has not come */
	bool synced;    /* next is known */
	uint32_t at;    /* behind this number */
	int32_t after;  /* numbers are moved by so much, */
	int32_t before; /* before it by so much */
	/* The text that was replaced last, for segments that are sent again. */
	uint8_t old_bytes, new_bytes;
	char old[FTP_TEXT_MAX], new[FTP_TEXT_MAX];
};

struct control {
	uint32_t session; /* 0: vacant */
	uint16_t next;    /* vacant */
	uint8_t kind;
	bool off;      /* nothing is read any more */
	bool greeted;  /* by the server */
	uint8_t asked; /* enum ftp_command: PASV or EPSV that waits for its answer */
	struct control_half half[2];
};

struct helpers {
	uint16_t *of; /* by session: index of its control; CONTROL_ANNOUNCED; 0: none */
	uint32_t sessions;
	uint32_t used; /* control sessions and announced ones */
	uint16_t vacant, high;
	uint64_t refused; /* no room for one more */
	struct control control[CONTROLS_MAX + 1];
	struct expectations expectations;
};

struct helpers *helpers_create(uint32_t sessions); /* NULL: no memory */
void helpers_destroy(struct helpers *h);           /* NULL is fine */

/* Returns the control of a session, or NULL. */
static inline struct control *
helpers_control(struct helpers *h, uint32_t session)
{
	return h != NULL && session <= h->sessions && h->of[session] != 0
			&& h->of[session] != CONTROL_ANNOUNCED
		? &h->control[h->of[session]]
		: NULL;
}

/* Mark a session as an announced one, until helpers_detach; tell whether it is. */
static inline void
helpers_announce(struct helpers *h, uint32_t session)
{
	h->used += h->of[session] == 0;
	h->of[session] = CONTROL_ANNOUNCED;
}

static inline bool
helpers_announced(const struct helpers *h, uint32_t session)
{
	return h->of[session] == CONTROL_ANNOUNCED;
}

void helpers_attach(struct helpers *h, uint32_t session, enum helper_kind kind);
void helpers_detach(struct helpers *h, uint32_t session, struct nat *nat, uint64_t now_ns);

/* A segment with the numbers of its sender. */
struct control_segment {
	const uint8_t *payload;
	uint32_t bytes, seq;
	bool reply, syn;
};

/* What becomes of a segment. */
struct control_change {
	uint32_t at, old_bytes; /* in the payload: replaced; old_bytes 0: nothing is */
	uint32_t new_bytes;
	const char *text;
	int32_t move; /* of its number */
};

/* Opens the way for the data connection to the end that a line of that direction names, and writes
 * the end that the line's receiver is told.  Returns false if it may not. */
struct control_opener {
	bool (*open)(void *arg, bool reply, const struct ftp_end *end, struct ftp_end *told);
	void *arg;
};

/* Reads a segment that leaves.  Returns false if it must be dropped: it is ahead of what its side
 * has sent, or holds a part of a text that was replaced. */
bool control_read(struct control *c, const struct control_segment *s,
	const struct control_opener *opener, struct control_change *change);

/* Returns the number that a side acknowledges, in the numbers of the other side. */
uint32_t control_ack(const struct control *c, bool reply, uint32_t ack);

#endif
