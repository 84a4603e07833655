/* SPDX-License-Identifier: BSD-3-Clause */
/* Users by name. */

#include "control/who.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void
name_of(uid_t uid, char *out, size_t size)
{
	FILE *in = fopen("/etc/passwd", "re");
	const struct passwd *p;

	snprintf(out, size, "uid %u", (unsigned)uid);
	while (in != NULL && (p = fgetpwent(in)) != NULL) {
		if (p->pw_uid == uid) {
			text_clean(out, size, p->pw_name);
			break;
		}
	}
	if (in != NULL)
		fclose(in);
}

void
who_is(const struct rpc_peer *peer, char *out, size_t size)
{
	char path[64], user[32], login[32];
	unsigned uid = (unsigned)peer->uid;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/loginuid", (int)peer->pid);
	in = fopen(path, "re");
	if (in != NULL) {
		if (fscanf(in, "%u", &uid) != 1 || uid == UINT32_MAX)
			uid = (unsigned)peer->uid;
		fclose(in);
	}
	name_of(peer->uid, user, sizeof(user));
	if (uid == (unsigned)peer->uid) {
		snprintf(out, size, "%s", user);
		return;
	}
	name_of(uid, login, sizeof(login));
	snprintf(out, size, "%s as %s", login, user);
}
