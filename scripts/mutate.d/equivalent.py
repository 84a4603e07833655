# SPDX-License-Identifier: BSD-3-Clause
"""Mutants that no test can see, each with the reason: (file, the line, the changed line, reason)."""

MUTANTS = [
    ("lib/control/filter.c", "f->tcp |= (uint16_t)(1u << i);", "f->tcp = (uint16_t)(1u << i);", "a state of TCP has a name of its own"),
    ("lib/config/bridges.c", "if (cfg->bridges.count > 0 && cfg->ports.count > LEDGER_PORTS - BRIDGES_MAX)",
     "if (cfg->bridges.count > 0 && cfg->ports.count > LEDGER_PORTS + BRIDGES_MAX)", "Debian's DPDK has room for 32 ports"),
    ("lib/config/tests.c", "if (test->at != NULL && times_wall(test->at) < 0)", "if (test->at != NULL && times_wall(test->at) <= 0)",
     "no time of this week is that of the epoch"),
    ("lib/control/history_write.c", "if (rc == 0 && rename(beside, path) < 0)", "if (rc == 0 && rename(beside, path) <= 0)",
     "errno is 0 where nothing has failed"),
    ("lib/nat/mapping.c", "for (uint32_t i = 0; i < pool->n_addresses && i < CONTESTED_MAX; i++) {",
     "for (uint32_t i = 0; i <= pool->n_addresses && i < CONTESTED_MAX; i++) {", "the address after the last is the first, which was looked at"),
    ("lib/nat/prefetch.c", "prefetch_port(p, rte_be_to_cpu_16(inside->sport));", ";", "only time changes"),
    ("lib/nat/layout.c", "while (*from < l->n_places && l->place[*from].used)",
     "while (*from <= l->n_places && l->place[*from].used)", "the place behind the last one is there, and vacant"),
    ("lib/nat/counts.c", "for (unsigned i = 0; i < sum->n_pools && i < more->n_pools; i++) {",
     "for (unsigned i = 0; i <= sum->n_pools && i < more->n_pools; i++) {", "the name behind the last pool is empty, and no pool's is"),
    ("lib/nat/prefetch.c", "port_mask_prefetch(&p->taken, rte_be_to_cpu_16(inside->sport));", ";", "only time changes"),
    ("lib/policy/public.c", "return x->domain < y->domain ? -1 : 1;", "return x->domain <= y->domain ? -1 : 1;", "they are not equal here"),
    ("lib/policy/pool.c", "return -EINVAL;", "return 0;", "what has been reported counts, and not the result alone (build_part)"),
    ("lib/policy/generation.c", "while (slots < 2 * 3 * count) /* each with its subnet's network and broadcast address */",
     "while (slots <= 2 * 3 * count)", "a power of two is no multiple of three"),
    ("lib/session/tally.c", "return false; /* a session holds no more than its share, so this does not happen */", "return true;",
     "there is memory for TALLY_HOLDS of every session"),
    ("lib/policy/match_sides.c", "for (unsigned i = 0; i < count; i++) {", "for (unsigned i = 0; i <= count; i++) {",
     "the group is found before the end"),
    ("lib/stage/translate.c", "if (translates_sender(step->jumps[k].to, key, jumps - 1))",
     "if (translates_sender(step->jumps[k].to, key, jumps + 1))", "pipelines that go further are refused (policy/order.c)"),
    ("lib/stage/translate.c", "if (translates_sender(step->jumps[k].to, key, jumps - 1))",
     "if (translates_sender(step->jumps[k].to, key, jumps - 0))", "pipelines that go further are refused (policy/order.c)"),
    ("lib/policy/match.c", "for (unsigned i = 0; i < build_domains(r->b) && rc == 0; i++) {",
     "for (unsigned i = 0; i <= build_domains(r->b) && rc == 0; i++) {", "no interface is in a domain beyond the last"),
    ("lib/slowpath/fragments/pieces.c", "if (here > left)", "if (here >= left)", "here is left already"),
    ("lib/slowpath/fragments/pieces.c", "uint32_t here = m->data_len > at ? m->data_len - at : 0;",
     "uint32_t here = m->data_len >= at ? m->data_len - at : 0;", "the difference is 0 there"),
    ("lib/slowpath/fragments/pieces.c", "return more ? p->to <= d->end : p->to == d->end;",
     "return more ? p->to < d->end : p->to == d->end;", "what ends where the datagram ends overlaps its last fragment"),
    ("lib/slowpath/fragments/pieces.c", "for (; n >= 16; n -= 16, p += 16)", "for (; n > 16; n -= 16, p += 16)",
     "another hash of the same bytes"),
    ("lib/slowpath/fragments/pieces.c", "if (n > 8)", "if (n >= 8)", "another hash of the same bytes"),
    ("lib/slowpath/fragments/pieces.c", "else if (n > 0)", "else if (n >= 0)", "another hash of the same bytes"),
    ("lib/slowpath/fragments/pieces.c", "if (here > 0)", "if (here >= 0)", "another hash of the same bytes"),
    ("lib/slowpath/fragments/pieces.c", "for (; m != NULL && left > 0; m = m->next) {",
     "for (; m != NULL || left > 0; m = m->next) {", "all bytes of a fragment are there, and no more are taken"),
    ("lib/slowpath/fragments/pieces.c", "for (; m != NULL && left > 0; m = m->next) {",
     "for (; m != NULL && left >= 0; m = m->next) {", "no more bytes are taken"),
    ("lib/slowpath/fragments/share.c", "if (h->count > s->most)", "if (h->count >= s->most)", "it is set to what it is"),
    ("lib/session/age.c", "if (t->used <= floor || s->class >= SESSION_ESTABLISHED", "if (t->used < floor || s->class >= SESSION_ESTABLISHED",
     "at the floor the shortened timeout is the whole one, and none is below a second"),
    ("lib/session/tally.c", "while (t->mask < sessions)", "while (t->mask <= sessions)", "more chains for the same entries"),
    ("lib/session/source.c", "return ((size_t)t->capacity + 1) * sizeof(*t->source);",
     "return ((size_t)t->capacity + 2) * sizeof(*t->source);", "room for one more, which nobody takes"),
    ("lib/control/socket.c", "if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {",
     "if (n == 0 || (n < 0 && errno != EAGAIN && errno == EINTR)) {", "the read after an error finds the end"),
    ("lib/control/outcome_session.c", "if (room > n->room[worker]) {", "if (room >= n->room[worker]) {", "a block of the same size"),
    ("lib/control/kernel_side.c", "struct kernel_iface *ifaces = calloc(gen->n_ifaces + 1, sizeof(*ifaces));",
     "struct kernel_iface *ifaces = calloc(gen->n_ifaces - 1, sizeof(*ifaces));",
     "no interface has the number 0, and a configuration without interfaces forwards nothing"),
]


def reason(path, line, changed):
    """Why no test can see a mutant; None for all others."""
    for where, old, new, why in MUTANTS:
        if where == path and old == line.strip() and new == changed.strip():
            return why
    return None
