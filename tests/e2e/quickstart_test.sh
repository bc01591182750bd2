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
# Packet, CPU, load, free RAM and uptime of this machine.
values='^[0-9:]{8} +[0-9]+ +([0-9.]+ %|-) +[0-9.]+ +[0-9.]+ GiB .*[0-9]+:[0-9]{2}:[0-9]{2} +[0-9.]+ dB +[-+][0-9]+ Hz$'
[ "$(grep -Ec "$values" "$folder/timed")" -ge 3 ] || fail "shows no telemetry"
[ "$(left_over)" -eq 0 ] || fail "programs are left running"

# Ctrl-C is SIGINT to all of the foreground's processes.
env QUICKSTART_TEST=$$ setsid apps/quickstart >"$folder/interrupted" 2>&1 &
leader=$!
for _ in $(seq 300); do
    grep -q ' GiB ' "$folder/interrupted" && break
    sleep 0.1
done
# A background job ignores SIGINT, so SIGTERM stands for it.
kill -TERM "$leader"
status=0
wait "$leader" || status=$?
[ "$status" -eq 0 ] || fail "exit status $status after a signal"
grep -q 'frames received' "$folder/interrupted" || fail "no closing line after a signal"
[ "$(left_over)" -eq 0 ] || fail "programs are left running after a signal"

# A terminal that closes is SIGHUP to all, and printing fails from then on.
mkdir "$folder/tmp"
TMPDIR="$folder/tmp" QUICKSTART_TEST=$$ /usr/bin/python3 - <<'PYTHON' || fail "quickstart does not end with its terminal"
import os, pty, select, time
child, terminal = pty.fork()
if child == 0:
    os.execv("apps/quickstart", ["apps/quickstart"])
text, end = b"", time.monotonic() + 60
while b" GiB " not in text and time.monotonic() < end:
    if select.select([terminal], [], [], 1)[0]:
        text += os.read(terminal, 65536)
os.close(terminal)
os.waitpid(child, 0)
raise SystemExit(b" GiB " not in text)
PYTHON
[ -z "$(ls -A "$folder/tmp")" ] || fail "leaves $(ls "$folder/tmp") behind when its terminal closes"
rmdir "$folder/tmp"
[ "$(left_over)" -eq 0 ] || fail "programs are left running when the terminal closes"

# Nothing received is a failure: a station that nobody knows.
if apps/quickstart --seconds 3 --station "No such station" >"$folder/unknown" 2>&1; then
    fail "an unknown station is no error"
fi
