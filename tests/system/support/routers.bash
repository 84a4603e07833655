# SPDX-License-Identifier: BSD-3-Clause
# Routers in namespaces: Weir with a namespace for its host interfaces, FRR and BIRD in any of them.  Sourced.
#
# Wants $weir and $here (the folder tests/system).  Gives dir, passed, failed, check, crowd, and the functions below.
# Whatever happens, processes, namespaces and files are gone at exit.
set -u
dir=$(mktemp -d)
chmod 755 "$dir"
tag=rt$$
spaces=() pids=()
. "$here/support/check.bash"

space() {       # space NAME...: makes namespaces; their real names are $tag-NAME
	local name

	for name in "$@"; do
		ip netns add "$tag-$name" && spaces+=("$tag-$name")
		[ "$name" != hubs ] || in_space hubs sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		ip -n "$tag-$name" link set lo up
	done
}

in_space() {    # in_space NAME COMMAND...
	local name=$1

	shift
	ip netns exec "$tag-$name" "$@"
}

exec_in() {     # exec_in NAME COMMAND... &: the same, in the place of a subshell, whose number is then that of the command
	local name=$1

	shift
	exec ip netns exec "$tag-$name" "$@"
}

cleanup() {
	local s

	[ ${#pids[@]} -eq 0 ] || { disown -a; kill -KILL "${pids[@]}" 2>/dev/null; }
	for s in "${spaces[@]}"; do
		ip netns pids "$s" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$s" 2>/dev/null
	done
	[ -n "${KEEP:-}" ] && echo "kept: $dir" || rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

wait_for() {    # wait_for SECONDS COMMAND...
	local end=$(($(date +%s) + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

plain() {       # plain SPACE DEVICE: a veth as a wire: whole frames, right checksums, no address of its own
	in_space "$1" ethtool -K "$2" tx off rx off gso off tso off gro off >/dev/null
	ip -n "$tag-$1" link set "$2" up
}

wire() {        # wire SPACE DEVICE SPACE DEVICE: a cable
	ip link add "$2" netns "$tag-$1" type veth peer name "$4" netns "$tag-$3"
	plain "$1" "$2"
	plain "$3" "$4"
}

# hub NAME SPACE DEVICE SPACE DEVICE...: a segment.  hub_dead, hub_alive: nothing passes, and nobody is told;
# hub_down, hub_up: the links go down
hub() {
	local name=$1 n=0 ends=()

	shift
	while [ $# -gt 0 ]; do
		n=$((n + 1))
		wire "$1" "$2" hubs "$name-$n"
		ends+=("$name-$n")
		shift 2
	done
	exec_in hubs python3 "$here/support/hub.py" "$dir/$name.dead" "${ends[@]}" 2>/dev/null &
	pids+=($!)
}
hub_dead() { : >"$dir/$1.dead"; }
hub_alive() { rm -f "$dir/$1.dead"; }
hub_links() { ip -n "$tag-hubs" -o link | grep -o "$1-[0-9]*" | sort -u | while read -r d; do ip -n "$tag-hubs" link set "$d" "$2"; done; }
hub_down() { hub_links "$1" down; }
hub_up() { hub_links "$1" up; }

station() {     # station SPACE DEVICE ADDRESS ADDRESS6 GATEWAY GATEWAY6
	ip -n "$tag-$1" addr add "$3" dev "$2"
	ip -n "$tag-$1" addr add "$4" dev "$2" nodad
	[ -z "${5:-}" ] || ip -n "$tag-$1" route add default via "$5"
	[ -z "${6:-}" ] || ip -n "$tag-$1" -6 route add default via "$6"
}

declare -A weir_pid
weir_start() {  # weir_start NAME [OPTION...]: in the namespace NAME by $dir/NAME.yaml
	in_space "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	exec_in "$1" nice -n -10 "$weir" run -c "$dir/$1.yaml" --json "$dir/$1.json" --socket "$dir/$1.sock" "${@:2}" >"$dir/$1.out" 2>"$dir/$1.log" &
	weir_pid[$1]=$!
	pids+=($!)
	wait_for 20 grep -q "generation 1 runs" "$dir/$1.log" || { cat "$dir/$1.log"; return 1; }
}
weir_ctl() { "${weir}ctl" --socket "$dir/$1.sock" "${@:2}"; }
weir_stop() {   # weir_stop NAME: and its ledger balances
	kill -TERM "${weir_pid[$1]}"
	wait "${weir_pid[$1]}" || { tail -20 "$dir/$1.out"; return 1; }
	python3 -c '
import json, sys
l = json.load(open(sys.argv[1]))["ledger"]
print(l)
sys.exit(l["imbalance"] != 0 or l["held"] != 0)' "$dir/$1.json" && grep -q 'packet buffers not back in their pools: 0$' "$dir/$1.out"
}

# Daemons have the priority that Debian's frr.service gives them, and Weir more: it would have cores of its own.

# frr SPACE FOLDER DAEMON...: with $dir/FOLDER/DAEMON.conf; options of a daemon in frr_options[DAEMON]
declare -A frr_options
frr() {
	local space=$1 folder=$dir/$2 daemon more

	shift 2
	mkdir -p "$folder"
	chown -R frr:frr "$folder"
	for daemon in "$@"; do
		more=${frr_options[$daemon]:-}
		[ "$daemon" = bfdd ] && more="--bfdctl $folder/bfdd.sock"
		[ -f "$folder/$daemon.conf" ] || : >"$folder/$daemon.conf"
		# shellcheck disable=SC2086
		in_space "$space" nice -n -5 /usr/lib/frr/"$daemon" -d -f "$folder/$daemon.conf" -i "$folder/$daemon.pid" -z "$folder/zserv" \
			--vty_socket "$folder" -P 0 --log "file:$folder/$daemon.log" --log-level ${frr_level:-notifications} $more >"$folder/$daemon.start" 2>&1
		wait_for 5 test -s "$folder/$daemon.pid" || { cat "$folder/$daemon.start"; return 1; }
	done
}
frr_show() { vtysh --vty_socket "$dir/$1" -c "$2"; }
frr_kill() { kill "-$3" "$(cat "$dir/$1/$2.pid")"; }    # frr_kill FOLDER DAEMON SIGNAL
bird_show() { birdc -s "$dir/$1/bird.ctl" "${@:2}"; }
bird_start() {  # bird_start SPACE FOLDER: with $dir/FOLDER/bird.conf
	in_space "$1" nice -n -5 bird -c "$dir/$2/bird.conf" -s "$dir/$2/bird.ctl" -P "$dir/$2/bird.pid"
}

# asking NAME SPACE ADDRESS EACH-MS: returns with the first answer; asked NAME: prints "SENT LOST LONGEST-GAP-IN-MS"
asking() {
	rm -f "$dir/$1.gaps.begun"
	exec_in "$2" python3 "$here/support/gaps.py" ask "$3" 7 "$4" "$dir/$1.gaps" &
	eval "asking_$1=$!"
	pids+=($!)
	wait_for 10 test -e "$dir/$1.gaps.begun"
}
asked() {
	local pid

	eval "pid=\$asking_$1"
	rm -f "$dir/$1.gaps"
	kill -TERM "$pid"
	wait_for 5 grep -q . "$dir/$1.gaps"
	cat "$dir/$1.gaps"
}
serving() {     # serving SPACE ADDRESS...
	local space=$1 address

	shift
	for address in "$@"; do
		exec_in "$space" python3 "$here/support/gaps.py" serve "$address" 7 &
		pids+=($!)
	done
}
