/* SPDX-License-Identifier: BSD-3-Clause */
/* What is decided for a flow: the value that stages emit and the executor carries out.
 *
 * The common part (verdict, TTL, addresses, ports) is carried out by the hot loop. Listed actions
 * are 32-bit words, operation in the upper 8 bits, argument in the lower 24, carried out in order
 * by passes over the packets that have them. */
#ifndef PROGRAM_PROGRAM_H
#define PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"
#include "packet/reason.h"

enum program_verdict {
	PROGRAM_NONE,   /* nothing decided yet */
	PROGRAM_OUTPUT, /* to a neighbour: iface, gateway */
	PROGRAM_WIRE,   /* out of a port as it is */
	PROGRAM_LOCAL,  /* for one of our own addresses */
	PROGRAM_DROP,
	PROGRAM_REJECT, /* drop, and tell the sender (see reply); never cached */
};

enum action_op {
	ACTION_COUNT = 1, /* argument: rule counter (policy/rule_counter.h) of this packet */
	ACTION_METER,     /* argument: meter of the generation */
	ACTION_DSCP,      /* argument: DSCP, 0..63 */
	ACTION_ADD,       /* argument: dynamic set that gets the source; when it is decided */
	ACTION_MSS,       /* argument: the largest MSS that a segment of TCP may announce */
	ACTION_MIRROR,    /* argument: COPY_ARG, the port and number of what is copied */
	ACTION_SAMPLE,    /* argument: number of what is copied (policy/generation.h) */
};

/* How the sender is told. */
enum reply {
	REPLY_NONE,
	REPLY_UNREACHABLE, /* ICMP or ICMPv6 destination unreachable, reply_code */
	REPLY_RESET,       /* TCP reset; for other protocols REPLY_UNREACHABLE */
};

#define PROGRAM_ACTIONS_MAX  10
#define ACTION_WORD(op, arg) ((uint32_t)(op) << 24 | (uint32_t)(arg))
#define ACTION_OP(word)      ((word) >> 24)
#define ACTION_ARG(word)     ((word)&0xffffffu)

/* The argument of ACTION_MIRROR: a port's index, and the number of a struct copy_spec. */
#define COPIES_MAX             UINT16_MAX
#define COPY_ARG(port, number) ((uint32_t)(port) << 16 | (number))
#define COPY_PORT(arg)         ((uint16_t)((arg) >> 16))
#define COPY_NUMBER(arg)       ((arg)&0xffffu)

struct program {
	uint8_t verdict;    /* enum program_verdict */
	uint8_t reason;     /* enum reason: of PROGRAM_DROP and PROGRAM_REJECT */
	uint8_t reply;      /* enum reply: of PROGRAM_REJECT */
	uint8_t reply_code; /* ICMP code in IPv4 terms */
	bool ttl;           /* decremented; the packet is dropped at zero */
	uint8_t action_count;
	uint16_t iface;   /* PROGRAM_OUTPUT: egress interface; _WIRE: index of the port */
	uint32_t counter; /* the line that decided the verdict, 0: none; counted by a listed
			   * action */
	struct tuple to;  /* addresses and ports as the packet leaves */
	bool has_others;  /* PROGRAM_OUTPUT: there are other next hops, in case this one dies */
	bool is_away;     /* another one would be taken if it were not dead */
	bool has_quoted;  /* an ICMP error: the packet that it quotes becomes quoted */
	struct tuple quoted;
	union address gateway; /* PROGRAM_OUTPUT: address of the neighbour, family of to */
	uint32_t actions[PROGRAM_ACTIONS_MAX];
};

/* Initialises a program for a flow, with nothing decided. */
void program_init(struct program *p, const struct tuple *flow);

/* The emit functions of stages.  Those of listed actions return false when there is no room; a
 * pipeline is checked when it is built, so there is always room. emit_output sets the TTL's
 * decrement, the others clear it. */
void emit_drop(struct program *p, enum reason r, uint32_t counter);
void emit_reject(
	struct program *p, enum reason r, enum reply reply, uint8_t code, uint32_t counter);
void emit_output(struct program *p, uint16_t iface, const union address *gateway);
void emit_wire(struct program *p, uint16_t port);
void emit_local(struct program *p);
void emit_src(struct program *p, const union address *a, rte_be16_t port);
void emit_dst(struct program *p, const union address *a, rte_be16_t port);
bool emit_count(struct program *p, uint32_t counter);
bool emit_meter(struct program *p, uint32_t meter);
bool emit_dscp(struct program *p, uint8_t dscp);
bool emit_mss(struct program *p, uint16_t most);
bool emit_add(struct program *p, uint32_t set);
bool emit_mirror(struct program *p, uint16_t port, uint32_t number);
bool emit_sample(struct program *p, uint32_t number);

/* Writes an end of a tuple: "198.51.100.1:40001", "198.51.100.1 id 7" for ICMP, or the address
 * alone. */
int program_print_end(char *out, size_t bytes, const struct tuple *t, bool source);

/* What a program names by a number. */
enum program_noun { PROGRAM_INTERFACE, PROGRAM_PORT, PROGRAM_SET };
typedef const char *(*program_name)(void *arg, enum program_noun noun, uint16_t number);

/* Writes the program as text: "mirror tap; ttl; rewrite src 198.51.100.1:40001; output wan". Counts
 * are left out: they do not change the packet.  Always terminates the text; returns what snprintf
 * would. */
int program_print(char *out, size_t bytes, const struct program *p, const struct tuple *flow,
	program_name name, void *arg);

#endif
