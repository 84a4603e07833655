/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir explain`: packets explained. */

#include "offline/explain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/appliance.h"
#include "control/verdict_text.h"
#include "config/compile.h"
#include "schema/json_text.h"
#include "offline/learn.h"
#include "offline/offline.h"
#include "offline/replay_input.h"
#include "io/capture.h"

struct explainer {
	const struct explain_options *options;
	struct offline offline;
	struct observer observer;
	struct trace trace;
	unsigned port;
	struct learned *learned;       /* NULL: frames are as they are */
	const struct interface *iface; /* named by --in; NULL: a port only */
	const uint8_t *mac;            /* that a packet by it is for; NULL: the port's */
	json_t *stages;                /* of the current packet: what each stage has decided */
	json_t *packets;
	struct session_numbers numbers;
	json_t *told; /* what became of the current packet; NULL: nothing yet */
	uint64_t n, time_ns;
};

static void
on_note(void *arg, const char *stage, const char *text)
{
	struct explainer *x = arg;

	json_array_append_new(
		x->stages, json_pack("{s:s,s:o}", "stage", stage, "says", json_text(text)));
}

static void
on_session(void *arg, unsigned worker, uint32_t index)
{
	struct explainer *x = arg;

	session_numbers_begin(&x->numbers, worker, index);
}

static void
on_packet(void *arg, const struct observation *o)
{
	struct explainer *x = arg;
	struct outcome outcome;

	outcome_from(&outcome, o, &x->numbers);
	outcome.n = x->options->pcap != NULL ? x->n : 0;
	outcome.time_ns = x->time_ns;
	json_decref(x->told);
	x->told = outcome_explain(&outcome, o, x->stages);
	json_object_del(x->told, "path"); /* each packet is its flow's first one */
}

static void
tell(struct explainer *x)
{
	if (x->options->json != NULL) {
		json_array_append(x->packets, x->told);
		return;
	}
	if (x->n > 1)
		putchar('\n');
	verdict_print(x->told, isatty(STDOUT_FILENO), stdout);
}

/* --- packets --- */

/* Judges one frame as if it were the first. */
static int
judge(struct explainer *x, const uint8_t *data, uint32_t bytes, struct err *err)
{
	struct worker *w = workers_at(appliance_workers(x->offline.appliance), 0);
	struct rte_mbuf *m = offline_frame(&x->offline, data, bytes);

	if (m == NULL)
		return err_set(err, ENOMEM, "no packet buffers for a frame of %u bytes", bytes);
	learned_readdress(x->learned, x->port,
		appliance_ports(x->offline.appliance)->at[x->port].mac.addr_bytes,
		rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_data_len(m));
	x->stages = json_array();
	x->told = NULL;
	x->n++;
	fastpath_bump_epoch(w->fp);
	capture_push(&appliance_ports(x->offline.appliance)->at[x->port], 0, &m, 1);
	offline_settle(&x->offline);
	json_decref(x->stages);
	if (x->told == NULL)
		return err_set(err, EIO, "nothing is known of the packet; this is a bug");
	tell(x);
	json_decref(x->told);
	return 0;
}

static int
explain_text(struct explainer *x, struct err *err)
{
	static uint8_t frame[FRAME_ROOM];
	const struct port *port = &appliance_ports(x->offline.appliance)->at[x->port];
	struct frame_station from = { 0x99, x->mac != NULL ? x->mac : port->mac.addr_bytes,
		x->iface };
	char why[128];
	int n = frame_build(&from, x->options->packet, frame, why);

	if (n < 0)
		return err_set(err, EINVAL, "%s: %s", x->options->packet, why);
	return judge(x, frame, (uint32_t)n, err);
}

static int
explain_pcap(struct explainer *x, struct err *err)
{
	const struct port *port = &appliance_ports(x->offline.appliance)->at[x->port];
	struct replay_file file = { .path = x->options->pcap, .port = x->port };
	struct replay_frame f;
	struct replay_input *in;
	bool damaged;
	int rc = 0;

	memcpy(file.mac, port->mac.addr_bytes, sizeof(file.mac));
	in = replay_input_open(&file, 1, &damaged, err);
	while (rc == 0 && in != NULL && replay_input_peek(in, &f)) {
		appliance_set_time(x->offline.appliance, APPLIANCE_TIME_ZERO_NS + f.time_ns);
		x->time_ns = f.time_ns;
		rc = judge(x, f.data, f.bytes, err);
		replay_input_take(in);
	}
	replay_input_close(in);
	return in == NULL || damaged ? -EINVAL : rc;
}

/* --- begin and end --- */

/* Finds what --in names: an interface, else a port. */
static int
find_ingress(struct explainer *x, const struct config *cfg, struct err *err)
{
	const struct generation *gen = appliance_generation(x->offline.appliance);
	int port;

	x->iface = generation_find(gen, x->options->in);
	if (x->iface != NULL) {
		struct generation_entry entry = generation_entry(gen, x->iface);

		x->iface = entry.iface;
		x->mac = entry.mac;
		x->port = entry.iface->port;
		return 0;
	}
	port = offline_port(cfg, x->options->in, err);
	x->port = (unsigned)port;
	return port < 0 ? -EINVAL : 0;
}

/* What the stations of the capture are called.  0, or negative after an error. */
static int
learn_stations(struct explainer *x, struct config *cfg, struct err *err)
{
	struct replay_file file = { .path = x->options->pcap };
	const struct interface_cfg *iface = cfg_find(&cfg->interfaces, x->options->in);
	int port = iface != NULL ? config_port_index(cfg, interface_port(iface))
				 : offline_port(cfg, x->options->in, err);

	if (port < 0)
		return -EINVAL;
	file.port = (unsigned)port;
	offline_port_mac(cfg, file.port, file.mac);
	x->learned = learn(cfg, &file, 1, err);
	return x->learned != NULL ? 0 : -EINVAL;
}

static int
start(struct explainer *x, struct err *err)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.lazy_buffers = true,
		.workers = 1,
		.burst = 1,
	};
	struct config *cfg = offline_config(x->options->config, err);

	if (cfg == NULL)
		return -EINVAL;
	if (x->options->learn && learn_stations(x, cfg, err) < 0) {
		config_free(cfg);
		return -EINVAL;
	}
	x->offline.appliance = appliance_start(cfg, &how, err);
	if (x->offline.appliance == NULL)
		return -EINVAL;
	appliance_set_wall(x->offline.appliance, (int64_t)time(NULL));
	x->trace = (struct trace){ .note = on_note, .arg = x };
	x->observer = (struct observer){
		.packet = on_packet,
		.session = on_session,
		.arg = x,
		.trace = &x->trace,
	};
	fastpath_observe(workers_at(appliance_workers(x->offline.appliance), 0)->fp, &x->observer);
	offline_settle(&x->offline);
	return find_ingress(x, cfg, err);
}

static int
write_json(const struct explainer *x, struct err *err)
{
	json_t *json = x->options->pcap != NULL ? json_pack("{s:O}", "packets", x->packets)
						: json_incref(json_array_get(x->packets, 0));
	int rc = json == NULL ? -1 : offline_write_json(json, x->options->json);

	json_decref(json);
	return rc < 0 ? err_set(err, EIO, "%s: %s", x->options->json, strerror(errno)) : 0;
}

static int
run_all(struct explainer *x, struct err *err)
{
	int rc = start(x, err);

	if (rc < 0)
		return rc;
	rc = x->options->packet != NULL ? explain_text(x, err) : explain_pcap(x, err);
	if (x->options->json != NULL && x->n != 0 && write_json(x, err) < 0)
		rc = -EIO;
	if (fflush(stdout) != 0)
		rc = err_set(err, EIO, "standard output: %s", strerror(errno));
	return rc;
}

int
explain(const struct explain_options *options)
{
	struct explainer *x = calloc(1, sizeof(*x));
	struct err *err = err_create();
	int rc = -ENOMEM;

	if (x != NULL && err != NULL) {
		x->options = options;
		x->packets = json_array();
		rc = run_all(x, err);
		err_print(err, stderr, isatty(STDERR_FILENO));
		json_decref(x->packets);
		session_numbers_fini(&x->numbers);
		appliance_destroy(x->offline.appliance);
		learned_free(x->learned);
		appliance_leave();
	}
	err_destroy(err);
	free(x);
	return rc == 0 ? 0 : 1;
}
