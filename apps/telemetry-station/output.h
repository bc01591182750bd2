// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "telemetry/base/items.h"
#include "telemetry/base/result.h"

namespace telemetry::app {

struct OutputOptions {
    std::string target =
        "-";            ///< path, "-", udp://host:port, tcp://… or ipc://… (ZeroMQ PUB, bound)
    std::string format; ///< cf32 ci16 ci8 cu8 f32 s16 wav sigmf; empty: by the target
    SampleKind kind = SampleKind::iq;
    double rate_hz = 48000;
    double frequency_hz = 0; ///< for SigMF; 0: unknown
    UtcNs start_utc_ns = kUnknownTime;
};

/// Where the samples go, full scale ±1; what exceeds it is clipped in integer formats.
class Output {
public:
    virtual ~Output() = default;
    /// False: the receiving end has gone (a closed pipe), stop.
    virtual Result<bool> write(std::span<const Iq> iq, std::span<const float> real) = 0;
    /// Completes headers. Call once at the end.
    virtual Result<void> close() = 0;
};

Result<std::unique_ptr<Output>> open_output(const OutputOptions& options);

} // namespace telemetry::app
