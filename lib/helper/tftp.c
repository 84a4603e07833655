/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/tftp.h"

#include <string.h>
#include <strings.h>

bool
tftp_is_request(const uint8_t *payload, size_t n)
{
	static const char *const modes[] = { "octet", "netascii", "mail" };
	const uint8_t *name = payload + 2, *end, *mode, *mode_end;

	if (n < 6 || payload[0] != 0 || (payload[1] != 1 && payload[1] != 2))
		return false;
	end = memchr(name, 0, n - 2);
	if (end == NULL || end == name)
		return false;
	for (const uint8_t *p = name; p < end; p++)
		if (*p < 32 || *p == 127)
			return false;
	mode = end + 1;
	mode_end = memchr(mode, 0, n - (size_t)(mode - payload));
	for (unsigned i = 0; mode_end != NULL && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcasecmp((const char *)mode, modes[i]) == 0)
			return true;
	return false;
}
