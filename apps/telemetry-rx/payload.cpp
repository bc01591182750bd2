// SPDX-License-Identifier: GPL-3.0-or-later
#include "payload.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace telemetry::rx {

static_assert(std::endian::native == std::endian::little, "samples are copied as they are");

Payload::Payload(std::string_view format)
    : complex_(format.starts_with('c')), wide_(format.ends_with("32")) {}

std::size_t Payload::append(std::span<const std::byte> bytes) {
    if (taken_ == values_.size()) {
        values_.clear();
        taken_ = 0;
    }
    const std::size_t count = bytes.size() / sample_bytes() * components();
    const std::size_t before = values_.size();
    values_.resize(before + count);
    float* out = values_.data() + before;
    if (wide_) {
        std::memcpy(out, bytes.data(), count * sizeof(float));
    } else {
        for (std::size_t i = 0; i < count; ++i) {
            std::int16_t value = 0;
            std::memcpy(&value, bytes.data() + 2 * i, sizeof value);
            out[i] = static_cast<float>(value) / 32768.0F;
        }
    }
    return bytes.size() % sample_bytes();
}

std::size_t Payload::take(float* out, std::size_t most) {
    const std::size_t samples = std::min(most, held());
    const std::size_t count = samples * components();
    std::copy_n(values_.data() + taken_, count, out);
    taken_ += count;
    return samples;
}

} // namespace telemetry::rx
