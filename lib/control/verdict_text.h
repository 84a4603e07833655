/* SPDX-License-Identifier: BSD-3-Clause */
/* An explained packet (control/outcome.h), from its JSON object to text: for weir explain, and for
 * weirctl, which gets the object from the control socket.
 *
 * Threads: any. */
#ifndef CONTROL_VERDICT_TEXT_H
#define CONTROL_VERDICT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* Prints it, a line for each member.  Members that are missing are left out. */
void verdict_print(const json_t *packet, bool colour, FILE *out);

#endif
