/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends captures by kernel interfaces, at random, faster than whoever receives them takes them.
 *
 *   blast INTERFACE=FILE...
 *
 * The peer of a veth takes such frames where it has NAPI: with an XDP program, or with GRO.  All
 * frames are of one size.  Ends by SIGINT or SIGTERM. */

#include "blast.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

static volatile sig_atomic_t stop;

static void
on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "blast: %s: %s\n", what, why);
	exit(1);
}

static void
add_frame(struct shots *s, const char *path, uint32_t ifindex, const u_char *bytes, uint32_t length)
{
	if ((s->count & (s->count + 1)) == 0)
		s->shot = realloc(s->shot, 2 * (s->count + 1) * sizeof(*s->shot));
	if (s->shot == NULL || length > SHOT_BYTES)
		die(path, "too much");
	if (s->count != 0 && length != s->bytes)
		die(path, "frames of different sizes");
	s->bytes = length;
	s->shot[s->count] = (struct shot){ .ifindex = ifindex };
	memcpy(s->shot[s->count++].bytes, bytes, length);
}

static void
read_capture(struct shots *s, const char *path, uint32_t ifindex)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, why);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	uint32_t before = s->count;

	if (pcap == NULL)
		die(path, why);
	while (pcap_next_ex(pcap, &header, &bytes) == 1)
		add_frame(s, path, ifindex, bytes, header->caplen);
	pcap_close(pcap);
	if (s->count == before)
		die(path, "no frame");
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct shots shots = { 0 };
	const char *what;

	if (argc < 2)
		die("usage", "blast INTERFACE=FILE...");
	for (int i = 1; i < argc; i++) {
		char *path = strchr(argv[i], '=');

		if (path == NULL)
			die(argv[i], "INTERFACE=FILE is wanted");
		*path++ = '\0';
		if (if_nametoindex(argv[i]) == 0)
			die(argv[i], strerror(errno));
		read_capture(&shots, path, if_nametoindex(argv[i]));
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	what = blast_fire(&shots, &stop);
	if (what != NULL)
		die(what, strerror(errno));
	return 0;
}
