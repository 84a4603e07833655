/* SPDX-License-Identifier: BSD-3-Clause */
/* Values that are written as words: enums, flags, protocols, DSCP classes. */
#include <string.h>

#include "schema/document_priv.h"

const struct cfg_word cfg_protocols[] = {
	{ "icmp", 1 },
	{ "igmp", 2 },
	{ "ipip", 4 },
	{ "tcp", 6 },
	{ "udp", 17 },
	{ "dccp", 33 },
	{ "ipv6", 41 },
	{ "rsvp", 46 },
	{ "gre", 47 },
	{ "esp", 50 },
	{ "ah", 51 },
	{ "icmpv6", 58 },
	{ "eigrp", 88 },
	{ "ospf", 89 },
	{ "pim", 103 },
	{ "vrrp", 112 },
	{ "l2tp", 115 },
	{ "sctp", 132 },
	{ "udplite", 136 },
	{ "mpls", 137 },
	CFG_WORD_END,
};

/* RFC 2474, 2597, 3246, 5865, 8622. */
const struct cfg_word cfg_dscps[] = {
	{ "cs0", 0 },
	{ "le", 1 },
	{ "cs1", 8 },
	{ "af11", 10 },
	{ "af12", 12 },
	{ "af13", 14 },
	{ "cs2", 16 },
	{ "af21", 18 },
	{ "af22", 20 },
	{ "af23", 22 },
	{ "cs3", 24 },
	{ "af31", 26 },
	{ "af32", 28 },
	{ "af33", 30 },
	{ "cs4", 32 },
	{ "af41", 34 },
	{ "af42", 36 },
	{ "af43", 38 },
	{ "cs5", 40 },
	{ "va", 44 },
	{ "ef", 46 },
	{ "cs6", 48 },
	{ "cs7", 56 },
	CFG_WORD_END,
};

const char *
value_word(const struct cfg_word *words, uint32_t value)
{
	for (; words != NULL && words->word != NULL; words++)
		if (words->value == value)
			return words->word;
	return NULL;
}

struct flags {
	uint32_t wanted;
	uint32_t unwanted;
};

static void
add_flag(struct document *doc, const struct cfg_field *f, struct node *node, struct flags *flags)
{
	bool negate = f->type == CFG_MATCH_FLAGS && node->text[0] == '!';
	const char *word = node->text + negate;
	uint32_t value;

	if (node->refused)
		return;
	if (node->kind != NODE_SCALAR)
		node_error(doc, node, "a word is expected, not %s", node_what(doc, node));
	else if (!words_find(f->words, word, &value))
		unknown_word(doc, node, f->kind != NULL ? f->kind : "value", word,
			(struct right_words){ next_word, f->words, true });
	else if (negate)
		flags->unwanted |= value;
	else
		flags->wanted |= value;
}

void
flags_decode(struct document *doc, const struct cfg_field *f, struct node *node, uint32_t *out)
{
	struct flags flags = { 0 };

	if (node->kind == NODE_LIST) {
		node_each(child, node) add_flag(doc, f, child, &flags);
	} else if (node->kind != NODE_EMPTY) {
		add_flag(doc, f, node, &flags);
	}
	if (flags.wanted == 0 && flags.unwanted != 0)
		for (const struct cfg_word *w = f->words; w->word != NULL; w++)
			flags.wanted |= w->value;
	*out = flags.wanted & ~flags.unwanted;
}
