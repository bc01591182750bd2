// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace telemetry::fec {

/// Bits of one HDLC frame as sent before NRZI and scrambling (ISO/IEC 13239, AX.25 v2.2 section 3):
/// `bytes` least significant bit first, the FCS (CRC-16/X-25, low byte first) behind, a zero after
/// every five ones. Without flags.
void hdlc_encode(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& bits);

/// `count` flags 01111110: before, between and after frames.
void hdlc_flags(std::size_t count, std::vector<std::uint8_t>& bits);

} // namespace telemetry::fec
