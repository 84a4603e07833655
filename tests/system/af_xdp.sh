#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Weir by af_xdp between two namespaces: pings and a stream of datagrams go through, and every buffer but those
# that the driver never gives back is in its pool at the end.
#
# usage: af_xdp.sh [BUILD]
tag=wx
. "$(dirname "$0")/support/namespaces.bash"

ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.2/24 2001:db8:1::2/64 192.0.2.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1

cat >"$dir/weir.yaml" <<YAML
version: 1
system: {workers: [0], flows: 4096}
ports:
  lan: {device: "net_af_xdp0,iface=lan0"}
  wan: {device: "net_af_xdp1,iface=wan0"}
interfaces:
  lan: {addresses: [192.0.2.1/24], pipeline: route}
  wan: {addresses: [198.51.100.1/24], pipeline: route}
pipelines: {route: [{route: main}]}
routes: {main: []}
YAML
ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" >"$dir/report" 2>"$dir/log" &
pid=$!
check "Weir starts" wait_for 20 grep -q 'generation 1 runs' "$dir/log"
check "pings go through" in_lan ping -q -c 50 -i 0.01 -W 2 198.51.100.2
in_lan /usr/bin/python3 - <<'PYTHON'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(5000):
    s.sendto(bytes(60), ("198.51.100.2", 9))
PYTHON
kill -TERM $pid
wait $pid
status=$?
pid=
check "it ends well" [ $status -eq 0 ]
check "every buffer is back" grep -q 'not back in their pools: 0' "$dir/report"
[ $failed -eq 0 ] || cat "$dir/report" "$dir/log"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
