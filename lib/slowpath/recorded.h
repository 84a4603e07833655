/* SPDX-License-Identifier: BSD-3-Clause */
/* What the flight recorder (tap/recorder.h) and captures know of a slot. */
#ifndef SLOWPATH_RECORDED_H
#define SLOWPATH_RECORDED_H

#include "slowpath/slowpath.h"

struct recorder_entry;

/* Begins the entry of a slot, before anything is done to its packet. */
struct recorder_entry *slowpath_record_begin(
	struct datapath *dp, const struct burst *b, unsigned slot);

/* Ends it with the verdict. */
void slowpath_record_end(
	struct datapath *dp, const struct burst *b, unsigned slot, struct recorder_entry *e);

/* Notes that the line of a stage sample has chosen a slot's packet, to which nothing is done yet: a
 * hit gets an entry, which slowpath_record_sampled ends; others have one. */
void slowpath_record_sample(
	struct datapath *dp, const struct burst *b, unsigned slot, uint32_t line);
void slowpath_record_sampled(struct datapath *dp, const struct burst *b, unsigned slot);

/* Finds the line that decided the drop of a slot by a program of its flow. */
void slowpath_find_counter(struct datapath *dp, const struct burst *b, unsigned slot);

/* Returns the lines that decided, by slot: valid for slots that are told (SLOT_TOLD), or after
 * slowpath_find_counter. */
const uint32_t *slowpath_counters(const struct datapath *dp);

#endif
