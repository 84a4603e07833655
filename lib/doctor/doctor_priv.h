/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the examinations. */
#ifndef DOCTOR_DOCTOR_PRIV_H
#define DOCTOR_DOCTOR_PRIV_H

#include "doctor/doctor.h"
#include "doctor/size.h"
#include "io/port.h"

enum {
	DOCTOR_NODES_MAX = 64,
};

enum { PATIENT_PORTS_MAX = 2 * PORT_MAX };

struct patient {
	const struct machine *machine;
	const struct config *cfg; /* or NULL */
	struct findings *findings;
	cpu_set_t online, allowed;
	unsigned control;
	struct loc control_loc;
	unsigned n_workers;
	struct eal_core worker[EAL_WORKERS_MAX];
	unsigned n_ports;
	struct port_cfg port[PATIENT_PORTS_MAX]; /* and members of bonds */
	struct size size;                        /* valid with a configuration */
	bool has_pci;
	bool has_uio; /* a device that reads memory by physical addresses */
};

/* Chooses the cores of control and workers as a start on this machine does. */
void patient_choose_cores(struct patient *p);

/* Returns the NUMA node of a core, 0 without nodes. */
int patient_node(const struct patient *p, unsigned core);

void examine_cores(struct patient *p);
void examine_isolation(struct patient *p);
void examine_memory(struct patient *p);
void examine_devices(struct patient *p);
void examine_pci(struct patient *p, const struct port_cfg *port);
void examine_spreading(struct patient *p, const struct port_cfg *port);
void examine_process(struct patient *p);
void examine_kernel(struct patient *p);

#endif
