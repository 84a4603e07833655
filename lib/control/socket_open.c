/* SPDX-License-Identifier: BSD-3-Clause */
/* The place of the control socket in the file system. */

#include "control/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control/socket_priv.h"

#define FOLDER_MODE      0755
#define SOCKET_MODE      0660
#define CLIENTS_SLICE_US 1000

/* The folder of the path, where it is missing; only the last one. */
static void
make_folder(const char *path)
{
	char folder[108];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder)
		return;
	*slash = '\0';
	mkdir(folder, FOLDER_MODE); /* that it failed shows when the socket is made */
}

/* Is there a process behind the path?  Otherwise what is left of one that has crashed may go. */
static bool
is_in_use(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool used = fd >= 0
		&& (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0
			|| errno == EAGAIN || errno == EACCES);

	if (fd >= 0)
		close(fd);
	return used;
}

static bool
is_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static int
bind_path(struct control_socket *s, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int rc;

	if (strlen(s->setup.path) >= sizeof(address.sun_path))
		return err_set(err, ENAMETOOLONG, "%s: a socket's path has at most %zu characters",
			s->setup.path, sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, s->setup.path);
	strcpy(s->path, s->setup.path);
	make_folder(s->path);
	if (is_socket(s->path)) {
		if (is_in_use(&address))
			return err_set(
				err, EADDRINUSE, "%s: another process listens there", s->path);
		unlink(s->path);
	}
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0777 & ~SOCKET_MODE);
	rc = s->fd < 0 ? -1 : bind(s->fd, (const struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (rc < 0 || listen(s->fd, 128) < 0) {
		if (rc < 0)
			s->path[0] = '\0'; /* it is not ours to take away */
		return err_set(err, errno, "%s: %s", s->setup.path, strerror(errno));
	}
	return 0;
}

static bool
add_events(struct control_socket *s)
{
	struct timeval tick = { .tv_usec = SOCKET_TICK_MS * 1000 };

	s->acceptable = event_new(s->setup.base, s->fd, EV_READ | EV_PERSIST, socket_accept, s);
	s->tick = event_new(s->setup.base, -1, EV_PERSIST, socket_tick, s);
	return s->acceptable != NULL && s->tick != NULL && event_add(s->acceptable, NULL) == 0
		&& event_add(s->tick, &tick) == 0;
}

struct event_base *
socket_make_base(void)
{
	const struct timeval slice = { .tv_usec = CLIENTS_SLICE_US };
	struct event_config *cfg = event_config_new();
	struct event_base *base = NULL;

	if (cfg != NULL
		&& event_config_set_max_dispatch_interval(cfg, &slice, 1, SOCKET_PRIORITY) == 0)
		base = event_base_new_with_config(cfg);
	if (cfg != NULL)
		event_config_free(cfg);
	if (base != NULL && event_base_priority_init(base, SOCKET_PRIORITIES) < 0) {
		event_base_free(base);
		return NULL;
	}
	return base;
}

struct control_socket *
socket_open(const struct socket_setup *setup, struct err *err)
{
	struct control_socket *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	s->setup = *setup;
	s->fd = -1;
	if (bind_path(s, err) == 0) {
		if (add_events(s))
			return s;
		err_set(err, ENOMEM, "%s: no event can be made for it", setup->path);
	}
	socket_close(s);
	return NULL;
}

void
socket_close(struct control_socket *s)
{
	if (s == NULL)
		return;
	socket_drop_all(s);
	if (s->acceptable != NULL)
		event_free(s->acceptable);
	if (s->tick != NULL)
		event_free(s->tick);
	if (s->fd >= 0) {
		close(s->fd);
		if (s->path[0] != '\0')
			unlink(s->path);
	}
	free(s);
}
