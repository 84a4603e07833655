/* SPDX-License-Identifier: BSD-3-Clause */
/* DPDK's environment: started once from section system, left once.
 *
 * The control thread is lcore 0 and worker w is lcore w + 1, whatever core each runs on: several of
 * them may share one core.  EAL gets no device by its arguments; ports are opened afterwards
 * (io/port.h), so that an error about a device is reported at its own line.
 *
 * Threads: the control thread, before any worker runs and after all of them have stopped.
 * Memory: all of DPDK's, until eal_fini. */
#ifndef IO_EAL_H
#define IO_EAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum {
	EAL_WORKERS_MAX = 64,
	EAL_PCI_MAX = 64,
};

enum eal_hugepages {
	EAL_HUGEPAGES_AUTO, /* when enough are free, else without, and eal_memory says so */
	EAL_HUGEPAGES_YES,  /* an error if too few are free */
	EAL_HUGEPAGES_NO,
};

struct eal_core {
	unsigned core;
	struct loc loc;
};

struct eal_cfg {
	struct loc loc; /* of section system, for errors without a better place */
	struct eal_core control;
	const struct eal_core *workers;
	unsigned worker_count; /* 1 .. EAL_WORKERS_MAX */
	enum eal_hugepages hugepages;
	struct loc hugepages_loc;
	struct loc memory_loc;               /* of the row that determines the memory */
	size_t memory_bytes;                 /* memory for pools and tables (pool_estimate_bytes) */
	size_t spare_bytes;                  /* more of it, of which what is used is taken */
	bool single_file_segments;           /* set by ports_eal_needs (virtio-user) */
	bool pci;                            /* set by ports_eal_needs (a port is a PCI device) */
	const char *pci_device[EAL_PCI_MAX]; /* their texts: EAL chooses the IOVA mode by them */
	unsigned n_pci;
	bool unbound;             /* the calling thread stays on whatever cores it was */
	bool verbose;             /* DPDK's own log on stderr; otherwise it is silent */
	const char *const *extra; /* system.eal: passed to DPDK after Weir's own arguments */
	unsigned extra_count;
	struct loc extra_loc;
};

/* Starts DPDK; the calling thread becomes the control thread and is bound to its core, unless it is
 * to be unbound: where it steps the workers itself, programs beside each other share all cores.
 * Returns 0, or -errno with one error in err: a core that does not exist or that this process may
 * not use, too few hugepages, what DPDK refused.  It can be called once in the life of a process.
 */
int eal_init(const struct eal_cfg *cfg, struct err *err);

/* Returns the memory that DPDK is given for so many bytes of pools and tables, in MiB. */
size_t eal_need_mib(size_t memory_bytes);

/* Adds an error for each argument of system.eal that EAL does not know, that would end the process
 * (--help), or that Weir itself decides.  loc: the place of each.  Returns 0 or -EINVAL. */
int eal_check_extra(const char *const *args, const struct loc *loc, unsigned n, struct err *err);

/* Returns true if the arguments load drivers that are not DPDK's own. */
bool eal_loads_drivers(const char *const *args, unsigned n);

/* Releases everything; nothing is left in /run or on hugetlbfs.  Without eal_init it does
 * nothing. */
void eal_fini(void);

/* Returns the number of cores that this process may use, as workers: auto counts them, and writes
 * at most max of them, ascending.  Callable before eal_init. */
unsigned eal_cores(unsigned *cores, unsigned max);

/* Returns the lcore of worker w, for rte_eal_remote_launch. */
unsigned eal_worker_lcore(unsigned worker);

/* Returns the NUMA node of worker w's core, 0 if the machine has no nodes. */
int eal_worker_node(unsigned worker);

/* Returns one sentence: what memory DPDK runs on and why ("no hugepages: 212 MiB needed, 0 MiB
 * free"). */
const char *eal_memory(void);

/* Returns true if DPDK was started with a PCI device, or with memory in single files: ports that
 * need that can be opened later. */
bool eal_has_pci(void);
bool eal_has_single_files(void);

/* Returns true if system.eal asks for DPDK's telemetry (--telemetry).  Its socket is then in
 * DPDK's folder of this process, for its user alone, until eal_fini. */
bool eal_has_telemetry(void);

/* Returns the file prefix, by which DPDK's tools name this process. */
const char *eal_prefix(void);

/* Returns true if hugepages are used. */
bool eal_has_hugepages(void);

#endif
