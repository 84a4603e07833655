/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes of the kernel that Weir cannot represent: counted, and the first of them listed. */

#include <string.h>

#include "kernel/kernel_priv.h"

static bool
is_it(const struct kernel_problem *p, uint32_t table, const struct prefix *prefix, uint32_t metric)
{
	return p->table == table && p->metric == metric && prefix_compare(&p->prefix, prefix) == 0;
}

void
kernel_problem_add(struct kernel_routes *k, const struct kernel_problem *p)
{
	kernel_problem_remove(k, p->table, &p->prefix, p->metric);
	k->figures.problems++;
	if (k->figures.listed < KERNEL_PROBLEMS)
		k->problem[k->figures.listed++] = *p;
}

void
kernel_problem_remove(
	struct kernel_routes *k, uint32_t table, const struct prefix *p, uint32_t metric)
{
	for (unsigned i = 0; i < k->figures.listed; i++) {
		if (!is_it(&k->problem[i], table, p, metric))
			continue;
		k->problem[i] = k->problem[--k->figures.listed];
		k->figures.problems--;
		return;
	}
}

void
kernel_problems_clear(struct kernel_routes *k)
{
	k->figures.problems = 0;
	k->figures.listed = 0;
}
