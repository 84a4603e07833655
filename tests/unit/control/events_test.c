/* SPDX-License-Identifier: BSD-3-Clause */
/* Events as lines of JSON: rules that are logged, limits, links; and the thread that writes them.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/appliance_priv.h"
#include "control/event_sink.h"
#include "control/events.h"
#include "control/who.h"
#include "support/appliance_fixture.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"telemetry: {log: %s}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"nat: {uplink: {pool: [203.0.113.8], ports: 1024-1043}}\n" \
	"acls: {list: {default: drop, rules: [\n" \
	"  {name: web, proto: udp, dport: 80, action: accept, log: {rate: 3/s, prefix: in}},\n" \
	"  {proto: udp, dport: 53, action: drop, log: true}]}}\n" \
	"pipelines: {inside: [track, {acl: list}, {route: main}, {snat: uplink}]}\n"

enum { FILE_BYTES = 1 << 21 };

static char folder[] = "/tmp/weir-events-XXXXXX", path[64];

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/events", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	unlink(path);
	rmdir(folder);
	return leave_dpdk(state);
}

static char *
content_of(const char *name)
{
	char *text = calloc(1, FILE_BYTES);
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, FILE_BYTES - 1, f) < FILE_BYTES - 1);
	fclose(f);
	return text;
}

/* The next line without its time, which has to be one.  NULL at the end. */
static char *
next_line(char **text)
{
	static const char begin[] = "{\"time\":\"", form[] = "dddd-dd-ddTdd:dd:dd.ddddddZ\",";
	char *line = strsep(text, "\n");

	if (line == NULL || *line == '\0')
		return NULL;
	assert_memory_equal(line, begin, sizeof(begin) - 1);
	line += sizeof(begin) - 1;
	for (const char *c = form; *c != '\0'; c++, line++)
		assert_true(*c == 'd' ? *line >= '0' && *line <= '9' : *line == *c);
	return line;
}

/* Each wanted line has to be there as often as it is wanted, and no other. */
static void
expect_lines(const char *const wanted[], unsigned n)
{
	char *text = content_of(path), *rest = text, *line;
	bool found[64] = { false };
	unsigned lines = 0;

	for (; (line = next_line(&rest)) != NULL; lines++) {
		unsigned i = 0;

		while (i < n && (found[i] || strcmp(wanted[i], line) != 0))
			i++;
		if (i == n)
			fail_msg("unexpected: %s", line);
		found[i] = true;
	}
	for (unsigned i = 0; i < n; i++)
		if (!found[i])
			fail_msg("missing: %s", wanted[i]);
	assert_int_equal(lines, n);
	free(text);
	unlink(path);
}

/* --- events --- */

static void
tick(struct appliance_fixture *f, struct events *e)
{
	const struct events_now now = {
		.workers = f->a->workers,
		.gen = f->a->gen,
		.ports = &f->a->ports,
		.pools = &f->a->pools,
		.ifaces = &f->a->names.ifaces,
		.wall_ns = 1700000000000000000,
		.clock_ns = f->now_ns,
	};

	events_tick(e, &now);
	events_look_at_levels(e, &now);
	events_look_at_bridges(e, f->a->gen);
}

#define BRIDGED \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"telemetry: {log: %s}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces: {lan: {pipeline: wire}, wan: {pipeline: wire}}\n" \
	"bridges: {br0: {members: [lan, wan]}}\n" \
	"routes: {main: []}\n" \
	"pipelines: {wire: [bridge]}\n"

static struct events *
given_events_of(struct appliance_fixture *f, const char *config, unsigned workers)
{
	struct events *e = events_create();
	struct event_sink *sink;
	char text[2048];

	snprintf(text, sizeof(text), config, path);
	given_workers(f, text, workers);
	const struct events_setup setup = { f->a->cfg, f->a->gen };

	assert_int_equal(events_open(e, &setup, &sink, f->err), 0);
	assert_non_null(sink);
	events_take(e, &setup, sink);
	assert_int_equal(events_open(e, &setup, &sink, f->err), 0);
	assert_null(sink); /* it is open */
	wait_s(f, 1);
	tick(f, e);
	return e;
}

static struct events *
given_events(struct appliance_fixture *f, unsigned workers)
{
	return given_events_of(f, CONFIG, workers);
}

static void
send_udp(struct appliance_fixture *f, unsigned sport, unsigned dport)
{
	char text[80];

	snprintf(text, sizeof(text), "udp 10.0.0.2:%u > 198.51.100.2:%u", sport, dport);
	push(f, "lan", text);
}

#define RULE(line, more) \
	"\"event\":\"rule\",\"place\":\"weir.yaml:" line "\",\"owner\":\"acls.list\"" more
#define HIT(sport, dport) \
	",\"interface\":\"lan\",\"tuple\":\"udp 10.0.0.2:" sport " > 198.51.100.2:" dport "\""

#define ACCEPTED ",\"verdict\":\"accept\",\"out\":\"wan\",\"session\":\"begin\"}"

static void
hits_of_rules_are_written_at_their_rate(void **state)
{
	static const char *const wanted[] = {
		RULE("12", ",\"name\":\"web\",\"prefix\":\"in\"") HIT("1000", "80") ACCEPTED,
		RULE("12", ",\"name\":\"web\",\"prefix\":\"in\"") HIT("1001", "80") ACCEPTED,
		RULE("12", ",\"name\":\"web\",\"prefix\":\"in\"") HIT("1002", "80") ACCEPTED,
		RULE("12", ",\"name\":\"web\",\"prefix\":\"in\"") ",\"suppressed\":2}",
		RULE("13", "") HIT("2000", "53") ",\"verdict\":\"drop\"}",
		RULE("12", ",\"name\":\"web\",\"prefix\":\"in\"") HIT("1005", "80") ACCEPTED,
	};
	struct appliance_fixture *f = *state;
	struct events *e = given_events(f, 1);

	for (unsigned i = 0; i < 5; i++)
		send_udp(f, 1000 + i, 80);
	send_udp(f, 2000, 53);
	tick(f, e);
	for (unsigned i = 0; i < 2; i++) {
		wait_s(f, 1);
		tick(f, e);
	}
	send_udp(f, 1005, 80);
	tick(f, e);
	tick(f, e);
	events_destroy(e);
	expect_lines(wanted, sizeof(wanted) / sizeof(wanted[0]));
}

/* Sends of new ports until so many public ports are in use, or none is left. */
static void
use_ports(struct appliance_fixture *f, unsigned wanted)
{
	static unsigned sport = 3000;
	struct report r;
	unsigned used;

	do {
		send_udp(f, sport++, 80);
		report_take(f->a, &r);
		used = (unsigned)r.nat->pool[0].all.ports_used;
		report_fini(&r);
	} while (used < wanted);
}

static void
expect_next(char **text, const char *wanted)
{
	char *line;

	do
		line = next_line(text);
	while (line != NULL && strstr(line, "\"event\":\"rule\"") != NULL);
	if (wanted == NULL ? line != NULL : line == NULL || strstr(line, wanted) == NULL)
		fail_msg("%s, expected %s", line != NULL ? line : "nothing",
			wanted != NULL ? wanted : "nothing");
}

#define PORTS(used, state) \
	"\"event\":\"limit\",\"resource\":\"public ports\",\"name\":\"uplink\",\"used\":" used \
	",\"most\":20,\"state\":\"" state "\"}"

/* Twenty ports are all that the pool has; what is lost is told once a second. */
static void
limits_are_told_when_they_are_reached_and_left(void **state)
{
	struct appliance_fixture *f = *state;
	struct events *e = given_events(f, 2);
	char *text, *rest;
	struct report r;

	use_ports(f, 18);
	wait_s(f, 1);
	tick(f, e); /* nine tenths are enough */
	use_ports(f, 20);
	wait_s(f, 1);
	tick(f, e);
	tick(f, e);
	for (unsigned i = 0; i < 5; i++)
		send_udp(f, 4000 + i, 80);
	tick(f, e); /* not yet */
	wait_s(f, 1);
	tick(f, e);
	wait_s(f, 700);
	tick(f, e);
	report_take(f->a, &r);
	assert_int_equal(r.nat->pool[0].all.ports_used, 0);
	report_fini(&r);
	events_destroy(e);
	rest = text = content_of(path);
	for (char *line = rest; strstr(line, "nat_no_port") < strstr(line, "public ports");
		line = rest)
		expect_next(&rest, "\"reason\":\"nat_no_port\",\"packets\":");
	expect_next(&rest, PORTS("20", "low"));
	expect_next(&rest, "\"event\":\"limit\",\"reason\":\"nat_no_port\",\"packets\":5}");
	expect_next(&rest, PORTS("0", "enough"));
	expect_next(&rest, NULL);
	free(text);
	unlink(path);
}

/* Their state is told when it changes, and a device that is not there is gone. */
static void
links_are_told_when_they_change(void **state)
{
	struct appliance_fixture *f = *state;
	struct events *e = given_events(f, 2);
	struct port *wan = port_of(f, "wan");
	char *text, *rest;

	tick(f, e);
	atomic_store(&wan->link_up, false);
	tick(f, e);
	tick(f, e);
	atomic_store(&wan->present, false);
	tick(f, e);
	atomic_store(&wan->present, true);
	atomic_store(&wan->link_up, true);
	tick(f, e);
	events_tell(e, "reload", json_pack("{s:i}", "generation", 7));
	events_tell(NULL, "reload", json_object());
	events_destroy(e);
	events_destroy(NULL);
	rest = text = content_of(path);
	expect_next(&rest, "\"event\":\"link\",\"port\":\"wan\",\"link\":\"down\"}");
	expect_next(&rest, "\"event\":\"link\",\"port\":\"wan\",\"link\":\"gone\"}");
	expect_next(&rest, "\"event\":\"link\",\"port\":\"wan\",\"link\":\"up\"}");
	expect_next(&rest, "\"event\":\"reload\",\"generation\":7}");
	expect_next(&rest, NULL);
	free(text);
	unlink(path);
}

/* A station that is heard now on this side, now on the other. */
static void
stations_that_move_too_often_are_told(void **state)
{
	struct appliance_fixture *f = *state;
	struct events *e = given_events_of(f, BRIDGED, 1);
	char *text, *rest;

	for (unsigned i = 0; i < 12; i++) {
		push(f, i % 2 == 0 ? "lan" : "wan", "udp 10.0.0.2:1 > 10.0.0.3:2");
		f->now_ns += 10 * NS_PER_MS;
		appliance_set_time(f->a, f->now_ns);
		tick(f, e);
	}
	events_destroy(e);
	rest = text = content_of(path);
	expect_next(&rest,
		"\"event\":\"bridge\",\"bridge\":\"br0\",\"mac\":\"02:00:00:00:01:0a\",\"vlan\":0,"
		"\"interface\":\"lan\",\"from\":\"wan\"}");
	expect_next(&rest, NULL);
	free(text);
	unlink(path);
}

/* --- the thread --- */

static void
a_time_is_written_in_utc(void **state)
{
	char text[EVENT_TIME_BYTES];

	(void)state;
	assert_string_equal(event_time(text, 1700000000123456789), "2023-11-14T22:13:20.123456Z");
	assert_string_equal(event_time(text, 0), "1970-01-01T00:00:00.000000Z");
}

static void
a_file_that_cannot_be_written_is_an_error(void **state)
{
	const struct loc loc = { .file = "weir.yaml", .line = 7 };
	struct err *err = err_create();

	(void)state;
	assert_null(event_sink_open("/nowhere/events", loc, err));
	assert_non_null(strstr(err_first(err), "/nowhere/events: cannot be written"));
	assert_int_equal(err_count(err), 1);
	err_destroy(err);
}

static struct event_sink *
sink_to(const char *name)
{
	struct err *err = err_create();
	struct event_sink *s = event_sink_open(name, (struct loc){ 0 }, err);

	assert_string_equal(err_first(err), "");
	assert_non_null(s);
	assert_string_equal(event_sink_to(s), name);
	err_destroy(err);
	return s;
}

static void
a_file_that_was_moved_is_begun_anew(void **state)
{
	struct event_sink *s = sink_to(path);
	char moved[80], *text;
	uint64_t lines, lost;

	(void)state;
	snprintf(moved, sizeof(moved), "%s.1", path);
	event_sink_put(s, "one\n", 4);
	event_sink_put(s, "two\n", 4);
	for (unsigned i = 0; i < 1000 && access(path, F_OK) == 0; i++) {
		struct stat st;

		if (stat(path, &st) == 0 && st.st_size == 8)
			break;
		usleep(10000);
	}
	assert_int_equal(rename(path, moved), 0);
	event_sink_reopen(s);
	for (unsigned i = 0; i < 1000 && access(path, F_OK) != 0; i++)
		usleep(10000);
	event_sink_put(s, "three\n", 6);
	event_sink_tell(s, "four", 1700000000000000000, json_pack("{s:i}", "n", 4));
	event_sink_counts(s, &lines, &lost);
	assert_int_equal(lines, 4);
	assert_int_equal(lost, 0);
	event_sink_close(s);
	text = content_of(moved);
	assert_string_equal(text, "one\ntwo\n");
	free(text);
	text = content_of(path);
	assert_string_equal(text,
		"three\n{\"time\":\"2023-11-14T22:13:20.000000Z\",\"event\":\"four\",\"n\":4}\n");
	free(text);
	/* Appended to when it is opened again. */
	s = sink_to(path);
	event_sink_put(s, "five\n", 5);
	event_sink_close(s);
	text = content_of(path);
	assert_non_null(strstr(text, "\"n\":4}\nfive\n"));
	free(text);
	unlink(moved);
	unlink(path);
	event_sink_close(NULL);
}

static atomic_size_t bytes_read; /* by read_all */

static void *
read_all(void *arg)
{
	int fd = *(int *)arg;
	char *text = calloc(1, FILE_BYTES);
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, text + used, FILE_BYTES - 1 - used)) > 0)
		atomic_store(&bytes_read, used += (size_t)n);
	return text;
}

/* Waits until what had room is read; a minute at most. */
static void
wait_for_lines(uint64_t bytes)
{
	for (unsigned ms = 0; atomic_load(&bytes_read) < bytes && ms < 60000; ms++)
		usleep(1000);
	assert_true(atomic_load(&bytes_read) >= bytes);
}

/* A pipe that nobody reads for a while: lines wait, and those that find no room are counted. */
static void
lines_without_room_are_lost_and_told(void **state)
{
	char line[1024], wanted[64], *text = NULL, *last;
	uint64_t lines, lost, seen = 0;
	struct event_sink *s;
	pthread_t reader;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	s = sink_to(path);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (unsigned i = 0; i < 3000; i++) {
		event_sink_put(s, line, sizeof(line));
		if (i % 500 == 0)
			usleep(10000);
	}
	event_sink_counts(s, &lines, &lost);
	assert_int_equal(lines, 3000);
	/* Of what waits the thread may have taken nothing yet. */
	assert_true(lost > 1000 && lost <= 3000 - EVENT_SINK_BYTES / sizeof(line));
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && fcntl(fd, F_SETPIPE_SZ, 1 << 20) >= 0);
	assert_int_equal(pthread_create(&reader, NULL, read_all, &fd), 0);
	wait_for_lines((3000 - lost) * sizeof(line));
	event_sink_put(s, "last\n", 5);
	event_sink_close(s);
	pthread_join(reader, (void **)&text);
	close(fd);
	for (const char *c = text; *c != '\0'; c++)
		seen += *c == '\n';
	assert_int_equal(seen, 3000 - lost + 2);
	last = strstr(text, "\"event\":\"lost\"");
	assert_non_null(last);
	snprintf(
		wanted, sizeof(wanted), "\"event\":\"lost\",\"lines\":%u}\nlast\n", (unsigned)lost);
	assert_string_equal(last, wanted);
	free(text);
	unlink(path);
}

static void
users_are_known_by_name(void **state)
{
	struct rpc_peer peer = { .uid = 0, .pid = -1 };
	char name[64];

	(void)state;
	who_is(&peer, name, sizeof(name));
	assert_string_equal(name, "root");
	peer.uid = 54321;
	who_is(&peer, name, sizeof(name));
	assert_string_equal(name, "uid 54321");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(limits_are_told_when_they_are_reached_and_left),
		appliance_test(links_are_told_when_they_change),
		appliance_test(hits_of_rules_are_written_at_their_rate), /* after two workers */
		appliance_test(stations_that_move_too_often_are_told),
		cmocka_unit_test(a_time_is_written_in_utc),
		cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
		cmocka_unit_test(a_file_that_was_moved_is_begun_anew),
		cmocka_unit_test(lines_without_room_are_lost_and_told),
		cmocka_unit_test(users_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
