/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive interrupts, by eventfds. */

#define ALLOW_INTERNAL_API /* rte_intr_*: DPDK's for drivers; its headers have them */

#include "interrupts.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_interrupts.h>

static int
fill_handle(struct rte_eth_dev *dev, struct rte_intr_handle *handle)
{
	struct device *d = device_of(dev);
	unsigned queues = dev->data->nb_rx_queues;
	int rc = rte_intr_efd_counter_size_set(handle, sizeof(uint64_t));

	if (rc == 0)
		rc = rte_intr_vec_list_alloc(handle, NULL, (int)queues);
	for (unsigned q = 0; rc == 0 && q < queues; q++) {
		d->rx[q].interrupt_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (d->rx[q].interrupt_fd < 0)
			return -errno;
		rc = rte_intr_vec_list_index_set(handle, (int)q, RTE_INTR_VEC_RXTX_OFFSET + (int)q);
		if (rc == 0)
			rc = rte_intr_efds_index_set(handle, (int)q, d->rx[q].interrupt_fd);
	}
	if (rc == 0)
		rc = rte_intr_nb_efd_set(handle, (int)queues);
	if (rc == 0)
		rc = rte_intr_max_intr_set(handle, (int)queues + 1);
	if (rc == 0)
		rc = rte_intr_type_set(handle, RTE_INTR_HANDLE_VDEV);
	return rc;
}

int
interrupts_begin(struct rte_eth_dev *dev)
{
	struct device *d = device_of(dev);
	int rc;

	if (!d->options.interrupts || dev->data->dev_conf.intr_conf.rxq == 0)
		return 0;
	dev->intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (dev->intr_handle == NULL)
		return -ENOMEM;
	rc = fill_handle(dev, dev->intr_handle);
	if (rc < 0)
		interrupts_end(dev);
	return rc;
}

void
interrupts_end(struct rte_eth_dev *dev)
{
	struct device *d = device_of(dev);

	if (dev->intr_handle == NULL)
		return;
	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		if (d->rx[q].interrupt_fd > 0)
			close(d->rx[q].interrupt_fd);
		d->rx[q].interrupt_fd = 0;
		atomic_store_explicit(&d->rx[q].interrupting, false, memory_order_relaxed);
	}
	rte_intr_vec_list_free(dev->intr_handle);
	rte_intr_instance_free(dev->intr_handle);
	dev->intr_handle = NULL;
}

int
interrupts_enable(struct rte_eth_dev *dev, uint16_t queue)
{
	if (dev->intr_handle == NULL)
		return -ENOTSUP;
	atomic_store_explicit(&device_of(dev)->rx[queue].interrupting, true, memory_order_relaxed);
	/* Pairs with the fence in interrupts_raise: the program's next look at the queue sees the
	 * frame, or the sender sees this. */
	atomic_thread_fence(memory_order_seq_cst);
	return 0;
}

int
interrupts_disable(struct rte_eth_dev *dev, uint16_t queue)
{
	if (dev->intr_handle == NULL)
		return -ENOTSUP;
	atomic_store_explicit(&device_of(dev)->rx[queue].interrupting, false, memory_order_relaxed);
	return 0;
}

void
interrupts_raise(struct rx_queue *q)
{
	const uint64_t one = 1;

	/* Pairs with the fence in interrupts_enable. */
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&q->interrupting, memory_order_relaxed))
		return;
	if (write(q->interrupt_fd, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}
