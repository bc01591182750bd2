// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::modem {

/// Reads a signal at a slightly other rate: output sample m is the input at position m·step, by a
/// sinc of 32 samples under a Kaiser window, which is flat within 0.01 dB up to 0.42 of the sample
/// rate. Meant for clock errors (step near 1), where there is nothing to alias.
class Resampler {
public:
    explicit Resampler(double step);
    void process(std::span<const Iq> in, std::vector<Iq>& out);
    void finish(std::vector<Iq>& out); ///< up to the last input sample; then as new

private:
    void produce(std::int64_t last, std::vector<Iq>& out);

    double step_;
    std::vector<float> table_;
    std::vector<Iq> recent_;
    std::int64_t first_recent_;
    std::int64_t outputs_ = 0;
};

} // namespace telemetry::modem
