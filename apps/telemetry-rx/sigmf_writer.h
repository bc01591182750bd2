// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "address.h"
#include "telemetry/base/items.h"
#include "telemetry/base/result.h"

namespace telemetry::rx {

/// Consecutive samples within a recording (SigMF 1.0, "captures").
struct Capture {
    std::int64_t sample_start = 0; ///< in the file
    std::int64_t global_index = 0; ///< the same, counting what was lost before
    UtcNs utc_ns = kUnknownTime;
    double frequency_hz = 0; ///< 0: not known
};

/// A SigMF recording under way: NAME.sigmf-data and NAME.sigmf-meta.
///
/// The metadata is written when the recording begins and again, in one step, with further captures,
/// so that a recording whose program is killed can be read up to the last sample on disk; at most
/// once a second, since a source that stumbles all the time has many.
class SigmfWriter {
public:
    /// `path` without the ending; files that exist are not touched.
    static Result<std::unique_ptr<SigmfWriter>>
    create(const std::string& path, const SampleFormat& format, const std::string& description);

    ~SigmfWriter();
    SigmfWriter(const SigmfWriter&) = delete;
    SigmfWriter& operator=(const SigmfWriter&) = delete;

    double rate_hz() const { return format_.rate_hz; }
    void set_rate(double rate_hz) { format_.rate_hz = rate_hz; } ///< before the first capture

    Result<void> begin_capture(const Capture& capture);

    /// Floats, pairs of them for IQ. On an error what could not be written whole is cut off.
    Result<void> write(std::span<const float> values);

    std::int64_t samples() const { return samples_; } ///< on disk
    std::size_t captures() const { return captures_.size(); }
    const std::string& path() const { return path_; }

private:
    SigmfWriter(std::string path, Descriptor data, const SampleFormat& format,
                std::string description)
        : path_(std::move(path)), data_(std::move(data)), format_(format),
          description_(std::move(description)) {}

    Result<void> write_meta_when_due();
    Result<void> write_meta() const;

    std::string path_;
    Descriptor data_;
    SampleFormat format_;
    std::string description_;
    std::vector<Capture> captures_;
    std::int64_t samples_ = 0;
    bool meta_due_ = false;
    std::int64_t meta_written_ns_ = 0; ///< steady clock; 0: never
};

} // namespace telemetry::rx
