#!/usr/bin/env bash
# cppcheck over lib/ and apps/ with the compile commands of the build directory $1.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1/cppcheck"
exec cppcheck --project="$1/compile_commands.json" --cppcheck-build-dir="$1/cppcheck" -j "$(nproc)" \
    --quiet --error-exitcode=1 --inline-suppr --suppressions-list="$root/tests/lint/cppcheck.txt" \
    --enable=warning,performance,portability --file-filter="$root/lib/*" \
    --file-filter="$root/apps/*" --file-filter="$root/gr-telemetry/*"
