/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures merged in the order of time. */

#include "offline/replay_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "offline/replay_reader.h"

/* A frame of a file that had to be sorted. */
struct stored {
	uint64_t stamp_ns;
	uint64_t number; /* in its file: frames with one stamp keep their order */
	uint32_t bytes;
	uint8_t *data;
};

struct source {
	struct replay_file file;
	struct replay_reader *reader;
	struct stored *stored; /* NULL: read as needed */
	uint64_t frames;       /* in the file, before any damage */
	uint64_t first_ns;     /* earliest stamp */
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
	uint64_t zero_ns; /* stamp of the first frame of all */
	uint64_t frames;
	struct source *next; /* shown by peek */
	struct source source[];
};

/* Advances in a file: returns 1, 0 at its end, -1 where it is damaged. */
static int
read_frame(struct source *s)
{
	struct replay_record record;
	int rc = replay_reader_next(s->reader, &record);

	s->data = NULL;
	if (rc != 1)
		return rc;
	s->stamp_ns = record.stamp_ns;
	s->data = record.data;
	s->bytes = record.bytes;
	return 1;
}

static int
open_file(struct source *s, struct err *err)
{
	s->reader = replay_reader_open(s->file.path, s->file.mac, err);
	return s->reader != NULL ? 0 : -EINVAL;
}

static void
close_file(struct source *s)
{
	replay_reader_close(s->reader);
	s->reader = NULL;
}

/* Looks through a file: the number of frames, whether they are in order, whether it is damaged. */
static int
look_through(struct replay_input *in, struct source *s, bool *damaged, struct err *err)
{
	uint64_t last_ns = 0;
	int rc = open_file(s, err);

	if (rc < 0)
		return rc;
	s->sorted = true;
	in->has_ns |= replay_reader_has_ns(s->reader);
	while ((rc = read_frame(s)) == 1) {
		if (s->frames == 0 || s->stamp_ns < s->first_ns)
			s->first_ns = s->stamp_ns;
		s->sorted &= s->stamp_ns >= last_ns;
		last_ns = s->stamp_ns;
		in->has_ns |= s->stamp_ns % NS_PER_US != 0;
		s->frames++;
	}
	if (rc < 0) {
		*damaged = true;
		err_set(err, EINVAL, "%s: damaged after %" PRIu64 " frames: %s", s->file.path,
			s->frames, replay_reader_damage(s->reader));
	}
	if (replay_reader_carried(s->reader) != 0)
		err_warn(err, (struct loc){ 0 },
			"%s: the time stamps of %" PRIu64 " frames have a fraction of a "
			"second or more; it is carried over into the seconds",
			s->file.path, replay_reader_carried(s->reader));
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

		*f = (struct stored){ .stamp_ns = s->stamp_ns,
			.number = i,
			.bytes = s->bytes,
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

/* Makes the source's next frame current. */
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

/* Adds a source in the order of the ports; those of one port stay in the order given. */
static void
add_source(struct replay_input *in, const struct replay_file *file)
{
	unsigned i = in->n++;

	for (; i > 0 && in->source[i - 1].file.port > file->port; i--)
		in->source[i] = in->source[i - 1];
	in->source[i] = (struct source){ .file = *file };
}

static int
open_all(struct replay_input *in, bool *damaged, struct err *err)
{
	int rc = 0;

	/* All files are looked through, so that all errors are reported. */
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
	*frame = (struct replay_frame){
		.time_ns = first->stamp_ns - in->zero_ns,
		.data = first->data,
		.bytes = first->bytes,
		.port = first->file.port,
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

uint64_t
replay_input_zero_ns(const struct replay_input *in)
{
	return in->zero_ns;
}

bool
replay_input_has_ns(const struct replay_input *in)
{
	return in->has_ns;
}
