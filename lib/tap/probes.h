/* SPDX-License-Identifier: BSD-3-Clause */
/* USDT probes of provider weir, for bpftrace, perf and systemtap: a nop each until one is attached.
 * scripts/drops.bt is an example.
 *
 *   drop           reason (enum reason), interface id, frame, its bytes
 *   session_begin  worker, index of the session, protocol
 *   session_end    worker, index, cause (enum session_end)
 *   reload         number of the generation
 *
 * Built without systemtap's header there are none. */
#ifndef TAP_PROBES_H
#define TAP_PROBES_H

#if defined(__has_include)
#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define WEIR_HAS_PROBES 1
#endif
#endif

#if defined(WEIR_HAS_PROBES)
#define PROBE_DROP(reason, iface, frame, bytes) \
	DTRACE_PROBE4(weir, drop, reason, iface, frame, bytes)
#define PROBE_SESSION_BEGIN(worker, session, proto) \
	DTRACE_PROBE3(weir, session_begin, worker, session, proto)
#define PROBE_SESSION_END(worker, session, why) \
	DTRACE_PROBE3(weir, session_end, worker, session, why)
#define PROBE_RELOAD(generation) DTRACE_PROBE1(weir, reload, generation)
#else
#define PROBE_DROP(reason, iface, frame, bytes)     ((void)0)
#define PROBE_SESSION_BEGIN(worker, session, proto) ((void)0)
#define PROBE_SESSION_END(worker, session, why)     ((void)0)
#define PROBE_RELOAD(generation)                    ((void)0)
#endif

#endif
