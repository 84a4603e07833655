/* SPDX-License-Identifier: BSD-3-Clause */
/* The words to describe configuration with.
 *
 * A section, a stage, anything with keys is a C struct, and a table of rows says how it is
 * written: parser, range check, error text, JSON schema and reference all come from the rows.
 *
 *	struct pool_cfg {
 *		struct cfg_head head;
 *		CFG_LIST_OF(struct ip_address) pool;
 *		struct cfg_range ports;
 *		uint32_t per_source;
 *	};
 *
 *	static const struct cfg_field pool_fields[] = {
 *		{ "pool", CFG_LIST | CFG_ADDRESS, NULL, offsetof(struct pool_cfg, pool),
 *			"Public addresses." },
 *		{ "ports", CFG_PORTS, "1024-65535", offsetof(struct pool_cfg, ports),
 *			"Public ports." },
 *		{ "per_source", CFG_U32, "2000", offsetof(struct pool_cfg, per_source),
 *			"Sessions one inside address may hold.", .min = 1, .max = 1000000 },
 *		CFG_END
 *	};
 *
 *	const struct cfg_table pool_table = {
 *		"pool", CFG_SIZEOF(struct pool_cfg), pool_fields, "Public addresses to share.",
 *	};
 *
 * Rules of writing that hold for every row: a list may be written as its only element; a struct
 * with a bare field may be written as that field's value; a list, map or struct without a value is
 * empty.  A match is negated by ! before it, in quotes.
 *
 * Threads: tables are constant.  Decoded structs live as long as their document. */
#ifndef SCHEMA_FIELD_H
#define SCHEMA_FIELD_H

#include <stddef.h>

#include "base/err.h"
#include "schema/value.h"

struct document;
struct node;
struct cfg_table;

/* Every struct described by a table begins with this, named head.  An embedded struct that was not
 * written has a place with line 0, and its defaults. */
struct cfg_head {
	const char *name; /* the key in a map, the tag of a choice, else NULL */
	struct loc loc;   /* of the name where there is one, else of the value */
	const struct document *document;
	bool made; /* by cfg_table.expand: it is not written in the file, and not printed */
};

/* The type of a value.  The comment is the C type of the member at the row's offset. */
enum cfg_type {
	CFG_NO_TYPE,           /* ends a table */
	CFG_BOOL,              /* bool */
	CFG_U8,                /* uint8_t; all four: .min, .max, .words as in "auto" */
	CFG_U16,               /* uint16_t */
	CFG_U32,               /* uint32_t */
	CFG_U64,               /* uint64_t */
	CFG_SIZE,              /* uint64_t, bytes: 64k = 65536; .min, .max, .words */
	CFG_RATE,              /* struct cfg_rate; .min, .max, .periods */
	CFG_DURATION,          /* uint64_t, ns; .min, .max, .words */
	CFG_TEXT,              /* const char * */
	CFG_NAME,              /* const char *: letters, digits, - _ . */
	CFG_REF,               /* const char *: a name in section .refers, or of .words */
	CFG_PATH,              /* struct cfg_path */
	CFG_ADDRESS,           /* struct ip_address */
	CFG_INTERFACE_ADDRESS, /* struct ip_prefix, host bits kept: 10.0.0.1/24 */
	CFG_PREFIX,            /* struct ip_prefix, host bits must be 0 */
	CFG_ENDPOINT,          /* struct cfg_endpoint */
	CFG_MAC,               /* struct cfg_mac */
	CFG_VLAN,              /* uint16_t, 1 to 4094 */
	CFG_PROTOCOL,          /* uint8_t: tcp, or 0 to 255 */
	CFG_DSCP,              /* uint8_t: ef, or 0 to 63 */
	CFG_PORTS,             /* struct cfg_range: 80 or 1024-65535; never negated */
	CFG_ENUM,              /* an enum, 4 bytes: one of .words */
	CFG_FLAGS,             /* uint32_t: .words or-ed, written as one or a list */
	CFG_STRUCT,            /* a struct of .table */
	CFG_CHOICE,            /* struct cfg_choice: one of .choices */
	/* Matches: almost always with CFG_LIST, "any of these". */
	CFG_MATCH_ADDRESS,  /* struct cfg_match_address; sets are names in .refers */
	CFG_MATCH_NAME,     /* struct cfg_match_name; names in .refers, or of .words */
	CFG_MATCH_MAC,      /* struct cfg_match_mac */
	CFG_MATCH_PORT,     /* struct cfg_range; ports may have names */
	CFG_MATCH_PROTOCOL, /* struct cfg_range */
	CFG_MATCH_DSCP,     /* struct cfg_range */
	CFG_MATCH_VLAN,     /* struct cfg_range */
	CFG_MATCH_NUMBER,   /* struct cfg_range: .words, .min, .max */
	CFG_MATCH_FLAGS,    /* uint32_t like CFG_FLAGS; "!x" is all words but x */
	CFG_TYPES,

	/* Or-ed to a type, both CFG_LIST_OF(its C type).  A map is of CFG_STRUCT only: each
	 * element's key is its head.name, in the order of the file. */
	CFG_LIST = 0x100,
	CFG_MAP = 0x200,
};

#define CFG_LIST_OF(type) \
	struct { \
		type *items; \
		unsigned count; \
	}

/* for (each element of list): cfg_each(rule, &acl->rules) { rule->... } */
#define cfg_each(var, list) \
	for (__typeof__(*(list)->items) *var = (list)->items, \
					*var##_end = (list)->count ? (list)->items + (list)->count \
								   : var; \
		var != var##_end; var++)

/* The chosen alternative, such as a stage of a pipeline. */
struct cfg_choice {
	const struct cfg_table *table; /* its name is the tag that was written */
	void *config;                  /* the struct of that table */
	struct loc loc;                /* of the tag */
};

/* Returns the i-th alternative of a choice, NULL after the last. */
typedef const struct cfg_table *(*cfg_choices_fn)(unsigned i);

/* Instead of a default: the field may be left out, and is then 0, NULL or empty. */
extern const char cfg_optional[];
#define CFG_OPTIONAL cfg_optional

struct cfg_field {
	const char *name;
	unsigned type;            /* enum cfg_type, with CFG_LIST or CFG_MAP */
	const char *default_text; /* as a user would write it; NULL: must be written */
	size_t offset;
	const char *text; /* one sentence */

	/* For the types that name them above. */
	uint64_t min;
	uint64_t max; /* 0: all that the type can hold */
	const struct cfg_word *words;
	const struct cfg_table *table;
	cfg_choices_fn choices;
	const char *refers;     /* top-level section; NULL: the consumer looks it up */
	const char *refers_too; /* another section that defines such names, or NULL */
	const char *kind;       /* the thing named, for errors: "stage", "pool" */
	unsigned key;           /* keys of a map: CFG_ADDRESS, or 0: names */
	bool periods;           /* a rate may be for a minute, an hour or a day: 10/min */
	bool presence; /* it says something by being written, even if it is empty, or equals its
			* default: then it is printed */
	bool restart;  /* a reload refuses a change */
	bool reopens;  /* a change closes the port's device and opens it again */
};
#define CFG_END \
	{ \
		.name = NULL \
	}

struct cfg_table {
	const char *name; /* a word; the tag, when it is one of a choice */
	size_t size;      /* CFG_SIZEOF(struct ...) */
	const struct cfg_field *fields;
	const char *text;      /* one sentence */
	const char *bare;      /* the field that a value without keys fills, or NULL */
	const char *bare_list; /* the one that a list fills instead, or NULL */
	/* Of a whole file: completes what was read, before it is decoded; or NULL (schema/node.h).
	 */
	void (*expand)(struct document *doc, struct node *tree);
};

/* sizeof, and a compile error if the struct does not begin with its head. */
#define CFG_SIZEOF(type) \
	(sizeof(type) + 0 * sizeof(struct { \
		_Static_assert( \
			offsetof(type, head) == 0, "a decoded struct begins with its head"); \
		char unused; \
	}))

/* Returns the row called name, or NULL. */
const struct cfg_field *cfg_field_find(const struct cfg_table *table, const char *name);

/* Finds mistakes in a table and all tables that it leads to: a default that cannot be read, a
 * member outside of its struct or over another one, a property that a type requires.  For tests.
 * Returns 0 or -EINVAL. */
int cfg_check(const struct cfg_table *root, struct err *err);

/* Adds an error about a field of a decoded struct, with its path and place:
 *
 *	cfg_error(err, &rule->head, &rule->dport, "ports need proto tcp or udp")
 *	weir.yaml:17:14: error: acls.web.rules.dport: ports need proto tcp or udp
 *
 * field: a member of the struct, an element of one of its lists, or NULL for the struct itself.  A
 * field that was not written has the struct's place.  Adds nothing when the value could not be
 * read, because that error has been reported.  Returns -EINVAL. */
int cfg_error(struct err *err, const struct cfg_head *head, const void *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void cfg_warn(struct err *err, const struct cfg_head *head, const void *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Returns the place of a field, as cfg_error does. */
struct loc cfg_loc(const struct cfg_head *head, const void *field);

/* Returns true if the field was written, even with its default's value. */
bool cfg_is_written(const struct cfg_head *head, const void *field);

/* Returns the element of a map (any CFG_LIST_OF whose elements begin with a head) called name, or
 * NULL: cfg_find(&cfg->pools, "uplink"). */
#define cfg_find(map, wanted) \
	((__typeof__((map)->items))cfg_find_element( \
		(map)->items, (map)->count, sizeof(*(map)->items), (wanted)))
void *cfg_find_element(void *items, unsigned count, size_t size, const char *name);

#endif
