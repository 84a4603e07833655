/* SPDX-License-Identifier: BSD-3-Clause */
/* What the arguments of a device say: net_weir_replay0,pcap=FILE,queues=2,... */

#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_kvargs.h>

struct number {
	const char *key;
	uint64_t least;
	uint64_t most;
};

/* "25", "64k", "2M": decimal, with a factor of a thousand or a million. */
static int
parse_number(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno != 0)
		return -EINVAL;
	if (*end == 'k' || *end == 'M') {
		uint64_t factor = *end == 'k' ? 1000 : 1000000;

		if (*value > UINT64_MAX / factor)
			return -EINVAL;
		*value *= factor;
		end++;
	}
	return *end == '\0' ? 0 : -EINVAL;
}

static int
take_number(const struct rte_kvargs *args, const struct number *n, uint64_t *value, char *error,
	unsigned size)
{
	const char *text = rte_kvargs_get(args, n->key);

	if (text == NULL)
		return 0;
	if (parse_number(text, value) == 0 && *value >= n->least && *value <= n->most)
		return 0;
	snprintf(error, size, "%s=%s: a number from %" PRIu64 " to %" PRIu64 " is wanted", n->key,
		text, n->least, n->most);
	return -EINVAL;
}

static int
take_switch(const struct rte_kvargs *args, const char *key, bool *value, char *error, unsigned size)
{
	const struct number n = { key, 0, 1 };
	uint64_t number = *value;
	int rc = take_number(args, &n, &number, error, size);

	*value = number != 0;
	return rc;
}

static int
take_path(const struct rte_kvargs *args, const char *key, char path[static REPLAY_PATH_MAX],
	char *error, unsigned size)
{
	const char *text = rte_kvargs_get(args, key);

	if (text == NULL)
		return 0;
	if (text[0] == '\0' || strlen(text) >= REPLAY_PATH_MAX) {
		snprintf(error, size, "%s=: a path of 1 to %d characters is wanted", key,
			REPLAY_PATH_MAX - 1);
		return -EINVAL;
	}
	strcpy(path, text);
	return 0;
}

static int
take_all(const struct rte_kvargs *args, struct options *o, char *error, unsigned size)
{
	static const struct number queues = { "queues", 1, REPLAY_QUEUES_MAX };
	static const struct number loops = { "loops", 1, UINT32_MAX };
	static const struct number rate = { "rate", 1, 1000000000 };
	static const struct number fresh = { "new", 0, REPLAY_PERCENT };
	static const struct number once = { "once", 0, UINT32_MAX };
	static const struct number step = { "step", 0, UINT16_MAX };
	uint64_t queues_wanted = o->queues;
	uint64_t fresh_wanted = 0;

	if (take_path(args, "pcap", o->pcap, error, size) < 0
		|| take_path(args, "samples", o->samples, error, size) < 0
		|| take_number(args, &queues, &queues_wanted, error, size) < 0
		|| take_number(args, &loops, &o->loops, error, size) < 0
		|| take_number(args, &rate, &o->rate, error, size) < 0
		|| take_number(args, &fresh, &fresh_wanted, error, size) < 0
		|| take_number(args, &once, &o->once, error, size) < 0
		|| take_number(args, &step, &o->step, error, size) < 0
		|| take_switch(args, "ring", &o->ring, error, size) < 0
		|| take_switch(args, "answer", &o->answer, error, size) < 0
		|| take_switch(args, "interrupts", &o->interrupts, error, size) < 0
		|| take_switch(args, "source", &o->source, error, size) < 0
		|| take_switch(args, "hash", &o->hash, error, size) < 0
		|| take_switch(args, "ptype", &o->ptype, error, size) < 0
		|| take_switch(args, "cksum", &o->cksum, error, size) < 0)
		return -EINVAL;
	o->queues = (unsigned)queues_wanted;
	o->fresh = (unsigned)fresh_wanted;
	return 0;
}

int
options_parse(const char *arguments, struct options *options, char *error, unsigned size)
{
	static const char *const keys[] = {
		"pcap",
		"queues",
		"loops",
		"rate",
		"new",
		"once",
		"step",
		"hash",
		"ptype",
		"cksum",
		"samples",
		"ring",
		"answer",
		"interrupts",
		"source",
		NULL,
	};
	struct rte_kvargs *args;
	int rc = 0;

	*options = (struct options){
		.queues = REPLAY_QUEUES_MAX,
		.source = true,
		.hash = true,
		.ptype = true,
		.cksum = true,
	};
	if (arguments == NULL || arguments[0] == '\0')
		return 0;

	args = rte_kvargs_parse(arguments, keys);
	if (args == NULL) {
		snprintf(error, size,
			"'%s': known are pcap= queues= loops= rate= new= once= step= hash= ptype= "
			"cksum= samples= ring= answer= interrupts= source=",
			arguments);
		return -EINVAL;
	}
	for (unsigned i = 0; rc == 0 && keys[i] != NULL; i++) {
		if (rte_kvargs_count(args, keys[i]) > 1) {
			snprintf(error, size, "%s= is given twice", keys[i]);
			rc = -EINVAL;
		}
	}
	if (rc == 0)
		rc = take_all(args, options, error, size);
	if (rc == 0 && options->answer && (options->ring || options->pcap[0] != '\0')) {
		snprintf(error, size, "answer=1 goes without pcap= and ring=");
		rc = -EINVAL;
	}
	rte_kvargs_free(args);
	return rc;
}
