/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations taken, confirmed, and returned to: what each call says, in one course of events.
 * "@" stands for a folder of the test.  SHOWN_PRINT=1 prints what there is.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2 */
#include "control/transaction_shown.h"

#define CONFIG(system, rule, tests) \
	"version: 1\n" \
	"system: {flows: " system ", burst: 32}\n" \
	"ports: {lan: net_null0, wan: net_null1}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: all, neighbours: {10.0.0.2: \"02:00:00:00:01:02\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all, neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"acls: {list: {default: accept, rules: [" rule "]}}\n" \
	"pipelines: {all: [track, {acl: list}, {route: main}]}\n" tests
#define RULE "{name: a, proto: tcp, dport: 23, action: drop}"
#define TEST(what) \
	"tests: [{in: lan, packet: \"tcp 10.0.0.2:9 > 198.51.100.2:23 S\", expect: " what "}]\n"

static const struct {
	const char *name, *text;
} files[] = {
	{ "good.yaml",
		CONFIG("1024", RULE ", {name: b, proto: tcp, dport: 25, action: drop}",
			TEST("drop")) },
	{ "same.yaml", CONFIG("1024", RULE, "") },
	{ "bad.yaml", CONFIG("1024", "{name: a, proto: tcp, dport: 23, action: dro}", "") },
	{ "two.yaml", CONFIG("1024", "{name: a, proto: tcq, dport: 23, action: dro}", "") },
	{ "restart.yaml", CONFIG("2048", RULE, "") },
	{ "failing.yaml", CONFIG("1024", RULE, TEST("output wan")) },
};

struct transactions {
	struct world world; /* first member */
	char folder[32];
};

static int
setup(void **state)
{
	static struct transactions t;

	*state = &t;
	strcpy(t.folder, "/tmp/weir-taking-XXXXXX");
	if (mkdtemp(t.folder) == NULL)
		return -1;
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[64];
		FILE *out;

		snprintf(path, sizeof(path), "%s/%s", t.folder, files[i].name);
		out = fopen(path, "w");
		if (out == NULL)
			return -1;
		fputs(files[i].text, out);
		fclose(out);
	}
	return world_start(&t.world, CONFIG("1024", RULE, ""), 1);
}

static int
teardown(void **state)
{
	struct transactions *t = *state;

	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%s", t->folder, files[i].name);
		unlink(path);
	}
	rmdir(t->folder);
	return world_end(&t->world);
}

/* Writes a text with the folder in the place of "@", or the other way round. */
static void
replace(char *out, size_t bytes, const char *in, const char *what, const char *by)
{
	size_t used = 0;

	out[0] = '\0';
	while (*in != '\0' && used + strlen(by) + 1 < bytes) {
		if (strncmp(in, what, strlen(what)) == 0) {
			used += (size_t)snprintf(out + used, bytes - used, "%s", by);
			in += strlen(what);
		} else {
			out[used++] = *in++;
			out[used] = '\0';
		}
	}
}

static void
what_each_call_says(void **state)
{
	struct transactions *t = *state;
	unsigned wrong = 0;

	world_push(&t->world, t->world.lan, "tcp 10.0.0.2:4000 > 198.51.100.2:80 S seq 1");
	world_push(&t->world, t->world.lan, "udp 10.0.0.2:4000 > 198.51.100.2:80");
	for (unsigned i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		static char params[1024], is[16384];
		struct shown call = { shown[i].method, params, "" };
		char *text;

		replace(params, sizeof(params), shown[i].params, "@", t->folder);
		text = text_of(&t->world, &call);
		replace(is, sizeof(is), text, t->folder, "@");
		free(text);
		if (getenv("SHOWN_PRINT") != NULL) {
			printf("%s\t%s\t%s\n", shown[i].method, shown[i].params, is);
		} else if (strcmp(is, shown[i].result) != 0) {
			print_error("%u: %s {%s}\n  is   %s\n  want %s\n", i, shown[i].method,
				shown[i].params, is, shown[i].result);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_each_call_says, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
