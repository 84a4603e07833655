/* SPDX-License-Identifier: BSD-3-Clause */
/* The program of XDP that sends frames. */

#include "blast.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	INSNS_MAX = 128,
	BATCH = 64,       /* frames that are sent together */
	REPEAT = 1 << 20, /* frames of a call; a signal ends it */
};

static int
bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int
make_map(const struct shots *s)
{
	union bpf_attr create = { .map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = sizeof(struct shot),
		.max_entries = s->count };
	int map = bpf(BPF_MAP_CREATE, &create);

	for (uint32_t i = 0; map >= 0 && i < s->count; i++) {
		union bpf_attr update = { .map_fd = (uint32_t)map,
			.key = (uint64_t)(uintptr_t)&i,
			.value = (uint64_t)(uintptr_t)&s->shot[i] };

		if (bpf(BPF_MAP_UPDATE_ELEM, &update) < 0)
			return -1;
	}
	return map;
}

/* --- the program --- */

struct code {
	struct bpf_insn insn[INSNS_MAX];
	unsigned n;
};

static void
put(struct code *c, int code, unsigned dst, unsigned src, int offset, int value)
{
	c->insn[c->n++] = (struct bpf_insn){ .code = (uint8_t)code,
		.dst_reg = dst & 15,
		.src_reg = src & 15,
		.off = (int16_t)offset,
		.imm = value };
}

static void
call(struct code *c, int helper)
{
	put(c, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

/* From the shot at r0 to the frame at r2. */
static void
copy_bytes(struct code *c, int from, int to, int size)
{
	put(c, BPF_LDX | BPF_MEM | size, 1, 0, from, 0);
	put(c, BPF_STX | BPF_MEM | size, 2, 1, to, 0);
}

static void
copy_frame(struct code *c, int bytes)
{
	const int from = offsetof(struct shot, bytes);
	int at = 0;

	for (; at + 8 <= bytes; at += 8)
		copy_bytes(c, from + at, at, BPF_DW);
	for (; at + 4 <= bytes; at += 4)
		copy_bytes(c, from + at, at, BPF_W);
	for (; at < bytes; at++)
		copy_bytes(c, from + at, at, BPF_B);
}

/* r0 = a shot of the map, or the program's end. */
static void
choose_shot(struct code *c, int map, uint32_t count)
{
	call(c, BPF_FUNC_get_prandom_u32);
	put(c, BPF_ALU | BPF_MOD | BPF_K, 0, 0, 0, (int)count);
	put(c, BPF_STX | BPF_MEM | BPF_W, 10, 0, -4, 0);
	put(c, BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, map);
	put(c, 0, 0, 0, 0, 0);
	put(c, BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0);
	put(c, BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4);
	call(c, BPF_FUNC_map_lookup_elem);
	put(c, BPF_JMP | BPF_JNE | BPF_K, 0, 0, 1, 0);
	put(c, BPF_JMP | BPF_EXIT, 0, 0, 0, 0); /* r0 is 0: XDP_ABORTED */
}

/* r2 = the frame, of which bytes may be written, or the program's end. */
static void
find_frame(struct code *c, int bytes)
{
	put(c, BPF_LDX | BPF_MEM | BPF_W, 2, 6, offsetof(struct xdp_md, data), 0);
	put(c, BPF_LDX | BPF_MEM | BPF_W, 3, 6, offsetof(struct xdp_md, data_end), 0);
	put(c, BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0);
	put(c, BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, bytes);
	put(c, BPF_JMP | BPF_JLE | BPF_X, 4, 3, 2, 0);
	put(c, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_ABORTED);
	put(c, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static int
load(const struct shots *s, int map)
{
	static char said[65536];
	struct code c = { .n = 0 };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uint64_t)(uintptr_t)c.insn,
		.license = (uint64_t)(uintptr_t) "BSD",
		.log_buf = (uint64_t)(uintptr_t)said,
		.log_size = sizeof(said),
		.log_level = 1 };
	int program;

	put(&c, BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0);
	choose_shot(&c, map, s->count);
	find_frame(&c, (int)s->bytes);
	copy_frame(&c, (int)s->bytes);
	put(&c, BPF_LDX | BPF_MEM | BPF_W, 1, 0, offsetof(struct shot, ifindex), 0);
	put(&c, BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 0);
	call(&c, BPF_FUNC_redirect);
	put(&c, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	attr.insn_cnt = c.n;
	program = bpf(BPF_PROG_LOAD, &attr);
	if (program < 0)
		fputs(said, stderr);
	return program;
}

const char *
blast_fire(const struct shots *s, const volatile sig_atomic_t *stop)
{
	uint8_t frame[SHOT_BYTES] = { 0 };
	struct xdp_md context = { .data_end = s->bytes };
	int map = make_map(s), program;

	if (map < 0)
		return "the frames have no room in the kernel";
	program = load(s, map);
	if (program < 0)
		return "the kernel refuses the program";
	while (!*stop) {
		union bpf_attr attr = { .test = { .prog_fd = (uint32_t)program,
						.repeat = REPEAT,
						.data_in = (uint64_t)(uintptr_t)frame,
						.data_size_in = s->bytes,
						.ctx_in = (uint64_t)(uintptr_t)&context,
						.ctx_size_in = sizeof(context),
						.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
						.batch_size = BATCH } };

		if (bpf(BPF_PROG_TEST_RUN, &attr) < 0 && errno != EINTR)
			return "sending";
	}
	return NULL;
}
