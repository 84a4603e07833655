/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory: hugepages on the nodes where they are needed, ordinary memory, transparent huge pages. */

#include <stdio.h>
#include <string.h>

#include "doctor/doctor_priv.h"
#include "io/host_memory.h"

enum {
	KIB = 1024,
	MIB = 1 << 20,
};

/* How urgent hugepages are. */
static enum finding_kind
urgency(const struct patient *p)
{
	if (p->cfg->system.memory.hugepages == EAL_HUGEPAGES_YES || p->has_uio)
		return FINDING_ERROR;
	return p->has_pci ? FINDING_WARNING : FINDING_HINT;
}

static const char *
reason_of(const struct patient *p)
{
	if (p->cfg->system.memory.hugepages == EAL_HUGEPAGES_YES)
		return "system.memory.hugepages asks for them";
	if (p->has_uio)
		return "a PCI device without an IOMMU needs them";
	return "Weir runs without them, slower";
}

static void
check_hugepages(struct patient *p, const struct host_memory *have)
{
	uint64_t need = p->size.dpdk_mib, lack;
	char mend[256];

	if (p->cfg->system.memory.hugepages == EAL_HUGEPAGES_NO && !p->has_uio) {
		finding_add(
			p->findings, FINDING_OK, "hugepages", NULL, "none are used, as configured");
		return;
	}
	if (have->huge_free_mib >= need) {
		finding_add(p->findings, FINDING_OK, "hugepages", NULL,
			"%llu MiB needed, %zu MiB free", (unsigned long long)need,
			have->huge_free_mib);
		return;
	}
	if (have->huge_kib == 0) {
		finding_add(p->findings, urgency(p), "hugepages", NULL,
			"this kernel has no hugepages; %s", reason_of(p));
		return;
	}
	lack = ((need - have->huge_free_mib) * KIB + have->huge_kib - 1) / have->huge_kib;
	snprintf(mend, sizeof(mend),
		"echo %llu >/sys/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages",
		(unsigned long long)(have->huge_pages + lack), have->huge_kib);
	finding_add(p->findings, urgency(p), "hugepages", mend,
		"%llu MiB needed, %zu MiB free, %llu pages of %zu kB are missing; %s",
		(unsigned long long)need, have->huge_free_mib, (unsigned long long)lack,
		have->huge_kib, reason_of(p));
}

static void
check_tables(struct patient *p, const struct host_memory *have)
{
	uint64_t tables = (p->size.tables_bytes + MIB - 1) / MIB, need = tables;

	if (have->huge_free_mib < p->size.dpdk_mib
		|| p->cfg->system.memory.hugepages == EAL_HUGEPAGES_NO)
		need += p->size.dpdk_mib;
	if (have->available_mib < need)
		finding_add(p->findings, FINDING_ERROR, "memory",
			"lower system.flows or system.memory.mbufs, or add memory",
			"%llu MiB needed, %zu MiB available", (unsigned long long)need,
			have->available_mib);
	else if (have->available_mib == SIZE_MAX)
		finding_add(p->findings, FINDING_OK, "memory", NULL, "%llu MiB needed",
			(unsigned long long)need);
	else
		finding_add(p->findings, FINDING_OK, "memory", NULL,
			"%llu MiB needed (tables %llu MiB), %zu MiB available",
			(unsigned long long)need, (unsigned long long)tables, have->available_mib);
}

/* Looks for free hugepages on the nodes of the workers. */
static void
check_nodes(struct patient *p, const struct host_memory *have)
{
	bool seen[DOCTOR_NODES_MAX] = { false };

	if (!machine_has(p->machine, "/sys/devices/system/node/node1")
		|| have->huge_free_mib < p->size.dpdk_mib)
		return;
	for (unsigned i = 0; i < p->n_workers; i++) {
		int node = patient_node(p, p->worker[i].core);
		char file[160], mend[224];

		if (seen[node])
			continue;
		seen[node] = true;
		snprintf(file, sizeof(file),
			"/sys/devices/system/node/node%d/hugepages/hugepages-%zukB", node,
			have->huge_kib);
		if (machine_number(p->machine, 1, "%s/free_hugepages", file) > 0)
			continue;
		snprintf(mend, sizeof(mend), "echo %zu >%s/nr_hugepages", have->huge_pages, file);
		finding_add(p->findings, FINDING_WARNING, "hugepages", mend,
			"NUMA node %d has workers and no free hugepages: its packet buffers lie on "
			"another node",
			node);
	}
}

static void
check_transparent(struct patient *p)
{
	char line[128];

	if (machine_line(
		    p->machine, line, sizeof(line), "/sys/kernel/mm/transparent_hugepage/enabled")
		&& strstr(line, "[never]") != NULL)
		finding_add(p->findings, FINDING_HINT, "memory",
			"echo madvise >/sys/kernel/mm/transparent_hugepage/enabled",
			"transparent huge pages are off: look-ups in large session tables take "
			"longer");
}

void
examine_memory(struct patient *p)
{
	char proc[MACHINE_PATH_MAX], sys[MACHINE_PATH_MAX];
	struct host_memory have;

	machine_path(p->machine, proc, "/proc");
	machine_path(p->machine, sys, "/sys");
	host_memory_read_from(proc, sys, &have);
	if (p->cfg != NULL && p->size.dpdk_mib > 0) {
		check_hugepages(p, &have);
		check_nodes(p, &have);
		check_tables(p, &have);
	} else if (p->cfg == NULL) {
		finding_add(p->findings, FINDING_OK, "memory", NULL,
			"%zu MiB available, %zu MiB in free hugepages", have.available_mib,
			have.huge_free_mib);
	}
	check_transparent(p);
}
