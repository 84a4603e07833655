/* SPDX-License-Identifier: BSD-3-Clause */
/* DPDK's environment: started once from section system, left once. */

#include "io/eal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>

#include "io/host_memory.h"
#include "io/quiet.h"
#include "io/topology.h"
#include "io/vfio_reset.h"

enum {
	ARGS_MAX = 256,
	MIB = 1 << 20,
	OWN_MIB = 48, /* for EAL itself, rings and tables of tens of kilobytes */
};

static struct {
	bool started;
	bool hugepages, pci, single_files, telemetry;
	char memory[160];
	char prefix[32];
	unsigned cores[EAL_WORKERS_MAX];
} eal;

struct args {
	int count;
	char *at[ARGS_MAX + 1];
};

static void __attribute__((format(printf, 2, 3))) args_add(struct args *args, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text == NULL || args->count == ARGS_MAX) {
		free(text);
		return;
	}
	args->at[args->count++] = text;
}

static void
args_fini(struct args *args)
{
	for (int i = 0; i < args->count; i++)
		free(args->at[i]);
}

unsigned
eal_cores(unsigned *cores, unsigned max)
{
	return topology_cores(cores, max);
}

/* Writes the cores as text, "0-1,4". */
static void
cores_text(char *text, size_t size)
{
	unsigned cores[CPU_SETSIZE];
	unsigned count = eal_cores(cores, CPU_SETSIZE);
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < count && used < size; i++) {
		unsigned first = cores[i];

		while (i + 1 < count && cores[i + 1] == cores[i] + 1)
			i++;
		used += (size_t)snprintf(text + used, size - used, used == 0 ? "%u" : ",%u", first);
		if (cores[i] != first && used < size)
			used += (size_t)snprintf(text + used, size - used, "-%u", cores[i]);
	}
}

static int
core_check(const struct eal_core *core, const char *key, struct err *err)
{
	char have[128];

	if (topology_may_use(core->core))
		return 0;
	cores_text(have, sizeof(have));
	return err_add(err, EINVAL, core->loc, "system.%s: core %u %s; there are %s", key,
		core->core, topology_exists(core->core) ? "is not ours to use" : "does not exist",
		have);
}

static int
cores_check(const struct eal_cfg *cfg, struct err *err)
{
	int rc = core_check(&cfg->control, "control", err);

	if (cfg->worker_count == 0 || cfg->worker_count > EAL_WORKERS_MAX)
		return err_add(err, EINVAL, cfg->loc,
			"system.workers: %u workers; 1 to %d are possible", cfg->worker_count,
			EAL_WORKERS_MAX);
	for (unsigned i = 0; i < cfg->worker_count; i++) {
		if (core_check(&cfg->workers[i], "workers", err) < 0)
			rc = -EINVAL;
		eal.cores[i] = cfg->workers[i].core;
	}
	return rc;
}

/* Decides on hugepages, and records why. */
static int
memory_choose(const struct eal_cfg *cfg, size_t need_mib, struct err *err)
{
	struct host_memory have;

	host_memory_read(&have);
	eal.hugepages = cfg->hugepages != EAL_HUGEPAGES_NO && have.huge_free_mib >= need_mib;
	if (cfg->hugepages == EAL_HUGEPAGES_YES && !eal.hugepages)
		return host_memory_advise(&have, need_mib, cfg->hugepages_loc, err);
	if (!eal.hugepages && !host_memory_has(&have, need_mib))
		return err_add(err, ENOMEM, cfg->memory_loc,
			"system.memory: %zu MiB needed for packets and tables, "
			"%zu MiB of memory available, of which a 16th stays free; fewer mbufs or descriptors take less",
			need_mib, have.available_mib);

	if (eal.hugepages)
		snprintf(eal.memory, sizeof(eal.memory), "hugepages: %zu MiB needed, %zu MiB free",
			need_mib, have.huge_free_mib);
	else if (cfg->hugepages == EAL_HUGEPAGES_NO)
		snprintf(eal.memory, sizeof(eal.memory), "no hugepages, as configured: %zu MiB",
			need_mib);
	else
		snprintf(eal.memory, sizeof(eal.memory),
			"no hugepages: %zu MiB needed, %zu MiB free", need_mib, have.huge_free_mib);
	return 0;
}

static bool
extra_has(const struct eal_cfg *cfg, const char *option)
{
	size_t length = strlen(option);

	for (unsigned i = 0; i < cfg->extra_count; i++) {
		if (strncmp(cfg->extra[i], option, length) == 0)
			return true;
	}
	return false;
}

/* Adds the cores: lcore 0 is control, lcore w + 1 worker w; each is bound to its core, which
 * several may share. */
static void
args_add_cores(struct args *args, const struct eal_cfg *cfg)
{
	char text[EAL_WORKERS_MAX * 12 + 16];
	size_t used = (size_t)snprintf(
		text, sizeof(text), "0@%u", topology_real(cfg->control.core));

	for (unsigned i = 0; i < cfg->worker_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, ",%u@%u", i + 1,
			topology_real(cfg->workers[i].core));
	args_add(args, "--lcores=%s", text);
	args_add(args, "--main-lcore=0");
}

static void
args_build(struct args *args, const struct eal_cfg *cfg, size_t need_mib)
{
	args_add(args, "weir");
	args_add_cores(args, cfg);
	/* A later --telemetry does not undo it. */
	if (!eal.telemetry)
		args_add(args, "--no-telemetry");
	args_add(args, "--file-prefix=%s", eal.prefix);
	args_add(args, "--log-level=%s", cfg->verbose ? "info" : "error");
	/* Neither way leaves files; DPDK takes --in-memory with hugepages only. */
	if (eal.hugepages) {
		args_add(args, "--in-memory");
	} else {
		args_add(args, "--no-shconf");
		args_add(args, "--no-huge");
		args_add(args, "-m");
		args_add(args, "%zu", need_mib + cfg->spare_bytes / MIB);
	}
	if (cfg->single_file_segments)
		args_add(args, "--single-file-segments");
	if (!cfg->pci || geteuid() != 0)
		args_add(args, "--iova-mode=va");

	/* The list keeps EAL from taking other NICs that are bound to vfio.  It must have the
	 * configured ones: their driver decides on the IOVA mode.  ports_open tries a device again
	 * that cannot be opened now, and reports the error at its line. */
	if (!cfg->pci)
		args_add(args, "--no-pci");
	for (unsigned i = 0; i < cfg->n_pci && !extra_has(cfg, "-a") && !extra_has(cfg, "-b"); i++)
		args_add(args, "--allow=%s", cfg->pci_device[i]);

	for (unsigned i = 0; i < cfg->extra_count; i++)
		args_add(args, "%s", cfg->extra[i]);
	args->at[args->count] = NULL;
}

static const char *
telemetry_path(char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/dpdk_telemetry.v2", rte_eal_get_runtime_dir());
	return path;
}

static int
start(struct args *args, const struct eal_cfg *cfg, struct err *err)
{
	/* EAL reorders the pointers of its argv: it gets its own array. */
	char *argv[ARGS_MAX + 1];
	char path[PATH_MAX];
	struct quiet quiet;
	cpu_set_t cores;
	mode_t mask;
	int rc;

	memcpy(argv, args->at, sizeof(argv));
	sched_getaffinity(0, sizeof(cores), &cores);
	quiet_begin(&quiet);
	mask = umask(0077); /* DPDK leaves the mode of its telemetry socket to it */
	vfio_reset_begin();
	rc = rte_eal_init(args->count, argv);
	vfio_reset_end();
	umask(mask);
	if (cfg->unbound)
		sched_setaffinity(0, sizeof(cores), &cores);
	quiet_end(&quiet);
	if (eal.telemetry && rc >= 0)
		chmod(telemetry_path(path), 0600);
	/* EAL creates the folder whatever the arguments, and without telemetry it is empty: not
	 * even a killed process leaves it behind. */
	rmdir(rte_eal_get_runtime_dir());
	if (rc < 0)
		return err_add(err, rte_errno > 0 ? rte_errno : EIO,
			cfg->extra_count > 0 ? cfg->extra_loc : cfg->loc,
			"system%s: DPDK does not start%s%s", cfg->extra_count > 0 ? ".eal" : "",
			quiet_colon(&quiet),
			cfg->pci && !eal.hugepages
				? "; PCI devices without an IOMMU need hugepages: sysctl -w vm.nr_hugepages=N"
				: "");

	eal.started = true;
	eal.pci = cfg->pci;
	eal.single_files = cfg->single_file_segments;
	rte_openlog_stream(stderr);
	return 0;
}

size_t
eal_need_mib(size_t memory_bytes)
{
	return (memory_bytes + MIB - 1) / MIB + OWN_MIB;
}

int
eal_init(const struct eal_cfg *cfg, struct err *err)
{
	size_t need_mib = eal_need_mib(cfg->memory_bytes);
	struct args args = { 0 };
	int rc;

	if (eal.started)
		return err_add(err, EALREADY, cfg->loc, "system: DPDK runs already");
	if (cfg->verbose)
		quiet_off();
	rc = cores_check(cfg, err);
	if (rc < 0)
		return rc;
	rc = memory_choose(cfg, need_mib, err);
	if (rc < 0)
		return rc;

	snprintf(eal.prefix, sizeof(eal.prefix), "weir-%d", (int)getpid());
	eal.telemetry = extra_has(cfg, "--telemetry");
	args_build(&args, cfg, need_mib);
	rc = start(&args, cfg, err);
	args_fini(&args);
	return rc;
}

/* Removes the socket of telemetry, which DPDK removes at exit only, and its folder. */
static void
remove_socket(void)
{
	char path[PATH_MAX];

	if (!eal.telemetry)
		return;
	unlink(telemetry_path(path));
	rmdir(rte_eal_get_runtime_dir());
}

void
eal_fini(void)
{
	struct quiet quiet;

	if (!eal.started)
		return;
	quiet_begin(&quiet);
	remove_socket();
	rte_eal_cleanup();
	quiet_end(&quiet);
	eal.started = false;
}

unsigned
eal_worker_lcore(unsigned worker)
{
	return worker + 1;
}

int
eal_worker_node(unsigned worker)
{
	return topology_node(eal.cores[worker]);
}

const char *
eal_memory(void)
{
	return eal.memory;
}

bool
eal_has_pci(void)
{
	return eal.pci;
}

bool
eal_has_single_files(void)
{
	return eal.single_files;
}

bool
eal_has_telemetry(void)
{
	return eal.telemetry;
}

const char *
eal_prefix(void)
{
	return eal.prefix;
}

bool
eal_has_hugepages(void)
{
	return eal.hugepages;
}
