/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends captures by kernel interfaces, again and again, as fast as the kernel takes them.
 *
 *   blast INTERFACE=FILE...
 *
 * By packet sockets that receive nothing; 32 frames by each interface in turn.  Ends by SIGINT or
 * SIGTERM with the number of frames that were sent. */

#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <pcap/pcap.h>

enum {
	SOURCES_MAX = 4,
	BURST = 32,
	FRAME_BYTES = 2048,
};

struct source {
	int socket;
	struct iovec *frames;
	unsigned count;
	unsigned next;
};

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
read_capture(struct source *s, const char *path)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, why);
	struct pcap_pkthdr *header;
	const u_char *bytes;

	if (pcap == NULL)
		die(path, why);
	while (pcap_next_ex(pcap, &header, &bytes) == 1) {
		if ((s->count & (s->count + 1)) == 0)
			s->frames = realloc(s->frames, 2 * (s->count + 1) * sizeof(*s->frames));
		if (s->frames == NULL || header->caplen > FRAME_BYTES)
			die(path, "too much");
		s->frames[s->count].iov_base = memcpy(malloc(FRAME_BYTES), bytes, header->caplen);
		s->frames[s->count++].iov_len = header->caplen;
	}
	pcap_close(pcap);
	if (s->count == 0)
		die(path, "no frame");
}

static void
open_interface(struct source *s, const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(name) };
	int on = 1;

	/* Protocol 0: nothing is received. */
	s->socket = socket(AF_PACKET, SOCK_RAW, 0);
	if (s->socket < 0 || address.sll_ifindex == 0
			|| setsockopt(s->socket, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0
			|| bind(s->socket, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(name, strerror(errno));
}

static unsigned
send_burst(struct source *s)
{
	struct mmsghdr messages[BURST] = { 0 };
	int sent;

	for (unsigned i = 0; i < BURST; i++) {
		messages[i].msg_hdr.msg_iov = &s->frames[(s->next + i) % s->count];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(s->socket, messages, BURST, 0);
	if (sent < 0)
		sent = 0;       /* full, or the interface is down: the next try is soon */
	s->next = (s->next + (unsigned)sent) % s->count;
	return (unsigned)sent;
}

int
main(int argc, char **argv)
{
	struct source sources[SOURCES_MAX] = { 0 };
	uint64_t sent = 0;

	if (argc < 2 || argc > SOURCES_MAX + 1)
		die("usage", "blast INTERFACE=FILE...");
	for (int i = 1; i < argc; i++) {
		char *path = strchr(argv[i], '=');

		if (path == NULL)
			die(argv[i], "INTERFACE=FILE is wanted");
		*path++ = '\0';
		read_capture(&sources[i - 1], path);
		open_interface(&sources[i - 1], argv[i]);
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (!stop) {
		for (int i = 0; i < argc - 1; i++)
			sent += send_burst(&sources[i]);
	}
	printf("%lu\n", sent);
	return 0;
}
