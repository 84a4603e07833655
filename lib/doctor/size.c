/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory that Weir takes. */

#include "doctor/size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_common.h>

#include "base/memory.h"
#include "control/appliance.h"
#include "fastpath/fastpath.h"
#include "nat/layout.h"

enum {
	MIB = 1 << 20,
	KIB = 1024,
	FLOWS_DEFAULT = 262144,
	FLOWS_MIN = 1024,
	FLOWS_MAX = (1 << 24) - 1,
	PUBLIC_NET = 198u << 24 | 18u << 16, /* addresses of NAT without a configuration */
};

/* Returns the number of addresses that an element of a pool stands for; that of an interface may be
 * any, and is nearly always one. */
static unsigned
addresses_of(const char *text)
{
	struct ip_prefix p;

	return text != NULL && ip_prefix_parse(text, &p) && p.address.family == AF_INET
		? 1u << (32 - p.length)
		: 1;
}

void
size_of_config(const struct config *cfg, unsigned workers, struct size_request *request)
{
	struct port_cfg ports[PORT_MAX];

	*request = (struct size_request){
		.workers = workers,
		.flows = cfg->system.flows,
		.ports = config_ports(cfg, ports),
		.mbufs = cfg->system.memory.mbufs,
	};
	cfg_each(acl, &cfg->policy.acls)
		request->rules += acl->rules.count;
	cfg_each(pool, &cfg->policy.nat) {
		request->nat_log |= pool->log;
		request->nat_peers |= pool->filtering == NAT_ADDRESS_DEPENDENT;
		for (unsigned i = 0; i < pool->pool.count; i++)
			request->addresses += addresses_of(pool->pool.items[i]);
	}
	for (unsigned i = 0; i < request->ports; i++) {
		unsigned both = ports[i].rx_descriptors + ports[i].tx_descriptors;

		request->mtu = RTE_MAX(request->mtu, ports[i].mtu);
		request->descriptors = RTE_MAX(request->descriptors, both / 2);
	}
}

/* Reads a number with k, M or G behind it.  Returns false if it is none. */
static bool
read_count(const char *text, size_t length, uint64_t *count)
{
	char copy[32], *end;

	if (length == 0 || length >= sizeof(copy) || text[0] < '0' || text[0] > '9')
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	errno = 0;
	*count = strtoull(copy, &end, 10);
	if (errno != 0 || *count > UINT32_MAX)
		return false;
	if (*end == 'k' || *end == 'M' || *end == 'G') {
		*count *= *end == 'k' ? 1000ull : *end == 'M' ? 1000000ull : 1000000000ull;
		end++;
	}
	return *end == '\0';
}

static bool
is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

/* Sets one word of a request.  Returns NULL, or what is wrong. */
static const char *
read_word(struct size_request *r, const char *text, size_t length, uint64_t n)
{
	const struct {
		const char *word;
		unsigned *at;
		uint64_t low, high;
	} words[] = {
		{ "flows", &r->flows, FLOWS_MIN, FLOWS_MAX },
		{ "workers", &r->workers, 1, EAL_WORKERS_MAX },
		{ "ports", &r->ports, 0, PORT_MAX },
		{ "descriptors", &r->descriptors, 64, 32768 },
		{ "mtu", &r->mtu, 576, 16000 },
		{ "mbufs", &r->mbufs, 0, 1u << 26 },
		{ "rules", &r->rules, 0, 10000000 },
		{ "addresses", &r->addresses, 0, NAT_POOLS * NAT_ADDRESSES },
	};

	if (is_word(text, length, "sessions")) {
		r->sessions = n;
		return n > 0 ? NULL : "sessions: at least 1";
	}
	for (unsigned i = 0; i < RTE_DIM(words); i++) {
		if (!is_word(text, length, words[i].word))
			continue;
		*words[i].at = (unsigned)n;
		return n >= words[i].low && n <= words[i].high
			? NULL
			: "a number is out of range: flows 1024 to 16777215, workers 1 to 64, "
			  "ports 0 to 32, descriptors 64 to 32768, mtu 576 to 16000, mbufs up to "
			  "67108864, rules up to 10000000, addresses up to 16384";
	}
	return "unknown word; there are " SIZE_WORDS;
}

const char *
size_read(struct size_request *request, const char *text)
{
	while (*text != '\0') {
		size_t all = strcspn(text, ","), word = strcspn(text, "=,");
		const char *wrong;
		uint64_t n;

		if (word >= all || !read_count(text + word + 1, all - word - 1, &n))
			return "words are of the form workers=4 or sessions=2M";
		wrong = read_word(request, text, word, n);
		if (wrong != NULL)
			return wrong;
		text += all + (text[all] == ',');
	}
	return NULL;
}

/* Fills in what a request leaves open. */
static bool
settle(struct size_request *r)
{
	if (r->workers == 0)
		r->workers = 1;
	if (r->sessions != 0)
		r->flows = (uint32_t)RTE_MIN(
			RTE_MAX((r->sessions + r->workers - 1) / r->workers, (uint64_t)FLOWS_MIN),
			(uint64_t)UINT32_MAX);
	if (r->flows == 0)
		r->flows = FLOWS_DEFAULT;
	r->sessions = (uint64_t)r->flows * r->workers;
	if (r->mtu == 0)
		r->mtu = PORT_MTU;
	if (r->descriptors == 0)
		r->descriptors = PORT_DESCRIPTORS;
	return r->flows <= FLOWS_MAX;
}

static uint64_t
dpdk_mib(const struct size_request *r, const struct config *cfg, uint64_t *mbuf_bytes)
{
	struct port_cfg ports[PORT_MAX] = { { 0 } };
	struct appliance_need need = {
		.ports = ports,
		.n_ports = r->ports,
		.workers = r->workers,
		.burst = cfg != NULL ? cfg->system.burst : 32,
		.mbufs = r->mbufs,
		.rules = r->rules,
	};
	size_t bytes;

	/* The devices of the file, as long as there are as many of them. */
	if (cfg == NULL || config_ports(cfg, ports) != r->ports)
		memset(ports, 0, sizeof(ports));
	for (unsigned i = 0; i < r->ports; i++) {
		ports[i].mtu = (uint16_t)r->mtu;
		ports[i].rx_descriptors = ports[i].tx_descriptors = (uint16_t)r->descriptors;
	}
	bytes = appliance_dpdk_bytes(&need, mbuf_bytes);
	return eal_need_mib(bytes);
}

/* Makes the room that NAT pools of so many addresses take. */
static int
make_nat(struct fastpath *fp, const struct size_request *r)
{
	struct nat_pool_spec pools[NAT_POOLS] = { { 0 } };
	struct nat_layout_setup setup = { .specs = pools };
	char name[NAT_POOLS][8];
	struct generation gen = { 0 };
	rte_be32_t *all;
	int rc;

	if (r->addresses == 0)
		return 0;
	all = calloc(r->addresses, sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < r->addresses; i++)
		all[i] = rte_cpu_to_be_32(PUBLIC_NET + i);
	for (unsigned i = 0; i * NAT_ADDRESSES < r->addresses; i++, setup.n_specs++) {
		snprintf(name[i], sizeof(name[i]), "%u", i);
		pools[i] = (struct nat_pool_spec){
			.name = name[i],
			.low = 1024,
			.high = UINT16_MAX,
			.addresses = all + (size_t)i * NAT_ADDRESSES,
			.n_addresses = RTE_MIN(
				r->addresses - i * NAT_ADDRESSES, (unsigned)NAT_ADDRESSES),
			.filtering = r->nat_peers ? NAT_ADDRESS_DEPENDENT
						  : NAT_ENDPOINT_INDEPENDENT,
			.log = r->nat_log,
		};
	}
	rc = nat_layout_create(&setup, &gen.nat);
	if (rc == 0)
		rc = fastpath_make_room(fp, &gen);
	nat_layout_discard(gen.nat);
	free(all);
	return rc;
}

/* Makes the tables of one worker as address space, and reads what they take. */
static bool
measure_worker(struct size *s)
{
	struct fastpath_setup setup = {
		.workers = s->of.workers,
		.numa_node = -1,
		.sessions = s->of.flows,
	};
	size_t before = memory_held_bytes();
	struct fastpath_flows figures;
	struct fastpath *fp;
	bool made;

	clock_init_virtual(&setup.clock, APPLIANCE_TIME_ZERO_NS);
	fp = fastpath_create(&setup);
	made = fp != NULL && make_nat(fp, &s->of) == 0;
	if (made) {
		fastpath_figures(fp, &figures);
		s->flow_bytes = figures.flow_bytes;
		s->session_bytes = figures.session_bytes;
		s->nat_bytes = nat_bytes(fastpath_nat(fp));
		s->worker_bytes = memory_held_bytes() - before;
		s->other_bytes = s->flow_bytes + s->session_bytes + s->nat_bytes;
		s->other_bytes = s->worker_bytes > s->other_bytes ? s->worker_bytes - s->other_bytes
								  : 0;
	}
	fastpath_destroy(fp);
	return made;
}

bool
size_compute(const struct size_request *request, const struct config *cfg, struct size *s)
{
	bool done;

	*s = (struct size){ .of = *request };
	if (!settle(&s->of))
		return false;
	s->dpdk_mib = dpdk_mib(&s->of, cfg, &s->mbuf_bytes);
	memory_without_reserve = true;
	done = measure_worker(s);
	memory_without_reserve = false;
	if (!done)
		return false;
	s->tables_bytes = s->worker_bytes * s->of.workers;
	s->all_mib = s->dpdk_mib + (s->tables_bytes + MIB - 1) / MIB;
	return true;
}

static unsigned long
pages_of(const struct size *s, unsigned long page_kib)
{
	return (unsigned long)(s->dpdk_mib * KIB + page_kib - 1) / page_kib;
}

static void
print_bytes(FILE *out, const char *name, uint64_t bytes, const char *text)
{
	fprintf(out, "  %-18s %8.1f MiB  %s\n", name, (double)bytes / MIB, text);
}

void
size_print(const struct size *s, unsigned long page_kib, FILE *out)
{
	fprintf(out,
		"sizing\n  %u worker%s with %u sessions each, %llu in all; %u port%s, MTU %u; "
		"%u rules; %u public addresses\n",
		s->of.workers, s->of.workers == 1 ? "" : "s", s->of.flows,
		(unsigned long long)s->of.sessions, s->of.ports, s->of.ports == 1 ? "" : "s",
		s->of.mtu, s->of.rules, s->of.addresses);
	print_bytes(out, "flows", s->flow_bytes, "of each worker: both directions, IPv4 and IPv6");
	print_bytes(out, "sessions", s->session_bytes, "of each worker, with the SYN gate");
	print_bytes(out, "nat", s->nat_bytes, "of each worker");
	print_bytes(
		out, "other", s->other_bytes, "of each worker: next hops, neighbours, counters");
	print_bytes(out, "tables", s->tables_bytes, "of all workers: ordinary memory");
	print_bytes(out, "packet buffers", s->mbuf_bytes, "of all ports and workers");
	print_bytes(out, "DPDK", s->dpdk_mib * MIB, "packet buffers, and DPDK's own: hugepages");
	print_bytes(out, "in all", s->all_mib * MIB, "");
	if (page_kib > 0)
		fprintf(out,
			"  hugepages to reserve: %lu of %lu kB\n"
			"      echo %lu >/sys/kernel/mm/hugepages/hugepages-%lukB/nr_hugepages\n",
			pages_of(s, page_kib), page_kib, pages_of(s, page_kib), page_kib);
}

json_t *
size_json(const struct size *s, unsigned long page_kib)
{
	json_t *json = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "workers",
		(json_int_t)s->of.workers, "flows_per_worker", (json_int_t)s->of.flows, "sessions",
		(json_int_t)s->of.sessions, "flow_bytes", (json_int_t)s->flow_bytes,
		"session_bytes", (json_int_t)s->session_bytes, "nat_bytes",
		(json_int_t)s->nat_bytes, "other_bytes", (json_int_t)s->other_bytes, "table_bytes",
		(json_int_t)s->tables_bytes, "mbuf_bytes", (json_int_t)s->mbuf_bytes, "dpdk_mib",
		(json_int_t)s->dpdk_mib);

	json_object_set_new(json, "all_mib", json_integer((json_int_t)s->all_mib));
	if (page_kib > 0) {
		json_object_set_new(json, "hugepage_kb", json_integer((json_int_t)page_kib));
		json_object_set_new(
			json, "hugepages", json_integer((json_int_t)pages_of(s, page_kib)));
	}
	return json;
}
