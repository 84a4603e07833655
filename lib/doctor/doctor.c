/* SPDX-License-Identifier: BSD-3-Clause */
/* All examinations, in the order of a start. */

#include "doctor/doctor_priv.h"

static void
look_at_ports(struct patient *p)
{
	struct port_cfg row[PORT_MAX];
	unsigned n = config_ports(p->cfg, row);

	/* Members of a bond are examined like ports of its name. */
	for (unsigned i = 0; i < n; i++) {
		const char *device[BOND_MEMBERS_MAX];
		unsigned devices = port_row_devices(&row[i], device);

		if (row[i].bond.n != 0 && p->n_ports < PATIENT_PORTS_MAX)
			p->port[p->n_ports++] = row[i];
		for (unsigned k = 0; k < devices && p->n_ports < PATIENT_PORTS_MAX; k++) {
			p->port[p->n_ports] = row[i];
			p->port[p->n_ports].bond.n = 0;
			p->port[p->n_ports++].device = device[k];
		}
	}
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
