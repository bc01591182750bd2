#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed can be used by a stranger: Python finds the module, GRC the blocks, and a small
# C++ program builds against it through CMake and pkg-config. $1: build directory, $2: Python.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$1" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
unset PYTHONPATH GRC_BLOCKS_PATH TELEMETRY_STATIONS
cd "$work"

site=$(echo "$prefix"/lib/python3.*/dist-packages)
PYTHONPATH=$site "$2" - "$prefix" <<'P'
import sys
from gnuradio import telemetry
assert telemetry.__file__.startswith(sys.argv[1]), telemetry.__file__
assert telemetry.demodulators() and telemetry.deframers()
assert telemetry.stations([sys.argv[1] + "/share/telemetry/stations"])
P

example=$prefix/share/gr-telemetry/examples/recording_receiver.grc
PYTHONPATH=$site GRC_BLOCKS_PATH=$prefix/share/gnuradio/grc/blocks "$2" "$(command -v grcc)" \
    -o "$work" "$example" >"$work/log" 2>&1 && [ -e recording_receiver.py ] ||
    { cat "$work/log"; exit 1; }

mkdir user
cat >user/user.cpp <<'C'
#include <cstdio>
#include <gnuradio/telemetry/publisher.h>
#include <gnuradio/telemetry/station_receiver.h>
#include <stdexcept>
int main() {
    gr::telemetry::publisher::make("tcp://127.0.0.1:*");
    try {
        gr::telemetry::station_receiver::make("no such station", 48000);
    } catch (const std::invalid_argument& problem) {
        return 0;
    }
    return 1;
}
C
cat >user/CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.25)
project(user CXX)
find_package(gnuradio-telemetry 0.1 REQUIRED)
add_executable(user user.cpp)
target_link_libraries(user PRIVATE gnuradio::gnuradio-telemetry)
C
cmake -S user -B user/build -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 &&
    cmake --build user/build >>log 2>&1 || { cat log; exit 1; }
user/build/user

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
# shellcheck disable=SC2046
g++ -std=c++20 user/user.cpp -o user/user $(pkg-config --cflags --libs gnuradio-telemetry)
LD_LIBRARY_PATH=$prefix/lib user/user
