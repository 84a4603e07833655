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
	const char *words; /* the values that it takes, NULL: any */
} options[] = {
	{ "-a", FREE, VALUE, NULL },
	{ "--allow", FREE, VALUE, NULL },
	{ "-b", FREE, VALUE, NULL },
	{ "--block", FREE, VALUE, NULL },
	{ "-d", FREE, VALUE, NULL },
	{ "-m", FREE, VALUE, NULL },
	{ "-n", FREE, VALUE, NULL },
	{ "-r", FREE, VALUE, NULL },
	{ "--base-virtaddr", FREE, VALUE, NULL },
	{ "--create-uio-dev", FREE, BARE, NULL },
	{ "--force-max-simd-bitwidth", FREE, VALUE, NULL },
	{ "--huge-dir", FREE, VALUE, NULL },
	{ "--huge-unlink", FREE, MAYBE, "existing always never" },
	{ "--iova-mode", FREE, VALUE, "pa va" },
	{ "--legacy-mem", FREE, BARE, NULL },
	{ "--log-level", FREE, VALUE, NULL },
	{ "--match-allocations", FREE, BARE, NULL },
	{ "--mbuf-pool-ops-name", FREE, VALUE, NULL },
	{ "--no-hpet", FREE, BARE, NULL },
	{ "--single-file-segments", FREE, BARE, NULL },
	{ "--socket-limit", FREE, VALUE, NULL },
	{ "--socket-mem", FREE, VALUE, NULL },
	{ "--syslog", FREE, VALUE, NULL },
	{ "--telemetry", FREE, BARE, NULL },
	{ "--trace", FREE, VALUE, NULL },
	{ "--trace-bufsz", FREE, VALUE, NULL },
	{ "--trace-dir", FREE, VALUE, NULL },
	{ "--trace-mode", FREE, VALUE, "overwrite discard" },
	{ "--vdev", FREE, VALUE, NULL },
	{ "--vfio-intr", FREE, VALUE, "legacy msi msix" },
	{ "--vfio-vf-token", FREE, VALUE, NULL },
	{ "--vmware-tsc-map", FREE, BARE, NULL },

	{ "-c", OURS, VALUE, NULL },
	{ "-l", OURS, VALUE, NULL },
	{ "--lcores", OURS, VALUE, NULL },
	{ "--main-lcore", OURS, VALUE, NULL },
	{ "-s", OURS, VALUE, NULL },
	{ "-S", OURS, VALUE, NULL },
	{ "--file-prefix", OURS, VALUE, NULL },
	{ "--in-memory", OURS, BARE, NULL },
	{ "--no-huge", OURS, BARE, NULL },
	{ "--no-pci", OURS, BARE, NULL },
	{ "--no-shconf", OURS, BARE, NULL },
	{ "--no-telemetry", OURS, BARE, NULL },
	{ "--proc-type", OURS, VALUE, NULL },
	{ "-h", OURS, BARE, NULL },
	{ "--help", OURS, BARE, NULL },
	{ "-v", OURS, BARE, NULL },
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

/* Returns true if words, a text of words with blanks between, has the word. */
static bool
has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; length > 0 && (at = strstr(at, word)) != NULL; at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

/* Returns the value that an argument is, or has behind its option: -dFILE, --vdev=... */
static const char *
value_of(const struct option *o, const char *arg)
{
	size_t length = strlen(o->name);

	if (strncmp(arg, o->name, length) != 0)
		return arg;
	return arg[length] == '=' ? arg + length + 1 : arg + length;
}

static int
check_value(const struct option *o, const char *value, struct loc loc, struct err *err)
{
	if (o->words == NULL || has_word(o->words, value))
		return 0;
	return err_add(
		err, EINVAL, loc, "system.eal: %s: '%s' is none of: %s", o->name, value, o->words);
}

/* Returns true if an option is written, by either of its names. */
static bool
has_option(const char *const *args, unsigned n, const char *name, const char *long_name)
{
	for (unsigned i = 0; i < n; i++) {
		const struct option *o = args[i][0] == '-' && args[i][1] != '\0'
			? option_of(args[i])
			: NULL;

		if (o == NULL)
			continue;
		if (strcmp(o->name, name) == 0 || strcmp(o->name, long_name) == 0)
			return true;
		i += o->takes == VALUE && args[i][strlen(o->name)] == '\0';
	}
	return false;
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
		else if (inside || o->takes == VALUE)
			rc |= check_value(o, value_of(o, args[i]), loc[i], err);
	}
	if (has_option(args, n, "-a", "--allow") && has_option(args, n, "-b", "--block"))
		rc = err_add(err, EINVAL, loc[0],
			"system.eal: DPDK takes devices that are allowed (-a) or those that are not blocked (-b), not both");
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
