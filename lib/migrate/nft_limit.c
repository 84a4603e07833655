/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits, quotas, numbers of connections, times of the day, and statements on dynamic sets. */
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

#define BURST_DEFAULT 5              /* packets, where nftables is told none */
#define BURST_MAX     (1 << 30)      /* of Weir */
#define RATE_MAX      100000000000ll /* likewise */

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Returns the definition: what is written in the rule, or the object of that name. */
static json_t *
definition(struct nft *x, const struct nft_place *at, json_t *what, const char *kind)
{
	const char *name = json_string_value(what);
	json_t *object, *one;
	size_t i;

	if (name == NULL)
		return what;
	json_array_foreach(x->list, i, object) {
		one = json_object_get(object, kind);
		if (one != NULL && is(nft_text(one, "name"), name)
			&& is(nft_text(one, "table"), at->table))
			return one;
	}
	return NULL;
}

static json_int_t
number(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Returns the bytes of a unit of nftables; 0: it is packets, or not known. */
static json_int_t
unit_bytes(const char *unit)
{
	return is(unit, "bytes")     ? 1
		: is(unit, "kbytes") ? 1 << 10
		: is(unit, "mbytes") ? 1 << 20
				     : 0;
}

static const char *
over_text(json_t *what)
{
	return json_is_true(json_object_get(what, "inv")) ? ", over: true" : "";
}

static const char *
per_text(const char *per)
{
	return per[0] == '\0' ? "" : per[0] == 's' ? "per: source, " : "per: destination, ";
}

/* A rate of bytes: in Weir of bits a second. */
static const char *
byte_rate(struct nft *x, json_t *what, const char *per, json_int_t seconds)
{
	json_int_t unit = unit_bytes(nft_text(what, "rate_unit")), rate = number(what, "rate");
	json_int_t burst_unit = unit_bytes(nft_text(what, "burst_unit"));
	json_int_t bytes, burst;

	if (unit == 0 || rate <= 0 || rate > ((json_int_t)1 << 40) / unit)
		return NULL;
	bytes = rate * unit;
	burst = number(what, "burst");
	if (burst < 0 || burst > BURST_MAX)
		return NULL;
	burst = bytes
		+ burst * (burst_unit != 0 ? burst_unit : 1); /* that of its period, and more */
	if (burst > BURST_MAX)
		burst = BURST_MAX;
	if (bytes * 8 / seconds == 0)
		return NULL;
	return arena_printf(&x->arena, "{%srate: %lldbit, burst: %lld%s}", per_text(per),
		(long long)(bytes * 8 / seconds), (long long)burst, over_text(what));
}

static const char *
packet_rate(struct nft *x, json_t *what, const char *per, const char *unit)
{
	json_int_t rate = number(what, "rate"), burst = number(what, "burst");

	if (is(unit, "week") && rate % 7 == 0) {
		rate /= 7;
		unit = "d";
	} else if (is(unit, "week")) {
		return NULL;
	}
	if (rate <= 0 || rate > RATE_MAX || burst < 0 || burst > BURST_MAX)
		return NULL;
	unit = is(unit, "second") ? "s" : is(unit, "minute") ? "min" : is(unit, "hour") ? "h" : "d";
	burst = burst == 0 ? BURST_DEFAULT : burst;
	if (per[0] == '\0' && rate == burst && over_text(what)[0] == '\0')
		return arena_printf(&x->arena, "%lld/%s", (long long)rate, unit);
	return arena_printf(&x->arena, "{%srate: %lld/%s, burst: %lld%s}", per_text(per),
		(long long)rate, unit, (long long)burst, over_text(what));
}

/* per: "", "source" or "destination". */
static void
add_rate(struct nft *x, const struct nft_place *at, json_t *what, const char *per, struct words *w)
{
	static const struct {
		const char *name;
		json_int_t seconds;
	} units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 },
		{ "week", 604800 } };
	const char *unit, *text = NULL, *rate_unit;

	what = definition(x, at, what, "limit");
	unit = nft_text(what, "per");
	rate_unit = nft_text(what, "rate_unit");
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (is(unit, units[i].name))
			text = rate_unit[0] == '\0' || is(rate_unit, "packets")
				? packet_rate(x, what, per, unit)
				: byte_rate(x, what, per, units[i].seconds);
	if (text == NULL)
		words_cannot(w, "Weir has no rate of that form");
	else
		words_limit(w, text);
	w->limit_dropped |= over_text(what)[0] != '\0';
}

static void
add_count(struct nft *x, const struct nft_place *at, json_t *what, const char *per, struct words *w)
{
	json_int_t most = number(what, "val");
	bool over = over_text(what)[0] != '\0';

	nft_tracks(x, at);
	if (most == 0 && over)
		return; /* every connection is one too many */
	if (most <= 0 || most > BURST_MAX)
		words_cannot(w, "Weir has no number of connections of that form");
	else
		words_limit(w,
			arena_printf(&x->arena, "{%ssessions: %lld%s}", per_text(per),
				(long long)most, over_text(what)));
}

static void
add_quota(struct nft *x, const struct nft_place *at, json_t *what, struct words *w)
{
	json_int_t bytes, unit;

	what = definition(x, at, what, "quota");
	unit = unit_bytes(nft_text(what, "val_unit"));
	bytes = json_object_get(what, "bytes") != NULL ? number(what, "bytes")
						       : number(what, "val");
	if (unit > 1 && bytes < ((json_int_t)1 << 60) / unit)
		bytes *= unit;
	if (bytes <= 0)
		words_cannot(w, "Weir has no quota of that form");
	else if (over_text(what)[0] != '\0')
		words_quota(
			w, arena_printf(&x->arena, "{bytes: %lld, over: true}", (long long)bytes));
	else
		words_quota(w, arena_printf(&x->arena, "%lld", (long long)bytes));
}

/* --- dynamic sets --- */

/* Returns true for single values: ports, and no ranges, or an interface. */
static bool
are_single(const struct word_list *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		const char *value = list->item[i];

		if (strchr(value, '-') != NULL && strspn(value, "0123456789-") == strlen(value))
			return false;
	}
	return list->n > 0 && list->plain;
}

/* Returns the word of a field beside an address: of it the rule has one value, or gets a line for
 * each of its ports. */
static enum word
word_beside(json_t *field)
{
	const char *port = nft_text(json_object_get(field, "payload"), "field");
	const char *meta = nft_text(json_object_get(field, "meta"), "key");

	return is(port, "dport")                         ? WORD_DPORT
		: is(port, "sport")                      ? WORD_SPORT
		: is(meta, "iif") || is(meta, "iifname") ? WORD_IN
		: is(meta, "oif") || is(meta, "oifname") ? WORD_OUT
							 : WORDS;
}

/* Returns the side that a key is: "source", "destination", or NULL.  Other fields beside it are
 * fine where the rule says which values they have. */
static const char *
side_of(json_t *key, struct nft_statements *rule)
{
	json_t *payload = json_object_get(key, "payload"), *field;
	const char *protocol = nft_text(payload, "protocol"), *name = nft_text(payload, "field");
	const char *side = NULL, *one;
	size_t i;

	if (json_object_get(key, "elem") != NULL)
		return side_of(json_object_get(json_object_get(key, "elem"), "val"), rule);
	if (is(protocol, "ip") || is(protocol, "ip6"))
		return is(name, "saddr") ? "source" : is(name, "daddr") ? "destination" : NULL;
	json_array_foreach(json_object_get(key, "concat"), i, field) {
		enum word beside = word_beside(field);

		one = side_of(field, rule);
		if (one == NULL && beside != WORDS && are_single(&rule->words.of[beside])) {
			rule->each[rule->words.of[beside].n > 1 ? beside : WORDS] = true;
			continue;
		}
		if (one == NULL || side != NULL)
			return NULL;
		side = one;
	}
	return side;
}

/* Returns true if the statement was a limit of each element of a set. */
static bool
element_limit(struct nft *x, const struct nft_place *at, json_t *statement, const char *side,
	struct words *w)
{
	json_t *rate = json_object_get(statement, "limit");
	json_t *count = json_object_get(statement, "ct count");

	if (rate == NULL && count == NULL)
		return false;
	if (side == NULL)
		words_cannot(w, "Weir has limits for each source or destination alone");
	else if (rate != NULL)
		add_rate(x, at, rate, side, w);
	else
		add_count(x, at, count, side, w);
	return true;
}

/* Returns the family of the addresses that a key has; 0: it has none. */
static unsigned
family_of(json_t *key)
{
	const char *protocol = nft_text(json_object_get(key, "payload"), "protocol");
	unsigned family = is(protocol, "ip") ? 4 : is(protocol, "ip6") ? 6 : 0;
	json_t *inner = json_object_get(json_object_get(key, "elem"), "val"), *field;
	size_t i;

	if (inner != NULL)
		return family_of(inner);
	json_array_foreach(json_object_get(key, "concat"), i, field)
		if (family == 0)
			family = family_of(field);
	return family;
}

static void
set_statement(struct nft *x, const struct nft_place *at, json_t *what, struct nft_statements *out)
{
	json_t *statements = json_object_get(what, "stmt"), *one;
	json_t *key = json_object_get(what, "elem") != NULL ? json_object_get(what, "elem")
							    : json_object_get(what, "key");
	const char *set = nft_text(what, "set"), *op = nft_text(what, "op");
	struct words *w = &out->words;
	const char *side = side_of(key, out);
	unsigned family = family_of(key);
	bool limited = false;
	size_t i;

	if (family != 0)
		words_family(w, family);
	if (json_is_object(statements))
		limited = element_limit(x, at, statements, side, w);
	json_array_foreach(statements, i, one)
		limited |= element_limit(x, at, one, side, w);
	if (limited && nft_rules_that_fill(x, at, set) > 1)
		words_cannot(w, "its limit is that of other rules, too");
	if (limited)
		return;
	if (side == NULL || !is(side, "source") || json_object_get(key, "concat") != NULL)
		words_cannot(w, "Weir adds sources to sets, and nothing else");
	else if (set[0] != '@' || is(op, "delete"))
		words_cannot(w, "Weir has no such change of a set");
	else if (out->add != NULL)
		words_cannot(w, "it adds to two sets");
	else
		out->add = nft_dynamic_set(x, at, set + 1);
}

bool
nft_limit(struct nft *x, const struct nft_place *at, const char *key, json_t *what,
	struct nft_statements *out)
{
	if (is(key, "limit"))
		add_rate(x, at, what, "", &out->words);
	else if (is(key, "ct count"))
		add_count(x, at, what, "", &out->words);
	else if (is(key, "quota"))
		add_quota(x, at, what, &out->words);
	else if (is(key, "set") || is(key, "meter"))
		set_statement(x, at, what, out);
	else
		return false;
	return true;
}

/* --- times --- */

/* Reads "08:00", "8:00:00" or "23:59:59" as minutes, the last one as the end of its minute; -1: it
 * is none. */
static int
minutes_of(json_t *value)
{
	const char *text = json_string_value(value);
	unsigned hour, minute, second = 0;
	int n;

	if (text == NULL)
		return -1;
	n = sscanf(text, "%2u:%2u:%2u", &hour, &minute, &second);
	if (n < 2 || hour > 24 || minute > 59 || (second != 0 && second != 59))
		return -1;
	return (int)(hour * 60 + minute + (second == 59));
}

static void
match_hour(const char *op, json_t *right, struct words *w)
{
	json_t *range = json_object_get(right, "range");
	int from = 0, to = 24 * 60;
	bool not_in = is(op, "!=");

	if (range != NULL) {
		from = minutes_of(json_array_get(range, not_in ? 1 : 0));
		to = minutes_of(json_array_get(range, not_in ? 0 : 1));
	} else if (op[0] == '>') {
		from = minutes_of(right);
	} else if (op[0] == '<') {
		to = minutes_of(right);
	} else {
		to = -1;
	}
	if (from < 0 || to < 0 || from >= 24 * 60 || to > 24 * 60)
		words_cannot(w, "its hours are not those of minutes");
	else
		words_hours(w, (unsigned)from, (unsigned)to);
}

/* Returns the day of the week from Monday on; -1: it is none. */
static int
day_of(json_t *value)
{
	static const char *const names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
		"Saturday", "Sunday" };
	const char *text = json_string_value(value);

	if (json_is_integer(value) && json_integer_value(value) >= 0
		&& json_integer_value(value) <= 6)
		return (int)(json_integer_value(value) + 6) % 7; /* it counts from Sunday on */
	for (int i = 0; text != NULL && i < 7; i++)
		if (is(text, names[i]))
			return i;
	return -1;
}

static void
match_day(const char *op, json_t *right, struct words *w)
{
	json_t *range = json_object_get(right, "range"), *set = json_object_get(right, "set"), *one;
	int first = day_of(range != NULL ? json_array_get(range, 0) : right);
	int last = day_of(range != NULL ? json_array_get(range, 1) : right);
	unsigned days = 0;
	size_t i;

	json_array_foreach(set, i, one) {
		first = last = day_of(one);
		if (first < 0)
			break;
		days |= 1u << first;
	}
	if (first < 0 || last < 0 || (!is(op, "==") && !is(op, "!=") && !is(op, "in"))) {
		words_cannot(w, "its days have no form in Weir");
		return;
	}
	for (int day = first; set == NULL; day = (day + 1) % 7) {
		days |= 1u << day;
		if (day == last)
			break;
	}
	words_days(w, is(op, "!=") ? ~days & 127 : days);
}

bool
nft_time(json_t *match, struct words *w)
{
	const char *key = nft_text(json_object_get(json_object_get(match, "left"), "meta"), "key");
	const char *op = nft_text(match, "op");

	if (is(key, "hour"))
		match_hour(op, json_object_get(match, "right"), w);
	else if (is(key, "day"))
		match_day(op, json_object_get(match, "right"), w);
	else if (is(key, "time"))
		words_cannot(w, "Weir has times of the week, and no dates");
	else
		return false;
	return true;
}
