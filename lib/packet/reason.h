/* SPDX-License-Identifier: BSD-3-Clause */
/* Drop reasons: every dropped packet has exactly one, and there is no "other".
 *
 * X(name, fault, sentence).  A name once released stays. fault says who can correct the cause: the
 * peer that sent the packet, the operator's policy, a capacity, the configuration, or Weir. */
#ifndef PACKET_REASON_H
#define PACKET_REASON_H

#include <stdint.h>

#define REASONS(X) \
	X(eth_runt, PEER, "The frame is shorter than an Ethernet header and what it announces.") \
	X(eth_unknown_type, PEER, "The pipeline routes, and the frame is neither IP, ARP nor ND.") \
	X(vlan_unknown, CONFIG, "No interface of the port has the frame's VLAN.") \
	X(interface_unused, CONFIG, "The interface has no pipeline.") \
	X(ip4_bad_header, PEER, \
		"IPv4 version, header length, or a total length below the header.") \
	X(ip4_bad_checksum, PEER, "The IPv4 header checksum is wrong.") \
	X(ip4_truncated, PEER, "The IPv4 packet says more than the frame holds.") \
	X(ip4_bad_option, PEER, "An IPv4 option runs past the header.") \
	X(ip6_bad_header, PEER, "The IPv6 version is not 6.") \
	X(ip6_truncated, PEER, \
		"The IPv6 packet or its header chain says more than the frame holds.") \
	X(ip6_ext_limit, PEER, "More than 8 extension headers, or more than 256 bytes of them.") \
	X(ip6_bad_ext, PEER, "Extension headers in an order or of a type that is not allowed.") \
	X(l4_bad_header, PEER, \
		"A TCP, UDP or ICMP header that is short or contradicts its packet.") \
	X(icmp_bad_checksum, PEER, "The ICMP or ICMPv6 checksum is wrong.") \
	X(martian, PEER, "A source or destination address that cannot stand there.") \
	X(source_route, PEER, "The packet carries a source route.") \
	X(no_route, CONFIG, "No route leads to the destination.") \
	X(blackhole, POLICY, "The route is a blackhole.") \
	X(not_for_us, PEER, "The frame is for another station.") \
	X(ttl_expired, PEER, "TTL or hop limit reached zero here.") \
	X(mtu_exceeded, PEER, \
		"The packet is larger than the next link takes and must not be fragmented.") \
	X(neighbour_unresolved, PEER, "The next hop does not answer ARP or ND.") \
	X(neighbour_queue_full, CAPACITY, "Too many packets or addresses wait for ARP or ND.") \
	X(neighbour_bad, PEER, "An ARP or ND message that breaks the rules of its format.") \
	X(neighbour_mac, PEER, "ARP or ND that names a MAC of no station, or our own.") \
	X(neighbour_address, PEER, \
		"ARP or ND from an address that no station has, or an answer that nobody asked for.") \
	X(neighbour_ours, PEER, \
		"ARP or ND of another station that speaks as one of our addresses.") \
	X(neighbour_static, PEER, "ARP or ND that contradicts a static neighbour.") \
	X(local_no_service, PEER, \
		"The packet is for one of our own addresses, and nothing serves it.") \
	X(drop_stage, POLICY, "A stage drop.") \
	X(acl_denied, POLICY, "A rule or the default of an access list.") \
	X(acl_rejected, POLICY, "A rule of an access list; the sender was told.") \
	X(rpf_failed, POLICY, "A stage rpf: no route leads back to the source there.") \
	X(police_exceeded, POLICY, "More than a stage police lets pass.") \
	X(limit_exceeded, POLICY, \
		"More than a stage limit lets pass of its source, destination or line.") \
	X(mirror_exceeded, POLICY, "A copy, beyond the rate of its stage mirror.") \
	X(bridge_reserved, PEER, \
		"A frame to 01:80:c2:00:00:00 to :0f (STP, LACP, LLDP, pause), which no bridge forwards.") \
	X(bridge_bad_source, PEER, \
		"A frame from a multicast MAC, from none, or from the bridge's own.") \
	X(bridge_same_port, PEER, \
		"The station is behind the interface that the frame came in by.") \
	X(bridge_moves, PEER, \
		"A frame of a station that moves too often: a loop, or two stations with one MAC.") \
	X(bridge_flood, POLICY, "A frame to an unknown station, beyond the bridge's flood rate.") \
	X(bridge_broadcast, POLICY, \
		"A broadcast or multicast frame, beyond the bridge's broadcast rate.") \
	X(bridge_alone, CONFIG, \
		"The bridge has no other interface that the frame could leave by.") \
	X(pipeline_end, CONFIG, "The pipeline ended without saying where the packet goes.") \
	X(nat_no_port, CAPACITY, "No public port is free for the session.") \
	X(nat_no_mapping, PEER, "Nothing is mapped to the address and port.") \
	X(nat_quota, POLICY, "The source holds as many translated sessions as it may.") \
	X(nat_domain, CONFIG, \
		"The packet leaves into another domain than that of the public addresses.") \
	X(session_full, CAPACITY, "The session table is full of sessions that must stay.") \
	X(session_conflict, CAPACITY, \
		"Its replies could not be told from those of another session.") \
	X(session_unproven, CAPACITY, \
		"A first SYN while too many connections are half-open; its second one may pass.") \
	X(session_interface, CONFIG, \
		"Its session expects it by another interface; asymmetric uplinks belong into one zone.") \
	X(session_waiting, PEER, "It answers a packet that still waits for ARP or ND.") \
	X(session_limit, POLICY, "The source holds or opens as many sessions as it may.") \
	X(tcp_bad_flags, PEER, "A combination of TCP flags that no endpoint sends.") \
	X(tcp_no_session, PEER, "A TCP segment in mid-stream without a session.") \
	X(tcp_out_of_window, PEER, "A TCP segment outside what its session allows.") \
	X(sctp_no_session, PEER, "An SCTP packet that belongs to no association and begins none.") \
	X(sctp_bad_tag, PEER, \
		"An SCTP packet whose verification tag is not that of its association.") \
	X(sctp_bad_chunk, PEER, "SCTP chunks whose lengths or order cannot be.") \
	X(sctp_fragment, CAPACITY, \
		"A fragment of an SCTP packet whose ports would have to change, checksum included.") \
	X(helper_order, PEER, \
		"A segment of a control connection that a helper cannot read before earlier ones.") \
	X(icmp_no_session, PEER, "An ICMP answer or error that belongs to no session.") \
	X(frag_overlap, PEER, "Fragments that overlap; the whole datagram is dropped.") \
	X(frag_timeout, PEER, "The fragments' first one did not come in time.") \
	X(frag_limit, CAPACITY, "Too many fragments or fragmented datagrams wait.") \
	X(frag_bad, PEER, "A fragment whose length, offset or header cannot be.") \
	X(multicast, CONFIG, "A multicast or broadcast packet that nothing here takes.") \
	X(host_limit_routing, CAPACITY, \
		"More routing protocol packets than go to the host interface in time.") \
	X(host_limit_neighbour, CAPACITY, \
		"More ARP and ND than goes to the host interface in time.") \
	X(host_limit_dhcp, CAPACITY, "More DHCP than goes to the host interface in time.") \
	X(host_limit, CAPACITY, \
		"More packets to our addresses than go to the host interface in time.") \
	X(host_full, CAPACITY, "The ring to the host thread is full.") \
	X(tx_full, CAPACITY, "The port did not take the packet in time.") \
	X(port_down, CAPACITY, "The port to send by is not there.") \
	X(handoff_full, CAPACITY, "The ring to the worker that owns the flow is full.") \
	X(no_mbuf, CAPACITY, "No packet buffer was free.") \
	X(multi_segment, CAPACITY, "A frame in several buffers that could not be made one.") \
	X(resolve_budget, CAPACITY, \
		"More unknown flows than the worker may judge while known ones wait.") \
	X(stopped, CONFIG, "The worker stopped while it held the packet.")

enum reason {
	REASON_NONE,
#define X(name, fault, sentence) REASON_##name,
	REASONS(X)
#undef X
		REASON_COUNT,
};

enum fault { FAULT_PEER, FAULT_POLICY, FAULT_CAPACITY, FAULT_CONFIG, FAULT_US };

const char *reason_name(enum reason r); /* "acl_denied" */
const char *reason_sentence(enum reason r);
enum fault reason_fault(enum reason r);
const char *fault_name(enum fault f); /* "peer", "policy", ... */

/* Returns the reason of that name, or REASON_NONE. */
enum reason reason_find(const char *name);

#endif
