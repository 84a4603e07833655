/* SPDX-License-Identifier: BSD-3-Clause */
/* Arguments for DPDK that a configuration may add (system.eal): known ones that neither end the
 * process nor change what Weir itself decides.  EAL would print a usage text and exit at the first
 * unknown one. */

#include "io/eal.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "base/suggest.h"

enum { FREE, OURS };         /* who decides */
enum { BARE, VALUE, MAYBE }; /* what follows an option; MAYBE: after '=' only */

static const struct option {
	const char *name;
	unsigned char who, takes;
} options[] = {
	{ "-a", FREE, VALUE },
	{ "--allow", FREE, VALUE },
	{ "-b", FREE, VALUE },
	{ "--block", FREE, VALUE },
	{ "-d", FREE, VALUE },
	{ "-m", FREE, VALUE },
	{ "-n", FREE, VALUE },
	{ "-r", FREE, VALUE },
	{ "--base-virtaddr", FREE, VALUE },
	{ "--create-uio-dev", FREE, BARE },
	{ "--force-max-simd-bitwidth", FREE, VALUE },
	{ "--huge-dir", FREE, VALUE },
	{ "--huge-unlink", FREE, MAYBE },
	{ "--iova-mode", FREE, VALUE },
	{ "--legacy-mem", FREE, BARE },
	{ "--log-level", FREE, VALUE },
	{ "--match-allocations", FREE, BARE },
	{ "--mbuf-pool-ops-name", FREE, VALUE },
	{ "--no-hpet", FREE, BARE },
	{ "--single-file-segments", FREE, BARE },
	{ "--socket-limit", FREE, VALUE },
	{ "--socket-mem", FREE, VALUE },
	{ "--syslog", FREE, VALUE },
	{ "--telemetry", FREE, BARE },
	{ "--trace", FREE, VALUE },
	{ "--trace-bufsz", FREE, VALUE },
	{ "--trace-dir", FREE, VALUE },
	{ "--trace-mode", FREE, VALUE },
	{ "--vdev", FREE, VALUE },
	{ "--vfio-intr", FREE, VALUE },
	{ "--vfio-vf-token", FREE, VALUE },
	{ "--vmware-tsc-map", FREE, BARE },

	{ "-c", OURS, VALUE },
	{ "-l", OURS, VALUE },
	{ "--lcores", OURS, VALUE },
	{ "--main-lcore", OURS, VALUE },
	{ "-s", OURS, VALUE },
	{ "-S", OURS, VALUE },
	{ "--file-prefix", OURS, VALUE },
	{ "--in-memory", OURS, BARE },
	{ "--no-huge", OURS, BARE },
	{ "--no-pci", OURS, BARE },
	{ "--no-shconf", OURS, BARE },
	{ "--no-telemetry", OURS, BARE },
	{ "--proc-type", OURS, VALUE },
	{ "-h", OURS, BARE },
	{ "--help", OURS, BARE },
	{ "-v", OURS, BARE },
};

/* Returns the option that an argument is, also one that includes its value: -dFILE, --vdev=... */
static const struct option *
option_of(const char *arg)
{
	size_t length = arg[1] == '-' ? strcspn(arg, "=") : 2;

	for (unsigned i = 0; i < RTE_DIM(options); i++)
		if (strlen(options[i].name) == length && strncmp(options[i].name, arg, length) == 0)
			return &options[i];
	return NULL;
}

static int
refuse(const char *arg, struct loc loc, struct err *err)
{
	struct suggestion s = suggestion_of(arg);

	for (unsigned i = 0; i < RTE_DIM(options); i++)
		if (options[i].who == FREE)
			suggestion_offer(&s, options[i].name);
	if (s.best != NULL)
		return err_add(err, EINVAL, loc,
			"system.eal: DPDK has no option '%s'; did you mean '%s'?", arg, s.best);
	return err_add(err, EINVAL, loc, "system.eal: '%s' is not an option of DPDK", arg);
}

int
eal_check_extra(const char *const *args, const struct loc *loc, unsigned n, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct option *o = args[i][0] == '-' && args[i][1] != '\0'
			? option_of(args[i])
			: NULL;
		bool inside = o != NULL && args[i][strlen(o->name)] != '\0';

		if (o == NULL)
			rc = refuse(args[i], loc[i], err);
		else if (o->who == OURS)
			rc = err_add(err, EINVAL, loc[i],
				"system.eal: %s cannot be configured: Weir sets it itself",
				o->name);
		else if (inside && o->takes == BARE)
			rc = err_add(err, EINVAL, loc[i], "system.eal: %s takes no value", o->name);
		else if (!inside && o->takes == VALUE && (i + 1 == n || args[++i][0] == '-'))
			rc = err_add(err, EINVAL, loc[i < n ? i : n - 1],
				"system.eal: %s needs a value", o->name);
	}
	return rc;
}

bool
eal_loads_drivers(const char *const *args, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strncmp(args[i], "-d", 2) == 0)
			return true;
	return false;
}
