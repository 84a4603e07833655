/* SPDX-License-Identifier: BSD-3-Clause */
/* Single values at their limits, from text and back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "schema/value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct sample {
	const char *text;
	uint64_t value;
	const char *back; /* NULL: the text itself */
};

static void
numbers_are_decimal_hex_or_octal(void **state)
{
	static const struct sample right[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "18446744073709551615", UINT64_MAX },
		{ "0x10", 16 },
		{ "0xfF", 255 },
		{ "0xffffffffffffffff", UINT64_MAX },
		{ "0o17", 15 },
	};
	static const char *const wrong[] = {
		"",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1.0",
		"1e3",
		"010",
		"00",
		"0x",
		"0xg",
		"0o8",
		"0o",
		"x1",
		"1x",
		"18446744073709551616",
		"0x10000000000000000",
		"99999999999999999999999999",
	};
	uint64_t value;

	(void)state;
	for (unsigned i = 0; i < COUNT(right); i++) {
		assert_null(value_read_number(right[i].text, &value));
		assert_int_equal(value, right[i].value);
	}
	for (unsigned i = 0; i < COUNT(wrong); i++)
		assert_non_null(value_read_number(wrong[i], &value));
}

static void
sizes_are_of_1024(void **state)
{
	static const struct sample right[] = {
		{ "0", 0 },
		{ "1500", 1500 },
		{ "1500B", 1500, "1500" },
		{ "64k", 65536 },
		{ "64K", 65536, "64k" },
		{ "64KiB", 65536, "64k" },
		{ "2M", 2097152 },
		{ "1G", 1073741824 },
		{ "1T", 1099511627776 },
		{ "1024k", 1048576, "1M" },
		{ "1.5k", 1536, "1536" },
		{ "16777215T", 16777215ull << 40 },
	};
	static const char *const wrong[] = {
		"",
		"k",
		"64x",
		"-1",
		"64 k",
		"1.",
		".5k",
		"1.1",
		"0.0000001k",
		"16777216T",
		"64kk",
		"0x10",
	};
	char buf[VALUE_TEXT_MAX];
	uint64_t value;

	(void)state;
	for (unsigned i = 0; i < COUNT(right); i++) {
		assert_null(value_read_size(right[i].text, &value));
		assert_int_equal(value, right[i].value);
		assert_string_equal(value_size_text(value, buf),
			right[i].back != NULL ? right[i].back : right[i].text);
	}
	for (unsigned i = 0; i < COUNT(wrong); i++)
		assert_non_null(value_read_size(wrong[i], &value));
}

static void
rates_are_of_bits_or_of_things(void **state)
{
	static const struct sample right[] = {
		{ "10Mbit", 10000000 },
		{ "1Gbit", 1000000000 },
		{ "1.5Gbit", 1500000000, "1500Mbit" },
		{ "0bit", 0 },
		{ "1Tbit", 1000000000000, "1000Gbit" },
		{ "64kbit", 64000 },
		{ "500k/s", 500000 },
		{ "1/s", 1 },
		{ "2M/s", 2000000 },
		{ "10/min", 10 },
		{ "7/hour", 7, "7/h" },
		{ "3/day", 3, "3/d" },
	};
	static const char *const wrong[] = { "", "10", "10M", "10mbit", "10Mb", "bit", "1/week",
		"-1bit", "1 bit" };
	char buf[VALUE_TEXT_MAX];
	struct cfg_rate rate;

	(void)state;
	for (unsigned i = 0; i < COUNT(right); i++) {
		assert_null(value_read_rate(right[i].text, &rate));
		assert_int_equal(rate.value, right[i].value);
		assert_int_equal(rate.unit,
			strchr(right[i].text, '/') != NULL ? CFG_RATE_COUNT : CFG_RATE_BITS);
		assert_string_equal(value_rate_text(&rate, buf),
			right[i].back != NULL ? right[i].back : right[i].text);
	}
	for (unsigned i = 0; i < COUNT(wrong); i++)
		assert_non_null(value_read_rate(wrong[i], &rate));
}

static void
durations_have_units(void **state)
{
	static const struct sample right[] = {
		{ "0", 0, "0ns" },
		{ "1ns", 1 },
		{ "500ms", 500000000 },
		{ "30s", 30000000000 },
		{ "60s", 60000000000, "1m" },
		{ "2h", 7200000000000 },
		{ "1h30m", 5400000000000, "90m" },
		{ "7d", 604800000000000 },
		{ "1.5s", 1500000000, "1500ms" },
		{ "213503d", 18446659200000000000u },
	};
	static const char *const wrong[] = {
		"",
		"30",
		"s",
		"30 s",
		"-1s",
		"1h30",
		"1w",
		"213504d",
		"1h 30m",
		"1s99999999999999999999s",
	};
	char buf[VALUE_TEXT_MAX];
	uint64_t value;

	(void)state;
	for (unsigned i = 0; i < COUNT(right); i++) {
		assert_null(value_read_duration(right[i].text, &value));
		assert_int_equal(value, right[i].value);
		assert_string_equal(value_duration_text(value, buf),
			right[i].back != NULL ? right[i].back : right[i].text);
	}
	for (unsigned i = 0; i < COUNT(wrong); i++)
		assert_non_null(value_read_duration(wrong[i], &value));
}

static void
macs_have_six_bytes(void **state)
{
	static const char *const wrong[] = {
		"",
		"02:00:00:00:00",
		"02:00:00:00:00:0",
		"02:00:00:00:00:01:",
		"02.00.00.00.00.01",
		"0g:00:00:00:00:01",
		"020000000001",
	};
	char buf[VALUE_TEXT_MAX];
	struct cfg_mac mac;

	(void)state;
	assert_null(value_read_mac("02:AB:cd:00:00:01", &mac));
	assert_string_equal(value_mac_text(&mac, buf), "02:ab:cd:00:00:01");
	assert_null(value_read_mac("02-00-00-00-00-ff", &mac));
	assert_int_equal(mac.bytes[5], 255);
	for (unsigned i = 0; i < COUNT(wrong); i++)
		assert_non_null(value_read_mac(wrong[i], &mac));
}

static void
endpoints_put_ipv6_in_brackets(void **state)
{
	static const char *const right[] = {
		"10.0.0.80:443",
		"10.0.0.80",
		"[2001:db8::1]:443",
		"2001:db8::1",
		"10.0.0.80:65535",
	};
	static const char *const wrong[] = {
		"",
		":80",
		"10.0.0.80:",
		"10.0.0.80:65536",
		"10.0.0.80:http",
		"[2001:db8::1",
		"[2001:db8::1]x",
		"[]:80",
		"10.0.0:80",
		"[2001:db8::1]:",
	};
	char buf[VALUE_TEXT_MAX];
	struct cfg_endpoint endpoint;

	(void)state;
	for (unsigned i = 0; i < COUNT(right); i++) {
		assert_null(value_read_endpoint(right[i], &endpoint));
		assert_string_equal(value_endpoint_text(&endpoint, buf), right[i]);
	}
	assert_null(value_read_endpoint("[2001:db8::1]", &endpoint));
	assert_int_equal(endpoint.port, 0);
	for (unsigned i = 0; i < COUNT(wrong); i++)
		assert_non_null(value_read_endpoint(wrong[i], &endpoint));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_decimal_hex_or_octal),
		cmocka_unit_test(sizes_are_of_1024),
		cmocka_unit_test(rates_are_of_bits_or_of_things),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(macs_have_six_bytes),
		cmocka_unit_test(endpoints_put_ipv6_in_brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
