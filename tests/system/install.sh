#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# meson install puts everything where Debian expects it: programs, man pages without a fault, completion, schema, examples that
# pass the check.
#
# usage: install.sh [BUILD]
set -eu
build=${1:-build-release}
cd "$(dirname "$0")/../.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

ninja -C "$build" app/weir app/weirctl app/weirctl.8 weir.yaml.5 >/dev/null
meson install -C "$build" --no-rebuild --quiet --destdir "$root" --skip-subprojects >/dev/null
at=$root/usr/local
for file in bin/weir bin/weirctl share/man/man8/weir.8 share/man/man8/weirctl.8 share/man/man5/weir.yaml.5 share/weir/schema.json \
		share/bash-completion/completions/weir share/doc/weir/examples/weir.yaml \
		lib/systemd/system/weir.service lib/sysusers.d/weir.conf lib/udev/rules.d/60-weir.rules; do
	[ -e "$at/$file" ] || { echo "not installed: $file"; exit 1; }
done
mandoc -T lint -W warning "$at/share/man/man8/weir.8" "$at/share/man/man8/weirctl.8" "$at/share/man/man5/weir.yaml.5"
for command in run check test replay explain bench doctor schema reference; do
	"$at/bin/weir" --help | grep -q "weir $command" || { echo "weir --help does not know $command"; exit 1; }
	grep -q "Cm $command" "$at/share/man/man8/weir.8" || grep -q "$command" "$at/share/man/man8/weir.8" ||
		{ echo "weir(8) does not know $command"; exit 1; }
done
"$at/bin/weir" --version | grep -qx "weir $(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build)"
"$at/bin/weir" check "$at"/share/doc/weir/examples/*.yaml >/dev/null

# Completion, as bash asks for it.
completed() { # WORDS...: what is offered for the last one
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir; printf "%s\n" "${COMPREPLY[@]}"' \
		"$at/share/bash-completion/completions/weir" "$@"
}
[ "$(completed weir exp)" = explain ] || { echo "completion of a command"; exit 1; }
completed weir replay -- | grep -qx -- --until || { echo "completion of an option"; exit 1; }
# Every option of the help is offered.
for option in $("$at/bin/weir" --help | sed -n '/^  weir run/,/^  weir check/p' | grep -o -- '--[a-z-]*' | sort -u); do
	completed weir run -- | grep -qx -- "$option" || { echo "weir run $option is not completed"; exit 1; }
done
echo "install: all there"
