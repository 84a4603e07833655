/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the compiled variant for this processor. */

#include <rte_cpuflags.h>

#include "fastpath/fastpath_priv.h"

#if defined(__x86_64__)

static bool
has_all(const enum rte_cpu_flag_t *flags, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (rte_cpu_get_flag_enabled(flags[i]) <= 0)
			return false;
	}
	return true;
}

unsigned
fastpath_runnable(const struct fastpath_variant *out[FASTPATH_VARIANTS])
{
	static const enum rte_cpu_flag_t avx2[] = {
		RTE_CPUFLAG_AVX2,
		RTE_CPUFLAG_BMI1,
		RTE_CPUFLAG_BMI2,
		RTE_CPUFLAG_FMA,
		RTE_CPUFLAG_MOVBE,
		RTE_CPUFLAG_F16C,
	};
	static const enum rte_cpu_flag_t avx512[] = {
		RTE_CPUFLAG_AVX512F,
		RTE_CPUFLAG_AVX512BW,
		RTE_CPUFLAG_AVX512CD,
		RTE_CPUFLAG_AVX512DQ,
		RTE_CPUFLAG_AVX512VL,
	};
	bool has_avx2 = has_all(avx2, RTE_DIM(avx2));
	unsigned n = 0;

	if (!flow_hash_has_aes()) {
		out[0] = &fastpath_base;
		return 1;
	}
	if (has_avx2 && has_all(avx512, RTE_DIM(avx512)))
		out[n++] = &fastpath_avx512;
	if (has_avx2)
		out[n++] = &fastpath_avx2;
	out[n++] = &fastpath_aes;
	return n;
}

#else

unsigned
fastpath_runnable(const struct fastpath_variant *out[FASTPATH_VARIANTS])
{
	out[0] = &fastpath_base;
	return 1;
}

#endif

const struct fastpath_variant *
fastpath_choose(void)
{
	const struct fastpath_variant *all[FASTPATH_VARIANTS];

	fastpath_runnable(all);
	return all[0];
}

const char *
fastpath_variant(void)
{
	return fastpath_choose()->name;
}
