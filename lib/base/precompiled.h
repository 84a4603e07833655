/* SPDX-License-Identifier: BSD-3-Clause
 * DPDK's headers that most files include, compiled once for the library and once for the tests
 * (meson's option b_pch).  A file still includes what it uses: the Debian package is built
 * with -Db_pch=false.
 */
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
