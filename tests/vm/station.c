/* SPDX-License-Identifier: BSD-3-Clause */
/* What a peer in the guest sends and receives: numbered UDP datagrams, each counted, and files by
 * TCP.
 *
 *   station send ADDRESS PORT COUNT            COUNT datagrams, as fast as the receiver says that
 * it has them station receive PORT COUNT SECONDS         until all are there, or none came for
 * SECONDS; prints "received N of COUNT, twice N, wrong N" station give PORT FILE sends a file to
 * whoever connects, once station take PORT FILE                     receives one station get
 * ADDRESS PORT FILE station put ADDRESS PORT FILE */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BYTES = 64,
	WINDOW = 256,     /* datagrams under way; a ring has 1,024 descriptors */
	ACKNOWLEDGE = 16, /* datagrams for each that says how many there are */
	SILENCE_MS = 3000,
	CONNECT_TRIES = 100,
	BUFFER = 8 << 20,
};

static int
address(const char *text, int port, struct sockaddr_in6 *to)
{
	char mapped[64];

	*to = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	snprintf(mapped, sizeof(mapped), "%s%s", strchr(text, ':') != NULL ? "" : "::ffff:", text);
	return inet_pton(AF_INET6, mapped, &to->sin6_addr) == 1 ? 0 : -1;
}

/* How many datagrams the receiver has, as it says now and then; 0: it has said nothing new. */
static uint32_t
acknowledged(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint32_t most = 0, count;

	while (poll(&p, 1, wait_ms) > 0 && recv(fd, &count, sizeof(count), 0) == sizeof(count)) {
		count = ntohl(count);
		most = count > most ? count : most;
		wait_ms = 0;
	}
	return most;
}

/* At most WINDOW datagrams are under way, so that no ring overflows, however slow the machine is.
 * Those of which nothing is heard for SILENCE_MS are taken to be lost. */
static int
send_all(const char *text, int port, uint32_t count)
{
	struct sockaddr_in6 to;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	char data[BYTES] = { 0 };
	uint32_t done = 0, lost = 0;

	if (address(text, port, &to) < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror(text);
		return 1;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = htonl(i);

		memcpy(data, &number, sizeof(number));
		memset(data + 4, (int)(i & 0xff), sizeof(data) - 4);
		while (send(fd, data, sizeof(data), 0) < 0)
			usleep(1000);
		while ((int32_t)(i + 1 - done - lost) >= WINDOW) {
			uint32_t said = acknowledged(fd, SILENCE_MS);

			if (said > done)
				done = said;
			else
				lost = i + 1 - done;
		}
	}
	return 0;
}

static int
receive(int port, uint32_t count, int seconds)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) },
			    from;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), size = BUFFER;
	uint8_t *seen = calloc(count, 1);
	uint32_t received = 0, twice = 0, wrong = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		perror("bind");
		return 1;
	}
	while (received < count && poll(&p, 1, seconds * 1000) > 0) {
		uint8_t data[BYTES * 2];
		socklen_t length = sizeof(from);
		ssize_t n = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &length);
		uint32_t number, so_far;

		memcpy(&number, data, sizeof(number));
		number = ntohl(number);
		if (n != BYTES || number >= count || data[4] != (number & 0xff)
			|| memcmp(data + 4, data + 5, BYTES - 5) != 0) {
			wrong++;
		} else if (seen[number]) {
			twice++;
		} else {
			seen[number] = 1;
			received++;
		}
		so_far = htonl(received);
		if (received % ACKNOWLEDGE == 0)
			sendto(fd, &so_far, sizeof(so_far), 0, (struct sockaddr *)&from, length);
	}
	printf("received %u of %u, twice %u, wrong %u\n", received, count, twice, wrong);
	for (uint32_t i = 0; i < count && received < count; i++) {
		if (seen[i])
			continue;
		printf("the first that is missing: %u\n", i);
		break;
	}
	free(seen);
	return received == count && twice == 0 && wrong == 0 ? 0 : 1;
}

/* Connects, and tries again while nobody listens yet. */
static int
connected_to(const struct sockaddr_in6 *to)
{
	for (int tries = 0; tries < CONNECT_TRIES; tries++) {
		int fd = socket(AF_INET6, SOCK_STREAM, 0);

		if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0)
			return fd;
		close(fd);
		usleep(50000);
	}
	return -1;
}

/* A connection: to an address, or (NULL) the first that comes. */
static int
connection(const char *text, int port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	int fd, on = 1;

	if (text != NULL)
		return address(text, port, &at) == 0 ? connected_to(&at) : -1;
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1) < 0)
		return -1;
	return accept(fd, NULL, NULL);
}

static int
transfer(const char *text, int port, const char *path, int sends)
{
	int connected = connection(text, port);
	int file = open(path, sends ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int from = sends ? file : connected, to = sends ? connected : file;
	char data[16384];
	ssize_t n;

	if (connected < 0 || file < 0) {
		perror(connected < 0 ? "connection" : path);
		return 1;
	}
	while ((n = read(from, data, sizeof(data))) > 0) {
		for (ssize_t done = 0, more; done < n; done += more) {
			more = write(to, data + done, (size_t)(n - done));
			if (more <= 0)
				return 1;
		}
	}
	return n < 0;
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 4 && (strcmp(argv[1], "give") == 0 || strcmp(argv[1], "take") == 0))
		return transfer(NULL, atoi(argv[2]), argv[3], argv[1][0] == 'g');
	if (argc == 5 && (strcmp(argv[1], "get") == 0 || strcmp(argv[1], "put") == 0))
		return transfer(argv[2], atoi(argv[3]), argv[4], argv[1][0] == 'p');
	if (argc == 5 && strcmp(argv[1], "send") == 0)
		return send_all(argv[2], atoi(argv[3]), (uint32_t)atol(argv[4]));
	if (argc == 5 && strcmp(argv[1], "receive") == 0)
		return receive(atoi(argv[2]), (uint32_t)atol(argv[3]), atoi(argv[4]));
	fprintf(stderr, "usage: station send|receive|give|take|get|put ...\n");
	return 2;
}
