#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cppcheck over lib/ and apps/ with the compile commands of the build directory $1.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "$1")
mkdir -p "$build/cppcheck"
exec cppcheck --project="$build/compile_commands.json" --cppcheck-build-dir="$build/cppcheck" -j "$(nproc)" \
    --quiet --error-exitcode=1 --inline-suppr --suppressions-list="$root/tests/lint/cppcheck.txt" \
    --enable=warning,performance,portability --file-filter="$root/lib/*" \
    --file-filter="$root/apps/*" --file-filter="$root/gr-telemetry/*"
