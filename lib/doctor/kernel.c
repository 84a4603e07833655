/* SPDX-License-Identifier: BSD-3-Clause */
/* Processor, kernel and firmware: instructions, clock, frequency, microcode, IOMMU. */

#include <stdio.h>
#include <string.h>

#include "doctor/doctor_priv.h"

static bool
has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static void
check_processor(struct patient *p)
{
	char flags[MACHINE_LINE_MAX];

	if (!machine_field(p->machine, "/proc/cpuinfo", "flags", flags, sizeof(flags)))
		return;
	if (!has_word(flags, "sse4_2"))
		finding_add(p->findings, FINDING_ERROR, "processor", NULL,
			"the processor has no SSE4.2; Weir is compiled for x86-64-v2");
	if (!has_word(flags, "aes"))
		finding_add(p->findings, FINDING_HINT, "processor", NULL,
			"the processor has no AES instructions: flows are hashed by SipHash, which "
			"takes longer");
	if (!has_word(flags, "constant_tsc") || !has_word(flags, "nonstop_tsc"))
		finding_add(p->findings, FINDING_WARNING, "processor", NULL,
			"the time-stamp counter changes its rate or stops: timeouts and rates are "
			"not exact");
}

static void
check_clock(struct patient *p)
{
	char clock[64];

	if (machine_line(p->machine, clock, sizeof(clock),
		    "/sys/devices/system/clocksource/clocksource0/current_clocksource")
		&& strcmp(clock, "tsc") != 0 && strcmp(clock, "kvm-clock") != 0)
		finding_add(p->findings, FINDING_HINT, "kernel",
			"on the kernel's command line: tsc=reliable, if the board's clock is sound",
			"the kernel's clock is %s: reading it takes a microsecond", clock);
}

static void
check_frequency(struct patient *p)
{
	char governor[64], mend[128];
	unsigned core = p->worker[0].core;

	if (!machine_line(p->machine, governor, sizeof(governor),
		    "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor", core)
		|| strcmp(governor, "performance") == 0)
		return;
	snprintf(mend, sizeof(mend),
		"echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
	finding_add(p->findings, FINDING_HINT, "kernel", mend,
		"core %u changes its frequency (governor %s): the first packets after a pause are "
		"slower",
		core, governor);
}

struct weak {
	struct patient *p;
	char names[256];
};

static bool
note_weak(void *arg, const char *name)
{
	struct weak *w = arg;
	char line[256];
	size_t used = strlen(w->names);

	machine_line(w->p->machine, line, sizeof(line),
		"/sys/devices/system/cpu/vulnerabilities/%s", name);
	if (strstr(line, "microcode") != NULL && strncmp(line, "Vulnerable", 10) == 0)
		snprintf(w->names + used, sizeof(w->names) - used, "%s%s", used > 0 ? ", " : "",
			name);
	return true;
}

static void
check_microcode(struct patient *p)
{
	struct weak w = { .p = p };
	char vendor[64], flags[MACHINE_LINE_MAX];
	bool amd;

	machine_each(p->machine, "/sys/devices/system/cpu/vulnerabilities", note_weak, &w);
	machine_field(p->machine, "/proc/cpuinfo", "vendor_id", vendor, sizeof(vendor));
	machine_field(p->machine, "/proc/cpuinfo", "flags", flags, sizeof(flags));
	amd = strcmp(vendor, "AuthenticAMD") == 0;
	if (w.names[0] == '\0')
		return;
	if (has_word(flags, "hypervisor"))
		finding_add(p->findings, FINDING_HINT, "microcode", NULL,
			"the machine that this virtual machine runs on lacks microcode against %s",
			w.names);
	else
		finding_add(p->findings, FINDING_HINT, "microcode",
			amd ? "apt install amd64-microcode; then reboot"
			    : "apt install intel-microcode; then reboot",
			"the processor's microcode is too old against %s", w.names);
}

static void
check_iommu(struct patient *p)
{
	char line[MACHINE_LINE_MAX], vendor[64];
	bool amd;

	machine_line(p->machine, line, sizeof(line), "/proc/cmdline");
	machine_field(p->machine, "/proc/cpuinfo", "vendor_id", vendor, sizeof(vendor));
	amd = strcmp(vendor, "AuthenticAMD") == 0;
	if (p->has_uio)
		finding_add(p->findings, FINDING_WARNING, "iommu",
			amd ? "firmware: AMD-Vi on; kernel's command line: amd_iommu=on iommu=pt"
			    : "firmware: VT-d on; kernel's command line: intel_iommu=on iommu=pt",
			"a PCI device is behind no IOMMU: it may write to all memory, and needs root");
	else if (p->has_pci && strstr(line, "iommu=pt") == NULL)
		finding_add(p->findings, FINDING_HINT, "iommu",
			"on the kernel's command line: iommu=pt; then reboot",
			"devices of the kernel are translated by the IOMMU, too: slower");
}

void
examine_kernel(struct patient *p)
{
	check_processor(p);
	check_clock(p);
	check_frequency(p);
	check_microcode(p);
	check_iommu(p);
}
