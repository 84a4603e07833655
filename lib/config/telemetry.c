/* SPDX-License-Identifier: BSD-3-Clause */
/* Section telemetry: what is reported of traffic at run time, and where to. */

#include <string.h>

#include <sys/socket.h>

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

static const struct cfg_field telemetry_fields[] = {
	{ "http", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, http),
		"Read-only HTTP for Prometheus, a browser and scripts.", .table = &http_table },
	{ "log", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, log),
		"Events as lines of JSON; without it, only hits of rules with log are written, to "
		"standard error.",
		.table = &event_log_table },
	{ "nat_log", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, nat_log),
		"Log of begin and end of mappings, of pools with log: true.",
		.table = &nat_log_table },
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

/* Checks where HTTP listens, that there is a file for NAT's entries, and that a file has entries.
 */
void
telemetry_check(const struct config *cfg, struct err *err)
{
	const struct nat_log_cfg *log = &cfg->telemetry.nat_log;
	bool has_file = cfg_is_written(&cfg->telemetry.head, log), is_used = false;

	check_http(cfg, err);
	cfg_each(pool, &cfg->policy.nat) {
		is_used |= pool->log;
		if (pool->log && !has_file)
			cfg_error(err, &pool->head, &pool->log,
				"there is no file for it: telemetry.nat_log.file");
	}
	if (has_file && !is_used)
		cfg_warn(err, &cfg->telemetry.head, log, "no pool in section nat has log: true");
}
