/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks a configuration as a whole, on any host. */

#include "config/check.h"

#include <string.h>

#include "config/compile.h"

/* Writes the MACs that replay gives to ports: the configured one, else 02:77:65:69:72:NN. */
static void
offline_macs(const struct config *cfg, struct rte_ether_addr mac[static PORT_MAX])
{
	struct port_cfg ports[PORT_MAX];
	unsigned n = config_ports(cfg, ports);

	for (unsigned i = 0; i < n; i++) {
		mac[i] = (struct rte_ether_addr){ { 0x02, 0x77, 0x65, 0x69, 0x72, (uint8_t)i } };
		if (ports[i].has_mac)
			mac[i] = ports[i].mac;
	}
}

void
check_told(struct check_result *result, const struct trial *trial)
{
	result->tests++;
	result->failed += !trial->passed;
	if (result->tested != NULL)
		result->tested(result->arg, trial);
}

static void
check_built(const struct config *cfg, struct generation *gen, struct err *err,
	struct check_result *result)
{
	struct rte_ether_addr mac[PORT_MAX];

	offline_macs(cfg, mac);
	if (generation_finish(gen, mac, err) < 0)
		return;
	if (result->depth != CHECK_TESTS) {
		nowhere_check(cfg, gen, err);
		shadows_check(cfg, generation_builder(gen), result->depth == CHECK_WHOLE, err);
	}
	cfg_each(test, &cfg->tests) {
		struct trial trial = { .test = test };

		if (test->steps.count > 0)
			continue;

		trial.passed = trial_run(test, gen, &trial, err);
		check_told(result, &trial);
	}
}

void
config_verify(const struct config *cfg, struct err *err, struct check_result *result)
{
	struct generation_names names;
	struct generation_setup setup = {
		.cfg = cfg,
		.names = &names,
		.workers = 1,
	};
	struct generation *gen;

	generation_names_init(&names);
	result->tests = result->failed = 0;
	gen = generation_begin(&setup, err);
	if (gen != NULL && err_count(err) == 0) {
		check_built(cfg, gen, err, result);
		if (result->depth != CHECK_TESTS)
			unused_check(cfg, err);
	}
	generation_discard(gen);
	generation_names_fini(&names);
}
