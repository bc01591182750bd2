#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every C++ file is as clang-format 14 would write it. `tests/lint/format.sh --fix` makes it so.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(git ls-files -co --exclude-standard '*.h' '*.cpp' '*.cc')
if [ "${1:-}" = --fix ]; then
    exec clang-format -i "${files[@]}"
fi
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 16 clang-format --dry-run --Werror
