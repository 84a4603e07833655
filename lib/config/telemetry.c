/* SPDX-License-Identifier: BSD-3-Clause */
/* Section telemetry: what is reported of traffic at run time, and where to. */

#include <string.h>

#include <sys/socket.h>

#include "base/clock.h"
#include "config/config_priv.h"

static const struct cfg_field nat_log_fields[] = {
	{ "file", CFG_PATH, NULL, offsetof(struct nat_log_cfg, file),
		"File to append entries to, one JSON object a line; SIGHUP reopens it." },
	CFG_END,
};

static const struct cfg_table nat_log_table = {
	"nat_log",
	CFG_SIZEOF(struct nat_log_cfg),
	nat_log_fields,
	"Log of begin and end of mappings, of pools with log: true.",
	.bare = "file",
};

static const struct cfg_field http_fields[] = {
	{ "listen", CFG_ENDPOINT, "127.0.0.1:9977", offsetof(struct http_cfg, listen),
		"Address and port to listen at; whoever reaches them can read everything there." },
	CFG_END,
};

static const struct cfg_table http_table = {
	"http",
	CFG_SIZEOF(struct http_cfg),
	http_fields,
	"Read-only HTTP: /metrics for Prometheus, the status page at /, /api/ with the objects of weirctl -j, /healthz and /readyz.",
	.bare = "listen",
};

static const struct cfg_field event_log_fields[] = {
	{ "to", CFG_PATH, NULL, offsetof(struct event_log_cfg, to),
		"journal, stderr, or a file to append to; SIGHUP reopens it." },
	CFG_END,
};

static const struct cfg_table event_log_table = {
	"log",
	CFG_SIZEOF(struct event_log_cfg),
	event_log_fields,
	"Events as lines of JSON: hits of rules with log, reloads, links, limits, stalls.",
	.bare = "to",
};

static const struct cfg_word ipfix_protocols[] = {
	{ "udp", IPFIX_UDP },
	{ "tcp", IPFIX_TCP },
	{ NULL, 0 },
};

static const struct cfg_field ipfix_fields[] = {
	{ "collector", CFG_ENDPOINT, NULL, offsetof(struct ipfix_cfg, collector),
		"Address and port of the collector; without a port, 4739." },
	{ "protocol", CFG_ENUM, "udp", offsetof(struct ipfix_cfg, protocol),
		"Transport to the collector.", .words = ipfix_protocols },
	{ "active_timeout", CFG_DURATION, "60s", offsetof(struct ipfix_cfg, active_timeout_ns),
		"Flows that are active for longer are reported at this interval; all others when they end.",
		.min = NS_PER_SECOND, .max = 86400 * NS_PER_SECOND },
	{ "template_refresh", CFG_DURATION, "60s", offsetof(struct ipfix_cfg, template_refresh_ns),
		"Interval at which templates are sent again over UDP.", .min = NS_PER_SECOND,
		.max = 86400 * NS_PER_SECOND },
	{ "domain", CFG_U32, "1", offsetof(struct ipfix_cfg, domain), "Observation domain ID." },
	{ "source", CFG_ADDRESS, CFG_OPTIONAL, offsetof(struct ipfix_cfg, source),
		"Address of this host to send from; without it, the kernel chooses." },
	{ "mtu", CFG_U32, "1500", offsetof(struct ipfix_cfg, mtu),
		"Largest IP packet over UDP; less where the kernel knows a smaller path MTU.",
		.min = 576, .max = 9000 },
	{ "nat_events", CFG_BOOL, "true", offsetof(struct ipfix_cfg, nat_events),
		"Report begin and end of translated sessions as NAT events, too." },
	CFG_END,
};

static const struct cfg_table ipfix_table = {
	"ipfix",
	CFG_SIZEOF(struct ipfix_cfg),
	ipfix_fields,
	"Export of flows and NAT events to an IPFIX collector.",
	.bare = "collector",
};

static const struct cfg_field telemetry_fields[] = {
	{ "http", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, http),
		"Read-only HTTP for Prometheus, a browser and scripts.", .table = &http_table,
		.presence = true },
	{ "log", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, log),
		"Events as lines of JSON; without it, only hits of rules with log are written, to "
		"standard error.",
		.table = &event_log_table, .presence = true },
	{ "ipfix", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, ipfix),
		"Export of all flows, and of NAT events, to an IPFIX collector.",
		.table = &ipfix_table, .presence = true },
	{ "nat_log", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, nat_log),
		"Log of begin and end of mappings, of pools with log: true.",
		.table = &nat_log_table, .presence = true },
	CFG_END,
};

const struct cfg_table telemetry_table = {
	"telemetry",
	CFG_SIZEOF(struct telemetry_cfg),
	telemetry_fields,
	"What is reported of traffic at run time.",
};

static void
check_http(const struct config *cfg, struct err *err)
{
	const struct http_cfg *http = &cfg->telemetry.http;
	const struct ip_address *a = &http->listen.address;
	static const uint8_t loopback6[16] = { [15] = 1 };

	if (!cfg_is_written(&cfg->telemetry.head, http) || a->family == 0)
		return;
	if (http->listen.port == 0)
		cfg_error(err, &http->head, &http->listen, "there is no port: 127.0.0.1:9977");
	else if (a->family == AF_INET ? a->bytes[0] != 127 : memcmp(a->bytes, loopback6, 16) != 0)
		cfg_warn(err, &http->head, &http->listen,
			"is no loopback address: whoever reaches it can read sessions, addresses and the configuration");
}

static bool
is_any(const struct ip_address *a)
{
	static const uint8_t none[16];

	return memcmp(a->bytes, none, a->family == AF_INET ? 4 : 16) == 0;
}

static bool
is_multicast(const struct ip_address *a)
{
	return a->family == AF_INET ? a->bytes[0] >> 4 == 14 : a->bytes[0] == 0xff;
}

static void
check_ipfix(const struct config *cfg, struct err *err)
{
	const struct ipfix_cfg *ipfix = &cfg->telemetry.ipfix;
	const struct ip_address *to = &ipfix->collector.address;

	if (!cfg_is_written(&cfg->telemetry.head, ipfix) || to->family == 0)
		return;
	if (is_any(to))
		cfg_error(err, &ipfix->head, &ipfix->collector, "is no address of a collector");
	if (is_multicast(to) && ipfix->protocol == IPFIX_TCP)
		cfg_error(
			err, &ipfix->head, &ipfix->collector, "is a group, which TCP cannot reach");
	if (ipfix->source.family != 0 && ipfix->source.family != to->family)
		cfg_error(err, &ipfix->head, &ipfix->source,
			"is of another family than the collector");
	if (to->family == AF_INET6 && ipfix->mtu < 1280)
		cfg_error(err, &ipfix->head, &ipfix->mtu, "IPv6 takes no less than 1280");
}

/* Checks where HTTP listens and flows are exported to, that there is a reader of NAT's entries, and
 * that a file has entries. */
void
telemetry_check(const struct config *cfg, struct err *err)
{
	const struct nat_log_cfg *log = &cfg->telemetry.nat_log;
	bool has_file = cfg_is_written(&cfg->telemetry.head, log), is_used = false;
	bool has_reader = has_file || cfg_is_written(&cfg->telemetry.head, &cfg->telemetry.ipfix);

	check_http(cfg, err);
	check_ipfix(cfg, err);
	cfg_each(pool, &cfg->policy.nat) {
		is_used |= pool->log;
		if (pool->log && !has_reader)
			cfg_error(err, &pool->head, &pool->log,
				"there is no file for it: telemetry.nat_log.file, and no telemetry.ipfix");
	}
	if (has_file && !is_used)
		cfg_warn(err, &cfg->telemetry.head, log, "no pool in section nat has log: true");
}
