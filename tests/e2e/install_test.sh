#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed can be used by a stranger: a small program builds against it through CMake and
# through pkg-config, and runs. $1: build directory.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }
[ -e "$work/prefix/lib/libtelemetry-base.so" ] || { echo "no versioned libraries"; exit 1; }

mkdir "$work/user"
cat >"$work/user/user.cpp" <<'C'
#include <cstdio>
#include <telemetry/base/text.h>
#include <telemetry/framing/deframer.h>
#include <telemetry/station/station.h>
int main() {
    for (const auto& entry : telemetry::framing::deframers())
        std::printf("%.*s\n", static_cast<int>(entry.name.size()), entry.name.data());
    return telemetry::station::parse_station("name: [", "x.yml") ? 1 : 0;
}
C
cat >"$work/user/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.25)
project(user CXX)
find_package(telemetry 0.1 REQUIRED)
add_executable(user user.cpp)
target_link_libraries(user PRIVATE telemetry::station)
C
cmake -S "$work/user" -B "$work/user/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" &&
    cmake --build "$work/user/build" >>"$work/log" || { cat "$work/log"; exit 1; }
"$work/user/build/user"

export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
# shellcheck disable=SC2046
g++ -std=c++20 "$work/user/user.cpp" -o "$work/user/user" $(pkg-config --cflags --libs telemetry)
LD_LIBRARY_PATH=$work/prefix/lib "$work/user/user" >/dev/null
