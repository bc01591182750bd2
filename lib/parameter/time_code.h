// SPDX-License-Identifier: GPL-3.0-or-later
// Spacecraft time codes and their clocks.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "telemetry/base/items.h"
#include "telemetry/parameter/type.h"

namespace telemetry::parameter {

/// TAI's clock reading as nanoseconds since its own 1970-01-01T00:00:00, and back. Before 1972 the
/// two agree here: UTC had no whole leap seconds yet, and the epoch of 1958 is common to both.
/// kUnknownTime beyond a UtcNs. A leap second itself has the POSIX time of the second after it.
std::int64_t utc_to_tai(UtcNs utc) noexcept;
UtcNs tai_to_utc(std::int64_t tai_ns) noexcept;

/// A span of time: `seconds` + `ns`, 0 ≤ ns < 10^9.
struct Elapsed {
    std::int64_t seconds = 0;
    std::int64_t ns = 0;
};

/// The instant so long after an epoch; kUnknownTime when no UtcNs can hold it.
UtcNs instant_after(const Epoch& epoch, Elapsed elapsed) noexcept;
/// As int64 ns; kUnknownTime when that cannot hold it.
std::int64_t to_ns(Elapsed elapsed) noexcept;

/// number · scale + offset, in units of `unit_s`; exact while scale · unit_s is a whole number of
/// nanoseconds.
std::optional<Elapsed> linear_time(const TimeFormat& format, std::int64_t number) noexcept;
std::optional<Elapsed> linear_time(const TimeFormat& format, double number) noexcept;

/// A time code in octets. `agency_epoch` is false when the preamble says that the CCSDS epoch
/// holds.
struct DecodedTime {
    Elapsed elapsed = {};
    std::size_t octets = 0; ///< taken, with the preamble
    bool agency_epoch = true;
};
/// CUC (CCSDS 301.0-B-4, 3.2), CDS (3.3) or timeval; nothing when the octets are too few or the
/// preamble is another code's.
std::optional<DecodedTime> decode_time(const TimeFormat& format,
                                       std::span<const std::uint8_t> octets) noexcept;

/// Octets that `format` takes without a preamble.
std::size_t octets_of(const TimeFormat& format) noexcept;

} // namespace telemetry::parameter
