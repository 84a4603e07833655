/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of the configuration in the form of sockets. */

#include "export/endpoint.h"

#include <string.h>

#include <netinet/in.h>

socklen_t
endpoint_sockaddr(const struct cfg_endpoint *e, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in4 = (struct sockaddr_in *)out;

	memset(out, 0, sizeof(*out));
	if (e->address.family == AF_INET6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(e->port);
		memcpy(&in6->sin6_addr, e->address.bytes, 16);
		return sizeof(*in6);
	}
	in4->sin_family = AF_INET;
	in4->sin_port = htons(e->port);
	in4->sin_addr.s_addr = e->address.v4;
	return sizeof(*in4);
}
