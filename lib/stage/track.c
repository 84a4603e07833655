/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage track as it is configured: how long sessions stay, how many there may be, and helpers. */

#include <errno.h>

#include "base/clock.h"
#include "helper/control.h"
#include "session/session.h"
#include "policy/build.h"
#include "policy/stage.h"
#include "stage/track.h"

#define TIMEOUT_MIN (1 * NS_PER_SECOND)
#define TIMEOUT_MAX (1000000 * NS_PER_SECOND) /* ticks hold 52 days */

struct timeouts_cfg {
	struct cfg_head head;
	uint64_t tcp_opening, tcp_established, tcp_closing;
	uint64_t udp, icmp;
	uint64_t sctp_opening, sctp_established, sctp_closing;
	uint64_t gre, ipsec, other;
};

enum track_invalid { INVALID_DROP, INVALID_PASS };

struct track_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct timeouts_cfg timeouts;
	uint32_t max_per_source;
	struct cfg_rate new_per_source;
	enum track_invalid invalid;
	bool loose;
	uint32_t helpers;
};

#define TIMEOUT_ROW(name, default_text, text) \
	{ \
#name, CFG_DURATION, default_text, offsetof(struct timeouts_cfg, name), text, \
			.min = TIMEOUT_MIN, .max = TIMEOUT_MAX \
	}

static const struct cfg_field timeouts_fields[] = {
	TIMEOUT_ROW(tcp_opening, "240s", "TCP until the handshake is complete."),
	TIMEOUT_ROW(tcp_established, "7440s", "TCP after that, also when half closed."),
	TIMEOUT_ROW(tcp_closing, "240s", "TCP after both FINs or a reset."),
	TIMEOUT_ROW(udp, "300s", "UDP and UDP-Lite."),
	TIMEOUT_ROW(icmp, "60s", "ICMP and ICMPv6 queries."),
	TIMEOUT_ROW(sctp_opening, "60s", "SCTP until the handshake is complete."),
	TIMEOUT_ROW(sctp_established, "210s", "SCTP after that; its ends send heartbeats."),
	TIMEOUT_ROW(sctp_closing, "60s", "SCTP after SHUTDOWN COMPLETE or ABORT."),
	TIMEOUT_ROW(gre, "600s", "GRE, and with it PPTP."),
	TIMEOUT_ROW(ipsec, "600s", "ESP and AH."),
	TIMEOUT_ROW(other, "600s", "Other protocols, by their addresses."),
	CFG_END,
};

static const struct cfg_table timeouts_table = {
	"timeouts",
	CFG_SIZEOF(struct timeouts_cfg),
	timeouts_fields,
	"How long a session without packets is kept.",
};

static const struct cfg_word invalid_words[] = {
	{ "drop", INVALID_DROP },
	{ "pass", INVALID_PASS },
	CFG_WORD_END,
};

static const struct cfg_word helper_words[] = {
	{ "ftp", 1u << HELPER_FTP },
	{ "tftp", 1u << HELPER_TFTP },
	CFG_WORD_END,
};

static const struct cfg_field track_fields[] = {
	{ "timeouts", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct track_cfg, timeouts),
		"How long a session without packets is kept.", .table = &timeouts_table },
	{ "max_per_source", CFG_U32, CFG_OPTIONAL, offsetof(struct track_cfg, max_per_source),
		"Sessions that one source address may hold; each worker has its share.", .min = 1 },
	{ "new_per_source", CFG_RATE, CFG_OPTIONAL, offsetof(struct track_cfg, new_per_source),
		"Sessions a second (100/s) that one source address may begin.", .min = 1,
		.max = 1000000000 },
	{ "invalid", CFG_ENUM, "drop", offsetof(struct track_cfg, invalid),
		"Packets that fit no session and may not begin one: drop them, or pass them "
		"with state invalid.",
		.words = invalid_words },
	{ "loose", CFG_BOOL, "false", offsetof(struct track_cfg, loose),
		"TCP sessions may begin in mid-stream: connections older than Weir's start "
		"continue." },
	{ "helpers", CFG_FLAGS, CFG_OPTIONAL, offsetof(struct track_cfg, helpers),
		"Control sessions that begin here and are read for the data connections that they "
		"announce: FTP to port 21, TFTP to port 69.",
		.words = helper_words },
	STAGE_IF(struct track_cfg),
	CFG_END,
};

static const struct cfg_table track_table = {
	"track",
	CFG_SIZEOF(struct track_cfg),
	track_fields,
	"Finds the session of a packet, or begins one.",
};

static uint32_t
seconds(uint64_t ns)
{
	return (uint32_t)((ns + NS_PER_SECOND - 1) / NS_PER_SECOND);
}

static int
find_policy(struct stage_build *sb, const struct track_cfg *cfg)
{
	const struct timeouts_cfg *t = &cfg->timeouts;
	struct session_policy policy = { .timeout_s = {
						 [TIMEOUT_TCP_OPENING] = seconds(t->tcp_opening),
						 [TIMEOUT_TCP_ESTABLISHED] = seconds(
							 t->tcp_established),
						 [TIMEOUT_TCP_CLOSING] = seconds(t->tcp_closing),
						 [TIMEOUT_UDP] = seconds(t->udp),
						 [TIMEOUT_ICMP] = seconds(t->icmp),
						 [TIMEOUT_SCTP_OPENING] = seconds(t->sctp_opening),
						 [TIMEOUT_SCTP_ESTABLISHED] = seconds(
							 t->sctp_established),
						 [TIMEOUT_SCTP_CLOSING] = seconds(t->sctp_closing),
						 [TIMEOUT_GRE] = seconds(t->gre),
						 [TIMEOUT_IPSEC] = seconds(t->ipsec),
						 [TIMEOUT_OTHER] = seconds(t->other),
					 } };

	session_policy_init(&policy);
	return build_session_policy(sb->build, sb->owner, &match_table, &cfg->when, &policy);
}

static int
track_build(struct stage_build *sb, void **instance)
{
	const struct track_cfg *cfg = (const void *)sb->cfg;
	struct track *track = build_alloc(sb->build, 1, sizeof(*track));
	int policy;

	if (track == NULL)
		return build_no_memory(sb->build);
	if (cfg->new_per_source.value != 0 && cfg->new_per_source.unit != CFG_RATE_COUNT)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->new_per_source,
			"a rate of sessions, such as 100/s, not of bits");
	policy = find_policy(sb, cfg);
	if (policy == -ENOSPC)
		return err_add(build_err(sb->build), E2BIG, sb->loc,
			"%s: more than %u stages 'track' in all", sb->owner, SESSION_POLICIES - 1);
	if (policy < 0)
		return policy;
	track->policy = (uint16_t)policy;
	track->pass_invalid = cfg->invalid == INVALID_PASS;
	track->loose = cfg->loose;
	track->limit.sessions = cfg->max_per_source;
	track->limit.per_second = (uint32_t)cfg->new_per_source.value;
	track->helpers = (uint8_t)cfg->helpers;
	sb->traits = TRAIT_TRACKS | (track->helpers != 0 ? TRAIT_HELPS : 0);
	if (track->limit.sessions != 0 || track->limit.per_second != 0)
		sb->traits |= TRAIT_LIMITS;
	*instance = track;
	return 0;
}

const struct stage stage_track = {
	.table = &track_table,
	.build = track_build,
	.evaluate = track_evaluate,
};
