// SPDX-License-Identifier: GPL-3.0-or-later
#include "sample_format.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace telemetry::app {
namespace {

constexpr RawFormat kFormats[] = {
    {"cf32", "cf32_le", SampleKind::iq, 8},  {"ci16", "ci16_le", SampleKind::iq, 4},
    {"ci8", "ci8", SampleKind::iq, 2},       {"cu8", "cu8", SampleKind::iq, 2},
    {"f32", "rf32_le", SampleKind::real, 4}, {"s16", "ri16_le", SampleKind::real, 2},
};

void put(std::uint32_t value, int bytes, std::vector<std::uint8_t>& out) {
    for (int byte = 0; byte < bytes; ++byte)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
}

int scaled(float value, float full_scale) {
    return static_cast<int>(std::lround(std::clamp(value, -1.0F, 1.0F) * full_scale));
}

void encode_one(std::string_view name, float value, std::vector<std::uint8_t>& out) {
    if (name == "cf32" || name == "f32")
        put(std::bit_cast<std::uint32_t>(value), 4, out);
    else if (name == "ci16" || name == "s16")
        put(static_cast<std::uint32_t>(scaled(value, 32767)), 2, out);
    else if (name == "ci8")
        put(static_cast<std::uint32_t>(scaled(value, 127)), 1, out);
    else // cu8: 127.5 is zero, as rtl_sdr has it
        put(static_cast<std::uint32_t>(std::clamp(std::lround(value * 127.5F + 127.5F), 0L, 255L)),
            1, out);
}

} // namespace

const RawFormat* find_raw_format(std::string_view name) {
    for (const auto& format : kFormats)
        if (format.name == name)
            return &format;
    return nullptr;
}

void encode(const RawFormat& format, std::span<const Iq> iq, std::span<const float> real,
            std::vector<std::uint8_t>& bytes) {
    for (const Iq sample : iq) {
        encode_one(format.name, sample.real(), bytes);
        encode_one(format.name, sample.imag(), bytes);
    }
    for (const float sample : real)
        encode_one(format.name, sample, bytes);
}

} // namespace telemetry::app
