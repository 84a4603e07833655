/* SPDX-License-Identifier: BSD-3-Clause */
/* PCI devices that the kernel asks for: they are being unbound from vfio-pci, which waits until
 * they are given back. */

#include <errno.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_pause.h>

#include "io/bond.h"
#include "io/port_priv.h"

/* On DPDK's interrupt thread. */
static void
on_event(const char *device, enum rte_dev_event_type event, void *arg)
{
	struct ports *ports = arg;

	for (unsigned i = 0; i < ports->count && event == RTE_DEV_EVENT_REMOVE; i++) {
		struct port *port = &ports->at[i];

		if (port->kind == DEVICE_PCI && strcmp(port->device, device) == 0)
			atomic_store_explicit(&port->asked_back, true, memory_order_relaxed);
		bond_ask_back(port, device);
	}
}

void
ports_listen(struct ports *ports)
{
	/* Without it the kernel waits for the end of the process, and nobody is told: no reason not
	 * to start. */
	rte_dev_event_callback_register(NULL, on_event, ports);
}

void
ports_listen_no_more(struct ports *ports)
{
	/* -EAGAIN: it is being called. */
	while (rte_dev_event_callback_unregister(NULL, on_event, ports) == -EAGAIN)
		rte_pause();
}
