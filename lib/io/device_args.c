/* SPDX-License-Identifier: BSD-3-Clause */
/* Arguments of virtual devices: those that a driver of DPDK knows, and their ranges. */

#include "io/device_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include <rte_bitops.h>
#include <rte_common.h>

#include "base/suggest.h"

/* Numbers that a driver refuses, or accepts and then does not work with. */
static const struct range {
	enum device_kind kind;
	const char *key;
	unsigned long low, high;
} ranges[] = {
	{ DEVICE_AF_PACKET, "qpairs", 1, DEVICE_AF_PACKET_QUEUES },
	{ DEVICE_AF_PACKET, "blocksz", 4096, 4 << 20 },
	{ DEVICE_AF_PACKET, "framesz", 128, 1 << 16 },
	{ DEVICE_AF_PACKET, "framecnt", 2, 1 << 16 },
	{ DEVICE_AF_PACKET, "qdisc_bypass", 0, 1 },
	{ DEVICE_AF_XDP, "start_queue", 0, 1023 },
	{ DEVICE_AF_XDP, "queue_count", 1, 64 },
	{ DEVICE_MEMIF, "id", 0, UINT32_MAX },
	{ DEVICE_MEMIF, "bsize", 256, UINT16_MAX },
	{ DEVICE_MEMIF, "rsize", 1, 14 },
	{ DEVICE_NULL, "size", 14, 2048 },
	{ DEVICE_NULL, "copy", 0, 1 },
	{ DEVICE_NULL, "no-rx", 0, 1 },
	{ DEVICE_VHOST, "queues", 1, 128 },
	{ DEVICE_VHOST, "client", 0, 1 },
	{ DEVICE_VIRTIO_USER, "queues", 1, DEVICE_VIRTIO_USER_QUEUES },
	{ DEVICE_VIRTIO_USER, "server", 0, 1 },
};

bool
device_arg(const char *device, const char *key, char *out, size_t size)
{
	size_t key_length = strlen(key);

	for (const char *at = strchr(device, ','); at != NULL; at = strchr(at, ',')) {
		size_t length;

		at++;
		if (strncmp(at, key, key_length) != 0 || at[key_length] != '=')
			continue;
		at += key_length + 1;
		length = strcspn(at, ",");
		if (length >= size)
			return false;
		memcpy(out, at, length);
		out[length] = '\0';
		return true;
	}
	return false;
}

/* Arguments of pcap that may be written several times, one for each queue. */
#define MANY "rx_pcap tx_pcap rx_iface rx_iface_in tx_iface"

/* Copies the next argument of a device text: its name to key, and its value, or "". at: the comma
 * before it.  Returns the comma behind it, or NULL. */
static const char *
next_arg(const char *at, char key[static DEVICE_VALUE_MAX], char value[static DEVICE_VALUE_MAX])
{
	size_t all = strcspn(++at, ","), length = strcspn(at, ",=");

	snprintf(key, DEVICE_VALUE_MAX, "%.*s", (int)length, at);
	snprintf(value, DEVICE_VALUE_MAX, "%.*s", (int)(length < all ? all - length - 1 : 0),
		length < all ? at + length + 1 : "");
	return at[all] == ',' ? at + all : NULL;
}

/* Returns true if words, a text of words with blanks between, has the word. */
static bool
has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; length > 0 && (at = strstr(at, word)) != NULL; at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static int
refuse_key(const char *words, const char *key, const struct device_place *p, struct err *err)
{
	struct suggestion s = suggestion_of(key);
	char list[DEVICE_VALUE_MAX], *rest = list, *word;

	snprintf(list, sizeof(list), "%s", words);
	while ((word = strsep(&rest, " ")) != NULL)
		suggestion_offer(&s, word);
	if (s.best != NULL)
		return err_add(err, EINVAL, p->loc,
			"%s: %s has no argument '%s'; did you mean '%s'?", p->what, p->name, key,
			s.best);
	return err_add(err, EINVAL, p->loc, "%s: %s has no argument '%s'; there are %s", p->what,
		p->name, key, words);
}

static int
check_range(enum device_kind kind, const char *key, const char *value, const struct device_place *p,
	struct err *err)
{
	for (unsigned i = 0; i < RTE_DIM(ranges); i++) {
		const struct range *r = &ranges[i];
		unsigned long number;
		char *end;

		if (r->kind != kind || strcmp(r->key, key) != 0)
			continue;
		number = strtoul(value, &end, 10);
		if (value[0] < '0' || value[0] > '9' || *end != '\0' || number < r->low
			|| number > r->high)
			return err_add(err, EINVAL, p->loc,
				"%s: %s: %s=%s: a number from %lu to %lu", p->what, p->name, key,
				value, r->low, r->high);
	}
	return 0;
}

static int
check_text(enum device_kind kind, const char *key, const char *value, const struct device_place *p,
	struct err *err)
{
	bool tap = kind == DEVICE_TAP && (strcmp(key, "iface") == 0 || strcmp(key, "remote") == 0);
	bool interface = strcmp(key, "iface") == 0
		&& (kind == DEVICE_AF_PACKET || kind == DEVICE_AF_XDP);

	if (value[0] == '\0')
		return err_add(
			err, EINVAL, p->loc, "%s: %s: %s= has no value", p->what, p->name, key);
	if ((tap || interface) && strlen(value) >= IFNAMSIZ)
		return err_add(err, EINVAL, p->loc,
			"%s: %s: %s=%s: an interface has a name of %d characters at most", p->what,
			p->name, key, value, IFNAMSIZ - 1);
	return 0;
}

/* Returns true if an argument stands before a place, too. */
static bool
is_repeated(const char *device, const char *before, const char *key)
{
	char other[DEVICE_VALUE_MAX], value[DEVICE_VALUE_MAX];

	for (const char *at = strchr(device, ','); at != NULL && at < before;) {
		at = next_arg(at, other, value);
		if (strcmp(other, key) == 0)
			return true;
	}
	return false;
}

static unsigned long
number_of(const char *device, const char *key, unsigned long without)
{
	char value[DEVICE_VALUE_MAX];

	return device_arg(device, key, value, sizeof(value)) ? strtoul(value, NULL, 10) : without;
}

/* Checks a packet ring: its blocks are whole pages and hold whole frames; the driver and the kernel
 * refuse everything else. */
static int
check_packet_ring(const char *device, const struct device_place *p, struct err *err)
{
	unsigned long block = number_of(device, "blocksz", 4096),
		      frame = number_of(device, "framesz", 2048);
	unsigned long count = number_of(device, "framecnt", 512);

	if (block % 4096 != 0 || (block & (block - 1)) != 0)
		return err_add(err, EINVAL, p->loc, "%s: blocksz=%lu: a power of two, 4096 or more",
			p->what, block);
	if (frame % 16 != 0)
		return err_add(
			err, EINVAL, p->loc, "%s: framesz=%lu: a multiple of 16", p->what, frame);
	if (frame > block)
		return err_add(err, EINVAL, p->loc,
			"%s: framesz=%lu does not fit into a block of %lu; add blocksz=%lu",
			p->what, frame, block, rte_align64pow2(frame));
	if (count < block / frame)
		return err_add(err, EINVAL, p->loc,
			"%s: framecnt=%lu is less than the %lu frames of one block", p->what, count,
			block / frame);
	return 0;
}

int
device_check_args(const char *device, enum device_kind kind, const char *words,
	const struct device_place *p, struct err *err)
{
	char key[DEVICE_VALUE_MAX], value[DEVICE_VALUE_MAX];
	const char *at = strchr(device, ',');

	while (at != NULL) {
		const char *here = at;

		at = next_arg(at, key, value);
		if (!has_word(words, key))
			return refuse_key(words, key, p, err);
		if (!has_word(MANY, key) && is_repeated(device, here, key))
			return err_add(err, EINVAL, p->loc, "%s: %s: %s= is written twice", p->what,
				p->name, key);
		if (check_range(kind, key, value, p, err) < 0
			|| check_text(kind, key, value, p, err) < 0)
			return -EINVAL;
	}
	return kind == DEVICE_AF_PACKET ? check_packet_ring(device, p, err) : 0;
}
