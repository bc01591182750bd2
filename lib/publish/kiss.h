// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace telemetry::publish {

/// Appends a frame in KISS (M. Chepponis, P. Karn: "The KISS TNC", 1987): FEND, command byte (port,
/// 0 to 15, in the upper half; data = 0), the bytes with FEND and FESC escaped, FEND.
inline void append_kiss(std::span<const std::uint8_t> frame, int port,
                        std::vector<std::uint8_t>& out) {
    constexpr std::uint8_t fend = 0xC0;
    constexpr std::uint8_t fesc = 0xDB;
    constexpr std::uint8_t escaped_fend = 0xDC;
    constexpr std::uint8_t escaped_fesc = 0xDD;

    const auto append = [&](std::uint8_t byte) {
        if (byte == fend || byte == fesc) {
            out.push_back(fesc);
            out.push_back(byte == fend ? escaped_fend : escaped_fesc);
        } else {
            out.push_back(byte);
        }
    };
    out.reserve(out.size() + frame.size() + 8);
    out.push_back(fend);
    append(static_cast<std::uint8_t>(port << 4)); // port 12 would be FEND
    for (const std::uint8_t byte : frame)
        append(byte);
    out.push_back(fend);
}

} // namespace telemetry::publish
