// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telemetry/base/result.h"

namespace telemetry::app {

struct ContentOptions {
    std::string kind = "host"; ///< host, random, or the path of a file of frames in hex, one a line
    std::uint64_t seed = 1;
    std::size_t size = 48;   ///< bytes of a random frame
    std::size_t least = 1;   ///< what the framing takes: shorter frames are padded with zeros,
    std::size_t most = 2000; ///< longer ones are an error
    bool ax25 = false;       ///< put the header of an AX.25 UI frame in front
    std::string from = "N0CALL";
    std::string to = "TLM";
};

/// What the frames carry, one after the other.
class Content {
public:
    virtual ~Content() = default;
    /// The next frame; nothing when there are no more.
    virtual std::optional<std::vector<std::uint8_t>> next() = 0;
};

Result<std::unique_ptr<Content>> make_content(const ContentOptions& options);

} // namespace telemetry::app
