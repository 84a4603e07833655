/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands share that judge packets without a running appliance: replay, explain, tests.
 *
 * Threads: the control thread. */
#ifndef OFFLINE_OFFLINE_H
#define OFFLINE_OFFLINE_H

#include <stdio.h>

#include <jansson.h>

#include "base/err.h"
#include "control/appliance.h"
#include "config/config.h"
#include "slowpath/slowpath.h"

/* Reads a configuration.  Returns NULL after all its errors were added to err. */
struct config *offline_config(const char *path, struct err *err);

/* Returns the index of the port of that name, or negative after an error that lists the existing
 * ones. */
int offline_port(const struct config *cfg, const char *name, struct err *err);

/* Writes the MAC that the port at an index has with captures. */
void offline_port_mac(const struct config *cfg, unsigned index, uint8_t mac[static 6]);

/* An appliance over captures in virtual time, stepped by the caller. */
struct offline {
	struct appliance *appliance;
	uint64_t now_ns; /* virtual time since the start */
	/* Called for each frame that a port has sent; it is freed afterwards. */
	void (*sent)(void *arg, unsigned port, const struct rte_mbuf *m);
	void *arg;
};

/* Makes a file's configuration the running one, on all workers, or changes nothing. */
int offline_reload(const struct offline *off, const char *path, struct err *err);

/* Returns packet buffers with a frame from memory; NULL when there are not enough. */
struct rte_mbuf *offline_frame(const struct offline *off, const uint8_t *data, uint32_t bytes);

/* Takes away the frames that ports have sent. */
void offline_drain(const struct offline *off);

/* Steps the workers until none has anything to do, takes away the frames that ports have sent, and
 * writes NAT's log. */
void offline_settle(const struct offline *off);

/* Sets virtual time, and settles. */
void offline_set_time(struct offline *off, uint64_t now_ns);

/* Advances virtual time to a time that may be far ahead, with a stop at every whole 100 ms, so that
 * timers run when they are due. */
void offline_run_timers(struct offline *off, uint64_t to_ns);

/* The largest frame of a packet in notation, and the bytes that tags add. */
#define OFFLINE_FRAME_MAX  10240
#define OFFLINE_FRAME_ROOM (OFFLINE_FRAME_MAX + 8)

/* Builds the frame of a packet in notation (packet/notation.h) into frame, which has
 * OFFLINE_FRAME_ROOM bytes, sent by the station 02:00:00:00:00:NN (station) to the port with that
 * MAC; with the tags of iface, if it is not NULL and the text has none.  Returns its length, or
 * negative with a sentence in why. */
struct offline_station {
	uint8_t number;
	const uint8_t *port_mac;
	const struct interface *iface;
};
int offline_build(
	const struct offline_station *from, const char *text, uint8_t *frame, char why[static 128]);

/* Numbers of sessions: 1 and up in the order in which they began, on any worker. */
struct session_numbers {
	uint32_t *of[EAL_WORKERS_MAX]; /* by the worker's index of a session */
	uint32_t room[EAL_WORKERS_MAX];
	uint32_t last;
};

/* Numbers a session that has begun.  Returns false without memory: then it has no number. */
bool session_numbers_begin(struct session_numbers *n, unsigned worker, uint32_t index);
uint32_t session_numbers_get(const struct session_numbers *n, const struct observed_session *s);
void session_numbers_fini(struct session_numbers *n);

/* The session of a packet, as text. */
struct outcome_session {
	uint32_t number;       /* 0: none */
	const char *state;     /* "new", "established", "related", "invalid"; NULL: not tracked */
	const char *direction; /* "forward", "reply" */
	const char *tcp;       /* its TCP state after the packet, or NULL */
	char src[96], dst[96]; /* what the packet is translated to; "": not translated */
};

/* What became of one packet, as text. */
struct outcome {
	uint64_t n; /* 1 and up, in order of arrival; 0: unknown */
	uint64_t time_ns;
	const char *in; /* interface, or the port if there is none */
	enum observed_verdict verdict;
	const char *out;        /* of OBSERVED_OUTPUT: interface, or the port of a wire */
	enum reason reason;     /* of OBSERVED_DROP */
	const struct loc *rule; /* the line that decided it, or NULL */
	bool has_program;
	bool fast;
	struct outcome_session session;
	bool is_ip;     /* parsed without a fault: it has a flow */
	char flow[192]; /* else what is known: "arp", "ethertype 0x88cc", "frame" */
	char program[512];
};

/* Fills all but n and time_ns from an observation. */
void outcome_from(
	struct outcome *out, const struct observation *o, const struct session_numbers *numbers);

/* Fills the session alone; returns it as a new JSON object. */
void outcome_session_from(struct outcome_session *out, const struct observation *o,
	const struct session_numbers *numbers);
json_t *outcome_session_json(const struct outcome_session *s);

/* Returns "output", "drop", "consumed", "held". */
const char *outcome_verdict(const struct outcome *o);

/* Returns the object of `packets` in the JSON report; a new reference. */
json_t *outcome_json(const struct outcome *o);

/* Writes "weir.yaml:41" of a place; returns what snprintf would. */
int outcome_rule(char *out, size_t bytes, const struct loc *loc);

/* Returns the rule counter of the meter that dropped a packet, or 0: it was dropped by something
 * else. */
uint32_t outcome_meter_counter(const struct observation *o);

/* Writes a JSON value to a file, "-" is standard output.  Returns 0, or -1 with errno set. */
int offline_write_json(const json_t *json, const char *path);

#endif
