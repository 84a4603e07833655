/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled rules judge as rules one by one do. */
#include "unit/stage/fixture.h"

#include <time.h>

#include <rte_eal.h>

#include "packet/burst.h"
#include "stage/matcher.h"

#define PACKETS (40 * BURST_MAX)

#ifdef WEIR_DEBUG
#define SECONDS_MAX 5.0         /* sanitizers take their share */
#else
#define SECONDS_MAX 1.0
#endif

static const char sections[] =
	"sets: {admins: [198.51.100.64/28, \"2001:db8:ffff::/48\"], bad: [203.0.113.0/25]}\n"
	"acls:\n"
	"  list:\n"
	"    default: drop\n"
	"    rules:\n"
	"      - {src: $bad, dst: \"!10.0.0.80\", action: drop}\n"
	"      - {proto: tcp, dst: 10.0.0.80, dport: [80, 443, 8000-8100], action: accept}\n"
	"      - {src: $admins, dport: 22, action: accept}\n"
	"      - {icmp: [echo-request, time-exceeded], action: reject}\n"
	"      - {flags: [S/SA, R], dport: \"!80\", action: accept}\n"
	"      - {dscp: [ef, 8-15], proto: udp, action: accept}\n"
	"      - {fragment: true, action: reject}\n"
	"      - {in: wan, sport: 53, action: accept}\n"
	"      - {state: \"!untracked\", proto: 47, action: accept}\n"
	"      - {src: \"2001:db8::/32\", proto: [udp, 50], action: accept}\n"
	"pipelines: {guard: [acl: list]}\n";

static unsigned
one_of(const unsigned *values, unsigned n)
{
	return values[(unsigned)rand() % n];
}
#define ONE_OF(...) one_of((const unsigned[]){ __VA_ARGS__ }, \
	sizeof((const unsigned[]){ __VA_ARGS__ }) / sizeof(unsigned))

/* A packet near what the rules speak of. */
static void
random_view(struct view *v)
{
	struct tuple *t = &v->tuple;
	static const uint8_t prefix6[4] = { 0x20, 0x01, 0x0d, 0xb8 };

	memset(v, 0, sizeof(*v));
	t->family = v->family = (uint8_t)ONE_OF(4, 4, 6);
	v->kind = t->family == 4 ? VIEW_IP4 : VIEW_IP6;
	t->proto = v->proto = (uint8_t)ONE_OF(6, 6, 17, 17, 1, 58, 47, 50, 132);
	v->iface = (uint16_t)ONE_OF(LAN, WAN);
	if (t->family == 4) {
		t->src.v4 = rte_cpu_to_be_32(ONE_OF(0xc6336440, 0xc6336450, 0xcb007109,
			0xcb007189));
		t->dst.v4 = rte_cpu_to_be_32(ONE_OF(0x0a000050, 0x0a000051));
	} else {
		memcpy(t->src.bytes, prefix6, 4);
		t->src.bytes[4] = t->src.bytes[5] = (uint8_t)ONE_OF(0, 0xff);
		memcpy(t->dst.bytes, prefix6, 4);
	}
	t->sport = rte_cpu_to_be_16((uint16_t)ONE_OF(53, 4000));
	t->dport = rte_cpu_to_be_16((uint16_t)ONE_OF(80, 443, 22, 8050, 8101, 0x0800, 0x0b00,
		0x8000, 0x0300));
	v->tcp_flags = (uint8_t)ONE_OF(2, 0x12, 0x10, 4);
	v->dscp = (uint8_t)ONE_OF(0, 46, 9, 16);
	v->fragment = ONE_OF(0, 0, 1);
	t->kind = v->fragment && rand() % 2 ? KEY_FRAGMENT : KEY_PLAIN;
}

static void
judge(struct fixture *f, struct view *view, struct eval *eval)
{
	const struct pipeline *p = build_find_pipeline(f->build, "guard");
	struct eval *vector[BURST_MAX];

	for (unsigned i = 0; i < PACKETS; i++) {
		eval_init(&eval[i], &f->gen, &view[i]);
		eval[i].state = 1u << i % 5;
		vector[i % BURST_MAX] = &eval[i];
		if (i % BURST_MAX == BURST_MAX - 1)
			pipeline_evaluate(p, vector, BURST_MAX);
	}
}

static void
a_compiled_list_judges_as_a_plain_one(void **state)
{
	static struct view view[PACKETS];
	static struct eval plain[PACKETS], compiled[PACKETS];
	struct fixture *f = *state;
	unsigned denied = 0;

	srand(7);
	for (unsigned i = 0; i < PACKETS; i++)
		random_view(&view[i]);
	f->with_eal = false;
	build(f, sections);
	judge(f, view, plain);
	f->with_eal = true;
	build(f, sections);
	judge(f, view, compiled);

	for (unsigned i = 0; i < PACKETS; i++) {
		assert_memory_equal(&plain[i].program, &compiled[i].program,
			sizeof(struct program));
		assert_int_equal(plain[i].used_fields, compiled[i].used_fields);
		denied += plain[i].program.reason == REASON_acl_denied;
	}
	assert_in_range(denied, PACKETS / 10, PACKETS * 9 / 10);
}

static void
ten_thousand_rules_are_built_within_a_second(void **state)
{
	struct fixture *f = *state;
	struct timespec begin, end;
	double seconds;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n  list:\n    rules:\n", out);
	for (unsigned i = 0; i < 10000; i++)
		fprintf(out, "      - {name: r%u, proto: tcp, src: 10.%u.%u.0/24, dport: %u,"
			" action: accept}\n", i, i / 250, i % 250, 1 + i);
	fputs("pipelines: {guard: [acl: list]}\n", out);
	fclose(out);

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	f->with_eal = true;
	given(f, text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	free(text);
	seconds = (double)(end.tv_sec - begin.tv_sec)
		+ 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
	print_message("10,000 rules: %.2f s\n", seconds);
	assert_true(seconds < SECONDS_MAX);

	evaluate(f, "guard", LAN, "tcp 10.39.249.7:4000 > 192.0.2.1:10000 S");
	expect_note(f, "rule r9999 (weir.yaml:10005) accepts");
}

int
main(void)
{
	char *eal[] = { "test", "--no-huge", "-m", "256", "--no-pci", "--no-shconf",
		"--no-telemetry", "-l", "0" };
	const struct CMUnitTest tests[] = {
		stage_test(a_compiled_list_judges_as_a_plain_one),
		stage_test(ten_thousand_rules_are_built_within_a_second),
	};

	if (rte_eal_init(9, eal) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
