/* SPDX-License-Identifier: BSD-3-Clause */
/* Printing metrics: a family is its two lines of comment, then its samples. */

#include "export/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <event2/buffer.h>
#include <sys/resource.h>

#include "packet/notation.h"

/* What this process is since it began, for the standard metrics of processes. */
static double
process_start(const struct snapshot *s)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - s->uptime;
}

static void
family(struct evbuffer *out, const char *name, const char *type, const char *help)
{
	evbuffer_add_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
plain(struct evbuffer *out, const char *name, const char *type, const char *help, double value)
{
	family(out, name, type, help);
	evbuffer_add_printf(out, "%s %.15g\n", name, value);
}

static void
sample(struct evbuffer *out, const char *name, const char *label, const char *value, uint64_t n)
{
	evbuffer_add_printf(out, "%s{%s=\"%s\"} %" PRIu64 "\n", name, label, value, n);
}

/* --- ports and interfaces --- */

enum { TRAFFIC_KINDS = 4 };

static const struct {
	const char *name, *what;
	size_t offset;
} traffic_kinds[TRAFFIC_KINDS] = {
	{ "receive_packets", "Packets received", offsetof(struct snapshot_traffic, rx) },
	{ "receive_bytes", "Bytes received", offsetof(struct snapshot_traffic, rx_bytes) },
	{ "transmit_packets", "Packets sent", offsetof(struct snapshot_traffic, tx) },
	{ "transmit_bytes", "Bytes sent", offsetof(struct snapshot_traffic, tx_bytes) },
};

static uint64_t
traffic_kind(const struct snapshot_traffic *t, unsigned kind)
{
	return *(const uint64_t *)((const char *)t + traffic_kinds[kind].offset);
}

static void
print_traffic(const struct snapshot *s, struct evbuffer *out)
{
	char name[64], help[64];

	for (unsigned k = 0; k < TRAFFIC_KINDS; k++) {
		snprintf(name, sizeof(name), "weir_interface_%s_total", traffic_kinds[k].name);
		snprintf(help, sizeof(help), "%s by an interface.", traffic_kinds[k].what);
		family(out, name, "counter", help);
		for (unsigned i = 0; i < s->n_ifaces; i++)
			sample(out, name, "interface", s->iface[i].name,
				traffic_kind(&s->iface[i].traffic, k));
		snprintf(name, sizeof(name), "weir_port_%s_total", traffic_kinds[k].name);
		snprintf(help, sizeof(help), "%s by a port.", traffic_kinds[k].what);
		family(out, name, "counter", help);
		for (unsigned i = 0; i < s->n_ports; i++)
			sample(out, name, "port", s->port[i].name,
				traffic_kind(&s->port[i].traffic, k));
	}
}

static void
print_ports(const struct snapshot *s, struct evbuffer *out)
{
	family(out, "weir_port_up", "gauge", "1: the port has a link.");
	for (unsigned i = 0; i < s->n_ports; i++)
		sample(out, "weir_port_up", "port", s->port[i].name, s->port[i].up);
	family(out, "weir_port_present", "gauge", "0: the device of the port vanished.");
	for (unsigned i = 0; i < s->n_ports; i++)
		sample(out, "weir_port_present", "port", s->port[i].name, s->port[i].present);
	family(out, "weir_port_receive_missed_total", "counter",
		"Frames for which the device or the kernel had no room.");
	for (unsigned i = 0; i < s->n_ports; i++)
		sample(out, "weir_port_receive_missed_total", "port", s->port[i].name,
			s->port[i].missed);
	family(out, "weir_port_receive_no_mbuf_total", "counter",
		"Frames for which there was no packet buffer.");
	for (unsigned i = 0; i < s->n_ports; i++)
		sample(out, "weir_port_receive_no_mbuf_total", "port", s->port[i].name,
			s->port[i].no_mbuf);
	family(out, "weir_port_errors_total", "counter", "Errors that the device counts.");
	for (unsigned i = 0; i < s->n_ports; i++)
		sample(out, "weir_port_errors_total", "port", s->port[i].name, s->port[i].errors);
}

/* As the kernel's interface sees it: what it receives came in by Weir's. */
static void
print_hosts(const struct snapshot *s, struct evbuffer *out)
{
	family(out, "weir_host_receive_packets_total", "counter",
		"Packets that the kernel interface of an interface has got.");
	for (unsigned i = 0; i < s->n_ifaces; i++)
		if (s->iface[i].has_host)
			sample(out, "weir_host_receive_packets_total", "interface",
				s->iface[i].name, s->iface[i].host.rx);
	family(out, "weir_host_transmit_packets_total", "counter", "Packets that it has sent.");
	for (unsigned i = 0; i < s->n_ifaces; i++)
		if (s->iface[i].has_host)
			sample(out, "weir_host_transmit_packets_total", "interface",
				s->iface[i].name, s->iface[i].host.tx);
	family(out, "weir_host_lost_packets_total", "counter",
		"Packets that it did not take, or for which there was no room.");
	for (unsigned i = 0; i < s->n_ifaces; i++)
		if (s->iface[i].has_host)
			sample(out, "weir_host_lost_packets_total", "interface", s->iface[i].name,
				s->iface[i].host_lost);
}

/* Reasons that an interface has not met are left out, as most are; sums by fault are always there,
 * so an alert need not wait for a series. */
static void
print_drops(const struct snapshot *s, struct evbuffer *out)
{
	uint64_t by_fault[FAULT_US + 1] = { 0 };

	family(out, "weir_drops_total", "counter", "Packets dropped that came in by an interface.");
	for (unsigned i = 0; i < s->n_ifaces; i++)
		for (unsigned r = 1; r < REASON_COUNT; r++) {
			if (s->iface[i].drops[r] == 0)
				continue;
			by_fault[reason_fault(r)] += s->iface[i].drops[r];
			evbuffer_add_printf(out,
				"weir_drops_total{reason=\"%s\",interface=\"%s\"} %" PRIu64 "\n",
				reason_name(r), s->iface[i].name, s->iface[i].drops[r]);
		}
	family(out, "weir_drops_by_fault_total", "counter",
		"Packets dropped, by who can correct the cause.");
	for (unsigned f = 0; f <= FAULT_US; f++)
		sample(out, "weir_drops_by_fault_total", "fault", fault_name(f), by_fault[f]);
}

/* --- flows, sessions, NAT --- */

static void
print_flows(const struct snapshot *s, struct evbuffer *out)
{
	family(out, "weir_flow_lookups_total", "counter",
		"Packets by whether their flow was known.");
	sample(out, "weir_flow_lookups_total", "result", "hit", s->hits);
	sample(out, "weir_flow_lookups_total", "result", "miss", s->misses);
	plain(out, "weir_flows", "gauge", "Flow records in use.", (double)s->flows);
	plain(out, "weir_flows_limit", "gauge", "Flow records that there is room for.",
		(double)s->flows_max);
}

/* Some classes share a name: their sum. */
static void
print_classes(const struct snapshot *s, struct evbuffer *out)
{
	for (unsigned i = 0; i < SESSION_CLASSES; i++) {
		const char *name = session_class_name(i);
		bool first = true;
		uint64_t n = 0;

		for (unsigned k = 0; k < SESSION_CLASSES; k++) {
			if (strcmp(session_class_name(k), name) != 0)
				continue;
			first &= k >= i;
			n += s->counts.now[k];
		}
		if (first)
			sample(out, "weir_sessions_by_class", "class", name, n);
	}
}

static void
print_sessions(const struct snapshot *s, struct evbuffer *out)
{
	plain(out, "weir_sessions", "gauge", "Sessions.", (double)s->sessions);
	plain(out, "weir_sessions_limit", "gauge", "Sessions that there is room for.",
		(double)s->sessions_max);
	family(out, "weir_sessions_by_class", "gauge", "Sessions by their class.");
	print_classes(s, out);
	plain(out, "weir_sessions_created_total", "counter", "Sessions begun.",
		(double)s->counts.created);
	family(out, "weir_sessions_refused_total", "counter",
		"Sessions that could not begin: no room, a limit of their source, or the SYN gate.");
	sample(out, "weir_sessions_refused_total", "cause", "full", s->counts.refused);
	sample(out, "weir_sessions_refused_total", "cause", "limit", s->counts.limited);
	sample(out, "weir_sessions_refused_total", "cause", "syn_gate", s->counts.unproven);
	family(out, "weir_sessions_ended_total", "counter", "Sessions ended, by cause.");
	for (unsigned i = 0; i < SESSION_END_COUNT; i++)
		sample(out, "weir_sessions_ended_total", "cause", session_end_name(i),
			s->counts.ended[i]);
}

static void
nat_sample(struct evbuffer *out, const char *name, const struct nat_pool_counts *p,
	const char *address, uint64_t n)
{
	evbuffer_add_printf(
		out, "%s{pool=\"%s\",address=\"%s\"} %" PRIu64 "\n", name, p->name, address, n);
}

/* A figure of each public address, the last of many together. */
static void
print_addresses(
	struct evbuffer *out, const char *name, const struct nat_pool_counts *p, size_t offset)
{
	uint64_t others = 0;

	for (unsigned i = 0; i < p->n_addresses; i++) {
		union address a = { .words = { 0, 0 } };
		const char *counts = (const char *)&p->address[i].all;
		uint64_t n = *(const uint64_t *)(counts + offset);
		char text[64];

		if (i >= METRICS_ADDRESSES) {
			others += n;
			continue;
		}
		a.v4 = p->address[i].address;
		notation_address(text, sizeof(text), &a, 4);
		nat_sample(out, name, p, text, n);
	}
	if (p->n_addresses > METRICS_ADDRESSES)
		nat_sample(out, name, p, "others", others);
}

static const struct {
	const char *name, *type, *help;
	size_t offset;
	bool by_address;
} nat_figures[] = {
	{ "weir_nat_ports_used", "gauge",
		"Ports in use, of all protocols, those in quarantine included.",
		offsetof(struct nat_counts, ports_used), true },
	{ "weir_nat_ports", "gauge", "Ports of one protocol.",
		offsetof(struct nat_counts, ports_total), true },
	{ "weir_nat_mappings", "gauge", "Mappings with sessions.",
		offsetof(struct nat_counts, mappings), false },
	{ "weir_nat_mappings_created_total", "counter", "Mappings made.",
		offsetof(struct nat_counts, allocated), false },
	{ "weir_nat_no_port_total", "counter", "Sessions refused because no port was free.",
		offsetof(struct nat_counts, refused_port), false },
	{ "weir_nat_quota_total", "counter",
		"Sessions refused because their source has as many as it may.",
		offsetof(struct nat_counts, refused_quota), false },
};

static void
print_nat(const struct snapshot *s, struct evbuffer *out)
{
	unsigned pools = s->nat != NULL ? s->nat->n_pools : 0;

	for (unsigned k = 0; k < sizeof(nat_figures) / sizeof(nat_figures[0]); k++) {
		family(out, nat_figures[k].name, nat_figures[k].type, nat_figures[k].help);
		for (unsigned i = 0; i < pools; i++) {
			const struct nat_pool_counts *p = &s->nat->pool[i];
			const char *all = (const char *)&p->all;

			if (nat_figures[k].by_address)
				print_addresses(out, nat_figures[k].name, p, nat_figures[k].offset);
			else
				sample(out, nat_figures[k].name, "pool", p->name,
					*(const uint64_t *)(all + nat_figures[k].offset));
		}
	}
}

/* --- Weir itself --- */

static void
worker_sample(struct evbuffer *out, const char *name, unsigned worker, double value)
{
	evbuffer_add_printf(out, "%s{worker=\"%u\"} %.15g\n", name, worker, value);
}

/* How long an idle worker takes to wake up: measured, the kernel's delay included. */
static void
print_sleeps(const struct snapshot *s, struct evbuffer *out)
{
	family(out, "weir_worker_longest_sleep_seconds", "gauge",
		"Longest sleep of an idle worker since the start: the bound of its wake-up delay.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_longest_sleep_seconds", i,
			(double)s->worker[i].longest_sleep_ns / 1e9);
	family(out, "weir_worker_sleep_seconds_total", "counter", "Time that idle workers slept.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_sleep_seconds_total", i,
			(double)s->worker[i].slept_ns / 1e9);
	family(out, "weir_worker_sleeps_total", "counter", "Sleeps of idle workers.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_sleeps_total", i, (double)s->worker[i].sleeps);
	family(out, "weir_worker_sleeps_woken_total", "counter",
		"Sleeps that a packet, another worker or control ended (idle: interrupt).");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_sleeps_woken_total", i, (double)s->worker[i].woken);
}

static void
print_workers(const struct snapshot *s, struct evbuffer *out)
{
	uint64_t packets = 0, busy_ns = 0;

	family(out, "weir_worker_busy_ratio", "gauge",
		"Share of the last second that went into packets.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_busy_ratio", i, s->worker[i].busy);
	family(out, "weir_worker_busy_seconds_total", "counter", "Time that went into packets.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_busy_seconds_total", i,
			(double)s->worker[i].busy_ns / 1e9);
	family(out, "weir_worker_packets_total", "counter", "Packets processed.");
	for (unsigned i = 0; i < s->n_workers; i++) {
		worker_sample(out, "weir_worker_packets_total", i, (double)s->worker[i].packets);
		packets += s->worker[i].packets;
		busy_ns += s->worker[i].busy_ns;
	}
	plain(out, "weir_worker_cycles_per_packet", "gauge",
		"Cycles of the processor a packet since the start, of all workers.",
		packets == 0 ? 0 : (double)busy_ns * s->busy_cycles_hz / 1e9 / (double)packets);
	family(out, "weir_worker_longest_loop_seconds", "gauge",
		"Longest loop since the start, without sleeps.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_longest_loop_seconds", i,
			(double)s->worker[i].longest_loop_ns / 1e9);
	print_sleeps(s, out);
	family(out, "weir_worker_stalled", "gauge", "1: the worker stands still.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_stalled", i, s->worker[i].stalled);
	family(out, "weir_worker_generation", "gauge", "Configuration that the worker uses.");
	for (unsigned i = 0; i < s->n_workers; i++)
		worker_sample(out, "weir_worker_generation", i, (double)s->worker[i].generation);
}

/* Bounds are powers of two, from 1 us to 1 s or so. */
static void
print_latency(const struct snapshot *s, struct evbuffer *out)
{
	uint64_t below = 0;
	unsigned bin = 0;

	family(out, "weir_latency_seconds", "histogram",
		"Time of packets from receive to transmit, of sampled loops.");
	for (uint64_t bound = 1024; bound <= 1ull << 30; bound *= 2) {
		for (; bin < LATENCY_BINS && latency_above(bin) <= bound; bin++)
			below += s->latency.count[bin];
		evbuffer_add_printf(out, "weir_latency_seconds_bucket{le=\"%.9g\"} %" PRIu64 "\n",
			(double)bound / 1e9, below);
	}
	for (; bin < LATENCY_BINS; bin++)
		below += s->latency.count[bin];
	evbuffer_add_printf(out,
		"weir_latency_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		"weir_latency_seconds_sum %.9g\nweir_latency_seconds_count %" PRIu64 "\n",
		below, (double)s->latency.sum_ns / 1e9, below);
}

static void
print_pools(const struct snapshot *s, struct evbuffer *out)
{
	static const char *const names[] = { "weir_mbufs_free", "weir_mbufs" };

	for (unsigned k = 0; k < 2; k++) {
		family(out, names[k], "gauge",
			k == 0 ? "Packet buffers in a pool, by its NUMA node."
			       : "Packet buffers that belong to a pool.");
		for (unsigned i = 0; i < s->n_pools; i++)
			evbuffer_add_printf(out, "%s{pool=\"node%d\"} %" PRIu64 "\n", names[k],
				s->pool[i].node < 0 ? 0 : s->pool[i].node,
				k == 0 ? s->pool[i].free : s->pool[i].count);
	}
}

static void
print_ledger(const struct snapshot *s, struct evbuffer *out)
{
	const struct ledger_sum *l = &s->ledger;

	plain(out, "weir_ledger_imbalance", "gauge",
		"rx + born - tx - dropped - consumed - held: 0, or a bug.", (double)l->imbalance);
	family(out, "weir_ledger_packets_total", "counter", "The account of every packet.");
	sample(out, "weir_ledger_packets_total", "account", "rx", l->rx);
	sample(out, "weir_ledger_packets_total", "account", "born", l->born);
	sample(out, "weir_ledger_packets_total", "account", "tx", l->tx);
	sample(out, "weir_ledger_packets_total", "account", "dropped", l->dropped);
	sample(out, "weir_ledger_packets_total", "account", "consumed", l->consumed);
	plain(out, "weir_ledger_held_packets", "gauge", "Packets that wait somewhere.",
		(double)l->held);
}

static void
print_process(const struct snapshot *s, struct evbuffer *out)
{
	struct rusage usage = { 0 };

	getrusage(RUSAGE_SELF, &usage);
	family(out, "weir_build_info", "gauge", "1, with the version of Weir.");
	sample(out, "weir_build_info", "version", WEIR_VERSION, 1);
	plain(out, "process_start_time_seconds", "gauge", "Time of the first poll, Unix time.",
		process_start(s));
	plain(out, "process_cpu_seconds_total", "counter", "Processor time of all threads.",
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
			+ (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	plain(out, "weir_config_generation", "gauge", "Number of the configuration in use.",
		(double)s->generation);
	family(out, "weir_config_reloads_total", "counter",
		"Configurations that were to replace the running one, by commit, reload or rollback.");
	sample(out, "weir_config_reloads_total", "result", "success", s->reloads.taken);
	sample(out, "weir_config_reloads_total", "result", "failure", s->reloads.refused);
	plain(out, "weir_config_last_reload_successful", "gauge",
		"0: the last configuration that was to be taken was refused.",
		s->reloads.last_refused ? 0 : 1);
}

/* Only while flows are exported. */
static void
print_ipfix(const struct snapshot *s, struct evbuffer *out)
{
	const struct exporter_figures *x = &s->exporter;

	if (x->state == EXPORTER_OFF)
		return;
	plain(out, "weir_ipfix_up", "gauge", "1: messages go to the IPFIX collector.",
		x->state == EXPORTER_SENDS);
	plain(out, "weir_ipfix_records_total", "counter", "Records made for the IPFIX collector.",
		(double)x->records);
	plain(out, "weir_ipfix_messages_total", "counter", "Messages sent to it.",
		(double)x->messages);
	plain(out, "weir_ipfix_bytes_total", "counter", "Bytes sent to it.", (double)x->bytes);
	plain(out, "weir_ipfix_waiting_records", "gauge", "Records that it has not taken yet.",
		(double)x->waiting);
	plain(out, "weir_ipfix_lost_records_total", "counter", "Records that found no room.",
		(double)x->lost);
	plain(out, "weir_ipfix_lost_packets_total", "counter",
		"Packets that the lost records counted.", (double)x->lost_packets);
	plain(out, "weir_ipfix_errors_total", "counter", "Errors of the socket to the collector.",
		(double)x->errors);
}

void
metrics_print(const struct snapshot *s, struct evbuffer *out)
{
	print_process(s, out);
	print_traffic(s, out);
	print_ports(s, out);
	print_hosts(s, out);
	print_drops(s, out);
	print_flows(s, out);
	print_sessions(s, out);
	print_nat(s, out);
	print_ipfix(s, out);
	print_workers(s, out);
	print_latency(s, out);
	print_pools(s, out);
	print_ledger(s, out);
}
