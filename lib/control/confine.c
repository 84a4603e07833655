/* SPDX-License-Identifier: BSD-3-Clause */
/* Capabilities and the filter of system calls. */

#include "control/confine.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define KEPT \
	(UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW | UINT64_C(1) << CAP_IPC_LOCK)

enum {
	PAUSE_MS = 4096, /* the longest between two looks; each is twice the one before, from 1 ms
			    on */
};

/* What a running Weir calls: its own, and those of DPDK's drivers, libevent, libpcap, glibc and the
 * sanitizers.  Names that a kernel does not know are left out. */
static const char *const allowed[] = {
	"accept",
	"accept4",
	"access",
	"arch_prctl",
	"bind",
	"bpf",
	"brk",
	"capget",
	"capset",
	"chmod",
	"clock_getres",
	"clock_gettime",
	"clock_nanosleep",
	"clone",
	"clone3",
	"close",
	"close_range",
	"connect",
	"copy_file_range",
	"dup",
	"dup2",
	"dup3",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd",
	"eventfd2",
	"exit",
	"exit_group",
	"faccessat",
	"faccessat2",
	"fadvise64",
	"fallocate",
	"fchmod",
	"fchmodat",
	"fcntl",
	"fdatasync",
	"flock",
	"fstat",
	"fstatfs",
	"fsync",
	"ftruncate",
	"futex",
	"futex_waitv",
	"get_mempolicy",
	"get_robust_list",
	"getcpu",
	"getcwd",
	"getdents",
	"getdents64",
	"getegid",
	"geteuid",
	"getgid",
	"getgroups",
	"getitimer",
	"getpeername",
	"getpgrp",
	"getpid",
	"getppid",
	"getpriority",
	"getrandom",
	"getresgid",
	"getresuid",
	"getrlimit",
	"getrusage",
	"getsid",
	"getsockname",
	"getsockopt",
	"gettid",
	"gettimeofday",
	"getuid",
	"inotify_add_watch",
	"inotify_init1",
	"inotify_rm_watch",
	"ioctl",
	"iopl",
	"ioperm",
	"kill",
	"link",
	"linkat",
	"listen",
	"lseek",
	"lstat",
	"madvise",
	"mbind",
	"membarrier",
	"memfd_create",
	"mincore",
	"mkdir",
	"mkdirat",
	"mlock",
	"mlock2",
	"mlockall",
	"mmap",
	"mprotect",
	"mremap",
	"msync",
	"munlock",
	"munlockall",
	"munmap",
	"nanosleep",
	"newfstatat",
	"open",
	"openat",
	"openat2",
	"pause",
	"pipe",
	"pipe2",
	"poll",
	"ppoll",
	"prctl",
	"pread64",
	"preadv",
	"preadv2",
	"prlimit64",
	"pselect6",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"read",
	"readlink",
	"readlinkat",
	"readv",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"rename",
	"renameat",
	"renameat2",
	"restart_syscall",
	"rmdir",
	"rseq",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigqueueinfo",
	"rt_sigreturn",
	"rt_sigsuspend",
	"rt_sigtimedwait",
	"sched_get_priority_max",
	"sched_get_priority_min",
	"sched_getaffinity",
	"sched_getattr",
	"sched_getparam",
	"sched_getscheduler",
	"sched_setaffinity",
	"sched_setscheduler",
	"sched_yield",
	"select",
	"sendfile",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"set_mempolicy",
	"set_robust_list",
	"set_tid_address",
	"setitimer",
	"setns",
	"setpriority",
	"setrlimit",
	"setsockopt",
	"shutdown",
	"sigaltstack",
	"signalfd",
	"signalfd4",
	"socket",
	"socketpair",
	"splice",
	"stat",
	"statfs",
	"statx",
	"symlink",
	"sync_file_range",
	"sysinfo",
	"tee",
	"tgkill",
	"time",
	"timer_create",
	"timer_delete",
	"timer_gettime",
	"timer_settime",
	"timerfd_create",
	"timerfd_gettime",
	"timerfd_settime",
	"times",
	"truncate",
	"umask",
	"uname",
	"unlink",
	"unlinkat",
	"utimensat",
	"vmsplice",
	"wait4",
	"waitid",
	"write",
	"writev",
};

static pid_t host_thread; /* keeps CAP_NET_ADMIN; 0: there is none */

static int
fail(int code, const char *what)
{
	log_error("sandbox: %s: %s", what, strerror(code));
	return -code;
}

static int
set_capabilities(uint64_t effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)effective, .permitted = (uint32_t)effective },
		{ .effective = (uint32_t)(effective >> 32),
			.permitted = (uint32_t)(effective >> 32) },
	};

	return (int)syscall(SYS_capset, &header, data);
}

static uint64_t
permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

static uint64_t
kept_by(pid_t thread)
{
	return thread == host_thread ? UINT64_C(1) << CAP_NET_ADMIN : 0;
}

/* In each of the other threads, whatever it is doing. */
static void
on_give_up(int number)
{
	int saved = errno;

	set_capabilities(permitted() & kept_by(gettid()));
	errno = saved;
}

/* Reads a thread's name, and what it has; false: it has ended. */
static bool
read_status(pid_t thread, char name[static 32], uint64_t *capabilities)
{
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", thread);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL) {
		sscanf(line, "Name: %31s", name);
		sscanf(line, "CapPrm: %" SCNx64, capabilities);
	}
	fclose(f);
	return true;
}

/* Calls back for each other thread that has capabilities which it is to give up.  Returns their
 * number, or negative if nobody knows. */
static int
each_keeper(void (*tell)(pid_t thread, const char *name, uint64_t capabilities))
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *d;
	int n = 0;

	if (dir == NULL)
		return fail(errno, "/proc/self/task");
	while ((d = readdir(dir)) != NULL) {
		pid_t thread = (pid_t)strtol(d->d_name, NULL, 10);
		uint64_t capabilities = 0;
		char name[32] = "?";

		if (thread <= 0 || thread == gettid() || !read_status(thread, name, &capabilities)
			|| (capabilities & ~kept_by(thread)) == 0)
			continue;
		tell(thread, name, capabilities);
		n++;
	}
	closedir(dir);
	return n;
}

static void
ask(pid_t thread, const char *name, uint64_t capabilities)
{
	syscall(SYS_tgkill, getpid(), thread, CONFINE_SIGNAL); /* it may have ended */
}

static void
accuse(pid_t thread, const char *name, uint64_t capabilities)
{
	log_error("sandbox: thread %s has capabilities 0x%" PRIx64, name, capabilities);
}

/* Capabilities belong to a thread, and libraries have started some: each gives up its own, in the
 * handler of a signal.  Threads may come and go meanwhile: all are asked until none has any.  The
 * handler stays: a thread that was asked twice may get the second signal later. */
static int
drop_in_others(void)
{
	struct sigaction act = { .sa_handler = on_give_up, .sa_flags = SA_RESTART };
	int keepers;

	sigemptyset(&act.sa_mask);
	if (sigaction(CONFINE_SIGNAL, &act, NULL) < 0)
		return fail(errno, "no signal");
	for (long wait_ms = 1; (keepers = each_keeper(ask)) > 0 && wait_ms <= PAUSE_MS;
		wait_ms *= 2)
		nanosleep(&(struct timespec){ wait_ms / 1000, wait_ms % 1000 * 1000000 }, NULL);
	if (keepers > 0) {
		each_keeper(accuse);
		return fail(ETIMEDOUT, "a thread keeps its capabilities");
	}
	return keepers;
}

static void
shrink_bounds(void)
{
	for (unsigned long i = 0; i < 64; i++)
		if ((KEPT >> i & 1) == 0)
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0); /* fails without CAP_SETPCAP */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static int
filter_calls(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = ctx == NULL ? -ENOMEM : seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);

	for (unsigned i = 0; rc == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		int number = seccomp_syscall_resolve_name(allowed[i]);

		if (number != __NR_SCMP_ERROR && number >= 0)
			rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, number, 0);
	}
	if (rc == 0)
		rc = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	if (rc < 0)
		return fail(-rc, "the filter of system calls");
	return 0;
}

int
confine(pid_t spare)
{
	int rc;

	host_thread = spare;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(errno, "no new privileges");
	rc = drop_in_others();
	if (rc < 0)
		return rc;
	shrink_bounds();
	if (set_capabilities(permitted() & KEPT) < 0)
		return fail(errno, "capabilities");
	return filter_calls();
}
