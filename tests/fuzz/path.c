/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole path for hostile frames. */

#include "path.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_mbuf.h>

#include "offline/offline.h"
#include "fastpath/fastpath_priv.h"
#include "packet/burst.h"

#define SETTLE_STEPS 120 /* of a second: no holder keeps a packet for so long */

static const char default_config[] =
	"version: 1\n"
	"system: {flows: 4096}\n"
	"ports:\n"
	"  p0: {device: net_null0, mac: \"02:00:00:00:00:01\"}\n"
	"  p1: {device: net_null1, mac: \"02:00:00:00:00:02\"}\n"
	"  p2: {device: net_null2, mac: \"02:00:00:00:00:03\"}\n"
	"  p3: {device: net_null3, mac: \"02:00:00:00:00:04\"}\n"
	"interfaces:\n"
	"  p0:\n"
	"    addresses: [10.0.0.1/24, \"2001:db8:1::1/64\"]\n"
	"    pipeline: all\n"
	"    neighbours:\n"
	"      10.0.0.2: \"02:00:00:00:01:02\"\n"
	"      \"2001:db8:1::2\": \"02:00:00:00:01:02\"\n"
	"  v20:\n"
	"    port: p0\n"
	"    vlan: 20\n"
	"    addresses: [10.20.0.1/24, \"2001:db8:20::1/64\"]\n"
	"    pipeline: stateful\n"
	"  q7: {port: p0, vlan: 100, inner_vlan: 7, addresses: [10.30.0.1/24], pipeline: all}\n"
	"  p1:\n"
	"    mtu: 1280\n"
	"    addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"]\n"
	"    pipeline: all\n"
	"    neighbours:\n"
	"      198.51.100.2: \"02:00:00:00:02:02\"\n"
	"      \"2001:db8:2::2\": \"02:00:00:00:02:02\"\n"
	"  p2: {pipeline: there}\n"
	"  p3: {pipeline: back}\n"
	"routes:\n"
	"  main:\n"
	"    - {to: 0.0.0.0/0, via: 198.51.100.2}\n"
	"    - {to: \"::/0\", via: \"2001:db8:2::2\"}\n"
	"    - {to: 203.0.113.0/25, via: [198.51.100.3, {via: 10.0.0.2, weight: 3}]}\n"
	"    - {to: 203.0.113.128/26, blackhole: true}\n"
	"    - {to: 203.0.113.192/26, reject: true}\n"
	"    - {to: \"2001:db8:f::/48\", via: [\"2001:db8:2::3\", \"2001:db8:1::2\"]}\n"
	"sets:\n"
	"  bad: [10.0.0.128/25, \"2001:db8:1:0:bad::/80\"]\n"
	"acls:\n"
	"  list:\n"
	"    default: accept\n"
	"    rules:\n"
	"      - {src: $bad, action: drop}\n"
	"      - {proto: tcp, dport: 25, action: reject}\n"
	"      - {proto: udp, dport: 69, action: reject}\n"
	"      - {icmp: redirect, action: drop}\n"
	"      - {fragment: true, dst: 203.0.113.7, action: drop}\n"
	"      - {dscp: cs7, action: drop}\n"
	"      - {proto: tcp, flags: S/SA, dport: 22, action: drop}\n"
	"  known:\n"
	"    default: accept\n"
	"    rules:\n"
	"      - {state: invalid, action: drop}\n"
	"pipelines:\n"
	"  all:\n"
	"    - acl: list\n"
	"    - police: {rate: 50Mbit, burst: 64k, if: {proto: udp, dport: 53}}\n"
	"    - mark: {dscp: ef, if: {dport: 5060}}\n"
	"    - route: main\n"
	"  stateful: [track, {acl: known}, {route: main}]\n"
	"  there: [{mark: {dscp: 0, if: {proto: udp}}}, {forward: p3}]\n"
	"  back: [{drop: {if: {proto: tcp, dport: 23}}}, {forward: p2}]\n";

static struct {
	struct offline offline;
	struct fastpath *fp;
	uint64_t now_ns;
	unsigned port, n;
	struct rte_mbuf *m[BURST_MAX];
} path;

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void
path_open(const char *config)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.lazy_buffers = true,
		.workers = 1,
		.burst = BURST_MAX,
	};
	struct err *err = err_create();
	struct config *cfg = config_load_text(
		"<fuzz>", config != NULL ? config : default_config, err);

	if (cfg != NULL && err_count(err) == 0)
		path.offline.appliance = appliance_start(cfg, &how, err);
	err_print(err, stderr, false);
	if (path.offline.appliance == NULL)
		die("the path does not start");
	err_destroy(err);
	path.fp = workers_at(appliance_workers(path.offline.appliance), 0)->fp;
	path.now_ns = APPLIANCE_TIME_ZERO_NS;
	path_advance(NS_PER_SECOND);
}

const uint8_t *
path_mac(unsigned port)
{
	return appliance_ports(path.offline.appliance)->at[port].mac.addr_bytes;
}

const struct ledger *
path_ledger(void)
{
	return fastpath_ledger(path.fp);
}

struct fastpath *
path_fastpath(void)
{
	return path.fp;
}

const struct datapath *
path_slowpath(void)
{
	return &path.fp->dp;
}

void
path_accept(int frames)
{
#ifdef WEIR_DEBUG
	queue_fault_accept = frames;
#else
	(void)frames;
#endif
}

void
path_watch(void (*sent)(void *arg, unsigned port, const struct rte_mbuf *m))
{
	path.offline.sent = sent;
}

static void
check_ledger(void)
{
	unsigned in_use = pools_in_use(appliance_pools(path.offline.appliance));
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, path_ledger());
	if (sum.imbalance != 0)
		die("imbalance %" PRId64 ": rx %" PRIu64 " born %" PRIu64 " tx %" PRIu64
		    " dropped %" PRIu64 " consumed %" PRIu64 " held %" PRId64,
			sum.imbalance, sum.rx, sum.born, sum.tx, sum.dropped, sum.consumed,
			sum.held);
	if (sum.held < 0 || in_use < (uint64_t)sum.held || (sum.held == 0 && in_use != 0))
		die("%u packet buffers in use, %" PRId64 " held", in_use, sum.held);
}

/* What was sent is taken away, and then everything must add up. */
static void
finish_step(void)
{
	fastpath_flush(path.fp);
	offline_drain(&path.offline);
	check_ledger();
}

void
path_flush(void)
{
	if (path.n == 0)
		return;
	for (unsigned i = 0; i < path.n; i++)
		path.m[i]->port = appliance_ports(path.offline.appliance)->at[path.port].id;
	mbuf_debug_received(path.m, path.n);
	fastpath_process(path.fp, (uint16_t)path.port, path.m, path.n, false);
	path.n = 0;
	finish_step();
}

void
path_frame(unsigned port, const uint8_t *data, uint32_t bytes, unsigned n)
{
	struct rte_mbuf *m;

	if (path.n != 0 && port != path.port)
		path_flush();
	m = offline_frame(&path.offline, data, bytes);
	if (m == NULL)
		die("no packet buffers");
	path.port = port;
	path.m[path.n++] = m;
	if (path.n >= n || path.n == BURST_MAX)
		path_flush();
}

void
path_advance(uint64_t ns)
{
	path_flush();
	path.now_ns += ns;
	appliance_set_time(path.offline.appliance, path.now_ns);
	fastpath_tick(path.fp);
	fastpath_age(path.fp);
	finish_step();
}

void
path_settle(void)
{
	unsigned steps = 0;

	path_flush();
	while (pools_in_use(appliance_pools(path.offline.appliance)) != 0) {
		if (steps++ == SETTLE_STEPS)
			die("%u packet buffers are held after %u s",
				pools_in_use(appliance_pools(path.offline.appliance)),
				SETTLE_STEPS);
		path_advance(NS_PER_SECOND);
	}
	check_ledger();
}

void
path_close(void)
{
	unsigned out;

	path_settle();
	if (!appliance_halt(path.offline.appliance))
		die("the worker does not stop");
	offline_drain(&path.offline);
	check_ledger();
	out = appliance_close(path.offline.appliance);
	if (out != 0)
		die("%u packet buffers did not come back", out);
	appliance_destroy(path.offline.appliance);
	appliance_leave();
}
