// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>

#include "telemetry/fec/crc_kernel.h"

namespace telemetry::fec {

/// A CRC in the Rocksoft model (Williams, "A painless guide to CRC error detection algorithms").
struct CrcSpec {
    int width;          ///< 1 to 64 bits
    std::uint64_t poly; ///< without the leading term
    std::uint64_t init;
    bool reflected; ///< both input and output
    std::uint64_t xorout;
};

inline constexpr CrcSpec kCrc16X25{16, 0x1021, 0xffff, true, 0xffff}; ///< HDLC, AX.25 FCS
inline constexpr CrcSpec kCrc16False{16, 0x1021, 0xffff, false, 0};   ///< CCSDS 132.0-B FECF
inline constexpr CrcSpec kCrc16Cc11xx{16, 0x8005, 0xffff, false, 0};  ///< TI CC11xx
inline constexpr CrcSpec kCrc16Arc{16, 0x8005, 0, true, 0};
inline constexpr CrcSpec kCrc32{32, 0x04c11db7, 0xffffffff, true, 0xffffffff};  ///< IEEE 802.3
inline constexpr CrcSpec kCrc32C{32, 0x1edc6f41, 0xffffffff, true, 0xffffffff}; ///< Castagnoli, CSP

/// One CRC, ready to be computed. Every width is computed as one of 64 bits, the polynomial times a
/// power of x, so that one kernel serves all: it folds the message by carry-less multiplication
/// where the machine has it (Gopal et al., "Fast CRC computation for generic polynomials using
/// PCLMULQDQ", Intel 2009). All constants come from the polynomial at construction.
class Crc {
public:
    explicit Crc(const CrcSpec& spec, simd::Level level = simd::chosen_level());
    std::uint64_t operator()(std::span<const std::uint8_t> bytes) const noexcept;

private:
    CrcSpec spec_;
    std::uint64_t init_; ///< as the kernel keeps it
    CrcConstants constants_;
    CrcFunction function_;
};

} // namespace telemetry::fec
