/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures merged in the order of time. */

#include "control/replay_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "base/clock.h"

#define STAMP_MAX_S (1ull << 33)        /* 584 years fit into 64 bits of nanoseconds; this is 272 */

/* A frame of a file that had to be sorted. */
struct stored {
	uint64_t stamp_ns;
	uint64_t number;                /* in its file: frames with one stamp keep their order */
	uint32_t bytes;
	uint8_t *data;
};

struct source {
	struct replay_file file;
	pcap_t *pcap;
	struct stored *stored;          /* NULL: read as needed */
	uint64_t frames;                /* in the file, before any damage */
	uint64_t first_ns;              /* earliest stamp */
	uint64_t taken;
	bool sorted;
	/* the frame to take next; data NULL: the file is at its end */
	uint64_t stamp_ns;
	const uint8_t *data;
	uint32_t bytes;
};

struct replay_input {
	unsigned n;
	bool has_ns;
	uint64_t zero_ns;               /* stamp of the first frame of all */
	uint64_t frames;
	struct source *next;            /* shown by peek */
	struct source source[];
};

/* One step in a file: 1, 0 at its end, -1 where it is damaged. */
static int
read_frame(struct source *s)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int rc = pcap_next_ex(s->pcap, &h, &data);

	s->data = NULL;
	if (rc == PCAP_ERROR_BREAK)
		return 0;
	if (rc != 1)
		return -1;
	if (h->ts.tv_sec < 0 || (uint64_t)h->ts.tv_sec >= STAMP_MAX_S || h->ts.tv_usec < 0
			|| (uint64_t)h->ts.tv_usec >= NS_PER_SECOND)
		return -1;
	s->stamp_ns = (uint64_t)h->ts.tv_sec * NS_PER_SECOND + (uint64_t)h->ts.tv_usec;
	s->data = data;
	s->bytes = h->caplen;
	return 1;
}

static int
open_file(struct source *s, struct err *err)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	int link;

	s->pcap = pcap_open_offline_with_tstamp_precision(s->file.path, PCAP_TSTAMP_PRECISION_NANO,
		text);
	/* The text begins with the path when the file cannot be opened, else it says what it is
	 * not. */
	if (s->pcap == NULL && strncmp(text, s->file.path, strlen(s->file.path)) == 0)
		return err_set(err, EINVAL, "%s", text);
	if (s->pcap == NULL)
		return err_set(err, EINVAL, "%s: %s", s->file.path, text);
	link = pcap_datalink(s->pcap);
	if (link != DLT_EN10MB)
		return err_set(err, EINVAL, "%s: its frames are %s, not Ethernet", s->file.path,
			pcap_datalink_val_to_description_or_dlt(link));
	return 0;
}

static void
close_file(struct source *s)
{
	if (s->pcap != NULL)
		pcap_close(s->pcap);
	s->pcap = NULL;
}

/* Does the file say that its stamps are nanoseconds? */
static bool
is_ns_file(const char *path)
{
	static const uint32_t magic = 0xa1b23c4d;
	uint32_t word = 0;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return false;
	if (fread(&word, sizeof(word), 1, f) != 1)
		word = 0;
	fclose(f);
	return word == magic || word == __builtin_bswap32(magic);
}

/* The look through a file: how many frames, whether they are in order, whether it is damaged. */
static int
look_through(struct replay_input *in, struct source *s, bool *damaged, struct err *err)
{
	uint64_t last_ns = 0;
	int rc = open_file(s, err);

	if (rc < 0)
		return rc;
	s->sorted = true;
	in->has_ns |= is_ns_file(s->file.path);
	while ((rc = read_frame(s)) == 1) {
		if (s->frames == 0 || s->stamp_ns < s->first_ns)
			s->first_ns = s->stamp_ns;
		s->sorted &= s->stamp_ns >= last_ns;
		last_ns = s->stamp_ns;
		in->has_ns |= s->stamp_ns % NS_PER_US != 0;
		s->frames++;
	}
	if (rc < 0) {
		const char *why = pcap_geterr(s->pcap);

		*damaged = true;
		err_set(err, EINVAL, "%s: damaged after %" PRIu64 " frames%s%s", s->file.path,
			s->frames, why[0] != '\0' ? ": " : ": a time stamp that cannot be", why);
	}
	close_file(s);
	return 0;
}

static int
compare_stored(const void *a, const void *b)
{
	const struct stored *x = a, *y = b;

	if (x->stamp_ns != y->stamp_ns)
		return x->stamp_ns < y->stamp_ns ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* Reads a whole file and sorts it. */
static int
load(struct source *s, struct err *err)
{
	s->stored = calloc(s->frames, sizeof(*s->stored));
	if (s->stored == NULL)
		return err_set(err, ENOMEM, "%s: no memory for %" PRIu64 " frames", s->file.path,
			s->frames);
	for (uint64_t i = 0; i < s->frames && read_frame(s) == 1; i++) {
		struct stored *f = &s->stored[i];

		*f = (struct stored) { .stamp_ns = s->stamp_ns, .number = i, .bytes = s->bytes,
			.data = malloc(s->bytes + 1u) };
		if (f->data == NULL)
			return err_set(err, ENOMEM, "%s: no memory for %" PRIu64 " frames",
				s->file.path, s->frames);
		memcpy(f->data, s->data, s->bytes);
	}
	close_file(s);
	qsort(s->stored, s->frames, sizeof(*s->stored), compare_stored);
	return 0;
}

/* Shows the source's next frame. */
static void
advance(struct source *s)
{
	s->data = NULL;
	if (s->taken == s->frames)
		return;
	if (s->stored == NULL) {
		read_frame(s);
		return;
	}
	s->stamp_ns = s->stored[s->taken].stamp_ns;
	s->data = s->stored[s->taken].data;
	s->bytes = s->stored[s->taken].bytes;
}

static int
open_source(struct source *s, struct err *err)
{
	int rc;

	if (s->frames == 0)
		return 0;
	rc = open_file(s, err);
	if (rc == 0 && !s->sorted)
		rc = load(s, err);
	if (rc == 0)
		advance(s);
	return rc;
}

/* In the order of the ports, those of one port in the order given. */
static void
add_source(struct replay_input *in, const struct replay_file *file)
{
	unsigned i = in->n++;

	for (; i > 0 && in->source[i - 1].file.port > file->port; i--)
		in->source[i] = in->source[i - 1];
	in->source[i] = (struct source) { .file = *file };
}

static int
open_all(struct replay_input *in, bool *damaged, struct err *err)
{
	int rc = 0;

	/* Every file is looked at, so that all that is wrong is said. */
	for (unsigned i = 0; i < in->n; i++)
		if (look_through(in, &in->source[i], damaged, err) < 0)
			rc = -EINVAL;
	in->zero_ns = UINT64_MAX;
	for (unsigned i = 0; rc == 0 && i < in->n; i++) {
		struct source *s = &in->source[i];

		if (s->frames != 0 && s->first_ns < in->zero_ns)
			in->zero_ns = s->first_ns;
		in->frames += s->frames;
		rc = open_source(s, err);
	}
	return rc;
}

struct replay_input *
replay_input_open(const struct replay_file *files, unsigned n, bool *damaged, struct err *err)
{
	struct replay_input *in = calloc(1, sizeof(*in) + n * sizeof(in->source[0]));

	if (in == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	for (unsigned i = 0; i < n; i++)
		add_source(in, &files[i]);
	*damaged = false;
	if (open_all(in, damaged, err) < 0) {
		replay_input_close(in);
		return NULL;
	}
	return in;
}

void
replay_input_close(struct replay_input *in)
{
	if (in == NULL)
		return;
	for (unsigned i = 0; i < in->n; i++) {
		struct source *s = &in->source[i];

		for (uint64_t k = 0; s->stored != NULL && k < s->frames; k++)
			free(s->stored[k].data);
		free(s->stored);
		close_file(s);
	}
	free(in);
}

bool
replay_input_peek(struct replay_input *in, struct replay_frame *frame)
{
	struct source *first = NULL;

	for (unsigned i = 0; i < in->n; i++) {
		struct source *s = &in->source[i];

		if (s->data != NULL && (first == NULL || s->stamp_ns < first->stamp_ns))
			first = s;
	}
	in->next = first;
	if (first == NULL)
		return false;
	*frame = (struct replay_frame) {
		.time_ns = first->stamp_ns - in->zero_ns,
		.data = first->data, .bytes = first->bytes, .port = first->file.port,
	};
	return true;
}

void
replay_input_take(struct replay_input *in)
{
	in->next->taken++;
	advance(in->next);
}

uint64_t
replay_input_frames(const struct replay_input *in)
{
	return in->frames;
}

bool
replay_input_has_ns(const struct replay_input *in)
{
	return in->has_ns;
}
