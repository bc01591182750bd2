// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/crc.h"

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

// Unreflected registers are kept at the top of 64 bits, so one loop serves every width.
Crc::Crc(const CrcSpec& spec) : spec_(spec) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        std::uint64_t value;
        if (spec.reflected) {
            const std::uint64_t poly = reflect(spec.poly, spec.width);
            value = byte;
            for (int bit = 0; bit < 8; ++bit)
                value = value >> 1 ^ (value & 1 ? poly : 0);
        } else {
            const std::uint64_t poly = spec.poly << (64 - spec.width);
            value = std::uint64_t{byte} << 56;
            for (int bit = 0; bit < 8; ++bit)
                value = value << 1 ^ (value >> 63 ? poly : 0);
        }
        table_[byte] = value;
    }
}

std::uint64_t Crc::operator()(std::span<const std::uint8_t> bytes) const noexcept {
    if (spec_.reflected) {
        std::uint64_t value = reflect(spec_.init, spec_.width);
        for (const std::uint8_t byte : bytes)
            value = value >> 8 ^ table_[(value ^ byte) & 0xff];
        return value ^ spec_.xorout;
    }
    std::uint64_t value = spec_.init << (64 - spec_.width);
    for (const std::uint8_t byte : bytes)
        value = value << 8 ^ table_[value >> 56 ^ byte];
    return (value >> (64 - spec_.width)) ^ spec_.xorout;
}

} // namespace telemetry::fec
