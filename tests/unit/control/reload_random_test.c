/* SPDX-License-Identifier: BSD-3-Clause */
/* Reloads at random under live sessions: each flow's verdict, translation and timeouts, the hits of
 * each rule, what a policer and a limit let through and packets that wait for a neighbour are,
 * after each, what the file says.  In the end they are those of a fresh start on the last file, and
 * memory and descriptors are as they were.
 *
 *   unit_control_reload_random [RELOADS] [SEED] */
#include <dirent.h>
#include <unistd.h>

#include "base/sanitizer.h"
#include "session/session.h"
#include "support/appliance_fixture.h"
#include "reload_world.h"

#if defined(WITH_ASAN) || defined(WITH_TSAN)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#define HOST_OUT     "203.0.113.9"
#define WARM_RELOADS 20

static unsigned n_reloads = 40;
static uint64_t seed = 1;

/* A frame that has left. */
struct seen {
	const char *port; /* NULL: none */
	char source[32];  /* address and port */
	char destination[32];
	unsigned n;
};

/* Odd flows go from dmz to lan, even ones from lan to the outside, translated. */
struct flow_model {
	bool open;              /* has had a packet that was let through */
	unsigned pipeline_name; /* of where its last forward packet came in */
	uint64_t hits;
	char public[32];
};

struct model {
	struct appliance_fixture *f;
	struct world world;
	struct flow_model flow[WORLD_FLOWS];
	unsigned timeout_s[WORLD_PIPELINES][4]; /* by pipeline and name, as last written */
	uint64_t tokens_s, metered_at_s;
	unsigned policed_by; /* the name of the policer's pipeline */
	unsigned held;
};

static void
read_end(const uint8_t *address, const uint8_t *port, char *out)
{
	snprintf(out, 32, "%u.%u.%u.%u:%u", address[0], address[1], address[2], address[3],
		port[0] << 8 | port[1]);
}

static void
note_seen(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	struct seen *seen = arg;

	if (frame[12] != 0x08 || frame[13] != 0x00)
		return;
	seen->n++;
	read_end(frame + 26, frame + 34, seen->source);
	read_end(frame + 30, frame + 36, seen->destination);
}

/* The IPv4 packets that have left since the last time; the last of them. */
static struct seen
look(struct appliance_fixture *f)
{
	struct ports *ports = appliance_ports(f->a);
	struct seen seen = { .port = NULL };

	for (unsigned p = 0; p < ports->count; p++) {
		unsigned before = seen.n;

		each_sent(&ports->at[p], note_seen, &seen);
		if (seen.n != before)
			seen.port = ports->at[p].name;
	}
	return seen;
}

static unsigned
pipeline_of(unsigned flow)
{
	return flow % 2; /* lan, dmz */
}

static struct seen
send_forward(struct appliance_fixture *f, unsigned i)
{
	char text[128];

	if (i % 2 == 0)
		snprintf(text, sizeof(text), "udp 10.1.0.2:%u > " HOST_OUT ":%u", 5000 + i,
			5000 + i);
	else
		snprintf(text, sizeof(text), "udp 10.2.0.2:%u > 10.1.0.2:%u", 5000 + i, 5000 + i);
	push(f, i % 2 == 0 ? "lan" : "dmz", text);
	return look(f);
}

static void
expect_forward(struct model *m, unsigned i)
{
	struct flow_model *flow = &m->flow[i];
	struct seen seen = send_forward(m->f, i);

	flow->pipeline_name = m->world.pipeline_name[pipeline_of(i)];
	if (m->world.denied[i]) {
		assert_null(seen.port);
		return;
	}
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.port, i % 2 == 0 ? "wan" : "lan");
	flow->hits++;
	if (!flow->open)
		memcpy(flow->public, seen.source, sizeof(flow->public));
	assert_string_equal(seen.source, flow->public);
	flow->open = true;
}

static void
expect_reply(struct model *m, unsigned i)
{
	bool denied = i % 2 != 0 && m->world.denied[i];
	char text[128], inside[32];
	struct seen seen;

	if (!m->flow[i].open)
		return;
	snprintf(inside, sizeof(inside), i % 2 == 0 ? "10.1.0.2:%u" : "10.2.0.2:%u", 5000 + i);
	if (i % 2 == 0)
		snprintf(text, sizeof(text), "udp " HOST_OUT ":%u > %s", 5000 + i,
			m->flow[i].public);
	else
		snprintf(text, sizeof(text), "udp 10.1.0.2:%u > 10.2.0.2:%u", 5000 + i, 5000 + i);
	push(m->f, i % 2 == 0 ? "wan" : "lan", text);
	seen = look(m->f);
	assert_int_equal(seen.n, denied ? 0 : 1);
	if (denied)
		return;
	assert_string_equal(seen.port, i % 2 == 0 ? "lan" : "dmz");
	assert_string_equal(seen.destination, inside);
	m->flow[i].hits += i % 2; /* lan's list judges this one too */
}

/* Timeout of a flow's session, 0 without one. */
static unsigned
timeout_of(struct appliance_fixture *f, unsigned i)
{
	struct workers *ws = appliance_workers(f->a);
	struct tuple t = { .family = 4, .proto = IPPROTO_UDP };
	bool reply;

	t.src.v4 = i % 2 == 0 ? RTE_BE32(RTE_IPV4(10, 1, 0, 2)) : RTE_BE32(RTE_IPV4(10, 2, 0, 2));
	t.dst.v4 = i % 2 == 0 ? RTE_BE32(RTE_IPV4(203u, 0, 113, 9))
			      : RTE_BE32(RTE_IPV4(10, 1, 0, 2));
	t.sport = t.dport = rte_cpu_to_be_16((uint16_t)(5000 + i));
	for (unsigned w = 0; w < workers_count(ws); w++) {
		const struct sessions *all = workers_at(ws, w)->fp->dp.sessions;
		const struct session *s = session_find(all, &t, &reply);

		if (s != NULL)
			return all->policy[s->policy].timeout_s[TIMEOUT_UDP];
	}
	return 0;
}

static uint64_t
hits_of(struct appliance_fixture *f, const char *name)
{
	const struct generation *gen = appliance_generation(f->a);
	uint64_t hits = 0;

	for (unsigned i = 1; i < gen->n_counters; i++) {
		if (gen->counters[i].name == NULL || strcmp(gen->counters[i].name, name) != 0)
			continue;
		hits += gen->carried_hits != NULL ? gen->carried_hits[i].packets : 0;
		for (unsigned w = 0; w < gen->n_workers; w++)
			hits += gen->worker[w].hits[i].packets;
	}
	return hits;
}

static void
expect_state(struct model *m)
{
	char name[32];

	workers_push_hits(appliance_workers(m->f->a));
	for (unsigned i = 0; i < WORLD_FLOWS; i++) {
		const struct flow_model *flow = &m->flow[i];

		snprintf(name, sizeof(name), "flow%u", i);
		assert_int_equal(hits_of(m->f, name), flow->hits);
		if (flow->open)
			assert_int_equal(timeout_of(m->f, i),
				m->timeout_s[pipeline_of(i)][flow->pipeline_name]);
	}
}

/* Five at once, one a second, over all reloads. */
static void
expect_metered(struct model *m)
{
	uint64_t now_s = m->f->now_ns / NS_PER_SECOND;

	m->tokens_s = RTE_MIN(m->tokens_s + now_s - m->metered_at_s, 5u);
	m->metered_at_s = now_s;
	for (unsigned i = 0; i < 3; i++) {
		push(m->f, "lan", "udp 10.1.0.2:7000 > " HOST_OUT ":7000");
		assert_int_equal(look(m->f).n, m->tokens_s > 0);
		m->tokens_s -= m->tokens_s > 0;
	}
}

/* As many sessions as the source may have, each worker its share, and no more. */
static void
expect_limited(struct model *m)
{
	unsigned workers = workers_count(appliance_workers(m->f->a)),
		 most = (3 + workers - 1) / workers;
	char text[128];

	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "udp 10.1.9.9:%u > " HOST_OUT ":%u", 7100 + i,
			7100 + i);
		push(m->f, "lan", text);
		assert_int_equal(look(m->f).n, i < most);
	}
}

static void
hold(struct model *m)
{
	char text[128];

	m->held++;
	snprintf(text, sizeof(text), "udp 10.2.0.2:%u > 10.1.%u.%u:7150", 2000 + m->held,
		100 + m->held / 200, 1 + m->held % 200);
	push(m->f, "dmz", text);
	assert_int_equal(look(m->f).n, 0);
}

/* The neighbour that a packet waits for answers: the packet leaves, once. */
static void
expect_held(struct model *m)
{
	struct seen seen;
	char text[64];

	snprintf(text, sizeof(text), "arp reply 10.1.%u.%u tell 10.1.0.1", 100 + m->held / 200,
		1 + m->held % 200);
	push(m->f, "lan", text);
	seen = look(m->f);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.port, "lan");
}

static void
note_names(struct model *m)
{
	if (m->policed_by != m->world.pipeline_name[0])
		m->tokens_s = 5; /* a policer of another pipeline */
	m->policed_by = m->world.pipeline_name[0];
	for (unsigned i = 0; i < WORLD_PIPELINES; i++)
		m->timeout_s[i][m->world.pipeline_name[i]] = m->world.timeout_s[i];
}

static void
reload_somehow(struct model *m)
{
	char *text;

	for (unsigned n = 1 + draw(&m->world, 5); n > 0; n--)
		world_change(&m->world);
	text = world_text(&m->world);
	note_names(m);
	reload_to(m->f, text);
	if (appliance_generation(m->f->a)->number % 3 == 0) /* the file says the same once more */
		reload_to(m->f, text);
	free(text);
}

static void
one_round(struct model *m)
{
	bool holds = draw(&m->world, 8) == 0;

	if (holds)
		hold(m);
	for (unsigned n = 1 + draw(&m->world, 2); n > 0; n--)
		reload_somehow(m);
	if (holds)
		expect_held(m);
	for (unsigned i = 0; i < WORLD_FLOWS; i++) {
		if (draw(&m->world, 3) == 0)
			expect_forward(m, i);
		if (draw(&m->world, 3) == 0)
			expect_reply(m, i);
	}
	expect_metered(m);
	if (draw(&m->world, 4) == 0)
		wait_s(m->f, 1);
	expect_limited(m);
	expect_state(m);
}

static size_t
resident_bytes(void)
{
	unsigned long pages = 0, ignored;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%lu %lu", &ignored, &pages) != 2)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return pages * 4096;
}

static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

/* The same public address; and port, which is the inside's where that is the worker's to give. */
static bool
same_source(const struct seen *a, const struct seen *b, unsigned workers)
{
	size_t address = strcspn(a->source, ":");

	return strncmp(a->source, b->source, address) == 0
		&& (workers > 1 || strcmp(a->source, b->source) == 0);
}

/* A fresh start on the last file says the same of every flow. */
static void
expect_like_a_fresh_start(struct model *m, void **state)
{
	unsigned workers = workers_count(appliance_workers(m->f->a));
	struct seen was[WORLD_FLOWS];
	unsigned timeout[WORLD_FLOWS];
	char *text = world_text(&m->world);

	reload_to(m->f, text);
	for (unsigned i = 0; i < WORLD_FLOWS; i++) {
		was[i] = send_forward(m->f, i);
		timeout[i] = timeout_of(m->f, i);
	}
	assert_int_equal(teardown_appliance(state), 0);
	setup_appliance(state);
	given_workers(m->f, text, workers);
	for (unsigned i = 0; i < WORLD_FLOWS; i++) {
		struct seen is = send_forward(m->f, i);

		assert_int_equal(is.n, was[i].n);
		if (is.n == 0)
			continue;
		assert_string_equal(is.port, i % 2 == 0 ? "wan" : "lan");
		assert_true(same_source(&is, &was[i], workers));
		assert_int_equal(timeout_of(m->f, i), timeout[i]);
	}
	free(text);
}

static void
run_rounds(void **state, unsigned workers)
{
	static struct model m;
	size_t bytes = 0;
	unsigned fds = 0;
	char *text;

	m = (struct model){ .f = *state, .tokens_s = 5, .metered_at_s = 1 };
	world_init(&m.world, seed);
	text = world_text(&m.world);
	note_names(&m);
	given_workers(m.f, text, workers);
	free(text);
	for (unsigned i = 0; i < n_reloads; i++) {
		one_round(&m);
		if (i == WARM_RELOADS) {
			bytes = resident_bytes();
			fds = descriptors();
		}
	}
	if (n_reloads > WARM_RELOADS) {
		assert_int_equal(descriptors(), fds);
		if (!SANITIZED) /* they keep what was freed */
			assert_true(resident_bytes() < bytes + (4 << 20));
	}
	expect_like_a_fresh_start(&m, state);
}

static void
two_workers_say_what_the_file_says(void **state)
{
	run_rounds(state, 2);
}

static void
one_worker_says_what_the_file_says(void **state)
{
	run_rounds(state, 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* First: the first appliance decides how many workers there can be. */
		appliance_test(two_workers_say_what_the_file_says),
		appliance_test(one_worker_says_what_the_file_says),
	};

	if (argc > 1)
		n_reloads = (unsigned)atoi(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
