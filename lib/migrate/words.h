/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of one rule of Weir, as they are collected from a rule of another firewall. */
#ifndef MIGRATE_WORDS_H
#define MIGRATE_WORDS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

enum word {
	WORD_IN,
	WORD_OUT,
	WORD_SRC,
	WORD_DST,
	WORD_PAIR,
	WORD_PROTO,
	WORD_SPORT,
	WORD_DPORT,
	WORD_ICMP,
	WORD_FLAGS,
	WORD_STATE,
	WORD_NAT,
	WORD_DSCP,
	WORD_VLAN,
	WORD_MAC,
	WORD_LENGTH,
	WORD_FRAGMENT,
	WORDS,
};

#define WORD_ITEMS_MAX 4096u

struct word_list {
	const char **item; /* each with ! in front where it is negated */
	unsigned n, room;
	bool plain; /* one of them is not negated */
};

/* Addresses of the machine itself. */
struct words_own {
	const char **item;
	unsigned n;
};

struct words {
	struct arena *arena;
	const struct words_own *own; /* what local stands for; NULL: not known */
	struct word_list of[WORDS];
	unsigned family;      /* 4 or 6: packets of the other are not meant; 0: both */
	bool never;           /* no packet of Weir can meet it */
	bool hop_limit;       /* asked for: neighbour discovery has 255 in any case */
	bool other_hop_limit; /* another one than that */
	const char *rpf;      /* the mode of a reverse path check, or NULL */
	bool rpf_holds;       /* the source passes it, else it must have failed */
	struct {              /* a time of the week */
		bool hours;
		unsigned from, to; /* minutes of the day; from > to: over midnight */
		unsigned days;     /* bits from Monday on; 0: all */
	} time;
	const char *limit, *quota; /* as YAML, or NULL */
	bool limit_dropped;        /* later rules may drop what has asked the limit */
	const char *why;           /* what cannot be expressed, or NULL */
};

/* Returns a copy that can be added to. */
struct words words_copy(const struct words *w);

/* Adds values, all of them plain or all negated: one condition.  A second plain condition on the
 * same word cannot be expressed, unless it says the same. */
void words_add(
	struct words *w, enum word word, const char *const values[], unsigned n, bool negated);
void words_one(struct words *w, enum word word, const char *value, bool negated);

/* Restricts to a family; false: nothing is left. */
bool words_family(struct words *w, unsigned family);

/* Adds the conditions of another. */
void words_and(struct words *w, const struct words *more);

/* Sets limit or quota; a second one cannot be expressed. */
void words_limit(struct words *w, const char *text);
void words_quota(struct words *w, const char *text);

/* Restricts to hours of the day, or to days. */
void words_hours(struct words *w, unsigned from, unsigned to);
void words_days(struct words *w, unsigned days);

/* Returns true if a condition depends on more than the packet. */
bool words_vary(const struct words *w);

/* Notes the first reason why it cannot be expressed. */
void words_cannot(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool words_is_any(const struct words *w);

/* Writes "in: lan, dport: [22, 80]"; false: nothing.  family: the one that what stands around it
 * restricts to already, or 0. */
bool words_write(const struct words *w, unsigned family, FILE *out);

/* Writes a value, in quotes where YAML needs them. */
void words_value(const char *value, FILE *out);

#endif
