/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage mss: the largest segment that both ends of a TCP connection may announce.
 *
 * RFC 9293 3.7.1 (the option), 6691 (how it follows from an MTU), 4459 (why it is lowered where a
 * tunnel's MTU is smaller and ICMP does not come through). */

#include <errno.h>
#include <netinet/in.h>

#include "policy/build.h"
#include "policy/stage.h"

#define MSS_MIN        88u /* no IPv4 link has a smaller MTU than 68 + 60 bytes of headers */
#define MSS_AUTO       UINT16_MAX
#define HEADERS4_BYTES 40u
#define HEADERS6_BYTES 60u

struct mss_cfg {
	struct cfg_head head;
	struct match_cfg when;
	uint16_t to; /* MSS_AUTO, or 0: it could not be read */
};

struct mss {
	uint16_t to;
};

static const struct cfg_word mss_words[] = {
	{ "auto", MSS_AUTO },
	CFG_WORD_END,
};

static const struct cfg_field mss_fields[] = {
	{ "to", CFG_U16, NULL, offsetof(struct mss_cfg, to),
		"Largest value; auto: what the MTUs of the ingress and egress interface allow.",
		.min = MSS_MIN, .max = UINT16_MAX - HEADERS4_BYTES, .words = mss_words },
	STAGE_IF(struct mss_cfg),
	CFG_END,
};

static const struct cfg_table mss_table = {
	"mss",
	CFG_SIZEOF(struct mss_cfg),
	mss_fields,
	"Lowers the MSS option of TCP segments that open a connection.",
	"to",
};

static int
mss_build(struct stage_build *sb, void **instance)
{
	const struct mss_cfg *cfg = (const void *)sb->cfg;
	struct mss *mss = build_alloc(sb->build, 1, sizeof(*mss));

	if (mss == NULL)
		return build_no_memory(sb->build);
	mss->to = cfg->to;
	if (mss->to == MSS_AUTO)
		sb->traits = TRAIT_NEEDS_ROUTE;
	sb->action_words = 1;
	*instance = mss;
	return 0;
}

/* Returns what the smaller of the two MTUs leaves for a segment. */
static uint16_t
from_path(const struct eval *ev)
{
	unsigned headers = ev->tuple.family == 6 ? HEADERS6_BYTES : HEADERS4_BYTES;
	unsigned mtu = ev->in->mtu;

	if (ev->egress != NULL && ev->egress->mtu < mtu)
		mtu = ev->egress->mtu;
	return (uint16_t)(mtu > headers + MSS_MIN ? mtu - headers : MSS_MIN);
}

static void
mss_one(const struct mss *mss, struct eval *ev)
{
	uint16_t most;

	if (ev->tuple.family == 0 || ev->tuple.proto != IPPROTO_TCP)
		return;
	most = mss->to != MSS_AUTO ? mss->to : from_path(ev);
	eval_note(ev, "mss: at most %u%s", most,
		mss->to != MSS_AUTO ? "" : ", from the MTUs of the path");
	emit_mss(&ev->program, most);
}

static void
mss_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		mss_one(instance, ev[i]);
}

const struct stage stage_mss = {
	.table = &mss_table,
	.build = mss_build,
	.evaluate = mss_evaluate,
};
