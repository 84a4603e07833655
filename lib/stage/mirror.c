/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage mirror: a copy of each packet, as it came in, leaves by a port. */

#include <errno.h>

#include "base/meter.h"
#include "policy/build.h"
#include "policy/stage.h"

#define FRAME_MIN 60u /* bytes of the shortest frame, without its checksum */
#define FRAME_MAX 16384u

struct mirror_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *port;
	uint16_t snap; /* 0: whole frames */
	uint32_t one_in;
	struct cfg_rate rate; /* value 0: none */
};

struct mirror {
	uint32_t number; /* of its struct copy_spec */
	uint16_t port;
	bool whole;
	uint32_t one_in;
};

static const struct cfg_field mirror_fields[] = {
	{ "port", CFG_REF, NULL, offsetof(struct mirror_cfg, port), "Port that copies leave by.",
		.refers = "ports", .kind = "port" },
	{ "snap", CFG_U16, CFG_OPTIONAL, offsetof(struct mirror_cfg, snap),
		"Bytes of a frame that are copied; default: all.", .min = FRAME_MIN,
		.max = FRAME_MAX },
	{ "one_in", CFG_U32, "1", offsetof(struct mirror_cfg, one_in),
		"One packet in so many is copied.", .min = 1, .max = 1u << 31 },
	{ "rate", CFG_RATE, CFG_OPTIONAL, offsetof(struct mirror_cfg, rate),
		"Copies (10k/s) or bits of them (100Mbit) a second; each worker gets its share.",
		.min = 1, .max = METER_MAX_RATE },
	STAGE_IF(struct mirror_cfg),
	CFG_END,
};

static const struct cfg_table mirror_table = {
	"mirror",
	CFG_SIZEOF(struct mirror_cfg),
	mirror_fields,
	"Sends a copy of the packet, as it came in, out of a port.",
	"port",
};

/* Returns the meter of the copies' rate, or negative after an error. */
static int
build_rate(const struct stage_build *sb, const struct mirror_cfg *cfg, uint32_t counter)
{
	struct meter_spec spec = {
		.rate = cfg->rate.value,
		.packets = cfg->rate.unit == CFG_RATE_COUNT,
		.reason = REASON_mirror_exceeded,
		.counter = counter,
	};

	spec.burst = meter_spec_burst(&spec);
	return build_meter(sb->build, &spec, sb->loc);
}

static int
mirror_build(struct stage_build *sb, void **instance)
{
	const struct mirror_cfg *cfg = (const void *)sb->cfg;
	struct mirror *mirror = build_alloc(sb->build, 1, sizeof(*mirror));
	int port = build_find_port(sb->build, cfg->port), number;
	struct copy_spec spec = {
		.one_in = cfg->one_in,
		.bytes = cfg->snap != 0 ? cfg->snap : UINT32_MAX,
		.meter = -1,
	};

	if (mirror == NULL)
		return build_no_memory(sb->build);
	if (port < 0)
		return -EINVAL; /* already reported by the decoder */
	spec.counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	if (spec.counter == 0)
		return -ENOMEM;
	build_counter_says(sb->build, spec.counter, &mirror_table, cfg);
	if (cfg->rate.value != 0)
		spec.meter = build_rate(sb, cfg, spec.counter);
	number = spec.meter >= 0 || cfg->rate.value == 0 ? build_copy(sb->build, &spec, sb->loc)
							 : -EINVAL;
	if (number < 0)
		return number;
	*mirror = (struct mirror){
		.number = (uint32_t)number,
		.port = (uint16_t)port,
		.whole = cfg->snap == 0,
		.one_in = cfg->one_in,
	};
	sb->mirrors = UINT64_C(1) << port;
	sb->action_words = 1;
	*instance = mirror;
	return 0;
}

static void
mirror_one(const struct mirror *mirror, struct eval *ev)
{
	const char *name = ev->gen->port_name[mirror->port];
	char share[32] = "";

	/* A copy would go back where the packet comes from, again and again where it is returned.
	 */
	if (ev->in->port == mirror->port) {
		eval_note(ev, "mirror: no copy to port %s, by which the packet came in", name);
		return;
	}
	if (ev->trace != NULL && mirror->one_in > 1)
		snprintf(share, sizeof(share), " of one packet in %u", mirror->one_in);
	eval_note(ev, "mirror: a copy%s to port %s%s", share, name,
		mirror->whole ? "" : ", cut short");
	emit_mirror(&ev->program, mirror->port, mirror->number);
}

static void
mirror_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		mirror_one(instance, ev[i]);
}

const struct stage stage_mirror = {
	.table = &mirror_table,
	.build = mirror_build,
	.evaluate = mirror_evaluate,
};
