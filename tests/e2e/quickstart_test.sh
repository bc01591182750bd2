#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# apps/quickstart shows live telemetry, ends when told, says so, and leaves nothing running.
#
# usage: quickstart_test.sh      (of a source tree whose build/ is complete)
set -euo pipefail
cd "$(dirname "$0")/../.."
export TELEMETRY_NO_INSTALL=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Its programs, told by a mark in their environment.
left_over() {
    grep -lz "^QUICKSTART_TEST=$$\$" /proc/[0-9]*/environ 2>/dev/null | grep -cv "/proc/$BASHPID/" || true
}
fail() {
    cat "$folder"/* >&2
    echo "quickstart_test: $1" >&2
    exit 1
}

status=0
env QUICKSTART_TEST=$$ apps/quickstart --seconds 6 >"$folder/timed" 2>&1 || status=$?
[ "$status" -eq 0 ] || fail "exit status $status"
frames=$(sed -n 's/^\([0-9]*\) frames received\.$/\1/p' "$folder/timed")
[ "${frames:-0}" -ge 3 ] || fail "only ${frames:-no} frames in 6 s"
grep -q "Demo Station 9k6-fsk" "$folder/timed" || fail "shows no telemetry"
[ "$(left_over)" -eq 0 ] || fail "programs are left running"

# Ctrl-C is SIGINT to all of the foreground's processes.
env QUICKSTART_TEST=$$ setsid apps/quickstart >"$folder/interrupted" 2>&1 &
leader=$!
for _ in $(seq 300); do
    grep -q ' frame ' "$folder/interrupted" && break
    sleep 0.1
done
# A background job ignores SIGINT, so SIGTERM stands for it.
kill -TERM "$leader"
status=0
wait "$leader" || status=$?
[ "$status" -eq 0 ] || fail "exit status $status after a signal"
grep -q 'frames received' "$folder/interrupted" || fail "no closing line after a signal"
[ "$(left_over)" -eq 0 ] || fail "programs are left running after a signal"

# Nothing received is a failure: a station that nobody knows.
if apps/quickstart --seconds 3 --station "No such station" >"$folder/unknown" 2>&1; then
    fail "an unknown station is no error"
fi
