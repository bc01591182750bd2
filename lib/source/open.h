// SPDX-License-Identifier: GPL-3.0-or-later
// The three kinds of source behind open_source().
#pragma once
#include <memory>
#include <string>

#include "telemetry/source/encoding.h"
#include "telemetry/source/source.h"

namespace telemetry::source {

/// What libsndfile reads: WAV with all its kin, and FLAC, Ogg, AU, AIFF besides.
Result<std::unique_ptr<Source>> open_audio(const std::string& path, const SourceOptions& options);

Result<std::unique_ptr<Source>> open_raw(const std::string& path, const Encoding& encoding,
                                         const SourceOptions& options);

/// `path` is the .sigmf-meta or the .sigmf-data file, or their common stem.
Result<std::unique_ptr<Source>> open_sigmf(const std::string& path, const SourceOptions& options);

/// Rates below this are not samples of any downlink, and above are not held by a file.
inline constexpr double kLeastRateHz = 100;
inline constexpr double kMostRateHz = 2e10;

/// An error unless kLeastRateHz <= rate <= kMostRateHz.
Result<double> check_rate(double rate_hz, const std::string& file, const std::string& key);

} // namespace telemetry::source
