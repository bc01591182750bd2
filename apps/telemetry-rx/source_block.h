// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gnuradio/basic_block.h>

#include "configuration.h"
#include "telemetry/base/items.h"
#include "telemetry/station/station.h"

namespace telemetry::rx {

/// The head of the flow graph, whatever kind it is.
struct SourceBlock {
    gr::basic_block_sptr block; ///< one stream out; event messages on port `events`
    SampleFormat format;
    double frequency_hz = 0;                       ///< at the centre of the samples; 0: not known
    bool live = true;                              ///< its samples do not wait
    std::function<void()> finish;                  ///< ends the stream; any thread
    std::function<std::optional<Error>()> failure; ///< why it ended early; after the end
    std::string description;                       ///< "file a.wav, 48000 Hz, real"
};

/// Opens what the configuration says. `stations` tell what to tune to and hints for hardware.
Result<SourceBlock> make_source_block(const Configuration& configuration,
                                      const std::vector<station::Station>& stations);

} // namespace telemetry::rx
