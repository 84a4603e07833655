/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of the compiled variants this processor runs. */

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

const struct fastpath_variant *
fastpath_choose(void)
{
	static const enum rte_cpu_flag_t avx2[] = {
		RTE_CPUFLAG_AVX2, RTE_CPUFLAG_BMI1, RTE_CPUFLAG_BMI2, RTE_CPUFLAG_FMA,
		RTE_CPUFLAG_MOVBE, RTE_CPUFLAG_F16C,
	};
	static const enum rte_cpu_flag_t avx512[] = {
		RTE_CPUFLAG_AVX512F, RTE_CPUFLAG_AVX512BW, RTE_CPUFLAG_AVX512CD,
		RTE_CPUFLAG_AVX512DQ, RTE_CPUFLAG_AVX512VL,
	};

	/* The hash must be the one that the slow path uses: AES wherever there is AES. */
	if (!flow_hash_has_aes())
		return &fastpath_base;
	if (!has_all(avx2, RTE_DIM(avx2)))
		return &fastpath_aes;
	return has_all(avx512, RTE_DIM(avx512)) ? &fastpath_avx512 : &fastpath_avx2;
}

#else

const struct fastpath_variant *
fastpath_choose(void)
{
	return &fastpath_base;
}

#endif

const char *
fastpath_variant(void)
{
	return fastpath_choose()->name;
}
