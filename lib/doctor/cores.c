/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores: that they exist, are ours, are isolated, and share nothing. */

#include <stdio.h>
#include <string.h>

#include "doctor/doctor_priv.h"

static void
read_allowed(struct patient *p)
{
	char list[MACHINE_LINE_MAX];

	machine_field(p->machine, "/proc/self/status", "Cpus_allowed_list", list, sizeof(list));
	cores_read(&p->allowed, list);
	if (CPU_COUNT(&p->allowed) == 0)
		p->allowed = p->online;
	CPU_AND(&p->allowed, &p->allowed, &p->online);
}

void
patient_choose_cores(struct patient *p)
{
	const struct system_cfg *sys = p->cfg != NULL ? &p->cfg->system : NULL;

	read_allowed(p);
	p->control = sys != NULL ? sys->control : 0;
	if (sys != NULL)
		p->control_loc = cfg_loc(&sys->head, &sys->control);
	if (sys != NULL && sys->workers.count > 0 && sys->workers.items[0] != SYSTEM_AUTO) {
		p->n_workers = config_workers(p->cfg, p->worker);
		return;
	}
	for (unsigned core = 0; core < CPU_SETSIZE && p->n_workers < EAL_WORKERS_MAX; core++)
		if (CPU_ISSET(core, &p->allowed) && core != p->control)
			p->worker[p->n_workers++].core = core;
	if (p->n_workers == 0)
		p->worker[p->n_workers++].core = p->control;
}

int
patient_node(const struct patient *p, unsigned core)
{
	for (int node = 0; node < DOCTOR_NODES_MAX; node++)
		if (machine_has(p->machine, "/sys/devices/system/cpu/cpu%u/node%d", core, node))
			return node;
	return 0;
}

static void
check_core(struct patient *p, unsigned core, const char *what, struct loc loc)
{
	char list[256];

	if (core < CPU_SETSIZE && CPU_ISSET(core, &p->allowed))
		return;
	cores_write(&p->allowed, list, sizeof(list));
	if (core < CPU_SETSIZE && CPU_ISSET(core, &p->online))
		finding_add(p->findings, FINDING_ERROR, "cores",
			"taskset -pc $$, or AllowedCPUs= and CPUAffinity= of the unit",
			"core %u of %s is not this process's to use; it has %s", core, what, list);
	else
		finding_add(p->findings, FINDING_ERROR, "cores", NULL,
			"core %u of %s does not exist or is off line; there are %s", core, what,
			list);
	finding_place(p->findings, loc);
}

/* Is another worker, or control, on the same physical core? */
static void
check_sibling(struct patient *p, unsigned i)
{
	char line[256];
	cpu_set_t siblings;

	machine_line(p->machine, line, sizeof(line),
		"/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", p->worker[i].core);
	cores_read(&siblings, line);
	for (unsigned k = 0; k < i; k++)
		if (CPU_ISSET(p->worker[k].core, &siblings)
			&& p->worker[k].core != p->worker[i].core) {
			finding_add(p->findings, FINDING_WARNING, "cores",
				"name one thread of each physical core in system.workers",
				"workers %u and %u are on cores %u and %u, two threads of one "
				"physical core: each gets about half of it",
				k, i, p->worker[k].core, p->worker[i].core);
			finding_place(p->findings, p->worker[i].loc);
		}
}

static void
say_cores(const struct patient *p)
{
	cpu_set_t workers;
	char online[256], list[256];

	CPU_ZERO(&workers);
	for (unsigned i = 0; i < p->n_workers; i++)
		if (p->worker[i].core < CPU_SETSIZE)
			CPU_SET(p->worker[i].core, &workers);
	cores_write(&p->online, online, sizeof(online));
	cores_write(&workers, list, sizeof(list));
	finding_add(p->findings, FINDING_OK, "cores", NULL,
		"cores %s; workers on %s, control on %u", online, list, p->control);
}

void
examine_cores(struct patient *p)
{
	unsigned errors = findings_count(p->findings, FINDING_ERROR);

	check_core(p, p->control, "system.control", p->control_loc);
	for (unsigned i = 0; i < p->n_workers; i++)
		check_core(p, p->worker[i].core, "system.workers", p->worker[i].loc);
	if (findings_count(p->findings, FINDING_ERROR) != errors)
		return;
	say_cores(p);
	for (unsigned i = 0; i < p->n_workers; i++) {
		check_sibling(p, i);
		if (p->worker[i].core != p->control)
			continue;
		finding_add(p->findings, FINDING_HINT, "cores",
			"give system.control another core than the workers",
			"worker %u shares core %u with the control thread: it pauses while control "
			"works (a reload takes up to seconds)",
			i, p->control);
		finding_place(p->findings, p->worker[i].loc);
	}
}

/* Which of the workers' cores are not in a set of the kernel's. */
static bool
lacking(const struct patient *p, const cpu_set_t *have, char *list, size_t size)
{
	cpu_set_t lack;

	CPU_ZERO(&lack);
	for (unsigned i = 0; i < p->n_workers; i++)
		if (p->worker[i].core < CPU_SETSIZE && !CPU_ISSET(p->worker[i].core, have))
			CPU_SET(p->worker[i].core, &lack);
	cores_write(&lack, list, size);
	return CPU_COUNT(&lack) > 0;
}

void
examine_isolation(struct patient *p)
{
	char list[256], all[256], mend[1024];
	cpu_set_t isolated, more, none;

	CPU_ZERO(&none);
	lacking(p, &none, all, sizeof(all));
	cores_from(p->machine, &isolated, "/sys/devices/system/cpu/isolated");
	cores_from(p->machine, &more, "/sys/fs/cgroup/cpuset.cpus.isolated");
	CPU_OR(&isolated, &isolated, &more);
	snprintf(mend, sizeof(mend),
		"on the kernel's command line: isolcpus=managed_irq,domain,%s nohz_full=%s "
		"rcu_nocbs=%s; then reboot",
		all, all, all);
	if (CPU_COUNT(&p->online) < 2)
		return;
	if (lacking(p, &isolated, list, sizeof(list))) {
		finding_add(p->findings, FINDING_HINT, "isolation", mend,
			"workers' cores %s are not isolated: the kernel runs other tasks there, and "
			"packets wait for them",
			list);
		return;
	}
	finding_add(
		p->findings, FINDING_OK, "isolation", NULL, "workers' cores %s are isolated", all);
	cores_from(p->machine, &more, "/sys/devices/system/cpu/nohz_full");
	if (lacking(p, &more, list, sizeof(list)))
		finding_add(p->findings, FINDING_HINT, "isolation", mend,
			"workers' cores %s are not in nohz_full: the timer interrupts them", list);
}
