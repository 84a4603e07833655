/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of the configuration in the form of sockets.
 *
 * Threads: any. */
#ifndef EXPORT_ENDPOINT_H
#define EXPORT_ENDPOINT_H

#include <sys/socket.h>

#include "schema/value.h"

/* Writes the socket address of an endpoint; returns its bytes. */
socklen_t endpoint_sockaddr(const struct cfg_endpoint *e, struct sockaddr_storage *out);

#endif
