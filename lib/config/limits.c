/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of a configuration, from the constants of the code. */

#include "config/limits.h"

#include "config/config.h"
#include "nat/nat.h"
#include "session/session.h"
#include "packet/burst.h"
#include "packet/ledger.h"
#include "schema/document.h"
#include "policy/pipeline.h"
#include "policy/routes.h"

const struct limit limits[] = {
	{ "ports", PORT_MAX, "Ports; DPDK is built for as many." },
	{ "port name", PORT_NAME_MAX - 1, "Characters in the name of a port." },
	{ "queues", PORT_QUEUES_MAX, "Receive queues of a port, where the driver has as many." },
	{ "queues of af_packet", DEVICE_AF_PACKET_QUEUES, "Queues of net_af_packet." },
	{ "queues of virtio_user", DEVICE_VIRTIO_USER_QUEUES, "Queues of net_virtio_user." },
	{ "members of a bond", BOND_MEMBERS_MAX, "Devices of a bond." },
	{ "interfaces", LEDGER_IFACES - 1, "Interfaces." },
	{ "workers", EAL_WORKERS_MAX, "Workers, each on a core of its own." },
	{ "burst", BURST_MAX, "Packets that a worker takes from a queue at once." },
	{ "arguments of DPDK", SYSTEM_EAL_MAX, "Arguments in system.eal." },
	{ "stages", PIPELINE_STEPS_MAX, "Stages of a pipeline." },
	{ "gotos", PIPELINE_JUMPS_MAX, "Gotos that one packet may follow." },
	{ "counted stages", PROGRAM_ACTIONS_MAX,
		"Stages and rules that one packet may be counted, metered or marked by." },
	{ "next hops", ROUTE_HOPS_MAX, "Next hops of a route." },
	{ "stages track", SESSION_POLICIES - 1, "Stages track, over all pipelines." },
	{ "pools", NAT_POOLS, "Pools in section nat." },
	{ "addresses of a pool", NAT_ADDRESSES, "Public addresses of a pool." },
	{ "included files", DOCUMENT_FILES_MAX - 1,
		"Files that are included, by all of them together." },
	{ NULL, 0, NULL },
};

void
limits_print(FILE *out)
{
	fprintf(out,
		"\n## Limits\n\n"
		"Beyond the bounds of single values above; more is an error of `weir check`, with its place.\n\n"
		"| limit | at most | of |\n|---|---|---|\n");
	for (const struct limit *l = limits; l->name != NULL; l++)
		fprintf(out, "| %s | %lu | %s |\n", l->name, l->most, l->what);
}
