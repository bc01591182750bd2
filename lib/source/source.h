// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from files and standard input: WAV, raw, SigMF. (Streams and SDR hardware come through
// GNU Radio in telemetry-rx.)
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "telemetry/base/items.h"
#include "telemetry/base/result.h"

namespace telemetry::source {

struct SourceOptions {
    std::string format = "";       ///< wav, sigmf, cf32, ci16, ci8, cu8, f32, s16; empty: by name
    std::optional<double> rate_hz; ///< needed by raw formats; against a header's: an error
    bool iq = false;               ///< two channels are I and Q (WAV, f32, s16)
    std::optional<UtcNs> start_utc_ns; ///< of sample 0; overrides the file's own
};

/// A stream of samples with what is known about it.
class Source {
public:
    virtual ~Source() = default;

    virtual SampleFormat format() const = 0;
    virtual UtcNs start_utc_ns() const = 0;                 ///< of sample 0, or kUnknownTime
    virtual std::optional<double> frequency_hz() const = 0; ///< centre, where the file says it
    virtual std::optional<std::int64_t> length() const = 0; ///< samples, where known

    /// The next samples, at most `most` (a view until the next call); an empty view: the end.
    /// A gap between captures shows as a jump of first_index.
    virtual Result<Samples> read(std::size_t most) = 0;

    /// UTC of a sample where the file says it anew (a SigMF capture), for Receiver::anchor_time;
    /// nothing when the last read() did not begin a capture.
    virtual std::optional<std::pair<std::int64_t, UtcNs>> time_anchor() const = 0;

    /// What is odd but not fatal (a header that promises more than the file holds), for people.
    virtual std::string remark() const = 0;
};

/// "-" is standard input. Errors name the file and what to do.
Result<std::unique_ptr<Source>> open_source(const std::string& path, const SourceOptions& options);

} // namespace telemetry::source
