// SPDX-License-Identifier: GPL-3.0-or-later
// Samples from outside, before GNU Radio: a file, a pipe, a UDP or ZeroMQ stream.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "configuration.h"
#include "telemetry/base/items.h"
#include "telemetry/base/result.h"

namespace telemetry::rx {

struct Arrival {
    enum class State : std::uint8_t { samples, nothing_yet, ended };
    State state = State::nothing_yet;
    std::size_t samples = 0;
    std::int64_t lost_before = 0; ///< samples missing before these
    UtcNs utc_ns = kUnknownTime;  ///< of the first, where the feed says it anew
    std::string remark = {};      ///< for people: something odd that did not stop it
};

class Feed {
public:
    virtual ~Feed() = default;

    virtual SampleFormat format() const = 0;
    virtual std::optional<double> frequency_hz() const = 0;

    /// At most `most` samples to `out` (floats, or pairs of them when format() is iq). Waits no
    /// longer than `patience_ns` when there are none. An error: the feed is of no further use.
    virtual Result<Arrival> read(float* out, std::size_t most, std::int64_t patience_ns) = 0;
};

/// Opens what `type: file`, `zmq` or `udp` and its settings say.
Result<std::unique_ptr<Feed>> open_file_feed(const Settings& settings);
Result<std::unique_ptr<Feed>> open_zmq_feed(const Settings& settings);
Result<std::unique_ptr<Feed>> open_udp_feed(const Settings& settings);

} // namespace telemetry::rx
