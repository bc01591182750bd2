// SPDX-License-Identifier: GPL-3.0-or-later
// A chain so simple that a test can say by hand what must come out: every sample is a symbol of
// value round(100·x); 100 opens a frame, values up to 63 are its bytes, 101 closes it, 102 discards
// it for its CRC.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "telemetry/station/receiver.h"

namespace telemetry::station::test {

/// "name" and further settings of a fake downlink.
struct FakeDownlink {
    std::string name = "one";
    int hold = 0;          ///< symbols come out when this many further ones have come in
    bool confirmed = true; ///< what its frames say
    int corrected = 0;
};

Station fake_station(const std::vector<FakeDownlink>& downlinks);

/// Demodulators made so far by fake stations.
int demodulators_made();

/// `count` zeros.
std::vector<float> silence(std::size_t count);

/// Opening, bytes, closing.
std::vector<float> frame_samples(const std::vector<int>& bytes);

/// Writes down all that a receiver says, one line each.
struct Recorder final : Observer {
    void on_frame(const Frame& frame, int downlink) noexcept override;
    void on_event(const Event& event) noexcept override;

    std::vector<std::string> lines;
    std::vector<std::string> frames; ///< those of `lines` that are frames
};

/// The lines that a receiver says to these samples, fed in chunks.
std::vector<std::string> receive(const Station& station, const std::vector<float>& samples,
                                 std::size_t chunk, int threads = 1);

} // namespace telemetry::station::test
