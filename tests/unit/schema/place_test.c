/* SPDX-License-Identifier: BSD-3-Clause */
/* What is found wrong after reading is said at the place where it was written. */
#include "sample.h"

#include <errno.h>

static const char text[] = "interfaces:\n"
			   "  wan:\n"
			   "    addresses: [10.0.0.1/24, 10.0.1.1/24]\n"
			   "    mtu: 1400\n"
			   "    pipeline: p\n"
			   "  lan: {pipeline: p, mtu: x}\n"
			   "  dmz: {pipeline: p, vlam: 3}\n"
			   "pipelines:\n"
			   "  p: [track, {police: {rate: 1Mbit}}]\n";

/* Expects an error in what is printed. */
static void
expect_error(const struct sample_document *d, const char *wanted)
{
	char *errors = NULL;
	size_t bytes;
	FILE *out = open_memstream(&errors, &bytes);

	err_print(d->err, out, false);
	fclose(out);
	if (strstr(errors, wanted) == NULL)
		fail_msg("'%s' is not in:\n%s", wanted, errors);
	free(errors);
}

static void
a_field_has_its_place_and_path(void **state)
{
	struct sample_document d = sample_read(text);
	struct sample_interface *wan = cfg_find(&d.cfg->interfaces, "wan");

	(void)state;
	assert_int_equal(cfg_error(d.err, &wan->head, &wan->mtu, "%u is odd", wan->mtu), -EINVAL);
	expect_error(&d, "<sample>:4:10: error: interfaces.wan.mtu: 1400 is odd\n");
	cfg_error(d.err, &wan->head, &wan->addresses.items[1], "is taken");
	expect_error(&d, "<sample>:3:30: error: interfaces.wan.addresses: is taken\n");
	cfg_error(d.err, &wan->head, NULL, "is a wire");
	expect_error(&d, "<sample>:2:3: error: interfaces.wan: is a wire\n");
	cfg_error(d.err, &wan->head, &wan->vlan, "a tag is needed");
	expect_error(&d, "<sample>:2:3: error: interfaces.wan: a tag is needed\n");
	cfg_warn(d.err, &wan->head, &wan->pipeline, "is short");
	expect_error(&d, "<sample>:5:15: warning: interfaces.wan.pipeline: is short\n");
	sample_free(&d);
}

static void
a_stage_has_the_place_of_its_tag(void **state)
{
	struct sample_document d = sample_read(text);
	const struct cfg_choice *stages = d.cfg->pipelines.items[0].stages.items;
	const struct sample_stage *track = stages[0].config, *police = stages[1].config;

	(void)state;
	cfg_error(d.err, &track->head, NULL, "is useless");
	expect_error(&d, "<sample>:9:7: error: pipelines.p.track: is useless\n");
	cfg_error(d.err, &police->head, &police->rate, "is slow");
	expect_error(&d, "<sample>:9:30: error: pipelines.p.police.rate: is slow\n");
	sample_free(&d);
}

static void
what_could_not_be_read_is_not_complained_about_again(void **state)
{
	struct sample_document d = sample_read(text);
	struct sample_interface *lan = cfg_find(&d.cfg->interfaces, "lan");
	struct sample_interface *dmz = cfg_find(&d.cfg->interfaces, "dmz");

	(void)state;
	assert_int_equal(err_count(d.err), 2);
	assert_int_equal(cfg_error(d.err, &lan->head, &lan->mtu, "0 is below 576"), -EINVAL);
	cfg_error(d.err, &dmz->head, &dmz->vlan, "a tag is needed");
	assert_int_equal(err_count(d.err), 2);
	cfg_error(d.err, &lan->head, &lan->vlan, "a tag is needed");
	assert_int_equal(err_count(d.err), 3);
	sample_free(&d);
}

static void
written_is_told_from_default(void **state)
{
	struct sample_document d = sample_read(text);
	struct sample_interface *wan = cfg_find(&d.cfg->interfaces, "wan");

	(void)state;
	assert_true(cfg_is_written(&wan->head, &wan->mtu));
	assert_false(cfg_is_written(&wan->head, &wan->vlan));
	assert_int_equal(cfg_loc(&wan->head, &wan->mtu).line, 4);
	assert_int_equal(cfg_loc(&wan->head, &wan->vlan).line, 2);
	sample_free(&d);
}

static void
a_struct_made_by_hand_has_no_place(void **state)
{
	struct sample_interface made = { .mtu = 1 };
	struct err *err = err_create();

	(void)state;
	assert_int_equal(cfg_error(err, &made.head, &made.mtu, "is small"), -EINVAL);
	assert_string_equal(err_first(err), "is small");
	assert_false(cfg_is_written(&made.head, &made.mtu));
	err_destroy(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_has_its_place_and_path),
		cmocka_unit_test(a_stage_has_the_place_of_its_tag),
		cmocka_unit_test(what_could_not_be_read_is_not_complained_about_again),
		cmocka_unit_test(written_is_told_from_default),
		cmocka_unit_test(a_struct_made_by_hand_has_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
