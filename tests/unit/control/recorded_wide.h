/* SPDX-License-Identifier: BSD-3-Clause */
/* What the flight recorder says of the packets of shown_wide_test.c: interface, bytes, what became
 * of them; this appliance is the second of its process.  SHOWN_PRINT=1 prints what there is. */
#ifndef UNIT_CONTROL_RECORDED_WIDE_H
#define UNIT_CONTROL_RECORDED_WIDE_H

/* clang-format off */
static const char recorded[] =
	"lan 54: output wan; worker 0, generation 2\n"
	"wan 54: output lan; worker 0, generation 2\n"
	"lan 54: output wan; worker 0, generation 2\n"
	"wan 54: output lan; worker 0, generation 2\n"
	"lan 54: output wan; worker 0, generation 2\n"
	"lan 47: output wan; worker 0, generation 2\n"
	"wan 42: output lan; worker 0, generation 2\n"
	"lan 42: output wan; worker 0, generation 2\n"
	"lan 66: output wan; worker 0, generation 2\n"
	"lan 42: output wan; worker 0, generation 2\n"
	"lan 62: output wan; worker 0, generation 2\n"
	"lan 62: output wan; worker 0, generation 2\n"
	"lan 42: held; worker 0, generation 2\n"
	"far 50: output lan; worker 0, generation 2\n"
	"lan 42: output wan; worker 0, generation 2\n"
	"lan 42: drop limit_exceeded: More than a stage limit lets pass of its source, "
	"destination or line. weir.yaml:34 pipelines.inside; worker 0, generation 2\n"
	"lan 42: drop limit_exceeded: More than a stage limit lets pass of its source, "
	"destination or line. weir.yaml:34 pipelines.inside; worker 0, generation 2\n"
	"lan 42: drop limit_exceeded: More than a stage limit lets pass of its source, "
	"destination or line. weir.yaml:34 pipelines.inside; worker 0, generation 2\n"
	"lan 54: drop acl_rejected: A rule of an access list; the sender was told. "
	"weir.yaml:25 acls.out; worker 0, generation 2\n"
	"lan 42: drop acl_denied: A rule or the default of an access list. weir.yaml:26 "
	"acls.out; worker 0, generation 2\n"
	"lan 614: drop acl_denied: A rule or the default of an access list. weir.yaml:26 "
	"acls.out; worker 0, generation 2, zeros behind byte 128\n"
	"lan 42: drop no_route: No route leads to the destination. weir.yaml:30 routes.main; "
	"worker 0, generation 2\n"
	"lan 42: drop ttl_expired: TTL or hop limit reached zero here.; worker 0, generation 2\n"
	"lan 42: drop martian: A source or destination address that cannot stand there.; "
	"worker 0, generation 2\n"
	"wan 42: drop acl_denied: A rule or the default of an access list. weir.yaml:27 "
	"acls.in default; worker 0, generation 2\n"
	"wan 54: drop tcp_no_session: A TCP segment in mid-stream without a session.; worker "
	"0, generation 2\n"
	"spare 46: drop interface_unused: The interface has no pipeline.; worker 0, "
	"generation 2\n"
	"b1 42: output b2; worker 0, generation 2\n"
	"b2 42: output b1; worker 0, generation 2\n"
	"b1 42: output b2; worker 0, generation 2\n"
	"b1 42: output b2; worker 0, generation 2\n"
	"b2 42: drop bridge_same_port: The station is behind the interface that the frame "
	"came in by.; worker 0, generation 2\n"
	"b1 46: output b2; worker 0, generation 2\n"
	"b1 42: output b2; worker 0, generation 2\n"
	"b2 42: output b1; worker 0, generation 2\n"
	"b1 42: output b2; worker 0, generation 2\n"
	"b2 42: output b1; worker 0, generation 2\n"
	"b2 42: drop bridge_moves: A frame of a station that moves too often: a loop, or two "
	"stations with one MAC.; worker 0, generation 2\n"
	"w1 42: output w2; sample of weir.yaml:42; worker 0, generation 2\n"
	"w1 42: output w2; worker 0, generation 2\n";
/* clang-format on */

#endif
