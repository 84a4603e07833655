/* SPDX-License-Identifier: BSD-3-Clause */
/* What is told of the members of bonds.  The linker puts these functions before the real ones, so
 * that no bond has to run; bonds that run: tests/system/bond.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/appliance_priv.h"
#include "io/bond.h"
#include "support/wrapped.h"

static struct appliance appliance;
static struct bond_member member[3];
static struct bond bond;
static char events[256]; /* members and their states */
static unsigned changed; /* since the last look: members, a bit each */
static unsigned moves;   /* of the active member, by the next look */
static unsigned moved;   /* so far */

WRAPPED(bond_follow);
WRAPPED(bond_moves);
WRAPPED(bond_vanished);
WRAPPED(bond_members);
WRAPPED(appliance_tell);

unsigned
__wrap_bond_follow(struct port *port)
{
	moved += moves;
	return changed;
}

unsigned
__wrap_bond_moves(const struct port *port)
{
	return moved;
}

unsigned
__wrap_bond_vanished(const struct port *port)
{
	return 0;
}

unsigned
__wrap_bond_members(const struct port *port)
{
	return 7;
}

void
__wrap_appliance_tell(struct appliance *a, const char *event, json_t *members)
{
	const char *name, *state;

	assert_int_equal(json_unpack(members, "{s:s,s:s}", "member", &name, "state", &state), 0);
	snprintf(events + strlen(events), sizeof(events) - strlen(events), "%s %s %s;", event, name,
		state);
	json_decref(members);
}

/* Standard error goes to a file; *state is its name. */
static int
setup(void **state)
{
	static const struct bond_partner partner = {
		.known = true, .key = 3, .port = 2, .system = { { 2, 0, 0, 0, 0, 9 } }
	};
	static char name[] = "/tmp/weir-bonds-XXXXXX";

	strcpy(name + sizeof(name) - 7, "XXXXXX");
	if (mkstemp(name) < 0 || freopen(name, "w", stderr) == NULL)
		return -1;
	unsetenv("JOURNAL_STREAM");
	memset(member, 0, sizeof(member));
	for (unsigned i = 0; i < 3; i++) {
		snprintf(member[i].name, sizeof(member[i].name), "%c", 'x' + (char)i);
		member[i].state = BOND_DISTRIBUTING;
		member[i].partner = partner;
	}
	bond = (struct bond){ .mode = BOND_LACP, .n = 3, .member = member };
	appliance.ports.at[0].bond = &bond;
	snprintf(appliance.ports.at[0].name, sizeof(appliance.ports.at[0].name), "trunk");
	changed = moves = moved = 0;
	events[0] = '\0';
	*state = name;
	return 0;
}

static int
teardown(void **state)
{
	return unlink(*state);
}

/* The log has these lines, and no more since the last time. */
static void
expect_log(void **state, const char *wanted)
{
	char text[4096];
	FILE *f = fopen(*state, "r");
	size_t n;

	fflush(stderr);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_string_equal(text, wanted);
	assert_int_equal(ftruncate(fileno(stderr), 0), 0);
	rewind(stderr);
}

static void
each_member_that_changes_is_told(void **state)
{
	member[0].state = BOND_DOWN;
	changed = 1u << 0 | 1u << 2;
	bonds_follow(&appliance, 0);
	expect_log(state,
		"weir: warning: port trunk: member x: link down\n"
		"weir: port trunk: member z: distributing with 02:00:00:00:00:09 key 3 port 2\n");
	assert_string_equal(events, "member x down;member z distributing;");
	changed = 0;
	bonds_follow(&appliance, 0);
	expect_log(state, "");
}

/* Then the station at the other end has to hear of it, although the port's link has stayed. */
static void
another_active_member_is_a_change_of_the_port(void **state)
{
	bond.mode = BOND_ACTIVE_BACKUP;
	assert_false(bonds_follow(&appliance, 0));
	moves = 1;
	assert_true(bonds_follow(&appliance, 0));
	moves = 0;
	assert_false(bonds_follow(&appliance, 0));
}

#define PARTNERS_DIFFER \
	"weir: warning: port trunk: its members are connected to different LACP partners: frames are lost; " \
	"connect all members to one partner, and into one aggregate there\n"

static void
members_of_different_partners_are_told_once(void **state)
{
	bonds_follow(&appliance, 0);
	expect_log(state, "");
	member[2].partner.system.addr_bytes[5] = 8;
	bonds_follow(&appliance, 0);
	bonds_follow(&appliance, 0);
	expect_log(state, PARTNERS_DIFFER);
	member[2].state = BOND_WAITING; /* it carries no frames */
	bonds_follow(&appliance, 0);
	expect_log(state, "");
	member[1].partner.key = 4; /* another aggregate of the same station */
	bonds_follow(&appliance, 0);
	expect_log(state, PARTNERS_DIFFER);
	member[1].partner.known = false;
	bonds_follow(&appliance, 0);
	expect_log(state, "");
}

static void
refused_frames_are_told_with_their_reasons(void **state)
{
	bonds_watch(&appliance, 0);
	expect_log(state, "");
	atomic_store(&member[1].guard.refused[LACP_STRANGER], 5);
	bonds_watch(&appliance, 0);
	expect_log(state,
		"weir: warning: port trunk: member y: frames of LACP refused so far: "
		"5 of other stations than the partner\n");
	atomic_store(&member[1].guard.refused[LACP_STRANGER], 6);
	bonds_watch(&appliance, 0); /* not each time, or a flood fills the log */
	expect_log(state, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_member_that_changes_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_active_member_is_a_change_of_the_port, setup, teardown),
		cmocka_unit_test_setup_teardown(
			members_of_different_partners_are_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			refused_frames_are_told_with_their_reasons, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
