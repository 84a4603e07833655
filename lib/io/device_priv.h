/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that read device texts. */
#ifndef IO_DEVICE_PRIV_H
#define IO_DEVICE_PRIV_H

#include "io/device.h"

/* The names in an error about a device. */
struct device_place {
	const char *what; /* "ports.lan.device" */
	const char *name; /* "net_af_packet0" */
	struct loc loc;
};

/* Adds an error for an argument that is not one of words, or out of its range.  Returns 0 or
 * -EINVAL. */
int device_check_args(const char *device, enum device_kind kind, const char *words,
	const struct device_place *p, struct err *err);

#endif
