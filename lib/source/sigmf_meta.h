// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/base/result.h"
#include "telemetry/source/encoding.h"

namespace telemetry::source {

/// A run of samples of one SigMF recording without a gap.
struct SigmfCapture {
    std::int64_t sample_start = 0; ///< in the file, whatever its core:offset
    std::int64_t index = 0;        ///< on the receiver's count, gaps included
    std::int64_t header_bytes = 0; ///< to be skipped before it
    UtcNs utc_ns = kUnknownTime;
};

/// What a .sigmf-meta file says, as far as a receiver needs it (SigMF 1.2: global and captures).
struct SigmfMeta {
    Encoding encoding;
    double rate_hz = 0;
    std::optional<double> frequency_hz; ///< centre; of the first capture
    std::vector<SigmfCapture> captures; ///< at least one, rising; the first begins at 0
    std::int64_t trailing_bytes = 0;    ///< at the file's end, no samples
    std::string data_file;              ///< of the archive's core:dataset; empty: beside it
    std::string remark;
};

/// `file` is for messages, `rate_hz` for metadata that tells none. Gaps between captures come from
/// core:global_index where it is given, else from core:datetime when the times differ from the
/// sample count by more than 1 ms.
Result<SigmfMeta> parse_sigmf_meta(const std::string& text, const std::string& file,
                                   std::optional<double> rate_hz = {});

} // namespace telemetry::source
