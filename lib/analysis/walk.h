/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends one packet through the pipelines of a plan, by the production stages, and records every
 * choice that decided its path.  Each record tells which other packets take the same choice.
 *
 * Threads: the control thread. */
#ifndef ANALYSIS_WALK_H
#define ANALYSIS_WALK_H

#include "analysis/classes.h"
#include "analysis/pairs.h"
#include "packet/view.h"
#include "policy/eval.h"

#define RECORDS_MAX 512
#define WALK_BYTES  64 /* of the packets; their senders have no MAC */

/* What is known of the packet at a step: fields that translation or marking has set have one value
 * for all packets that took the same path. */
struct walk_fields {
	bool src, dst, dport, dscp; /* set: those of a cell count for nothing but for this value */
	int32_t dport_shift;        /* of dport that is not set: the packet's own and so much */
	/* Of addresses that are not set: the prefix that they were in, and that they are in now */
	const struct fixed_translation *src_map, *dst_map;
	struct tuple tuple;
	uint8_t dscp_value;
	unsigned state; /* enum conn_state */
	uint16_t out;   /* egress interface, or RULE_OUT_NONE */
	uint8_t nat;    /* an enum rule_nat bit */
};

enum record_kind {
	RECORD_CHOICE, /* of a list */
	RECORD_CELL,   /* packets of the cell go the same way */
};

struct record {
	enum record_kind kind;
	uint64_t id;     /* the same in both plans for partners; 0: it has changed */
	uint64_t key;    /* of one that has changed: which (change_key) */
	uint64_t before; /* a hash of what was decided and set up to here */
	const struct choices *choices;
	const struct pair_choices *pair;
	uint32_t found; /* choices->n: none of them */
	bool condition; /* any of them counts for the same */
	const struct plan_step *step;
	const struct plan_step *other;   /* its partner in the other plan, or NULL */
	struct walk_fields fields;       /* as the choice saw them */
	struct cell cell;                /* of RECORD_CELL */
	const struct route_table *table; /* of stage route, with a route; else NULL */
	uint32_t route;
};

enum outcome_kind {
	WENT_ON, /* accepted: it leaves */
	WENT_TO_US,
	WENT_DROP,
	WENT_REJECT,
};

/* A packet's verdict, in terms that can be compared between generations. */
struct verdict {
	enum outcome_kind kind;
	enum reason reason; /* of WENT_DROP and WENT_REJECT */
	const char *egress; /* of WENT_ON: interface, or port of a wire */
	bool wire;
	union address gateway;
	uint64_t route;     /* a hash of all its next hops */
	const char *domain; /* of the egress interface; NULL: there is one domain, or no egress */
	struct tuple to;
	struct prefix to_src, to_dst; /* that a map has put them in; length 0: none */
	bool kept_src, kept_dst;      /* the address that the packet came with */
	int dscp;                     /* -1: not marked */
	unsigned mss;                 /* 0: as it came */
	uint64_t copies;              /* a hash of the ports that get copies of it; 0: none */
	uint64_t meters; /* a hash of those that it passes, with their rates; 0: none */
	const struct meter_spec *meter; /* the last of them */
	uint64_t sets;    /* a hash of the dynamic sets that get its source; 0: none */
	const char *set;  /* the last of them */
	struct loc line;  /* that decided it, line 0: none */
	const char *name; /* of the rule there, or NULL */
};

struct walk {
	struct record record[RECORDS_MAX];
	unsigned n;
	bool complete; /* all records had room */
	struct verdict verdict;
};

/* The input of a walk. */
struct walk_in {
	const struct pairs *pairs;
	struct classes *classes;
	enum side side;
	unsigned assumed;        /* enum conn_state of the packet's session, or 0: it has none */
	struct scratch *scratch; /* cells of records; released by the caller */
};

/* Returns a number for a change: of a choice of a step, of the step itself (choice CHANGE_STEP), of
 * a route of a table, or of the own addresses. */
#define CHANGE_STEP UINT32_MAX
#define CHANGE_OWN  1u
uint64_t change_key(enum side side, unsigned pipeline, unsigned step, uint32_t choice);
uint64_t change_key_route(enum side side, unsigned pipeline, unsigned step,
	const struct route_table *table, uint32_t route);

/* Fills the view of a point's packet, as parse would. */
void walk_view(
	const struct interface *in, unsigned family, const struct point *p, struct view *out);

/* Returns the addresses that a map, which is not checksum-neutral, has brought into a set. */
struct spans walk_before_map(
	struct scratch *s, const struct spans *to, const struct fixed_translation *map);

void walk_packet(const struct walk_in *in, const struct point *p, struct walk *out);

/* Evaluates a view by the production stages, without records. */
void verdict_of(const struct generation *gen, const struct view *view, unsigned assumed,
	struct verdict *out);

/* Returns true if sender, receiver and operator see the same result, now and of later packets.  The
 * reason of a drop is not compared. */
bool verdict_equal(const struct verdict *a, const struct verdict *b);

#endif
