/* SPDX-License-Identifier: BSD-3-Clause */
/* Verbs whose result is a file: capture and recorder.
 *
 * The filter is compiled here, so that nothing that it makes libpcap do, such as asking for the
 * address of a name, happens in Weir. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "weirctl.h"

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int number)
{
	interrupted = 1;
}

/* A filter as tcpdump -ddd prints it; NULL after a message. */
static json_t *
compile(const char *text)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;
	char *out = NULL;
	json_t *json;
	size_t bytes;
	FILE *f;

	if (p == NULL || pcap_compile(p, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		fprintf(stderr, "weirctl: filter: %s\n", p != NULL ? pcap_geterr(p) : "no memory");
		if (p != NULL)
			pcap_close(p);
		return NULL;
	}
	f = open_memstream(&out, &bytes);
	if (f == NULL)
		return NULL;
	fprintf(f, "%u\n", program.bf_len);
	for (unsigned i = 0; i < program.bf_len; i++)
		fprintf(f, "%u %u %u %u\n", program.bf_insns[i].code, program.bf_insns[i].jt,
			program.bf_insns[i].jf, program.bf_insns[i].k);
	fclose(f);
	json = json_string(out);
	free(out);
	pcap_freecode(&program);
	pcap_close(p);
	return json;
}

static int
digit(char c)
{
	static const char
		digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : 0;
}

/* Decodes in place.  Returns the number of bytes. */
static size_t
decode(const char *text, size_t n, uint8_t *out)
{
	size_t bytes = 0;

	for (size_t i = 0; i + 3 < n; i += 4) {
		uint32_t word = (uint32_t)digit(text[i]) << 18 | (uint32_t)digit(text[i + 1]) << 12
			| (uint32_t)digit(text[i + 2]) << 6 | (uint32_t)digit(text[i + 3]);

		out[bytes++] = (uint8_t)(word >> 16);
		if (text[i + 2] != '=')
			out[bytes++] = (uint8_t)(word >> 8);
		if (text[i + 3] != '=')
			out[bytes++] = (uint8_t)word;
	}
	return bytes;
}

static bool
write_all(int fd, const uint8_t *data, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		data += done;
		n -= (size_t)done;
	}
	return true;
}

static bool
write_page(int fd, const json_t *result)
{
	const json_t *data = json_object_get(result, "data");
	size_t n = json_string_length(data), bytes;
	uint8_t *out = malloc(n + 1);
	bool done;

	if (out == NULL)
		return false;
	bytes = decode(json_string_value(data), n, out);
	done = write_all(fd, out, bytes);
	free(out);
	return done;
}

static void
say_counts(const json_t *result)
{
	long long lost = json_integer_value(json_object_get(result, "lost"));
	long long skipped = json_integer_value(json_object_get(result, "skipped"));

	fprintf(stderr, "%lld packets",
		(long long)json_integer_value(json_object_get(result, "packets")));
	if (json_object_get(result, "lost") != NULL)
		fprintf(stderr,
			" captured, %lld lost for want of room, %lld not looked at to save time",
			lost, skipped);
	fputc('\n', stderr);
}

/* Reads all pages into a file. */
static int
take_pages(struct ctl *ctl, const struct verb *v, json_t *params, int fd)
{
	json_t *last = NULL;
	bool more = true;
	int status = STATUS_DONE;

	while (more && !interrupted) {
		json_t *result = link_call(&ctl->link, v, params, &status, NULL), *next;

		if (result == NULL)
			break;
		if (!write_page(fd, result)) {
			fprintf(stderr, "weirctl: cannot write: %s\n", strerror(errno));
			json_decref(result);
			status = STATUS_WRONG;
			break;
		}
		next = json_object_get(result, PAGE_NEXT);
		more = next != NULL;
		if (more)
			json_object_set(params, PAGE_FROM, next);
		if (last == NULL || json_object_get(result, "lost") != NULL)
			json_decref(last), last = json_incref(result);
		json_decref(result);
	}
	if (last != NULL)
		say_counts(last);
	json_decref(last);
	return status;
}

struct request {
	const char *file;
	json_t *params;
	char filter[4096];
};

/* A word with a value: "-c 10", "count 10", "for 5". */
static const char *
option_name(const char *word)
{
	static const struct {
		const char *word, *name;
	} options[] = {
		{ "-c", "count" },
		{ "count", "count" },
		{ "--count", "count" },
		{ "for", "seconds" },
		{ "--for", "seconds" },
		{ "seconds", "seconds" },
		{ "bytes", "bytes" },
		{ "--bytes", "bytes" },
	};

	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(word, options[i].word) == 0)
			return options[i].name;
	return NULL;
}

/* "5s" is 5. */
static json_t *
value_json(const char *name, const char *value)
{
	size_t n = strlen(value);

	if (strcmp(name, "seconds") == 0 && n > 1 && value[n - 1] == 's')
		n--;
	return json_stringn(value, n);
}

static bool
read_word(
	struct request *r, const struct verb *v, unsigned *i, unsigned n, const char *const words[])
{
	const char *word = words[*i];
	bool capture = v == &verbs[VERB_CAPTURE];
	const char *name = capture                                         ? option_name(word)
		: strcmp(word, "port") == 0 || strcmp(word, "reason") == 0 ? word
									   : NULL;
	size_t used = strlen(r->filter);

	if (strcmp(word, "-w") == 0 && *i + 1 < n) {
		r->file = words[++*i];
	} else if (capture && (strcmp(word, "--drops") == 0 || strcmp(word, "drops") == 0)) {
		json_object_set_new(r->params, "drops", json_true());
	} else if (capture && (strcmp(word, "--samples") == 0 || strcmp(word, "samples") == 0)) {
		json_object_set_new(r->params, "samples", json_true());
	} else if (name != NULL && *i + 1 < n) {
		json_object_set_new(r->params, name, value_json(name, words[++*i]));
	} else if (!capture || word[0] == '-' || used + strlen(word) + 2 > sizeof(r->filter)) {
		return false;
	} else {
		snprintf(r->filter + used, sizeof(r->filter) - used, "%s%s", used > 0 ? " " : "",
			word);
	}
	return true;
}

static int
open_output(const char *file)
{
	int fd = strcmp(file, "-") == 0
		? dup(STDOUT_FILENO)
		: open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		fprintf(stderr, "weirctl: %s: %s\n", file, strerror(errno));
	return fd;
}

static int
run(struct ctl *ctl, const struct verb *v, struct request *r)
{
	struct sigaction act = { .sa_handler = on_interrupt }, before;
	int fd, status;

	if (r->filter[0] != '\0') {
		json_t *filter = compile(r->filter);

		if (filter == NULL)
			return STATUS_USAGE;
		json_object_set_new(r->params, "filter", filter);
	}
	fd = open_output(r->file);
	if (fd < 0)
		return STATUS_WRONG;
	sigaction(SIGINT, &act, &before); /* what was captured is whole */
	interrupted = 0;
	status = take_pages(ctl, v, r->params, fd);
	sigaction(SIGINT, &before, NULL);
	return close(fd) == 0 ? status : STATUS_WRONG;
}

int
command_file(struct ctl *ctl, const struct verb *v, unsigned n, const char *const words[])
{
	struct request r = { .params = json_object() };
	bool known = true;
	int status;

	for (unsigned i = 0; known && i < n; i++)
		known = read_word(&r, v, &i, n, words);
	if (known && r.file != NULL && (r.file[0] != '-' || r.file[1] == '\0')
		&& (strcmp(r.file, "-") != 0 || !isatty(STDOUT_FILENO))) {
		status = run(ctl, v, &r);
	} else {
		fputs(r.file != NULL && known
				? "weirctl: a capture is no text for a terminal\nusage: "
				: "usage: ",
			stderr);
		verb_print_usage(v, stderr);
		status = STATUS_USAGE;
	}
	json_decref(r.params);
	return status;
}
