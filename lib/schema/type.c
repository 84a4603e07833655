/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of the types, and their size in memory. */
#include "schema/type.h"

#include <stddef.h>

static const struct type types[CFG_TYPES] = {
	[CFG_BOOL] = { sizeof(bool), "true or false", "true or false", "true or false" },
	[CFG_U8] = { sizeof(uint8_t), "a number", "number", "numbers" },
	[CFG_U16] = { sizeof(uint16_t), "a number", "number", "numbers" },
	[CFG_U32] = { sizeof(uint32_t), "a number", "number", "numbers" },
	[CFG_U64] = { sizeof(uint64_t), "a number", "number", "numbers" },
	[CFG_SIZE] = { sizeof(uint64_t), "a size", "size", "sizes" },
	[CFG_RATE] = { sizeof(struct cfg_rate), "a rate", "rate", "rates" },
	[CFG_DURATION] = { sizeof(uint64_t), "a duration", "duration", "durations" },
	[CFG_TEXT] = { sizeof(char *), "text", "text", "texts" },
	[CFG_NAME] = { sizeof(char *), "a name", "name", "names" },
	[CFG_REF] = { sizeof(char *), "a name", "name", "names" },
	[CFG_PATH] = { sizeof(struct cfg_path), "a file name", "file name", "file names" },
	[CFG_ADDRESS] = { sizeof(struct ip_address), "an address", "address", "addresses" },
	[CFG_INTERFACE_ADDRESS] = { sizeof(struct ip_prefix), "an address with its prefix length",
		"address/length", "addresses with length" },
	[CFG_PREFIX] = { sizeof(struct ip_prefix), "a prefix", "prefix", "prefixes" },
	[CFG_ENDPOINT] = { sizeof(struct cfg_endpoint), "an address with a port", "address:port",
		"address:port" },
	[CFG_MAC] = { sizeof(struct cfg_mac), "a MAC address", "MAC address", "MAC addresses" },
	[CFG_VLAN] = { sizeof(uint16_t), "a VLAN", "VLAN", "VLANs" },
	[CFG_PROTOCOL] = { sizeof(uint8_t), "a protocol", "protocol", "protocols" },
	[CFG_DSCP] = { sizeof(uint8_t), "a DSCP value", "DSCP", "DSCP values" },
	[CFG_PORTS] = { sizeof(struct cfg_range), "a range of ports", "port range", "port ranges" },
	[CFG_ENUM] = { sizeof(uint32_t), "a word", "word", "words" },
	[CFG_FLAGS] = { sizeof(uint32_t), "a list of words", "list of words", "" },
	[CFG_STRUCT] = { 0, "a map", "map", "maps" },
	[CFG_CHOICE] = { sizeof(struct cfg_choice), "a name, or a map of one key", "choice",
		"choices" },
	[CFG_MATCH_ADDRESS] = { sizeof(struct cfg_match_address), "an address, prefix or $set",
		"address match", "addresses, prefixes or sets to match" },
	[CFG_MATCH_NAME] = { sizeof(struct cfg_match_name), "a name", "name match",
		"names to match" },
	[CFG_MATCH_MAC] = { sizeof(struct cfg_match_mac), "a MAC address", "MAC match",
		"MAC addresses to match" },
	[CFG_MATCH_PORT] = { sizeof(struct cfg_range), "a port or a range of them", "port match",
		"ports, port ranges or services to match" },
	[CFG_MATCH_PROTOCOL] = { sizeof(struct cfg_range), "a protocol", "protocol match",
		"protocols to match" },
	[CFG_MATCH_DSCP] = { sizeof(struct cfg_range), "a DSCP value", "DSCP match",
		"DSCP values to match" },
	[CFG_MATCH_VLAN] = { sizeof(struct cfg_range), "a VLAN", "VLAN match", "VLANs to match" },
	[CFG_MATCH_NUMBER] = { sizeof(struct cfg_range), "a number or a range", "number match",
		"numbers and ranges to match" },
	[CFG_MATCH_FLAGS] = { sizeof(uint32_t), "a list of words", "words to match", "" },
};

const struct type *
type_of(const struct cfg_field *f)
{
	return &types[type_base(f)];
}

size_t
type_size(const struct cfg_field *f)
{
	return type_base(f) == CFG_STRUCT ? f->table->size : type_of(f)->size;
}

uint64_t
type_max(const struct cfg_field *f)
{
	uint64_t max = UINT64_MAX;

	switch (type_base(f)) {
	case CFG_U8:
		max = UINT8_MAX;
		break;
	case CFG_U16:
		max = UINT16_MAX;
		break;
	case CFG_U32:
		max = UINT32_MAX;
		break;
	default:
		break;
	}
	return f->max != 0 ? f->max : max;
}
