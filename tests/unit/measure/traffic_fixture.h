/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic between two small networks. */
#ifndef UNIT_CONTROL_TRAFFIC_FIXTURE_H
#define UNIT_CONTROL_TRAFFIC_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/traffic.h"

#define STATION \
	{ \
		2, 0, 0, 0, 0, 1 \
	}

/* 192.0.2.2..5 with 128 ports each, to 198.51.100.10..29 port 53: 10,240 flows. */
static inline struct traffic_setup
plain(void)
{
	return (struct traffic_setup) {
		.aim = {
			.family = 4, .mac = STATION,
			.src = { { .bytes = { 192, 0, 2, 2 } }, 4, 1024, 128 },
			.dst = { { .bytes = { 198, 51, 100, 10 } }, 20, 53, 1 },
		},
		.flows = 10240, .seed = 1,
	};
}

static inline struct traffic_setup
plain6(void)
{
	struct traffic_setup s = plain();

	s.aim.family = 6;
	s.aim.src.first = (union address){ .bytes = { 0x20, 1, 0xd, 0xb8, 0, 1, [15] = 2 } };
	s.aim.dst.first = (union address){ .bytes = { 0x20, 1, 0xd, 0xb8, 0, 2, [15] = 10 } };
	return s;
}

static inline struct traffic *
given(const struct traffic_setup *setup)
{
	struct err *err = err_create();
	struct traffic *t = traffic_create(setup, err);

	assert_string_equal(err_first(err), "");
	assert_non_null(t);
	err_destroy(err);
	return t;
}

#endif
