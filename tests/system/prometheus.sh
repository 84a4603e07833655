#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Debian's Prometheus scrapes a running Weir with the shipped configuration and rules (every second instead of every 15), and answers
# queries: what it has is what happened; every expression of the dashboard can be evaluated; an alert begins when a link goes.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2
#
# usage: prometheus.sh [BUILD]
tag=wm
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
root=$(realpath "$here/../..")
prometheus_pid=

cat_config() {
	cat <<-'YAML'
	version: 1
	system: {workers: [0], idle: interrupt, flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in: {default: drop, rules: [{state: [established, related], action: accept}]}
	nat: {uplink: {pool: [198.51.100.1]}}
	routes: {main: [{to: 192.0.2.0/24, blackhole: true}]}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {acl: in}, {route: main}]
	telemetry: {http: "127.0.0.1:9977"}
	YAML
}

# query EXPRESSION PYTHON: a condition on v, the values of the answer
query() {
	ip netns exec "$ns_weir" curl -sS -m 5 -G --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query >"$dir/query" || return 1
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
print(r)
v = [float(x["value"][1]) for x in r["data"]["result"]]
sys.exit(not eval("(%s)" % sys.argv[2]))' "$dir/query" "$2"
}

dashboard() {   # every expression, with the variables as Grafana would fill them in
	python3 - "$root/config/monitoring/weir-dashboard.json" >"$dir/expressions" <<-'PY'
	import json, sys
	for p in json.load(open(sys.argv[1]))["panels"]:
	    for t in p.get("targets", []):
	        print(t["expr"].replace("$instance", ".*").replace("$__rate_interval", "5s"))
	PY
	while read -r expression; do
		query "$expression" 'r["status"] == "success"' || { echo "$expression"; return 1; }
	done <"$dir/expressions"
	query 'count({__name__=~"weir_.*"})' 'v[0] > 80'
}

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
cat_config >"$dir/weir.yaml"
sed 's/15s/1s/' "$root/config/monitoring/prometheus.yml" >"$dir/prometheus.yml"
cp "$root/config/monitoring/weir.rules.yml" "$dir"
start
ip netns exec "$ns_weir" prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/tsdb" --web.listen-address=127.0.0.1:9090 \
	>"$dir/prometheus.log" 2>&1 &
prometheus_pid=$!
check "Prometheus scrapes" wait_for 20 query 'up{job="weir"}' 'v == [1]'
in_lan ping -q -c 20 -i 0.05 -W 2 198.51.100.2 >"$dir/ping"
in_wan ping -q -c 3 -i 0.05 -W 1 10.0.0.10 >>"$dir/ping"
check "packets" wait_for 5 query 'weir_interface_receive_packets_total{interface="lan"}' 'v[0] >= 20'
check "drops" wait_for 5 query 'weir_drops_total{reason="acl_denied",interface="wan"}' 'v == [3]'
check "the ledger" query 'weir_ledger_imbalance' 'v == [0]'
check "its own opinion of the scrape" query 'scrape_samples_scraped{job="weir"}' 'v[0] > 80'
check "the dashboard" dashboard
check "no alert" query 'ALERTS{alertname!="WeirWorkerBusy"}' 'v == []'
ip -n "$ns_wan" link set eth0 down
check "an alert when a link goes" wait_for 10 query 'ALERTS{alertname="WeirPortDown",port="wan"}' 'v == [1]'
check "it is not ready without links" test "$(ip -n "$ns_lan" link set eth0 down; sleep 1; ip netns exec "$ns_weir" curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9977/readyz)" = 503
ip -n "$ns_wan" link set eth0 up
check "it is over when the link is back" wait_for 10 query 'ALERTS{alertname="WeirPortDown",port="wan"}' 'v == []'
kill "$prometheus_pid"
wait "$prometheus_pid"
check "it stops" stop
check "every packet is accounted for" balanced
echo "prometheus: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
