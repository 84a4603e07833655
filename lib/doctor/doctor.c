/* SPDX-License-Identifier: BSD-3-Clause */
/* All examinations, in the order of a start. */

#include "doctor/doctor_priv.h"

static void
look_at_ports(struct patient *p)
{
	p->n_ports = config_ports(p->cfg, p->port);
	for (unsigned i = 0; i < p->n_ports; i++)
		p->has_pci |= device_kind(p->port[i].device) == DEVICE_PCI;
}

void
doctor_examine(const struct machine *m, const struct config *cfg, struct findings *f)
{
	struct patient p = { .machine = m, .cfg = cfg, .findings = f };
	struct size_request request = { 0 };

	cores_from(m, &p.online, "/sys/devices/system/cpu/online");
	patient_choose_cores(&p);
	if (cfg != NULL) {
		look_at_ports(&p);
		size_of_config(cfg, p.n_workers, &request);
		if (!size_compute(&request, cfg, &p.size))
			finding_add(f, FINDING_WARNING, "memory", NULL,
				"the memory that this configuration takes cannot be computed");
	}
	examine_cores(&p);
	examine_isolation(&p);
	examine_devices(&p);
	examine_memory(&p);
	examine_process(&p);
	examine_kernel(&p);
}
