/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of a capture in memory. */

#include "frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <pcap/pcap.h>

enum {
	HUGE_PAGE = 2 << 20,
	FRAME_LENGTH_MIN = 14,
};

static uint32_t
lines_of(uint32_t length)
{
	return (length + FRAME_LINE - 1) / FRAME_LINE;
}

/* Calls pcap_next_ex; 1: a frame, 0: the end, or -EINVAL with a sentence. */
static int
next_frame(pcap_t *pcap, uint64_t number, struct pcap_pkthdr **header, const u_char **bytes,
	char *error, unsigned size)
{
	int rc = pcap_next_ex(pcap, header, bytes);

	if (rc == PCAP_ERROR_BREAK)
		return 0;
	if (rc != 1)
		snprintf(error, size, "frame %lu: %s", number, pcap_geterr(pcap));
	else if ((*header)->caplen < (*header)->len)
		snprintf(error, size, "frame %lu: only %u of %u bytes were captured", number,
			(*header)->caplen, (*header)->len);
	else if ((*header)->len < FRAME_LENGTH_MIN || (*header)->len > FRAME_LENGTH_MAX)
		snprintf(error, size, "frame %lu: %u bytes are no Ethernet frame of %d to %d",
			number, (*header)->len, FRAME_LENGTH_MIN, FRAME_LENGTH_MAX);
	else
		return 1;
	return -EINVAL;
}

static pcap_t *
open_capture(const char *path, char *error, unsigned size)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, why);

	if (pcap == NULL) {
		snprintf(error, size, "pcap: %s", why);
		return NULL;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB) {
		snprintf(error, size, "%s: frames of Ethernet are wanted", path);
		pcap_close(pcap);
		return NULL;
	}
	return pcap;
}

/* How many frames, and how many lines they take.  0 or -errno. */
static int
measure(const char *path, uint64_t *count, uint64_t *lines, char *error, unsigned size)
{
	pcap_t *pcap = open_capture(path, error, size);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int rc;

	if (pcap == NULL)
		return -EINVAL;
	*count = 0;
	*lines = 0;
	while ((rc = next_frame(pcap, *count + 1, &header, &bytes, error, size)) == 1) {
		*count += 1;
		*lines += lines_of(header->len);
	}
	pcap_close(pcap);
	if (rc == 0 && *count == 0) {
		snprintf(error, size, "%s: no frame", path);
		rc = -EINVAL;
	}
	if (rc == 0 && *lines > UINT32_MAX) {
		snprintf(error, size, "%s: more than fits", path);
		rc = -EFBIG;
	}
	return rc;
}

static int
allocate(struct frames *f, uint64_t count, uint64_t lines)
{
	size_t bytes = lines * FRAME_LINE;
	void *map;

	/* Room to begin at a huge page. */
	f->mapped = bytes + HUGE_PAGE;
	map = mmap(NULL, f->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -ENOMEM;
	f->bytes = map;
	/* Refused where the kernel has none: small pages then. */
	madvise(map, f->mapped, MADV_HUGEPAGE);
	f->at = calloc(count, sizeof(*f->at));
	f->places = calloc(count, sizeof(*f->places));
	return f->at != NULL && f->places != NULL ? 0 : -ENOMEM;
}

static int
fill(struct frames *f, const char *path, uint64_t count, uint64_t lines, char *error, unsigned size)
{
	pcap_t *pcap = open_capture(path, error, size);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	uint32_t line = 0;
	int rc = 0;

	if (pcap == NULL)
		return -EINVAL;
	while (f->count < count
		&& (rc = next_frame(pcap, f->count + 1, &header, &bytes, error, size)) == 1
		&& line + lines_of(header->len) <= lines) {
		memcpy(f->bytes + (size_t)line * FRAME_LINE, bytes, header->len);
		f->at[f->count++] = (struct frame){ .line = line, .length = (uint16_t)header->len };
		line += lines_of(header->len);
		if (header->len > f->longest)
			f->longest = header->len;
	}
	pcap_close(pcap);
	if (rc == 1 && f->count == count)
		return 0;
	if (rc >= 0)
		snprintf(error, size, "%s: changed while it was read", path);
	return -EINVAL;
}

int
frames_read(struct frames *frames, const char *path, char *error, unsigned size)
{
	uint64_t count;
	uint64_t lines;
	int rc = measure(path, &count, &lines, error, size);

	*frames = (struct frames){ 0 };
	if (rc < 0)
		return rc;
	rc = allocate(frames, count, lines);
	if (rc < 0)
		snprintf(error, size, "%s: not enough memory for %lu frames", path, count);
	else
		rc = fill(frames, path, count, lines, error, size);
	if (rc < 0)
		frames_fini(frames);
	return rc;
}

void
frames_fini(struct frames *frames)
{
	if (frames->bytes != NULL)
		munmap(frames->bytes, frames->mapped);
	free(frames->at);
	free(frames->places);
	*frames = (struct frames){ 0 };
}
