/* SPDX-License-Identifier: BSD-3-Clause */
/* show ipfix: the export of flows. */

#include "control/control_priv.h"
#include "control/exporter.h"

const char *
exporter_state_name(enum exporter_state s)
{
	static const char *const names[] = {
		[EXPORTER_OFF] = "off",
		[EXPORTER_CONNECTING] = "connecting",
		[EXPORTER_SENDS] = "sending",
		[EXPORTER_FAILS] = "failing",
	};

	return names[s];
}

bool
show_ipfix(struct control *c, struct rpc_call *call)
{
	struct exporter_figures f = { .state = EXPORTER_OFF };
	json_t *out = json_object();

	if (c->exporter.figures != NULL)
		c->exporter.figures(c->exporter.arg, &f);
	row_text(out, "state", exporter_state_name(f.state));
	if (f.state != EXPORTER_OFF) {
		row_text(out, "collector", f.collector);
		row_text(out, "protocol", f.protocol);
		row_count(out, "domain", f.domain);
		row_count(out, "records", f.records);
		row_count(out, "messages", f.messages);
		row_count(out, "bytes", f.bytes);
		row_count(out, "waiting", f.waiting);
		row_count(out, "lost", f.lost);
		row_count(out, "lost_packets", f.lost_packets);
		row_count(out, "lost_bytes", f.lost_bytes);
		row_count(out, "errors", f.errors);
		row_count(out, "connects", f.connects);
		row_text(out, "error", f.error[0] != '\0' ? f.error : NULL);
	}
	call->result = out;
	return true;
}
