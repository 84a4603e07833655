/* SPDX-License-Identifier: BSD-3-Clause */
/* Who somebody at the control socket is. */
#ifndef CONTROL_WHO_H
#define CONTROL_WHO_H

#include <stddef.h>

#include "control/rpc.h"

/* Writes the name of the user that logged in (/proc/PID/loginuid), as far as /etc/passwd knows it,
 * else of the process's user: "alice", "alice as root", "uid 1004".  No name service is asked,
 * which could take long. */
void who_is(const struct rpc_peer *peer, char *out, size_t size);

#endif
