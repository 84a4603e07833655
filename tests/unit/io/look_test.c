/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at what devices deliver: nothing but zeros, or nothing for our MAC, is found within a
 * second, and said once. */

#include "base/clock.h"
#include "unit/io/ports_fixture.h"

#define OURS      UINT64_C(0x020000000001)
#define THEIRS    UINT64_C(0x020000000099)
#define BROADCAST UINT64_C(0xffffffffffff)
#define TICK_NS   (NS_PER_S / 10)

struct device {
	struct delivery delivery;
	struct delivery_facts facts;
	enum delivery_fault told; /* the last fault that was returned */
	unsigned times;
};

/* The device delivers a number of frames in each tenth of a second, the last one of them to a MAC.
 */
static void
delivers(struct device *d, unsigned ticks, uint64_t note, unsigned frames, unsigned stray)
{
	for (unsigned i = 0; i < ticks; i++) {
		enum delivery_fault fault;

		d->facts.mac = OURS;
		d->facts.note = note;
		d->facts.rx += frames;
		d->facts.stray += stray;
		d->facts.now_ns += TICK_NS;
		fault = delivery_judge(&d->delivery, &d->facts);
		if (fault != DELIVERY_SOUND) {
			d->told = fault;
			d->times++;
		}
	}
}

static void
zeros_for_a_second_are_told_once(void **state)
{
	struct device d = { 0 };

	(void)state;
	delivers(&d, 10, LOOK_SEEN | LOOK_ZEROS, 5, 0);
	assert_int_equal(d.times, 0);
	delivers(&d, 100, LOOK_SEEN | LOOK_ZEROS, 5, 0);
	assert_int_equal(d.told, DELIVERY_ZEROS);
	assert_int_equal(d.times, 1);
}

static void
a_good_frame_ends_the_suspicion(void **state)
{
	struct device d = { 0 };

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		delivers(&d, 9, LOOK_SEEN | LOOK_ZEROS, 1, 0);
		delivers(&d, 1, LOOK_SEEN | OURS, 1, 0);
	}
	assert_int_equal(d.times, 0);
}

static void
frames_for_other_stations_alone_are_told_once(void **state)
{
	struct device d = { 0 };

	(void)state;
	delivers(&d, 100, LOOK_SEEN | THEIRS, 5, 5);
	assert_int_equal(d.told, DELIVERY_STRAY);
	assert_int_equal(d.times, 1);
	delivers(&d, 20, LOOK_SEEN | LOOK_ZEROS, 5, 0); /* another fault is told, too */
	assert_int_equal(d.told, DELIVERY_ZEROS);
	assert_int_equal(d.times, 2);
}

/* The notes saw only stray ones; one in twenty was ours. */
static void
a_few_frames_of_ours_among_foreign_ones_are_enough(void **state)
{
	struct device d = { 0 };

	(void)state;
	delivers(&d, 100, LOOK_SEEN | THEIRS, 20, 19);
	assert_int_equal(d.times, 0);
}

static void
a_pipeline_that_takes_all_frames_has_none_that_are_foreign(void **state)
{
	struct device d = { 0 };

	(void)state;
	delivers(&d, 100, LOOK_SEEN | THEIRS, 5, 0);
	assert_int_equal(d.times, 0);
}

static void
broadcasts_and_silence_are_no_fault(void **state)
{
	struct device d = { 0 };

	(void)state;
	delivers(&d, 100, LOOK_SEEN | BROADCAST, 5, 5);
	delivers(&d, 100, 0, 0, 0);
	assert_int_equal(d.times, 0);
}

/* Three frames are too few for a verdict, however far apart; the fourth of them at a second's
 * distance is not. */
static void
seldom_frames_are_judged_by_their_number(void **state)
{
	struct device d = { 0 };

	(void)state;
	for (unsigned i = 0; i < DELIVERY_LOOKS - 1; i++) {
		delivers(&d, 30, 0, 0, 0);
		delivers(&d, 1, LOOK_SEEN | THEIRS, 1, 1);
	}
	assert_int_equal(d.times, 0);
	delivers(&d, 1, LOOK_SEEN | THEIRS, 1, 1);
	assert_int_equal(d.told, DELIVERY_STRAY);
}

static uint64_t
note_of(struct ports_fixture *f, const uint8_t *data, unsigned bytes)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->mp);
	struct look look = { 0 };
	uint64_t note;

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), data, bytes);
	look_note(&look, m);
	assert_int_equal(look_take(&look), 0); /* nobody had asked */
	look_note(&look, m);
	note = look_take(&look);
	assert_int_equal(look_take(&look), 0); /* it is given once */
	rte_pktmbuf_free(m);
	return note;
}

static void
a_note_has_the_destination_and_tells_zeros(void **state)
{
	uint8_t frame[60] = { 0 };
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	assert_int_equal(note_of(&f, frame, sizeof(frame)), LOOK_SEEN | LOOK_ZEROS);
	frame[59] = 1;
	assert_int_equal(note_of(&f, frame, sizeof(frame)), LOOK_SEEN);
	memcpy(frame, (uint8_t[]){ 2, 0, 0, 0, 0, 0x99 }, 6);
	assert_int_equal(note_of(&f, frame, sizeof(frame)), LOOK_SEEN | THEIRS);
	assert_int_equal(note_of(&f, frame, 5), 0); /* no destination */
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeros_for_a_second_are_told_once),
		cmocka_unit_test(a_good_frame_ends_the_suspicion),
		cmocka_unit_test(frames_for_other_stations_alone_are_told_once),
		cmocka_unit_test(a_few_frames_of_ours_among_foreign_ones_are_enough),
		cmocka_unit_test(a_pipeline_that_takes_all_frames_has_none_that_are_foreign),
		cmocka_unit_test(broadcasts_and_silence_are_no_fault),
		cmocka_unit_test(seldom_frames_are_judged_by_their_number),
		cmocka_unit_test(a_note_has_the_destination_and_tells_zeros),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
