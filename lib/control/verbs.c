/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of verbs. */

#include "control/verbs.h"

#include "control/filter.h"
#include "control/verbs_priv.h"

static const struct verb_param no_params[] = { END_PARAMS };

static const struct verb_param port_params[] = {
	{ "port", PARAM_WORD, "PORT", "this port alone" },
	END_PARAMS,
};

static const struct verb_param interface_params[] = {
	{ "interface", PARAM_WORD, "INTERFACE", "this interface alone" },
	END_PARAMS,
};

static const struct verb_field status_fields[] = {
	TEXT("version", "version", "Version of Weir."),
	{ "uptime", "up", FIELD_SECONDS, "Since the first poll." },
	COUNT("pid", "pid", "The process."),
	COUNT("generation", "generation", "Number of the configuration in use, from 1."),
	TEXT("config", "configuration", "File that it was read from."),
	COUNT("workers", "workers", "Workers."),
	COUNT("sessions", "sessions", "Sessions of all workers."),
	RATE("rx_rate", "packets in/s", "Packets received a second, over the last second."),
	RATE("tx_rate", "packets out/s", "Packets sent a second."),
	RATE("drop_rate", "drops/s", "Packets dropped a second."),
	END_FIELDS,
};

static const struct verb_field port_fields[] = {
	TEXT("name", "port", "Name."),
	TEXT("link", "link", "up, down, or gone: its device vanished."),
	TEXT("device", "device", "Name of the device in DPDK."),
	TEXT("mac", "mac", "The MAC that Weir answers for."),
	COUNT("mtu", NULL, "Largest IP packet that the device takes."),
	COUNT("queues", "queues", "Receive queues."),
	TEXT("replies", "replies",
		"How replies to addresses of NAT find the worker of their session: public port (by the device), handed over, one worker."),
	COUNT("rx", "rx", "Packets received."),
	{ "rx_bytes", NULL, FIELD_BYTES, "Bytes received." },
	RATE("rx_rate", "rx/s", "Packets a second, over the last second."),
	RATE("rx_bits", "rx bit/s", "Bits a second."),
	COUNT("tx", "tx", "Packets sent."),
	{ "tx_bytes", NULL, FIELD_BYTES, "Bytes sent." },
	RATE("tx_rate", "tx/s", "Packets a second."),
	RATE("tx_bits", "tx bit/s", "Bits a second."),
	COUNT("missed", "missed", "Frames for which the device or the kernel had no room."),
	COUNT("no_mbuf", NULL, "Frames for which there was no packet buffer."),
	COUNT("errors", "errors", "Errors that the device counts."),
	{ "members", "members", FIELD_LIST,
		"Of a bond: each member and its state, which is distributing, waiting (for an LACP "
		"partner), active, standby, down, or gone." },
	{ "bond", NULL, FIELD_OBJECT,
		"The bond: mode, hash, rate, primary, and a list members: name, device, interface, link, "
		"state, and of LACP actor_state and partner (system, key, port, state)." },
	END_FIELDS,
};

static const struct verb_field interface_fields[] = {
	TEXT("name", "interface", "Name."),
	TEXT("port", "port", "Port that it stands on."),
	COUNT("vlan", "vlan", "VLAN; absent: untagged."),
	COUNT("inner_vlan", NULL, "Inner VLAN of two."),
	TEXT("zone", "zone", "Zone; absent: it is one of its own."),
	TEXT("domain", "domain", "Domain; absent where there is one alone."),
	TEXT("pipeline", "pipeline", "Pipeline of its packets."),
	COUNT("mtu", "mtu", "Largest IP packet."),
	COUNT("rx", "rx", "Packets received."),
	{ "rx_bytes", NULL, FIELD_BYTES, "Bytes received." },
	RATE("rx_rate", "rx/s", "Packets a second, over the last second."),
	RATE("rx_bits", "rx bit/s", "Bits a second."),
	COUNT("tx", "tx", "Packets sent."),
	{ "tx_bytes", NULL, FIELD_BYTES, "Bytes sent." },
	RATE("tx_rate", "tx/s", "Packets a second."),
	RATE("tx_bits", "tx bit/s", "Bits a second."),
	COUNT("dropped", "dropped", "Packets dropped that came in by it."),
	{ "drops", NULL, FIELD_OBJECT, "The same by reason." },
	{ "addresses", "addresses", FIELD_LIST, "Addresses, with the length of their subnet." },
	TEXT("host", "host", "Kernel interface; absent: it has none."),
	COUNT("host_rx", "to host", "Packets that the kernel interface has got."),
	COUNT("host_tx", "from host", "Packets that it has sent."),
	COUNT("host_lost", NULL, "Packets that it did not take, or for which there was no room."),
	END_FIELDS,
};

static const struct verb_field worker_fields[] = {
	COUNT("worker", "worker", "Number."),
	COUNT("core", "core", "Core."),
	{ "busy", "busy", FIELD_SHARE, "Share of the last second that went into packets." },
	RATE("rate", "packets/s", "Packets a second, over the last second."),
	COUNT("packets", "packets", "Packets processed."),
	COUNT("handed", "handed over", "Of these, packets that another worker received."),
	{ "begins", "flows begin", FIELD_BOOL,
		"Flows begin here whose owner a hash chooses (system.spread)." },
	COUNT("cycles", "cycles/packet", "Cycles of the processor a packet, since the start."),
	{ "p50", "p50", FIELD_NS, "From receive to transmit: half of the packets were faster." },
	{ "p99", "p99", FIELD_NS, "Likewise, 99 % of them." },
	{ "p999", "p99.9", FIELD_NS, "Likewise, 99.9 % of them." },
	{ "longest_loop", "longest loop", FIELD_NS, "Longest loop without a sleep." },
	{ "longest_sleep", "with a sleep", FIELD_NS, "Longest loop with a sleep in it." },
	COUNT("flows", "flows", "Flow records in use."),
	COUNT("flows_max", NULL, "Flow records that there is room for."),
	COUNT("sessions", "sessions", "Sessions."),
	COUNT("generation", "generation", "Configuration that it uses."),
	COUNT("hits", NULL, "Look-ups that found a flow."),
	COUNT("misses", NULL, "Look-ups that found none."),
	{ "stalled", "stalled", FIELD_BOOL, "It stands still." },
	END_FIELDS,
};

static const struct verb_field pipeline_fields[] = {
	TEXT("pipeline", "pipeline", "Name."),
	COUNT("stage", "stage", "Place in the pipeline, from 1."),
	TEXT("name", "name", "Name of the stage."),
	TEXT("place", "place", "File and line."),
	{ "conditional", "if", FIELD_BOOL, "It has an if: and is for some packets." },
	{ "interfaces", "interfaces", FIELD_LIST,
		"Of the first stage: interfaces whose packets enter here." },
	COUNT("packets", "packets in", "Of the first stage: packets that entered by them."),
	COUNT("evaluated", "evaluated",
		"Packets that the stage has decided about under this configuration: first packets, and those of no known flow. "
		"Of pipeline (fast path): packets of known flows, since the start."),
	COUNT("ended", "ended",
		"Of them, those whose evaluation ended there, or went on in another pipeline."),
	COUNT("cycles", "cycles/packet",
		"Cycles of the processor for one of them, by samples; absent without one."),
	END_FIELDS,
};

static const struct verb_param session_params[] = {
	FILTER_SESSION,
	{ "count", PARAM_FLAG, NULL, "only how many" },
	END_PARAMS,
};

static const struct verb_field session_fields[] = {
	TEXT("proto", "proto", "Protocol."),
	TEXT("state", "state", "State of TCP, or what packets there were."),
	TEXT("src", "source", "Source of the first packet, as it came in."),
	TEXT("dst", "destination", "Its destination."),
	TEXT("domain", "domain", "Domain that it began in; absent where there is one alone."),
	TEXT("in", "in", "Interface that it came in by."),
	TEXT("out", "out", "Interface that it left by."),
	TEXT("out_domain", "into", "Domain that it left into, if another one."),
	TEXT("snat", "source becomes", "Translated source."),
	TEXT("dnat", "destination becomes", "Translated destination."),
	{ "idle", "idle", FIELD_SECONDS, "Since the last packet." },
	{ "expires", "expires", FIELD_SECONDS, "Until it times out without a packet." },
	TEXT("class", NULL, "closed, half-open, unreplied, replied or established."),
	COUNT("worker", NULL, "Its owner."),
	COUNT("count", NULL, "Instead of a list, with count: how many."),
	END_FIELDS,
};

static const struct verb_param flow_params[] = {
	FILTER_TUPLE,
	{ "count", PARAM_FLAG, NULL, "only how many" },
	END_PARAMS,
};

static const struct verb_field flow_fields[] = {
	TEXT("proto", "proto", "Protocol."),
	TEXT("src", "source", "Source of its packets, as they come in."),
	TEXT("dst", "destination", "Destination."),
	TEXT("domain", "domain", "Domain of that interface; absent where there is one alone."),
	TEXT("in", "in", "Interface that they come in by."),
	TEXT("verdict", "verdict", "What becomes of them."),
	TEXT("out", "out", "Interface or port that they leave by."),
	TEXT("session", "session", "forward or reply: its direction of a session."),
	{ "idle", "idle", FIELD_SECONDS, "Since the last packet." },
	COUNT("worker", NULL, "Worker that has it."),
	COUNT("count", NULL, "Instead of a list, with count: how many."),
	END_FIELDS,
};

static const struct verb_param neighbour_params[] = {
	{ "address", PARAM_VALUE, "PREFIX", "this address, or those of this prefix" },
	{ "interface", PARAM_VALUE, "INTERFACE", "of this interface" },
	{ "domain", PARAM_VALUE, "DOMAIN", "of this domain" },
	{ "count", PARAM_FLAG, NULL, "only how many" },
	END_PARAMS,
};

static const struct verb_field neighbour_fields[] = {
	TEXT("address", "address", "Address."),
	TEXT("interface", "interface", "Interface of its link."),
	TEXT("domain", "domain", "Its domain; absent where there is one alone."),
	TEXT("mac", "mac", "MAC; absent: not known."),
	TEXT("state", "state", "reachable, probing, asking, failed, unknown or static."),
	COUNT("waiting", "waiting", "Packets that wait for its answer."),
	{ "idle", "idle", FIELD_SECONDS, "Since the last packet to it." },
	COUNT("worker", "worker", "Worker: each has its own table."),
	COUNT("count", NULL, "Instead of a list, with count: how many."),
	END_FIELDS,
};

static const struct verb_param set_params[] = {
	{ "set", PARAM_WORD, "SET", "this set alone" },
	END_PARAMS,
};

static const struct verb_param set_change_params[] = {
	{ "set", PARAM_WORD, "SET", "the dynamic set" },
	{ "address", PARAM_WORD, "ADDRESS", "the address" },
	{ "domain", PARAM_VALUE, "DOMAIN", "the domain that it is in; main without" },
	END_PARAMS,
};

static const struct verb_field set_fields[] = {
	TEXT("set", "set", "Name of the dynamic set."),
	TEXT("address", "address", "The member."),
	TEXT("domain", "domain", "Domain that it is in; absent where there is one alone."),
	{ "age", "age", FIELD_SECONDS, "Since it was added last." },
	{ "left", "left", FIELD_SECONDS, "Until it goes; absent: it stays." },
	TEXT("interface", "by", "Ingress interface of the packet that added it; absent: weirctl."),
	END_FIELDS,
};

static const struct verb_field set_change_fields[] = {
	COUNT("count", "members changed", "Members that were added, renewed or deleted."),
	END_FIELDS,
};

static const struct verb_param clear_params[] = {
	FILTER_SESSION,
	{ "all", PARAM_FLAG, NULL, "every session" },
	END_PARAMS,
};

static const struct verb_field clear_fields[] = {
	COUNT("count", "sessions ended", "Sessions that ended."),
	END_FIELDS,
};

#define SESSIONS_OF_CHANGE \
	{ \
		"sessions", PARAM_VALUE, "keep|recheck|flush", \
			"sessions go on whatever the new access lists say, are judged again (the default), or end" \
	}
#define FILE_OF_CHANGE \
	{ \
		"file", PARAM_FILE, "FILE", "the configuration" \
	}

static const struct verb_param file_params[] = { FILE_OF_CHANGE, END_PARAMS };

static const struct verb_param commit_params[] = {
	FILE_OF_CHANGE,
	{ "confirm", PARAM_VALUE, "TIME",
		"undo the commit after this time (60s, 5m) unless it is confirmed" },
	SESSIONS_OF_CHANGE,
	END_PARAMS,
};

static const struct verb_param rollback_params[] = {
	{ "number", PARAM_WORD, "NUMBER",
		"an entry of show history; default: the one before the current one" },
	SESSIONS_OF_CHANGE,
	END_PARAMS,
};

static const struct verb_param reload_params[] = { SESSIONS_OF_CHANGE, END_PARAMS };

#define FINDINGS \
	{ \
		"findings", NULL, FIELD_FINDINGS, "Errors and warnings about the file." \
	}
#define GENERATION COUNT("generation", "generation", "Number of the configuration that runs now.")

static const struct verb_field check_fields[] = {
	COUNT("tests", "tests passed", "Section tests that passed."),
	FINDINGS,
	END_FIELDS,
};

static const struct verb_field commit_fields[] = {
	GENERATION,
	COUNT("number", "history", "Its entry in show history."),
	{ "confirm", "to be confirmed within", FIELD_SECONDS,
		"Seconds until the commit is undone unless it is confirmed." },
	COUNT("flushed", "sessions ended", "Sessions that ended."),
	TEXT("note", "note", "Which configuration a later start uses."),
	FINDINGS,
	END_FIELDS,
};

static const struct verb_field confirm_fields[] = { GENERATION, END_FIELDS };

static const struct verb_field diff_fields[] = {
	TEXT("text", "",
		"Lines of the printed configurations that differ, with the keys above them."),
	END_FIELDS,
};

static const struct verb_field history_fields[] = {
	COUNT("number", "number", "Counts up, over restarts."),
	TEXT("time", "time", "When, UTC."),
	TEXT("who", "who", "User, SIGHUP, or start."),
	TEXT("what", "what", "start, last good, committed, commit, reload or rollback."),
	TEXT("source", "file", "File that it was read from."),
	TEXT("state", "state", "The one that runs."),
	END_FIELDS,
};

static const struct verb_param nat_params[] = {
	{ "hosts", PARAM_FLAG, NULL, "inside hosts instead of pools" },
	{ "inside", PARAM_VALUE, "PREFIX", "likewise, those of this address or prefix" },
	{ "domain", PARAM_VALUE, "DOMAIN", "likewise, those of this domain" },
	END_PARAMS,
};

static const struct verb_field nat_fields[] = {
	TEXT("pool", "pool", "Name of the pool."),
	TEXT("address", "address", "Public address; absent: the whole pool."),
	TEXT("inside", "inside", "Of a host: its address."),
	TEXT("domain", "domain",
		"Of a host: its domain; else that of the public address; absent where there is one alone."),
	COUNT("ports", "ports", "Ports of one protocol."),
	COUNT("ports_used", "used", "Ports in use, of all protocols, resting ones too."),
	COUNT("mappings", "mappings", "Mappings with sessions; of a host resting ones, too."),
	COUNT("resting", "resting", "Mappings whose sessions have ended a moment ago."),
	COUNT("allocated", "made", "Mappings made."),
	COUNT("sessions", "sessions",
		"Sessions that got a public endpoint; of a host those that it has now."),
	COUNT("no_port", "no port", "Sessions refused because no port was free."),
	COUNT("quota", "quota", "Sessions refused because their source has as many as it may."),
	COUNT("worker", "worker", "Of a host: its worker."),
	END_FIELDS,
};

static const struct verb_param route_params[] = {
	{ "table", PARAM_VALUE, "TABLE", "routes of this table" },
	{ "domain", PARAM_VALUE, "DOMAIN", "routes of the tables of this domain" },
	{ "to", PARAM_VALUE, "ADDRESS", "the route that this address takes" },
	{ "kind", PARAM_VALUE, "KIND",
		"via, local, broadcast, public, blackhole, reject; or kernel: all of the kernel" },
	END_PARAMS,
};

static const struct verb_field route_fields[] = {
	TEXT("table", "table", "Route table."),
	TEXT("domain", "domain", "Its domain; absent where there is one alone."),
	TEXT("to", "to", "Destination."),
	TEXT("kind", "kind",
		"via, local, broadcast, public (an address of NAT), blackhole, reject, prohibit or domain."),
	TEXT("origin", "from",
		"static, connected, nat, or kernel and who told the kernel: kernel bgp."),
	COUNT("metric", "metric", "Of the kernel; the lowest one counts."),
	{ "hops", "next hops", FIELD_LIST, "Next hops: address, interface, weight." },
	TEXT("state", "state",
		"unused: another route of the prefix counts, or its interface is not Weir's."),
	END_FIELDS,
};

static const struct verb_field problem_fields[] = {
	TEXT("to", "to", "Destination."),
	COUNT("kernel_table", "table", "Number of the kernel's table."),
	COUNT("metric", "metric", "Its metric."),
	TEXT("why", "why", "What cannot be represented."),
	END_FIELDS,
};

static const struct verb_param rule_params[] = {
	{ "unused", PARAM_FLAG, NULL, "those that have not decided anything" },
	{ "owner", PARAM_VALUE, "LIST", "those of this access list or pipeline" },
	{ "name", PARAM_VALUE, "NAME", "those of this name" },
	END_PARAMS,
};

static const struct verb_field rule_fields[] = {
	COUNT("packets", "packets", "Packets that it decided."),
	{ "bytes", "bytes", FIELD_BYTES, "Bytes of them." },
	TEXT("place", "place", "File and line."),
	TEXT("owner", "of", "Access list, pipeline or route table."),
	TEXT("name", "name", "Name of the rule."),
	{ "first", "first hit", FIELD_SECONDS, "Seconds since the first of them." },
	{ "last", "last hit", FIELD_SECONDS, "Seconds since the last of them." },
	END_FIELDS,
};

static const struct verb_param talker_params[] = {
	{ "by", PARAM_VALUE, "packets|bytes", "what counts: bytes (the default), or packets" },
	{ "kind", PARAM_VALUE, "KIND", "source, destination or flow alone" },
	END_PARAMS,
};

static const struct verb_field talker_fields[] = {
	TEXT("kind", "kind", "source, destination or flow, as its packets come in."),
	TEXT("name", "name", "Address, or protocol and ends."),
	TEXT("domain", "domain", "Domain of the addresses; absent where there is one alone."),
	RATE("rate", "packets/s", "Packets a second."),
	RATE("bits", "bits/s", "Bits a second."),
	{ "share", "share", FIELD_SHARE, "Share of all traffic." },
	{ "error", "error", FIELD_SHARE, "The share may be too large by as much." },
	END_FIELDS,
};

static const struct verb_field trend_fields[] = {
	{ "ago", "ago", FIELD_SECONDS, "When." },
	COUNT("established", "established", "Sessions of this class."),
	COUNT("replied", "replied", "Likewise."),
	COUNT("unreplied", "unreplied", "Likewise."),
	COUNT("half-open", "half-open", "Likewise."),
	COUNT("closed", "closed", "Likewise."),
	RATE("rx_rate", "received/s", "Packets received a second."),
	RATE("tx_rate", "sent/s", "Packets sent a second."),
	RATE("drop_rate", "dropped/s", "Packets dropped a second."),
	END_FIELDS,
};

static const struct verb_field limit_fields[] = {
	TEXT("name", "limit", "What is limited: a bound of Weir, or a line of the configuration."),
	COUNT("most", "at most", "How many there may be."),
	COUNT("used", "used", "How many there are; absent where nobody counts."),
	COUNT("within", "kept to it", "Of a limit in a match: packets that have kept to it."),
	COUNT("over", "exceeded", "Packets that have exceeded it."),
	COUNT("displaced", "displaced",
		"Addresses that lost their place in the table of a rate while they owed."),
	TEXT("text", "of", "In words."),
	TEXT("place", "line", "Of a limit of the configuration: its file and line."),
	END_FIELDS,
};

static const struct verb_param drop_params[] = {
	{ "interface", PARAM_VALUE, "INTERFACE", "packets that came in by this interface" },
	{ "reason", PARAM_VALUE, "REASON", "this reason alone" },
	{ "policy", PARAM_FLAG, NULL, "what the policy forbids" },
	{ "trouble", PARAM_FLAG, NULL, "all others" },
	END_PARAMS,
};

static const struct verb_field drop_fields[] = {
	TEXT("fault", "fault", "Who can mend it: peer, policy, capacity, configuration, us."),
	TEXT("reason", "reason", "Name."),
	COUNT("packets", "packets", "Packets dropped."),
	RATE("rate", "packets/s", "Packets a second, over the last second."),
	{ "lines", "decided by", FIELD_LIST,
		"Lines of the configuration that dropped most of them, each with its packets." },
	TEXT("text", "what it means", "In a sentence."),
	{ "latest", "", FIELD_OBJECTS,
		"The latest ones, the newest first: seconds ago, in, packet, bytes, rule, worker." },
	END_FIELDS,
};

static const struct verb_field memory_fields[] = {
	TEXT("name", "memory", "What it is for."),
	{ "bytes", "size", FIELD_BYTES, "Bytes." },
	COUNT("used", "used", "Items in use."),
	COUNT("items", "of", "Items that there is room for."),
	END_FIELDS,
};

static const struct verb_field ipfix_fields[] = {
	TEXT("state", "state", "off, connecting, sending, or failing: tried again."),
	TEXT("collector", "collector", "Where to."),
	TEXT("protocol", "protocol", "udp or tcp."),
	COUNT("domain", "domain", "Observation domain ID."),
	COUNT("records", "records", "Records made: flows, NAT events."),
	COUNT("messages", "messages", "Messages sent."),
	{ "bytes", "size", FIELD_BYTES, "Bytes sent." },
	COUNT("waiting", "waiting", "Records that are not sent, or not acknowledged over TCP."),
	COUNT("lost", "lost", "Records that found no room."),
	COUNT("lost_packets", "lost packets", "Packets that the lost records counted."),
	{ "lost_bytes", "lost bytes", FIELD_BYTES, "Their bytes." },
	COUNT("errors", "errors", "Errors of the socket."),
	COUNT("connects", "connects", "Times that the socket was connected."),
	TEXT("error", "last error", "What the last error was."),
	END_FIELDS,
};

static const struct verb_field ledger_fields[] = {
	COUNT("rx", "received", "Packets received."),
	COUNT("born", "born", "Packets that Weir made."),
	COUNT("tx", "sent", "Packets sent."),
	COUNT("dropped", "dropped", "Packets dropped."),
	COUNT("consumed", "consumed", "Packets that Weir answered or took."),
	COUNT("held", "held", "Packets that wait somewhere."),
	COUNT("imbalance", "imbalance", "rx + born - tx - dropped - consumed - held: 0, or a bug."),
	{ "born_by", NULL, FIELD_OBJECT, "Born packets by kind." },
	{ "consumed_by", NULL, FIELD_OBJECT, "Consumed packets by whom." },
	{ "held_by", NULL, FIELD_OBJECT, "Held packets by whom." },
	END_FIELDS,
};

static const struct verb_param config_params[] = {
	{ "all", PARAM_FLAG, NULL, "with all defaults written out" },
	END_PARAMS,
};

static const struct verb_field config_fields[] = {
	TEXT("text", "",
		"The configuration that runs, as YAML that reads back equal; a part of it where there is a next one."),
	END_FIELDS,
};

const struct verb verbs[VERB_COUNT] = {
	[VERB_CAPTURE] = { "capture", RIGHT_CHANGE, capture_params, NULL, capture_fields,
		"Writes packets as they come in and leave, with why they are dropped." },
	[VERB_EXPLAIN] = { "explain", RIGHT_READ, explain_params, NULL, explain_fields,
		"Says what a packet would meet now: sessions, NAT, neighbours, limits; changes nothing." },
	[VERB_TRACE] = { "trace", RIGHT_CHANGE, trace_params, "packets", trace_fields,
		"Shows the next packets that a filter selects, stage by stage." },
	[VERB_RECORDER] = { "recorder", RIGHT_CHANGE, recorder_params, NULL, recorder_fields,
		"Writes the last packets that were dropped, took the slow path, or are samples." },
	[VERB_SHOW_STATUS] = { "show status", RIGHT_READ, no_params, NULL, status_fields,
		"Version, configuration in use, traffic of the last second." },
	[VERB_SHOW_PORTS] = { "show ports", RIGHT_READ, port_params, "ports", port_fields,
		"Ports: link, packets and rates." },
	[VERB_SHOW_INTERFACES] = { "show interfaces", RIGHT_READ, interface_params, "interfaces",
		interface_fields, "Interfaces: VLAN, zone, pipeline, packets, rates and drops." },
	[VERB_SHOW_WORKERS] = { "show workers", RIGHT_READ, no_params, "workers", worker_fields,
		"Workers: how busy, what a packet costs, the longest loop." },
	[VERB_SHOW_PIPELINES] = { "show pipelines", RIGHT_READ, no_params, "stages",
		pipeline_fields,
		"Pipelines and their stages, with packets and sampled cycles; the fast path." },
	[VERB_SHOW_SESSIONS] = { "show sessions", RIGHT_READ, session_params, "sessions",
		session_fields, "Sessions, by any part of them." },
	[VERB_SHOW_FLOWS] = { "show flows", RIGHT_READ, flow_params, "flows", flow_fields,
		"Flow records and what becomes of their packets." },
	[VERB_SHOW_NEIGHBOURS] = { "show neighbours", RIGHT_READ, neighbour_params, "neighbours",
		neighbour_fields, "Neighbours, by ARP and ND or static." },
	[VERB_SHOW_BRIDGES] = { "show bridges", RIGHT_READ, bridge_name_params, "bridges",
		bridge_fields, "Bridges: members, stations, what was learned and refused." },
	[VERB_SHOW_BRIDGE] = { "show bridge", RIGHT_READ, bridge_params, "stations",
		bridge_station_fields, "Stations that bridges know, with the member of each." },
	[VERB_CLEAR_BRIDGE] = { "clear bridge", RIGHT_CHANGE, clear_bridge_params, NULL,
		clear_bridge_fields, "Forgets stations of bridges; they are learned again." },
	[VERB_SHOW_SETS] = { "show sets", RIGHT_READ, set_params, "members", set_fields,
		"Members of dynamic sets, with the time that they have left." },
	[VERB_ADD_SETS] = { "add sets", RIGHT_CHANGE, set_change_params, NULL, set_change_fields,
		"Adds an address to a dynamic set, or renews it." },
	[VERB_DELETE_SETS] = { "delete sets", RIGHT_CHANGE, set_change_params, NULL,
		set_change_fields, "Deletes an address from a dynamic set." },
	[VERB_CLEAR_SESSIONS] = { "clear sessions", RIGHT_CHANGE, clear_params, NULL, clear_fields,
		"Ends sessions; their next packets begin new ones where the policy lets them." },
	[VERB_SHOW_HISTORY] = { "show history", RIGHT_READ, no_params, "entries", history_fields,
		"The last 20 configurations that ran, with who and when." },
	[VERB_CHECK] = { "check", RIGHT_CHANGE, file_params, NULL, check_fields,
		"Checks a file as a commit would, and changes nothing." },
	[VERB_DIFF] = { "diff", RIGHT_CHANGE, file_params, NULL, diff_fields,
		"Shows how the running configuration would change if the file were committed." },
	[VERB_COMMIT] = { "commit", RIGHT_CHANGE, commit_params, NULL, commit_fields,
		"Replaces the running configuration by a file; an error changes nothing." },
	[VERB_CONFIRM] = { "confirm", RIGHT_CHANGE, no_params, NULL, confirm_fields,
		"Confirms the last commit, so that it is not undone when its time has passed." },
	[VERB_ROLLBACK] = { "rollback", RIGHT_CHANGE, rollback_params, NULL, commit_fields,
		"Returns to an earlier configuration." },
	[VERB_RELOAD] = { "reload", RIGHT_CHANGE, reload_params, NULL, commit_fields,
		"Loads the file again that Weir was started with." },
	[VERB_SHOW_NAT] = { "show nat", RIGHT_READ, nat_params, "pools", nat_fields,
		"Pools and their public addresses, or inside hosts: ports, mappings, refusals." },
	[VERB_SHOW_ROUTES_PROBLEMS] = { "show routes problems", RIGHT_READ, no_params, "problems",
		problem_fields, "Routes of the kernel that Weir cannot take, and why." },
	[VERB_SHOW_IPFIX] = { "show ipfix", RIGHT_READ, no_params, NULL, ipfix_fields,
		"The export of flows: collector, records sent, waiting and lost." },
	[VERB_SHOW_ROUTES] = { "show routes", RIGHT_READ, route_params, "routes", route_fields,
		"Routes, those of subnets and own addresses, too." },
	[VERB_SHOW_RULES] = { "show rules", RIGHT_READ, rule_params, "rules", rule_fields,
		"Rules and other lines that decide about packets, with their hits." },
	[VERB_SHOW_TALKERS] = { "show talkers", RIGHT_READ, talker_params, "talkers", talker_fields,
		"The sources, destinations and flows with most packets and bytes in ten seconds." },
	[VERB_SHOW_TREND] = { "show trend", RIGHT_READ, no_params, "trend", trend_fields,
		"Sessions and traffic over the last hour, every ten seconds." },
	[VERB_SHOW_LIMITS] = { "show limits", RIGHT_READ, no_params, "limits", limit_fields,
		"Bounds, and how far they are used." },
	[VERB_SHOW_DROPS] = { "show drops", RIGHT_READ, drop_params, "drops", drop_fields,
		"Drops by reason, with their rate; policy apart from trouble." },
	[VERB_SHOW_MEMORY] = { "show memory", RIGHT_READ, no_params, "memory", memory_fields,
		"Memory of tables and packet buffers." },
	[VERB_SHOW_LEDGER] = { "show ledger", RIGHT_READ, no_params, NULL, ledger_fields,
		"The account of every packet." },
	[VERB_SHOW_CONFIG] = { "show config", RIGHT_READ, config_params, NULL, config_fields,
		"The configuration that runs." },
};
