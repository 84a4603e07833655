/* SPDX-License-Identifier: BSD-3-Clause */
/* What port_tool was asked to do. */
#ifndef SYSTEM_PORTS_OPTIONS_H
#define SYSTEM_PORTS_OPTIONS_H

#include "io/port.h"

enum {
	WORKERS_MAX = 4,
};

enum mode {
	MODE_WIRE,
	MODE_ECHO,
	MODE_GENERATE,
};

struct options {
	enum mode mode;
	unsigned workers;
	double seconds;
	unsigned count;
	bool verbose;
	unsigned n_ports;
	struct port_cfg cfg[2];
	const char *extra[16];
	unsigned n_extra;
};

extern struct options options;

/* 0, or -1 when the arguments make no sense. */
int options_parse(int argc, char **argv);

#endif
