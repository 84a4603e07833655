/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: their size, and what debug builds see that others do not. */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sanitizer.h"
#include "unit/io/ports_fixture.h"

static void
the_arithmetic_is_shown(void **state)
{
	char text[512] = "";
	struct ports_fixture f;
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	fixture_open(&f, 1, 1);
	pools_print(&f.pools, &f.ports, out);
	fclose(out);
	fixture_close(&f);

	/* 2 x 2048 + 384 + 16 + 16 + 16 + 0 + 384 */
	assert_non_null(strstr(text,
		"mbufs: a 1 queue x (1024 rx + 1024 tx) + b 1 queue x (1024 rx + 1024 tx)"
		" + 1 worker x (384 cache + 16 in hand + 16 backlog + 16 held + 0 in rings)"
		" + 384 control = 4912, "));
}

static void
a_pool_lasts_for_what_was_counted(void **state)
{
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	assert_int_equal(f.pools.at[0].sizing.count, 4912);
	assert_int_equal(rte_mempool_avail_count(f.mp), 4912);
	assert_ptr_equal(pools_of_node(&f.pools, 5), f.mp);
	fixture_close(&f);
}

static void
the_estimate_is_not_below_what_is_taken(void **state)
{
	struct port_cfg cfg[2] = { { .name = "a" }, { .name = "b", .queues = 2 } };
	struct pool_cfg pool = { .burst = 32, .holders = 256, .ring = 1024 };

	(void)state;
	/* 4 queues x 2048; 2 workers x (384 + 128 + 128 + 256 + 1024); control 384: 12416.  The
	 * pool's own header and its alignment are of cache lines, which have 128 bytes on 64-bit
	 * ARM. */
	assert_in_range(pool_estimate_bytes(&pool, cfg, 2, 2), 12416 * 2304,
		12416 * (2304 + 4 * RTE_CACHE_LINE_SIZE));
}

static void
a_configured_number_is_taken_as_it_is(void **state)
{
	struct port_cfg cfg = { .name = "a", .capture = true };
	struct pool_cfg pool = { .burst = 32, .mbufs = 3000 };
	struct ports ports;
	struct pools pools;
	struct err *err = err_create();

	(void)state;
	assert_int_equal(ports_open(&ports, &cfg, 1, 1, err), 0);
	assert_int_equal(pools_create(&pools, &pool, &ports, err), 0);
	assert_int_equal(rte_mempool_avail_count(pools.at[0].mp), 3000);
	ports_close(&ports);
	pools_destroy(&pools);
	err_destroy(err);
}

static void
a_lazy_pool_has_all_its_mbufs_and_makes_them_when_they_are_needed(void **state)
{
	static struct rte_mbuf *m[3001];
	struct port_cfg cfg = { .name = "a", .capture = true };
	struct pool_cfg pool = { .burst = 32, .mbufs = 3000, .lazy = true };
	struct ports ports;
	struct pools pools;
	struct err *err = err_create();
	struct rte_mempool *mp;
	unsigned n = 0;

	(void)state;
	assert_int_equal(ports_open(&ports, &cfg, 1, 1, err), 0);
	assert_int_equal(pools_create(&pools, &pool, &ports, err), 0);
	mp = pools.at[0].mp;
	assert_int_equal(rte_mempool_avail_count(mp), 3000);
	assert_true(mp->populated_size < 1000);
	while (n < 3001 && (m[n] = rte_pktmbuf_alloc(mp)) != NULL) {
		assert_int_equal(rte_pktmbuf_data_room_size(mp), m[n]->buf_len);
		memset(rte_pktmbuf_append(m[n], 64), 0xaa, 64);
		n++;
		if (n % 100 == 0)
			assert_int_equal(pools_in_use(&pools), n);
	}
	assert_int_equal(n, 3000);
	assert_null(pool_address_fault(mp));
	rte_pktmbuf_free_bulk(m, n);
	assert_int_equal(pools_in_use(&pools), 0);
	ports_close(&ports);
	pools_destroy(&pools);
	err_destroy(err);
}

static void
too_many_mbufs_are_an_error_with_the_sum(void **state)
{
	struct port_cfg cfg = { .name = "a", .capture = true };
	struct pool_cfg pool = { .burst = 32, .mbufs = 1000000, .loc = { "weir.yaml", 5, 3, 1 } };
	struct ports ports;
	struct pools pools;
	struct err *err = err_create();

	(void)state;
	assert_int_equal(ports_open(&ports, &cfg, 1, 1, err), 0);
	assert_true(pools_create(&pools, &pool, &ports, err) < 0);
	assert_non_null(
		strstr(err_first(err), "system.memory.mbufs: no memory for 1000000 mbufs, "));
	assert_int_equal(err_count(err), 1);
	ports_close(&ports);
	err_destroy(err);
}

#ifdef WEIR_DEBUG
static void
free_twice(struct ports_fixture *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->mp);

	rte_pktmbuf_free(m);
	rte_mbuf_refcnt_set(m, 1);
	rte_mempool_put(f->mp, m);
}

static void
send_twice(struct ports_fixture *f)
{
	struct rte_mbuf *m[2];
	struct tx_queue tx;

	tx_queue_init(&tx, &f->ports.at[1], 0, FIXTURE_BURST);
	fixture_frames(f, m, 1, 1);
	m[1] = m[0];
	queue_send(&tx, m, 1);
	queue_send(&tx, m + 1, 1);
}

static void
send_freed(struct ports_fixture *f)
{
	struct rte_mbuf *m;

	fixture_frames(f, &m, 1, 1);
	rte_pktmbuf_free(m);
	mbuf_debug_sending(&m, 1);
}

/* What a process that does this dies of.  It shares DPDK's memory: the mbufs it had are lost. */
static int
signal_of(void (*what)(struct ports_fixture *f), struct ports_fixture *f)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(3);
		what(f);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
a_second_free_ends_the_process(void **state)
{
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	assert_int_equal(signal_of(free_twice, &f), SIGABRT);
	fixture_abandon(&f);
}

static void
a_second_send_ends_the_process(void **state)
{
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	assert_int_equal(signal_of(send_twice, &f), SIGABRT);
	assert_int_equal(signal_of(send_freed, &f), SIGABRT);
	fixture_abandon(&f);
}

static void
the_nth_mbuf_is_refused(void **state)
{
	struct rte_mbuf *m[3];
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	pool_fault_after = 3;
	m[0] = rte_pktmbuf_alloc(f.mp);
	m[1] = rte_pktmbuf_alloc(f.mp);
	m[2] = rte_pktmbuf_alloc(f.mp);
	assert_non_null(m[0]);
	assert_non_null(m[1]);
	assert_null(m[2]);
	assert_null(rte_pktmbuf_alloc(f.mp));
	pool_fault_after = 0;
	rte_pktmbuf_free_bulk(m, 2);
	fixture_close(&f);
}
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>

static void
behind_a_received_frame_is_poison(void **state)
{
	struct rte_mbuf *m;
	struct rx_queue rx;
	struct ports_fixture f;
	char *end;

	(void)state;
	fixture_open(&f, 1, 1);
	rx_queue_init(&rx, &f.ports.at[0], 0);
	fixture_frames(&f, &m, 1, 1);
	capture_push(&f.ports.at[0], 0, &m, 1);
	assert_int_equal(queue_receive(&rx, &m, 1), 1);

	end = rte_pktmbuf_mtod_offset(m, char *, m->data_len);
	assert_false(__asan_address_is_poisoned(end - 1));
	assert_true(__asan_address_is_poisoned(end));
	assert_true(__asan_address_is_poisoned((char *)m->buf_addr + m->buf_len - 1));
	mbuf_debug_open_tail(m);
	assert_false(__asan_address_is_poisoned(end));

	rte_pktmbuf_free(m);
	assert_true(__asan_address_is_poisoned(end - 1));
	fixture_close(&f);
}
#endif

static void
expect_address(struct rte_mempool *mp, void *arg, void *object, unsigned index)
{
	const struct rte_mbuf *m = object;

	(void)mp;
	(void)arg;
	(void)index;
	assert_int_equal(rte_mbuf_iova_get(m), (rte_iova_t)(uintptr_t)m->buf_addr);
	assert_int_equal(rte_mempool_virt2iova(object), (rte_iova_t)(uintptr_t)object);
}

/* A device that reads and writes memory by itself finds a buffer by nothing else. */
static void
every_buffer_has_the_address_that_devices_use(void **state)
{
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	assert_int_equal(rte_eal_iova_mode(), RTE_IOVA_VA);
	assert_int_equal(rte_mempool_obj_iter(f.mp, expect_address, NULL), 4912);
	assert_null(pool_address_fault(f.mp));
	fixture_close(&f);
}

static void
spoil(struct rte_mempool *mp, void *arg, void *object, unsigned index)
{
	(void)mp;
	if (index % 100 == 0)
		rte_mbuf_iova_set(object, *(rte_iova_t *)arg);
}

static void
buffers_that_no_device_finds_are_noticed(void **state)
{
	rte_iova_t none = RTE_BAD_IOVA, other = 0x1000;
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	rte_mempool_obj_iter(f.mp, spoil, &none);
	assert_string_equal(pool_address_fault(f.mp), "have no IO address");
	rte_mempool_obj_iter(f.mp, spoil, &other);
	assert_string_equal(
		pool_address_fault(f.mp), "have an IO address that is not their virtual one");
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_arithmetic_is_shown),
		cmocka_unit_test(a_pool_lasts_for_what_was_counted),
		cmocka_unit_test(the_estimate_is_not_below_what_is_taken),
		cmocka_unit_test(a_configured_number_is_taken_as_it_is),
		cmocka_unit_test(a_lazy_pool_has_all_its_mbufs_and_makes_them_when_they_are_needed),
		cmocka_unit_test(too_many_mbufs_are_an_error_with_the_sum),
		cmocka_unit_test(every_buffer_has_the_address_that_devices_use),
		cmocka_unit_test(buffers_that_no_device_finds_are_noticed),
#ifdef WEIR_DEBUG
		cmocka_unit_test(a_second_free_ends_the_process),
		cmocka_unit_test(a_second_send_ends_the_process),
		cmocka_unit_test(the_nth_mbuf_is_refused),
#endif
#ifdef WITH_ASAN
		cmocka_unit_test(behind_a_received_frame_is_poison),
#endif
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
