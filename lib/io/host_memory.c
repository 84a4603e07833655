/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads /proc/meminfo, the cgroup and /sys/kernel/mm/hugepages. */

#include "io/host_memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

enum {
	KIB = 1024,
	PATH_BYTES = 512,
	SPARE_PART = 16, /* of the available memory one part stays free: page tables, libraries,
			    others */
};

/* Returns a number of /proc/meminfo, or 0. */
static size_t
meminfo_kib(const char *proc, const char *key)
{
	char path[PATH_BYTES], line[128];
	size_t kib = 0, length = strlen(key);
	FILE *f;

	snprintf(path, sizeof(path), "%s/meminfo", proc);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, length) == 0 && line[length] == ':')
			sscanf(line + length + 1, "%zu", &kib);
	fclose(f);
	return kib;
}

static size_t
read_number(const char *path, size_t without)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return without;
	if (fscanf(f, "%zu", &n) != 1)
		n = without; /* "max" */
	fclose(f);
	return n;
}

/* Returns what one cgroup leaves, SIZE_MAX without a limit. */
static size_t
group_left_mib(const char *sys, const char *group)
{
	char path[PATH_BYTES];
	size_t most, used;

	snprintf(path, sizeof(path), "%s/fs/cgroup%s/memory.max", sys, group);
	most = read_number(path, SIZE_MAX);
	snprintf(path, sizeof(path), "%s/fs/cgroup%s/memory.current", sys, group);
	used = read_number(path, 0);
	if (most == SIZE_MAX)
		return SIZE_MAX;
	return most > used ? (most - used) / KIB / KIB : 0;
}

/* Returns what our cgroup (version 2) and those that it is in leave, SIZE_MAX without a limit. */
static size_t
cgroup_left_mib(const char *proc, const char *sys)
{
	char path[PATH_BYTES], group[256] = "/";
	size_t left = SIZE_MAX;
	FILE *f;

	snprintf(path, sizeof(path), "%s/self/cgroup", proc);
	f = fopen(path, "re");
	if (f != NULL && fscanf(f, "0::%255s", group) != 1)
		strcpy(group, "/");
	if (f != NULL)
		fclose(f);
	for (char *last = group; last != NULL;) {
		left = RTE_MIN(left, group_left_mib(sys, group));
		last = strrchr(group, '/');
		if (last != NULL)
			*last = '\0';
	}
	return left;
}

static void
read_hugepages(const char *sys, struct host_memory *have)
{
	char path[PATH_BYTES];
	size_t kib, most = 0;
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/kernel/mm/hugepages", sys);
	dir = opendir(path);
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		size_t pages, all;

		if (sscanf(d->d_name, "hugepages-%zukB", &kib) != 1)
			continue;
		snprintf(path, sizeof(path),
			"%s/kernel/mm/hugepages/hugepages-%zukB/free_hugepages", sys, kib);
		pages = read_number(path, 0);
		have->huge_free_mib += pages * kib / KIB;
		snprintf(path, sizeof(path), "%s/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages",
			sys, kib);
		all = read_number(path, 0);
		if (kib == have->huge_kib && most == 0)
			have->huge_pages = all;
		if (all * kib > most) {
			most = all * kib;
			have->huge_kib = kib;
			have->huge_pages = all;
		}
	}
	if (dir != NULL)
		closedir(dir);
}

void
host_memory_read_from(const char *proc, const char *sys, struct host_memory *have)
{
	size_t left = cgroup_left_mib(proc, sys);

	*have = (struct host_memory){
		.available_mib = meminfo_kib(proc, "MemAvailable") / KIB,
		.huge_kib = meminfo_kib(proc, "Hugepagesize"),
	};
	if (have->available_mib == 0)
		have->available_mib = SIZE_MAX; /* unknown */
	have->available_mib = RTE_MIN(have->available_mib, left);
	read_hugepages(sys, have);
}

void
host_memory_read(struct host_memory *have)
{
	host_memory_read_from("/proc", "/sys", have);
}

bool
host_memory_has(const struct host_memory *have, size_t mib)
{
	return have->available_mib - have->available_mib / SPARE_PART >= mib;
}

int
host_memory_advise(const struct host_memory *have, size_t need_mib, struct loc loc, struct err *err)
{
	size_t lack_kib = need_mib > have->huge_free_mib ? (need_mib - have->huge_free_mib) * KIB
							 : 0,
	       add;

	if (have->huge_kib == 0)
		return err_add(err, ENOMEM, loc,
			"system.memory.hugepages: %zu MiB needed; this kernel has no hugepages",
			need_mib);
	add = (lack_kib + have->huge_kib - 1) / have->huge_kib;
	return err_add(err, ENOMEM, loc,
		"system.memory.hugepages: %zu MiB needed, %zu MiB free; %zu pages of %zu kB more "
		"are to be reserved: echo %zu > /sys/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages",
		need_mib, have->huge_free_mib, add, have->huge_kib, have->huge_pages + add,
		have->huge_kib);
}
