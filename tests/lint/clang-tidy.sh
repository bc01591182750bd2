#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy over the core's and the programs' sources with the compile commands of $1.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files -co --exclude-standard 'lib/*.cpp' 'apps/*.cpp' |
    while read -r file; do
        grep -qF "$PWD/$file\"" "$1/compile_commands.json" && printf '%s\0' "$file"
    done | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p "$1" --quiet 2>&1 | { grep -v "warnings generated\|^Suppressed\|^Use -header" || true; }
