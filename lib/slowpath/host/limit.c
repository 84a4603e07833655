/* SPDX-License-Identifier: BSD-3-Clause */
/* How much a host says unasked: rates for echo answers and for errors.
 *
 * Errors have a rate per port and, below it, one per sender (many senders share a bucket, which
 * the secret chooses), so that one of them does not silence the port for the others.  Near its
 * end the port's bucket gives by chance: who counts errors must not learn exactly how many others
 * were sent (RFC 1812 4.3.2.8, RFC 4443 2.4 (f); CVE-2020-25705). */

#include <string.h>

#include "base/random.h"
#include "slowpath/host/host_priv.h"

#define ECHO_RATE 10000u        /* a second and worker */
#define ECHO_BURST 1000u
#define ERROR_RATE 1000u        /* a second and port, over all workers */
#define ERROR_BURST 100u
#define SOURCE_SHARE 4u         /* of the port's rate that one sender gets: a quarter */

static uint32_t
share(const struct host *h, uint32_t rate)
{
	return h->setup.workers > 1 ? RTE_MAX(rate / h->setup.workers, 1u) : rate;
}

void
limits_init(struct host *h)
{
	uint32_t rate = share(h, ERROR_RATE), burst = RTE_MAX(share(h, ERROR_BURST), 8u);

	random_bytes(&h->random, sizeof(h->random));
	h->random |= 1;
	meter_init_packets(&h->echoes, ECHO_RATE, ECHO_BURST, 0);
	for (unsigned p = 0; p < LEDGER_PORTS; p++)
		meter_init_packets(&h->port_errors[p], rate, burst, 0);
	for (unsigned s = 0; s < SOURCES; s++)
		meter_init_packets(&h->source_errors[s], RTE_MAX(rate / SOURCE_SHARE, 1u),
			burst / 2, 0);
}

/* Marsaglia's xorshift64*, from a secret start. */
static uint32_t
chance(struct host *h, uint32_t below)
{
	h->random ^= h->random >> 12;
	h->random ^= h->random << 25;
	h->random ^= h->random >> 27;
	return (uint32_t)((h->random * 0x2545f4914f6cdd1dull >> 32) * below >> 32);
}

bool
limit_echo(struct host *h)
{
	return meter_take(&h->echoes, h->now_ns, 0);
}

/* What a meter holds now. */
static uint64_t
credit_at(const struct meter *m, uint64_t now_ns)
{
	uint64_t elapsed = now_ns > m->last_ns ? now_ns - m->last_ns : 0;

	if (elapsed >= m->fill_ns)
		return m->capacity;
	return RTE_MIN(m->credit + elapsed * m->rate, m->capacity);
}

/* Below a quarter of the burst the less is left, the fewer are let pass. */
static bool
lucky(struct host *h, const struct meter *m)
{
	uint64_t tail = m->capacity / 4 + 1;
	uint64_t credit = credit_at(m, h->now_ns);

	return credit >= tail || chance(h, 1024) < credit * 1024 / tail;
}

static unsigned
source_bucket(const struct host *h, uint16_t port, const union address *sender, unsigned family)
{
	struct {
		uint64_t sender, door;
	} key = { 0, (uint64_t)port << 8 | family };

	memcpy(&key.sender, sender, family == 4 ? 4 : 8);       /* IPv6: the subnet */
	return hash_bytes(&h->key, &key, sizeof(key)) % SOURCES;
}

bool
limit_error(struct host *h, uint16_t port, const union address *sender, unsigned family)
{
	struct meter *port_errors = &h->port_errors[port % LEDGER_PORTS];
	struct meter *source = &h->source_errors[source_bucket(h, port, sender, family)];

	return lucky(h, port_errors) && meter_take(source, h->now_ns, 0)
		&& meter_take(port_errors, h->now_ns, 0);
}
