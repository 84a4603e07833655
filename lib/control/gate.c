/* SPDX-License-Identifier: BSD-3-Clause */
/* The process that starts `weir test` for a confined Weir. */

#include "control/gate.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "/proc/self/exe"

enum {
	POLL_NS = 10000000,
	POLLS_MAX = 6000, /* a minute */
};

extern char **environ;

static int gate_fd = -1;

pid_t
gate_spawn(const char *path, int to)
{
	char *argv[] = { (char *)"weir", (char *)"test", (char *)"--json", (char *)"-",
		(char *)"--", (char *)(uintptr_t)path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;
	int rc;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawn(&pid, PROGRAM, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc != 0 ? -rc : pid;
}

/* Waits for a process, and ends it when it takes too long. */
static void
await(pid_t pid)
{
	for (unsigned i = 0; i < POLLS_MAX; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Room for one descriptor beside a message. */
union beside {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

/* Takes one request.  Returns the descriptor, or -1: Weir is gone. */
static int
take_request(int from, char path[static PATH_MAX])
{
	union beside beside = { .room = { 0 } };
	struct iovec text = { .iov_base = path, .iov_len = PATH_MAX - 1 };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = beside.room,
		.msg_controllen = sizeof(beside.room) };
	ssize_t n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	int fd;

	if (header == NULL || header->cmsg_type != SCM_RIGHTS)
		return -1;
	path[n] = '\0';
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static void
give_up_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_capset, &header, none);
}

static void __attribute__((noreturn)) serve(int from)
{
	char path[PATH_MAX];
	sigset_t all;
	int to;

	/* A signal to the process group is for Weir, whose end is the end of this one. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	prctl(PR_SET_NAME, "weir-gate");
	give_up_capabilities();
	while ((to = take_request(from, path)) >= 0) {
		pid_t pid = gate_spawn(path, to);

		close(to);
		if (pid > 0)
			await(pid);
	}
	_exit(0);
}

int
gate_open(void)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return -errno;
	}
	if (pid == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	gate_fd = ends[0];
	return 0;
}

bool
gate_is_open(void)
{
	return gate_fd >= 0;
}

int
gate_ask(const char *path, int to)
{
	union beside beside = { .room = { 0 } };
	struct iovec text = { .iov_base = (char *)(uintptr_t)path, .iov_len = strlen(path) };
	struct msghdr message = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = beside.room,
		.msg_controllen = sizeof(beside.room) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (text.iov_len >= PATH_MAX)
		return -ENAMETOOLONG;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(to));
	memcpy(CMSG_DATA(header), &to, sizeof(to));
	return sendmsg(gate_fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}
