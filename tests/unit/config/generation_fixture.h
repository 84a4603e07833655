/* SPDX-License-Identifier: BSD-3-Clause */
/* Generations, each built beside the one before it; nothing runs. */
#ifndef UNIT_CONFIG_GENERATION_FIXTURE_H
#define UNIT_CONFIG_GENERATION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/compile.h"

static const struct rte_ether_addr macs[] = {
	{ { 0x02, 0, 0, 0, 0, 0x01 } },
	{ { 0x02, 0, 0, 0, 0, 0x02 } },
	{ { 0x02, 0, 0, 0, 0, 0x03 } },
};

struct generation_fixture {
	struct err *err;
	struct generation_names names;
	struct generation *gen; /* the newest */
	unsigned workers;
};

static inline void
generation_fixture_init(struct generation_fixture *f, unsigned workers)
{
	*f = (struct generation_fixture){ .err = err_create(), .workers = workers };
	generation_names_init(&f->names);
}

static inline void
generation_fixture_fini(struct generation_fixture *f)
{
	generation_discard(f->gen);
	generation_names_fini(&f->names);
	err_destroy(f->err);
}

/* Builds a configuration beside the newest generation, which goes. */
static inline void
given_generation(struct generation_fixture *f, const char *text)
{
	struct config *cfg = config_load_text("weir.yaml", text, f->err);
	struct generation_setup gs = {
		.cfg = cfg,
		.names = &f->names,
		.running = f->gen,
		.workers = f->workers,
	};
	struct generation *gen = generation_begin(&gs, f->err);

	assert_string_equal(err_first(f->err), "");
	assert_int_equal(generation_finish(gen, macs, f->err), 0);
	generation_give_number(gen);
	generation_names_commit(&f->names);
	config_free(cfg); /* nothing of a generation points into it */
	generation_discard(f->gen);
	f->gen = gen;
}

#endif
