/* SPDX-License-Identifier: BSD-3-Clause */
/* Places where stages take something, each made to fail at its n-th call from now.
 *
 * The linker puts these functions before the library's (--wrap in meson.build). */
#ifndef FUZZ_FAILURES_H
#define FUZZ_FAILURES_H

/* X(name, sentence) */
#define FAILURE_LIST(X) \
	X(SESSION, "the session table is full") \
	X(LINK, "there is no room for a session's flows") \
	X(FLOW, "the flow table is full") \
	X(LIST, "there is no room for one more action list") \
	X(SOURCE, "a source may hold no more") \
	X(QUOTA, "an inside address may hold no more of a pool") \
	X(HOST, "no room for one more inside address") \
	X(MAPPING, "no room for one more mapping") \
	X(PORT, "all public ports are taken") \
	X(PORTS, "no memory for the ports of an address") \
	X(FRAGMENT, "the holder of fragments is full") \
	X(NEXTHOP, "no room for one more neighbour") \
	X(HOLD, "too many packets wait for neighbours") \
	X(CUT, "no buffers to cut a packet into fragments") \
	X(BUFFER, "no packet buffer to answer with") \
	X(RING, "the ports take few frames, or none")

#define X(name, sentence) FAIL_##name,
enum failure { FAILURE_LIST(X) FAILURES };
#undef X

const char *failure_name(enum failure f);
void failure_arm(enum failure f, unsigned n);
unsigned failure_disarm(void); /* 1 if it has happened */

#endif
