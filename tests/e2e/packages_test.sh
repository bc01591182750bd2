#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cpack makes Debian packages that hold what they should, and whose programs run. $1: build directory.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$1" && cpack -G DEB -B "$work/packages") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

for package in "$work"/packages/*.deb; do
    dpkg-deb --extract "$package" "$work/root"
    dpkg-deb --show --showformat '${Package} ${Version}: ${Depends}\n' "$package"
done
# What no component claims would land in a package of its own.
if compgen -G "$work/packages/*nspecified*" >/dev/null; then echo "files without a package"; exit 1; fi
cd "$work/root/usr"
for path in lib/libtelemetry-base.so.*.* lib/pkgconfig/telemetry.pc lib/cmake/telemetry/telemetryConfig.cmake \
    include/telemetry/base/stage.h bin/telemetry-decode bin/telemetry-check bin/telemetry-sub \
    bin/telemetry-station share/man/man1/telemetry-decode.1* share/telemetry/stations/demo-station.yml \
    share/bash-completion/completions/telemetry-decode; do
    [ -e "$path" ] || { echo "missing: $path"; exit 1; }
done
export LD_LIBRARY_PATH=$PWD/lib TELEMETRY_STATIONS=$PWD/share/telemetry/stations
bin/telemetry-decode --version
bin/telemetry-station 'Demo Station' "$work/demo.wav" --as fm --frames 3 --seed 1 --quiet
frames=$(bin/telemetry-decode 'Demo Station' "$work/demo.wav" | wc -l)
[ "$frames" -eq 3 ] || { echo "$frames frames instead of 3"; exit 1; }
