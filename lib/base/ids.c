/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of names. */

#include "base/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t
name_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3ull;
	return hash;
}

void
ids_init(struct ids *ids, unsigned max)
{
	*ids = (struct ids){ .max = max };
}

void
ids_fini(struct ids *ids)
{
	for (unsigned i = 1; i < ids->n; i++)
		free(ids->id[i].name);
	free(ids->id);
	ids->id = NULL;
	ids->n = ids->room = 0;
}

void
ids_begin(struct ids *ids)
{
	for (unsigned i = 1; i < ids->n; i++)
		ids->id[i].building = false;
}

void
ids_commit(struct ids *ids)
{
	ids->turn++;
	for (unsigned i = 1; i < ids->n; i++) {
		struct id_name *id = &ids->id[i];

		id->running = id->building;
		if (id->running)
			id->last = ids->turn;
	}
}

/* Makes room for one number more.  Returns 0, -ENOSPC or -ENOMEM. */
static int
grow(struct ids *ids)
{
	unsigned room = ids->room > 0 ? 2 * ids->room : 16;
	struct id_name *more;

	if (ids->n == 0)
		ids->n = 1; /* 0 is not assigned */
	if (ids->n == ids->max)
		return -ENOSPC;
	if (ids->n < ids->room)
		return 0;
	more = realloc(ids->id, room * sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	ids->id = more;
	ids->room = room;
	return 0;
}

/* Returns the number of the unused name that has been gone longest, or -ENOSPC. */
static int
oldest(const struct ids *ids)
{
	int found = -ENOSPC;

	for (unsigned i = 1; i < ids->n; i++) {
		const struct id_name *id = &ids->id[i];

		if (!id->running && !id->building && (found < 0 || id->last < ids->id[found].last))
			found = (int)i;
	}
	return found;
}

/* Chooses a number for a new name: one that was never given, else the oldest. */
static int
choose(struct ids *ids)
{
	int rc = grow(ids);

	if (rc == -ENOSPC)
		return oldest(ids);
	if (rc < 0)
		return rc;
	ids->id[ids->n].name = NULL;
	return (int)ids->n;
}

int
ids_take(struct ids *ids, const char *name)
{
	uint64_t hash = name_hash(name);
	char *copy;
	int i;

	for (i = 1; i < (int)ids->n; i++) {
		struct id_name *id = &ids->id[i];

		if (id->hash == hash && strcmp(id->name, name) == 0) {
			id->building = true;
			return i;
		}
	}
	i = choose(ids);
	if (i < 0)
		return i;
	copy = strdup(name);
	if (copy == NULL)
		return -ENOMEM;
	free(ids->id[i].name);
	ids->id[i] = (struct id_name){ .name = copy, .hash = hash, .building = true };
	if ((unsigned)i == ids->n)
		ids->n++;
	return i;
}
