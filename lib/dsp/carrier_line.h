// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <vector>

#include "telemetry/dsp/carrier_kernel.h"
#include "telemetry/dsp/sliding_buffer.h"
#include "telemetry/dsp/squared_spectrum.h"

namespace telemetry::dsp {

/// Where the carrier of a BPSK signal is, from the line that squaring makes of it.
///
/// Squared, BPSK has a line at twice its carrier whatever the data. Its spectrum is taken over
/// windows of 128 symbols, half overlapping, and the best path of the line through them is found
/// with the Viterbi algorithm: neighbouring bins are free (Doppler drift), a jump to anywhere costs
/// as much as a line that noise does not make. Decisions wait for 16 nodes to come, so a burst's
/// carrier is known from its first symbol on, with no loop that would have to settle, and noise
/// between two bursts carries nothing over. Summed along the path the line stands out of the noise
/// well below the Es/N0 at which a code still decodes.
class CarrierLine {
public:
    static constexpr int kHopSymbols = 64; ///< nodes are so far apart; a window has two hops
    static constexpr int kLookAhead = 16;  ///< nodes
    static constexpr int kGroup = 4;       ///< nodes decided at a time
    /// A line of more power than that is hardly more certain; an eighth of the rest keeps the path
    /// on its top.
    static constexpr float kMostGain = 30;
    /// Mean power of a line that counts: noise has more along the best of its paths, over eight
    /// nodes, once in a thousand nodes; BPSK at Es/N0 of 0 dB has 13 to 19.
    static constexpr float kLineToNoise = 9;

    struct Node {
        double cycles_per_sample = 0; ///< carrier frequency
        float power = 0;              ///< of the line, in units of the mean noise in a bin
        bool jump = false;            ///< the path comes from elsewhere
    };

    /// Carrier at nominal ± range, in cycles a sample; `samples_per_symbol` a multiple of 4.
    CarrierLine(int samples_per_symbol, double nominal, double range, double drift_bins);

    int hop_samples() const { return hop_; }

    /// Two hops of samples: node `nodes()` lies between them.
    void push(const float* window_i, const float* window_q) noexcept;

    std::int64_t nodes() const { return nodes_.end(); }
    std::int64_t decided() const { return decided_; } ///< nodes before this one are known
    const Node& node(std::int64_t index) const { return nodes_[index]; }

    void reset() noexcept;

private:
    void extend_paths() noexcept;
    void trace_back() noexcept;
    double interpolated_bin(const float* power, int bin) const noexcept;
    float* power_of(std::int64_t node) noexcept;

    struct Ended {
        int best = 0; ///< bin in which the best path ends
    };

    int hop_;
    double bins_per_cycle_; ///< of carrier frequency, whose bins are half as wide as the square's
    int first_bin_;         ///< of those searched, may be negative
    int bins_;
    int reach_; ///< bins that the line may move from node to node
    SquaredSpectrum spectrum_;
    int depth_;                      ///< nodes kept for tracing back
    std::vector<float> power_;       ///< depth_ rows of bins_
    std::vector<std::int8_t> steps_; ///< depth_ rows: how the best path to a bin came
    std::vector<Ended> ended_;       ///< by row
    std::vector<float> score_, gain_, padded_;
    ExtendPathsFunction extend_paths_ = simd::choose(extend_paths_variants());
    SlidingBuffer<Node> nodes_;
    std::int64_t decided_ = 0;
};

} // namespace telemetry::dsp
