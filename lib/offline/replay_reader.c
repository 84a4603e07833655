/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads one capture. */

#include "offline/replay_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "base/clock.h"
#include "offline/replay_link.h"

#define STAMP_MAX_S (1ull << 33) /* 584 years fit into 64 bits of nanoseconds; this is 272 */
#define READ        "Ethernet, raw IP, Linux cooked and loopback captures are read"
#define FORMATS     "pcap and pcapng, not compressed, are read"

enum {
	MAGIC_BYTES = 8,
};

struct replay_reader {
	pcap_t *pcap;
	int link;
	bool pcapng, ns;
	const char *damage; /* NULL: libpcap has the text */
	uint64_t carried;
	uint8_t mac[6];
	uint8_t *frame; /* with an Ethernet header of ours; NULL until there is one */
	uint32_t room;
};

/* First bytes of files that cannot be read as they are. */
static const struct format {
	unsigned bytes;
	uint8_t magic[MAGIC_BYTES];
	const char *is;
} formats[] = {
	{ 2, { 0x1f, 0x8b }, "compressed by gzip (gunzip unpacks it)" },
	{ 4, { 0x28, 0xb5, 0x2f, 0xfd }, "compressed by zstd (unzstd unpacks it)" },
	{ 6, { 0xfd, '7', 'z', 'X', 'Z', 0 }, "compressed by xz (unxz unpacks it)" },
	{ 3, { 'B', 'Z', 'h' }, "compressed by bzip2 (bunzip2 unpacks it)" },
	{ 4, { 0x04, 0x22, 0x4d, 0x18 }, "compressed by lz4 (unlz4 unpacks it)" },
	{ 4, { 'P', 'K', 3, 4 }, "a zip archive" },
	{ 8, { 's', 'n', 'o', 'o', 'p', 0, 0, 0 }, "a snoop capture (editcap converts it)" },
};

/* Reads the first bytes of a file; those that are missing are 0. */
static void
read_magic(const char *path, uint8_t magic[static MAGIC_BYTES])
{
	FILE *f = fopen(path, "rbe");

	memset(magic, 0, MAGIC_BYTES);
	if (f == NULL)
		return;
	if (fread(magic, 1, MAGIC_BYTES, f) == 0)
		memset(magic, 0, MAGIC_BYTES);
	fclose(f);
}

static bool
has_word(const uint8_t *magic, uint32_t word)
{
	uint32_t w;

	memcpy(&w, magic, sizeof(w));
	return w == word || w == __builtin_bswap32(word);
}

static int
complain(const char *path, const uint8_t *magic, const char *text, struct err *err)
{
	size_t length = strlen(path);

	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (memcmp(magic, formats[i].magic, formats[i].bytes) == 0)
			return err_set(err, EINVAL, "%s: is %s; " FORMATS, path, formats[i].is);
	/* libpcap's text begins with the path when the file cannot be opened, else with what the
	 * file is not. */
	if (strncmp(text, path, length) == 0)
		return err_set(err, EINVAL, "%s", text);
	return err_set(err, EINVAL, "%s: %s; " FORMATS, path, text);
}

/* Opens a pcap file.  One with microseconds is read without conversion, since libpcap multiplies in
 * 32 bits. */
static int
open_pcap(struct replay_reader *r, const char *path, struct err *err)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	uint8_t magic[MAGIC_BYTES];

	read_magic(path, magic);
	r->pcapng = has_word(magic, 0x0a0d0d0a);
	r->ns = has_word(magic, 0xa1b23c4d);
	r->pcap = pcap_open_offline_with_tstamp_precision(path,
		r->pcapng || r->ns ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO,
		text);
	if (r->pcap == NULL)
		return complain(path, magic, text, err);
	r->link = pcap_datalink(r->pcap);
	if (!replay_link_is_read(r->link))
		return err_set(err, EINVAL, "%s: its link type is %s; " READ, path,
			pcap_datalink_val_to_description_or_dlt(r->link));
	return 0;
}

struct replay_reader *
replay_reader_open(const char *path, const uint8_t mac[static 6], struct err *err)
{
	struct replay_reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(r->mac, mac, sizeof(r->mac));
	if (open_pcap(r, path, err) < 0) {
		replay_reader_close(r);
		return NULL;
	}
	return r;
}

void
replay_reader_close(struct replay_reader *r)
{
	if (r == NULL)
		return;
	if (r->pcap != NULL)
		pcap_close(r->pcap);
	free(r->frame);
	free(r);
}

/* Reads the stamp of a record.  pcap has 32 unsigned bits each for seconds and fraction, which
 * libpcap takes for signed; pcapng has 64 bits, which libpcap has divided. */
static bool
read_stamp(struct replay_reader *r, const struct timeval *ts, uint64_t *stamp_ns)
{
	uint64_t s = r->pcapng ? (uint64_t)ts->tv_sec : (uint32_t)ts->tv_sec;
	uint64_t fraction = r->pcapng ? (uint64_t)ts->tv_usec : (uint32_t)ts->tv_usec;
	uint64_t ns = r->pcapng || r->ns ? fraction : fraction * NS_PER_US;

	if (s >= STAMP_MAX_S || (r->pcapng && ns >= NS_PER_SECOND))
		return false;
	r->carried += ns >= NS_PER_SECOND;
	*stamp_ns = s * NS_PER_SECOND + ns;
	return true;
}

/* Puts an Ethernet header in front of a packet of another link type. */
static bool
convert(struct replay_reader *r, struct replay_record *out)
{
	uint32_t wanted = out->bytes + REPLAY_LINK_GROWS;

	if (wanted > r->room) {
		uint8_t *more = realloc(r->frame, wanted);

		if (more == NULL)
			return false;
		r->frame = more;
		r->room = wanted;
	}
	out->bytes = replay_link_frame(r->link, out->data, out->bytes, r->mac, r->frame);
	out->data = r->frame;
	return true;
}

int
replay_reader_next(struct replay_reader *r, struct replay_record *out)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int rc = pcap_next_ex(r->pcap, &h, &data);

	if (rc == PCAP_ERROR_BREAK)
		return 0;
	r->damage = NULL;
	if (rc != 1)
		return -1;
	if (!read_stamp(r, &h->ts, &out->stamp_ns)) {
		r->damage = "a time stamp that cannot be";
		return -1;
	}
	out->data = data;
	out->bytes = h->caplen;
	if (r->link != DLT_EN10MB && !convert(r, out)) {
		r->damage = "no memory for a frame";
		return -1;
	}
	return 1;
}

const char *
replay_reader_damage(const struct replay_reader *r)
{
	return r->damage != NULL ? r->damage : pcap_geterr(r->pcap);
}

bool
replay_reader_has_ns(const struct replay_reader *r)
{
	return r->ns;
}

uint64_t
replay_reader_carried(const struct replay_reader *r)
{
	return r->carried;
}
