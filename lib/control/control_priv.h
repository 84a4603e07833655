/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files behind the control socket share. */
#ifndef CONTROL_CONTROL_PRIV_H
#define CONTROL_CONTROL_PRIV_H

#include "control/control.h"
#include "control/exporter.h"
#include "control/rates.h"
#include "control/remote.h"
#include "control/socket.h"
#include "control/trend.h"

enum {
	PAGE_ROWS = 256,   /* rows in one page of a result */
	PAGE_LOOKS = 4096, /* rows looked at for one page: the control thread has other things to do
			    */
	PAGE_TEXT = 1 << 16,   /* bytes of a page of text */
	SETS_SAVE_TICKS = 100, /* of control_tick: every 10 s */
};

/* A commit that is not confirmed yet. */
struct pending {
	char *back;   /* the configuration before it, as text; NULL: none waits */
	char *source; /* the file that was read from */
	char *file;   /* that was committed */
	unsigned long seconds;
	char who[64]; /* committed */
	struct event *timer;
};

/* A configuration that is on its way (control/taking.h). */
struct taking {
	bool busy;
	bool returns; /* to a configuration that ran before */
	bool again;   /* a signal asked for a reload meanwhile */
	struct conversations *trial;
	struct config *cfg;
	struct err *err;
	struct rpc_call *call; /* NULL: a signal's */
	char *path;
	char what[32], who[64];
	unsigned long seconds; /* in which it is to be confirmed; 0: it stays */
	struct event *readable, *timer;
};

struct captures;
struct dump;
struct explains;
struct traces;

struct control {
	struct control_setup setup;
	struct appliance *appliance;
	struct control_socket *socket; /* NULL: none */
	struct walkers *walkers;
	struct remote *remote; /* jobs of HTTP */
	struct captures *captures;
	struct dump *dump;
	struct traces *traces;
	struct explains *explains;
	struct history *history;
	struct kept *kept;
	struct control_reloads reloads; /* counted by transactions */
	struct pending pending;
	struct taking taking;
	char sets_path[1100]; /* the file of dynamic sets; "": they are not kept */
	unsigned sets_ticks;
	char config[1024]; /* the file it was started with, from the root */
	char base[17];     /* history_digest of what that file said when it was read last */
	struct rates rates;
	struct trend trend; /* the last hour */
	struct exporter exporter;
	char *config_text; /* of show config, whose pages it is printed for once */
	size_t config_bytes;
	uint64_t config_generation;
	bool config_all;
};

/* Acts on a call; true: it is answered. */
typedef bool (*verb_fn)(struct control *c, struct rpc_call *call);

bool show_status(struct control *c, struct rpc_call *call);
bool show_ports(struct control *c, struct rpc_call *call);
bool show_interfaces(struct control *c, struct rpc_call *call);
bool show_workers(struct control *c, struct rpc_call *call);
bool show_pipelines(struct control *c, struct rpc_call *call);
bool show_sessions(struct control *c, struct rpc_call *call);
bool show_flows(struct control *c, struct rpc_call *call);
bool show_neighbours(struct control *c, struct rpc_call *call);
bool clear_sessions(struct control *c, struct rpc_call *call);
bool show_nat(struct control *c, struct rpc_call *call);
bool show_routes_problems(struct control *c, struct rpc_call *call);
bool show_ipfix(struct control *c, struct rpc_call *call);
bool show_routes(struct control *c, struct rpc_call *call);
bool show_rules(struct control *c, struct rpc_call *call);
bool show_talkers(struct control *c, struct rpc_call *call);
bool show_trend(struct control *c, struct rpc_call *call);
bool show_limits(struct control *c, struct rpc_call *call);
bool show_drops(struct control *c, struct rpc_call *call);
bool show_memory(struct control *c, struct rpc_call *call);
bool show_ledger(struct control *c, struct rpc_call *call);
bool show_config(struct control *c, struct rpc_call *call);
bool show_sets(struct control *c, struct rpc_call *call);
bool show_bridge(struct control *c, struct rpc_call *call);
bool show_bridges(struct control *c, struct rpc_call *call);
bool clear_bridge(struct control *c, struct rpc_call *call);
bool add_sets(struct control *c, struct rpc_call *call);
bool delete_sets(struct control *c, struct rpc_call *call);

/* The page of a text that the call asks for. */
bool answer_text(struct rpc_call *call, const char *text, size_t bytes);

/* The list of rows in a result, made with it at the first call. */
json_t *result_rows(struct rpc_call *call);

/* There is one more page. */
void result_next(struct rpc_call *call, unsigned long from);

/* Packets that a rule counter has counted, in all workers and earlier generations. */
uint64_t counter_packets(struct control *c, unsigned counter);

/* Members are only set where there is something to say: a domain where there are several. */
void row_text(json_t *row, const char *name, const char *text);
void row_place(json_t *row, const char *name, const struct loc *loc); /* "weir.yaml:41" */
void row_domain(json_t *row, const struct generation *gen, unsigned domain);
void row_count(json_t *row, const char *name, uint64_t n);
void row_count_nonzero(json_t *row, const char *name, uint64_t n);
void row_rate(json_t *row, const char *name, double value); /* rounded */
void row_real(json_t *row, const char *name, double value);

#endif
