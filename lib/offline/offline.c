/* SPDX-License-Identifier: BSD-3-Clause */
/* What replay and explain share. */

#include "offline/offline.h"

#include <errno.h>
#include <string.h>

#include "base/suggest.h"
#include "config/check.h"
#include "io/capture.h"
#include "packet/burst.h"

#define STEP_NS   (100 * NS_PER_MS)
#define STEPS_MAX 100000u /* in one gap; a longer gap has longer steps */

struct config *
offline_config(const char *path, struct err *err)
{
	struct config *cfg = config_load(path, err);
	struct check_result result = { 0 };

	if (cfg == NULL || err_count(err) == 0)
		return cfg;
	config_verify(cfg, err, &result);
	config_free(cfg);
	return NULL;
}

int
offline_port(const struct config *cfg, const char *name, struct err *err)
{
	struct suggestion s = suggestion_of(name);
	int index = config_port_index(cfg, name);

	if (index >= 0)
		return index;
	cfg_each(iface, &cfg->interfaces)
		if (iface->head.name != NULL && strcmp(iface->head.name, name) == 0)
			return err_set(err, ENOENT,
				"'%s' is an interface on port '%s'; captures have frames of ports, "
				"tags included",
				name, interface_port(iface));
	cfg_each(port, &cfg->ports)
		suggestion_offer(&s, port->head.name);
	if (s.best != NULL)
		return err_set(
			err, ENOENT, "there is no port '%s'; did you mean '%s'?", name, s.best);
	return err_set(err, ENOENT, "there is no port '%s' in the configuration", name);
}

void
offline_port_mac(const struct config *cfg, unsigned index, uint8_t mac[static 6])
{
	const struct port_row *row = &cfg->ports.items[index];
	struct rte_ether_addr without = port_default_mac(index);

	memcpy(mac, cfg_is_written(&row->head, &row->mac) ? row->mac.bytes : without.addr_bytes, 6);
}

struct rte_mbuf *
offline_frame(const struct offline *off, const uint8_t *data, uint32_t bytes)
{
	struct rte_mempool *pool = pools_of_node(appliance_pools(off->appliance), 0);
	struct rte_mbuf *head = NULL;
	uint32_t done = 0;

	do {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
		uint32_t part;

		if (m == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		part = RTE_MIN(bytes - done, (uint32_t)rte_pktmbuf_tailroom(m));
		memcpy(rte_pktmbuf_append(m, (uint16_t)part), data + done, part);
		if (head == NULL)
			head = m;
		else
			rte_pktmbuf_chain(head, m);
		done += part;
	} while (done < bytes);
	return head;
}

void
offline_drain(const struct offline *off)
{
	struct ports *ports = appliance_ports(off->appliance);
	struct rte_mbuf *m[BURST_MAX];
	unsigned n;

	for (unsigned p = 0; p < ports->count; p++) {
		for (unsigned q = 0; q < ports->at[p].tx_queues; q++) {
			while ((n = capture_drain(&ports->at[p], q, m, BURST_MAX)) != 0) {
				for (unsigned i = 0; i < n && off->sent != NULL; i++)
					off->sent(off->arg, p, m[i]);
				rte_pktmbuf_free_bulk(m, n);
			}
		}
	}
}

void
offline_settle(const struct offline *off)
{
	while (appliance_step(off->appliance) != 0)
		offline_drain(off);
	offline_drain(off);
	appliance_write_log(off->appliance);
}

void
offline_set_time(struct offline *off, uint64_t now_ns)
{
	off->now_ns = now_ns;
	appliance_set_time(off->appliance, APPLIANCE_TIME_ZERO_NS + now_ns);
	offline_settle(off);
}

void
offline_run_timers(struct offline *off, uint64_t to_ns)
{
	uint64_t step_ns = STEP_NS;

	if (to_ns <= off->now_ns)
		return;
	while ((to_ns - off->now_ns) / step_ns > STEPS_MAX)
		step_ns *= 2;
	for (uint64_t t = (off->now_ns / step_ns + 1) * step_ns; t < to_ns; t += step_ns)
		offline_set_time(off, t);
	offline_set_time(off, to_ns);
}

int
offline_reload(const struct offline *off, const char *path, struct err *err)
{
	struct config *cfg = offline_config(path, err);

	if (cfg == NULL || appliance_reload(off->appliance, cfg, err) < 0) {
		config_free(cfg);
		return -EINVAL;
	}
	offline_settle(off);
	appliance_let_go(off->appliance);
	return 0;
}

int
offline_write_json(const json_t *json, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	bool failed;

	if (f == NULL)
		return -1;
	failed = json_dumpf(json, f, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) < 0
		|| putc('\n', f) == EOF || fflush(f) != 0;
	if (f != stdout && fclose(f) != 0)
		failed = true;
	return failed ? -1 : 0;
}
