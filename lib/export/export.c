/* SPDX-License-Identifier: BSD-3-Clause */
/* Following the configuration in use. */

#include "export/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "control/control.h"
#include "export/http.h"
#include "export/ipfix.h"

struct export
{
	struct control *control;
	uint64_t generation;        /* that was looked at last */
	struct cfg_endpoint listen; /* family 0: nowhere */
	struct http *http;
	uint64_t tried_ms;
	bool warned; /* that it cannot listen there */
	struct ipfix *ipfix;
};

static bool
same_endpoint(const struct cfg_endpoint *a, const struct cfg_endpoint *b)
{
	return a->port == b->port && ip_address_equal(&a->address, &b->address);
}

static void
listen_there(struct export *e)
{
	struct err *err = err_create();
	char text[VALUE_TEXT_MAX];

	e->tried_ms = monotonic_ms();
	if (err == NULL)
		return;
	e->http = http_start(e->control, &e->listen, err);
	if (e->http != NULL)
		log_info("HTTP listens at %s", value_endpoint_text(&e->listen, text));
	else if (!e->warned)
		log_warning("%s; tried again every %d s", err_first(err), EXPORT_AGAIN_MS / 1000);
	e->warned = e->http == NULL;
	err_destroy(err);
}

static void
start_ipfix(struct export *e)
{
	struct err *err = err_create();

	if (err == NULL)
		return;
	e->ipfix = ipfix_start(control_appliance(e->control), err);
	if (e->ipfix == NULL)
		log_warning("%s", err_first(err));
	err_destroy(err);
}

static void
follow_ipfix(struct export *e)
{
	struct appliance *a = control_appliance(e->control);
	bool wanted = appliance_generation(a)->flow_export.active_ns != 0;

	if (wanted && e->ipfix == NULL)
		start_ipfix(e);
	else if (wanted && !ipfix_is_ending(e->ipfix))
		ipfix_follow(e->ipfix, a);
	else if (!wanted && e->ipfix != NULL)
		ipfix_end(e->ipfix);
}

/* An exporter that was asked to end has ended: another one may read the rings. */
static void
reap_ipfix(struct export *e)
{
	if (!ipfix_has_ended(e->ipfix))
		return;
	ipfix_stop(e->ipfix);
	e->ipfix = NULL;
	follow_ipfix(e);
}

/* Figures for reports. */
static void
figures(void *arg, struct exporter_figures *out)
{
	const struct export *e = arg;

	*out = (struct exporter_figures){ .state = EXPORTER_OFF };
	if (e->ipfix != NULL)
		ipfix_figures(e->ipfix, out);
}

static void
follow_http(struct export *e)
{
	struct appliance *a = control_appliance(e->control);
	const struct cfg_endpoint *wanted = &appliance_config(a)->telemetry.http.listen;

	if (same_endpoint(wanted, &e->listen))
		return;
	if (e->http != NULL)
		log_info("HTTP does not listen any more where it did");
	http_stop(e->http);
	e->http = NULL;
	e->warned = false;
	e->listen = *wanted;
	if (e->listen.address.family != 0)
		listen_there(e);
}

static void
follow(struct export *e)
{
	e->generation = appliance_generation(control_appliance(e->control))->number;
	follow_http(e);
	follow_ipfix(e);
}

static void *
start(struct control *c)
{
	struct export *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->control = c;
	control_set_exporter(c, &(struct exporter){ figures, e });
	follow(e);
	return e;
}

static void
tick(void *arg)
{
	struct export *e = arg;

	if (appliance_generation(control_appliance(e->control))->number != e->generation)
		follow(e);
	if (e->listen.address.family != 0 && e->http == NULL
		&& monotonic_ms() - e->tried_ms >= EXPORT_AGAIN_MS)
		listen_there(e);
	if (e->ipfix == NULL)
		return;
	ipfix_tick(e->ipfix, control_appliance(e->control));
	reap_ipfix(e);
}

static void
stop(void *arg)
{
	struct export *e = arg;

	http_stop(e->http);
	e->http = NULL;
}

/* The workers have told the flows that ended with them. */
static void
end(void *arg)
{
	struct export *e = arg;

	ipfix_stop(e->ipfix);
	free(e);
}

const struct run_beside export_beside = { start, tick, stop, end };
