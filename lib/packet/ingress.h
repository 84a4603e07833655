/* SPDX-License-Identifier: BSD-3-Clause */
/* What parse must know of the port by which a frame came in. Control builds it with the generation,
 * workers read it. */
#ifndef PACKET_INGRESS_H
#define PACKET_INGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IFACE_NONE 0xffffu
#define PORT_NONE  0xffffu
#define IFACE_QINQ 0xfffeu /* look both tags up in qinq */

struct ingress_qinq {
	uint16_t outer;
	uint16_t inner; /* 0: the frames with the outer tag alone */
	uint16_t iface;
};

struct ingress {
	uint8_t mac[6];
	uint8_t quick_mac[6]; /* of frames for the quick test: mac, or none where an interface of
			       * the port is a bridge's */
	uint16_t untagged;    /* interface of untagged frames, or IFACE_NONE */
	uint8_t domain;       /* of untagged */
	uint16_t cable;       /* port that every frame leaves by, whatever it holds: untagged's
				 pipeline is one stage forward and there are no VLANs; or
				 PORT_NONE */
	bool has_vlans;
	bool wire;            /* untagged's pipeline takes frames for any MAC and
				 EtherType, and with tags that no other has */
	const uint16_t *vlan; /* 4096 entries, NULL without VLAN interfaces */
	const struct ingress_qinq *qinq;
	uint16_t n_qinq;
	const bool *wire_iface;   /* by interface id: as wire, for VLAN interfaces too */
	const uint8_t *domain_of; /* by interface id; NULL: all are in the main domain */
};

/* Returns the domain of one of its interfaces, or of IFACE_NONE. */
static inline uint8_t
ingress_domain(const struct ingress *in, uint16_t iface)
{
	return in->domain_of != NULL && iface < IFACE_QINQ ? in->domain_of[iface] : 0;
}

#endif
