// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/crc.h"

#include <cassert>

namespace telemetry::fec {
namespace {

std::uint64_t reflect(std::uint64_t value, int width) {
    std::uint64_t result = 0;
    for (int i = 0; i < width; ++i)
        if (value >> i & 1)
            result |= std::uint64_t{1} << (width - 1 - i);
    return result;
}

} // namespace

Crc::Crc(const CrcSpec& spec, simd::Level level)
    : spec_(spec),
      init_(spec.reflected ? reflect(spec.init, spec.width) : spec.init << (64 - spec.width)),
      constants_(crc_constants(spec.poly << (64 - spec.width), spec.reflected)),
      function_(simd::choose(crc_variants(), level)) {
    assert(spec.width >= 1 && spec.width <= 64);
}

std::uint64_t Crc::operator()(std::span<const std::uint8_t> bytes) const noexcept {
    const std::uint64_t remainder = function_(constants_, init_, bytes.data(), bytes.size());
    return (spec_.reflected ? remainder : remainder >> (64 - spec_.width)) ^ spec_.xorout;
}

} // namespace telemetry::fec
