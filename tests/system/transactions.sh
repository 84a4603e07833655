#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Changing a running Weir by weirctl: all of a configuration or none of it, back by itself when nobody confirms, back to any
# that ran, and a start with the last good one when the file is broken.  A ping goes on the whole time.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2
#
# usage: transactions.sh [BUILD]
tag=wt
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"

config() {      # config DPORT: a list that lets that port in
	cat <<-YAML
	version: 1
	system: {workers: [0], idle: interrupt, flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	routes: {main: []}
	acls:
	  in:
	    default: drop
	    rules:
	      - {state: [established, related], action: accept}
	      - {name: let in, proto: tcp, dport: $1, action: accept}
	pipelines:
	  inside: [track, {route: main}]
	  outside: [track, {acl: in}, {route: main}]
	YAML
}

runs() { ctl show config | grep -q "dport: \[$1\]"; }

# Each time another name, more of them than there are numbers: an address that is added at once is a member, and alone.
sets_by_name() {
	local n

	for n in $(seq 1 70); do
		{ config 443; echo "sets: {s$n: {timeout: 1h}}"; } >"$dir/sets.yaml"
		ctl commit "$dir/sets.yaml" && ctl add sets "s$n" "10.0.1.$n" || return 1
		shows "[(m['set'], m['address']) for m in r['members']] == [('s$n', '10.0.1.$n')]" show sets || return 1
	done >/dev/null
}

no_ping_lost() {
	wait "$ping"
	answered "$dir/ping" 400 && return
	# The flush ends the session of a ping that is on its way: its answer then belongs to none, and nothing else is lost.
	answered "$dir/ping" 400 1 \
		&& shows '[d["packets"] for d in r["drops"] if d["reason"] == "icmp_no_session"] == [1]' show drops
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
config 80 >"$dir/weir.yaml"
config 443 >"$dir/next.yaml"
config 443 | sed 's/wan0/wan9/' >"$dir/restart.yaml"
config 443 | sed 's/default: drop/default: dorp/' >"$dir/broken.yaml"
run_options=(--state "$dir/state")
start
in_lan ping -c 1 -W 2 -q 198.51.100.2 >/dev/null
pinged "$dir/ping" 400 in_lan ping -i 0.05 198.51.100.2 &
ping=$!

check "check of a good file" ends_with 0 "tests passed" ctl check "$dir/next.yaml"
check "check of a broken file" ends_with 1 "broken.yaml:12:.*error: .*did you mean 'drop'" ctl check "$dir/broken.yaml"
check "diff" ends_with 0 "^+ .*dport: \[443\]" ctl diff "$dir/next.yaml"
check "diff says where" grep -q "^acls.in" "$dir/stdout"
check "diff of what runs" test -z "$(ctl diff "$dir/weir.yaml")"
check "a broken commit is refused" ends_with 1 "nothing has changed" ctl commit "$dir/broken.yaml"
check "and nothing has changed" runs 80
check "a file that is not there is named" ends_with 1 "missing.yaml: No such file" ctl commit "$dir/missing.yaml"
check "a commit that is not confirmed" shows 'r["confirm"] == 4 and r["generation"] == 2' commit "$dir/next.yaml" --confirm 4s
check "runs" runs 443
check "meanwhile no other is taken" ends_with 1 "waits to be confirmed" ctl commit "$dir/weir.yaml"
check "nor a reload" ends_with 1 "waits to be confirmed" ctl reload
check "and is said" shows 'r["entries"][0]["state"] == "runs, to be confirmed"' show history
check "it goes back by itself" wait_for 8 runs 80
check "which the log says" grep -q "was not confirmed within 4 s" "$dir/log"
check "a commit that is confirmed" ctl commit "$dir/next.yaml" --confirm 4s
check "confirm" ctl confirm
sleep 4.2
check "it stays" runs 443
check "nothing is left to confirm" ends_with 1 "no commit waits" ctl confirm
check "rollback" ctl rollback
check "is back" runs 80
check "history" shows '[(e["number"], e["what"]) for e in r["entries"]] ==
	[(3, "rollback to 1"), (2, "commit"), (1, "start")] and r["entries"][0]["who"] == "root"' show history
check "rollback to an entry, sessions end" shows 'r["flushed"] >= 1' rollback 2 sessions flush
check "it runs" runs 443
check "reload reads the file" ctl reload
check "it is that of the start" runs 80
kill -HUP "$pid"
check "SIGHUP, too" wait_for 3 grep -q "generation 8 runs" "$dir/log"
cp "$dir/broken.yaml" "$dir/weir.yaml"
check "a reload of a broken file says so" ends_with 1 "nothing has changed" ctl reload
check "no ping was lost" no_ping_lost
check "it stops" stop
check "every packet is accounted for" balanced

ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" --socket "$dir/control.sock" \
	--state "$dir/state" >"$dir/report" 2>"$dir/log" &
pid=$!
check "with a broken file it starts with the last good one" wait_for 20 grep -q "generation 1 runs" "$dir/log"
check "and says so" grep -q "STARTING WITH THE LAST GOOD CONFIGURATION" "$dir/log"
check "and what is wrong" grep -q "weir.yaml:12:.*did you mean" "$dir/log"
check "which runs" wait_for 5 runs 80
check "history goes on" shows 'r["entries"][0]["what"] == "last good" and len(r["entries"]) >= 6' show history
check "it forwards" in_lan ping -q -c 2 -i 0.1 -W 2 198.51.100.2
check "it stops" stop
# What was committed comes up again, as long as the file has not changed since.
again() {       # again: a start with the folder of the history
	ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" --socket "$dir/control.sock" \
		--state "$dir/state" >"$dir/report" 2>"$dir/log" &
	pid=$!
	wait_for 20 grep -q "generation 1 runs" "$dir/log" && wait_for 5 ctl show status
}
in_lan_ping() { in_lan ping -q -c 2 -i 0.1 -W 1 198.51.100.2; }

config 80 >"$dir/weir.yaml"
{ config 80 | sed '/state: \[established/d'; } >"$dir/strict.yaml"
cat - "$dir/next.yaml" >"$dir/talk.yaml" <<-'YAML'
	tests:
	  - name: a conversation
	    steps:
	      - {in: lan, packet: "tcp 10.0.0.10:4000 > 198.51.100.2:80 S", expect: output wan}
	      - {in: wan, packet: "tcp 198.51.100.2:80 > 10.0.0.10:4000 SA", expect: output lan}
YAML
sed 's/SA", expect: output lan/SA", expect: drop acl_denied/' "$dir/talk.yaml" >"$dir/wrong.yaml"
rm -r "$dir/state"
mkdir "$dir/state"
check "a start" again
check "commit" ctl commit "$dir/next.yaml"
check "it says what a restart does" ends_with 0 "a restart comes up with it" ctl commit "$dir/next.yaml"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
began=$(date +%s%N)
check "after SIGKILL it starts with what was committed" again
check "and forwards" wait_for 5 in_lan ping -q -c 1 -W 0.2 198.51.100.2
echo "first packet $((($(date +%s%N) - began) / 1000000)) ms after the start"
check "and says so" grep -q "weir.yaml has not changed since" "$dir/log"
check "it runs" runs 443
check "a reload reads the file" ctl reload
check "it runs" runs 80
check "it stops" stop
check "a start" again
check "with the file" runs 80
check "commit" ctl commit "$dir/next.yaml"
check "it stops" stop
config 81 >"$dir/weir.yaml"
check "a start" again
check "with the changed file" runs 81
check "which the log says" grep -q "has been changed since" "$dir/log"

# Conversations are tried by another process, while others are answered.
ctl commit "$dir/talk.yaml" >"$dir/talked" 2>&1 &
talks=$!
sleep 0.1
check "meanwhile status is shown" ctl show status
check "another commit is refused" ends_with 1 "the commit of root is being tried" ctl commit "$dir/weir.yaml"
wait "$talks"
check "it is taken" runs 443
check "a conversation that fails refuses" ends_with 1 "wrong.yaml:.*expect" ctl commit "$dir/wrong.yaml"

# Sessions are judged again, or kept.
pinged "$dir/kept" 60 in_lan ping -i 0.05 198.51.100.2 &
ping=$!
sleep 0.5
check "sessions are kept" ctl commit "$dir/strict.yaml" sessions keep
check "new ones are judged by the new rules" sh -c "! ip netns exec $ns_lan ping -q -c 2 -i 0.1 -W 1 198.51.100.2"
wait "$ping"
check "the old one has lost nothing" answered "$dir/kept" 60
check "members of dynamic sets go by the set's name" sets_by_name
check "back" ctl commit "$dir/next.yaml"
in_lan ping -c 40 -i 0.05 -W 1 -q 198.51.100.2 >"$dir/kept" 2>&1 &
ping=$!
sleep 0.5
check "sessions are judged again" ctl commit "$dir/strict.yaml"
wait "$ping"
check "and the old one is dropped" grep -q "[1-9][0-9]*% packet loss" "$dir/kept"
check "it stops while a commit is tried" sh -c "$weirctl -s $dir/control.sock commit $dir/talk.yaml >/dev/null 2>&1 & sleep 0.1; kill -TERM $pid"
wait "$pid"
check "at once, and balanced" balanced
pid=
cp "$dir/broken.yaml" "$dir/weir.yaml"
rm -r "$dir/state"
ip netns exec "$ns_weir" timeout 30 "$weir" run -c "$dir/weir.yaml" --state "$dir/state" >"$dir/report" 2>"$dir/log"
check "without one it does not start" test $? -eq 1
echo "transactions: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
