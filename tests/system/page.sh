#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The status page in a headless Chromium, between two namespaces with traffic: what it shows is what the API says, and the console
# has no error.  With a folder as second argument, screenshots (phone and desktop, light and dark) are left there.
#
#   lan 10.0.0.10, .11, .12 --- [ Weir: 198.51.100.1 ] --- wan 198.51.100.2
#
# usage: page.sh [BUILD] [FOLDER]
tag=wp
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
weirctl=$(realpath "${1:-build}/app/weirctl")
pictures=${2:-}
port=9977

cat_config() {
	cat <<-'YAML'
	version: 1
	system: {workers: [0], flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	routes: {main: [{to: 192.0.2.0/24, blackhole: true}]}
	acls:
	  from-outside:
	    default: drop
	    rules:
	      - {name: answers, state: [established, related], action: accept}
	      - {name: public web, proto: tcp, dport: 80, action: accept}
	nat: {uplink: {pool: [198.51.100.1]}}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {dnat: {to: 10.0.0.10, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}}, {acl: from-outside}, {route: main}]
	telemetry: {http: {listen: "127.0.0.1:9977"}}
	YAML
}

browse() {      # browse OPTION...: Chromium beside Weir, without a profile of its own
	rm -rf "$dir/chromium"
	HOME=$dir ip netns exec "$ns_weir" timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
		--disable-background-networking --user-data-dir="$dir/chromium" --enable-logging=stderr --virtual-time-budget=9000 \
		"$@" "http://127.0.0.1:$port/" 2>"$dir/console"
}

# Figures of the page that stand still, beside those of the API.
page_is_true() {
	browse --window-size=1280,1600 --dump-dom >"$dir/dom" || return 1
	for verb in status ports workers drops nat ledger rules trend pipelines; do
		ip netns exec "$ns_weir" curl -sf "http://127.0.0.1:$port/api/show/$verb" >"$dir/$verb.json" || return 1
	done
	python3 - "$dir" <<-'PY'
	import html.parser, json, sys

	class Figures(html.parser.HTMLParser):
	    def __init__(self):
	        super().__init__()
	        self.found, self.body, self.ids = {}, {}, {}
	        self.tag_id = None
	    def handle_starttag(self, tag, attrs):
	        a = dict(attrs)
	        if "data-of" in a:
	            self.found[a["data-of"]] = a["data-value"]
	        if tag == "body":
	            self.body = a
	        self.tag_id = a.get("id")
	    def handle_data(self, text):
	        if self.tag_id:
	            self.ids[self.tag_id] = self.ids.get(self.tag_id, "") + text

	f = Figures()
	f.feed(open(sys.argv[1] + "/dom").read())
	api = lambda verb: json.load(open("%s/%s.json" % (sys.argv[1], verb)))
	want = {}
	for p in api("ports")["ports"]:
	    want.update({"ports.%s.rx" % p["name"]: p["rx"], "ports.%s.tx" % p["name"]: p["tx"]})
	for d in api("drops")["drops"]:
	    want["drops." + d["reason"]] = d["packets"]
	for p in api("nat")["pools"]:
	    want["nat.%s.%s" % (p["pool"], p.get("address", ""))] = p["ports_used"]
	for r in api("rules")["rules"]:
	    if r["packets"]:
	        want["rules." + r["place"]] = r["packets"]
	want.update({"ledger." + k: v for k, v in api("ledger").items() if not k.endswith("_by")})
	want["status.sessions"] = api("status")["sessions"]
	for s in api("pipelines")["stages"]:
	    if s["stage"] == 1 and "packets" in s:              # (fast path) has none
	        want["pipelines.%s.packets" % s["pipeline"]] = s["packets"]
	bad = ["%s: page %s, API %s" % (k, f.found.get(k), v) for k, v in want.items() if f.found.get(k) != str(v)]
	if int(f.body.get("data-looks", 0)) < 2:
	    bad.append("the page has looked %s times" % f.body.get("data-looks"))
	for part in ("workers.0.packets", "trend.established", "trend.replied"):
	    if part not in f.found:
	        bad.append("nothing of " + part)
	if f.ids.get("ready", "").strip() != "ready" or f.ids.get("balance", "").strip() != "every packet accounted for":
	    bad.append("badges: %s, %s" % (f.ids.get("ready"), f.ids.get("balance")))
	print("\n".join(bad))
	print(len(want), "figures")
	sys.exit(bool(bad) or len(want) < 15)
	PY
}

silent() {      # the console has neither errors nor warnings of the page; the browser's own pages write there, too
	grep -a "CONSOLE" "$dir/console" | grep -av 'source: chrome://' && return 1
	return 0
}

quiet() {       # no packet for a while: figures stand still
	local before after

	for _ in 1 2 3 4 5 6 7 8; do
		before=$("$weirctl" -s "$dir/control.sock" -j show ledger | tr -d '\n')
		sleep 1
		after=$("$weirctl" -s "$dir/control.sock" -j show ledger | tr -d '\n')
		[ "$before" = "$after" ] && return 0
	done
	return 1
}

traffic() {
	in_wan python3 -m http.server 80 >/dev/null 2>&1 &
	in_lan python3 -m http.server 80 --bind 10.0.0.10 >/dev/null 2>&1 &
	in_wan iperf3 -s -D >/dev/null 2>&1
	wait_for 10 in_lan curl -sf -o /dev/null http://198.51.100.2/
	for host in 10 11 12; do
		in_lan ping -q -c 5 -i 0.05 -I 10.0.0.$host 198.51.100.2 >/dev/null
		in_lan curl -sf -o /dev/null --interface 10.0.0.$host http://198.51.100.2/
	done
	in_wan curl -sf -o /dev/null http://198.51.100.1/ || return 1
	in_wan ping -q -c 3 -i 0.05 -W 1 10.0.0.10 >/dev/null
	in_lan ping -q -c 2 -i 0.05 -W 1 192.0.2.1 >/dev/null
	in_lan curl -s -m 1 -o /dev/null http://198.51.100.2:81/
	return 0
}

photograph() {  # photograph NAME WIDTH HEIGHT [OPTION...]
	local name=$1 size=$2,$3

	shift 3
	browse --window-size="$size" --hide-scrollbars --screenshot="$pictures/$name.png" "$@"
}

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_lan" addr add 10.0.0.11/24 dev eth0
ip -n "$ns_lan" addr add 10.0.0.12/24 dev eth0
for ns in $ns_lan $ns_wan; do ip netns exec "$ns" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1; done
cat_config >"$dir/weir.yaml"
start
check "traffic" traffic
if [ -n "$pictures" ]; then
	in_lan iperf3 -c 198.51.100.2 -t 100 -b 30M -B 10.0.0.11 >/dev/null 2>&1 &
	in_lan iperf3 -c 198.51.100.2 -p 5202 -t 1 >/dev/null 2>&1
	in_lan ping -q -i 0.02 -I 10.0.0.12 198.51.100.2 >/dev/null 2>&1 &
	in_wan ping -q -i 0.1 10.0.0.10 >/dev/null 2>&1 &
	sleep 25
	photograph page-desktop-light 1280 1500
	photograph page-desktop-dark 1280 1500 --force-dark-mode --blink-settings=preferredColorScheme=0
	photograph page-phone-light 500 2600
	photograph page-phone-dark 500 2600 --force-dark-mode --blink-settings=preferredColorScheme=0
	exit 0
fi
check "the traffic has ended" quiet
check "the page says what the API says" page_is_true
check "the console is silent" silent
check "it stops" stop
check "every packet is accounted for" balanced
echo "page: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
