// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "telemetry/fec/ldpc_code.h"
#include "telemetry/fec/ldpc_kernel.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// When a decoder is done with a word.
enum class LdpcStop : std::uint8_t {
    on_syndrome, ///< as soon as all parity checks hold
    never,       ///< after max_iterations always: constant time, for measuring speed
};

struct LdpcOptions {
    int max_iterations = 100; ///< 0 to 10000; 0 only slices the symbols
    LdpcStop stop = LdpcStop::on_syndrome;
    simd::Level level = simd::chosen_level(); ///< the highest level of kernel to use
};

struct LdpcOutcome {
    bool valid = false;  ///< all parity checks hold
    int corrected = 0;   ///< symbols sent whose sign was wrong; 0 when not valid
    int iterations = 0;  ///< done until the state that was returned
    int unsatisfied = 0; ///< parity checks that fail in that state
};

/// Normalised min-sum with a layered schedule, in int8.
///
/// A layer is a row of blocks. All its checks work side by side, one a lane: the code is
/// quasi-cyclic, so the variables of one block lie side by side too, only rotated, and a single
/// word fills the lanes. Layers pass on what they learnt at once, which halves the iterations of a
/// flooding schedule.
///
/// A check answers each of its variables with three quarters (seven eighths if it has but three
/// variables), rounded down, of the least other magnitude, of which it sees no more than 63:
/// without that limit, totals near the end of int8 would lose to the sum of their messages after
/// the decoder has converged. Sums saturate.
///
/// Symbols are scaled to a mean magnitude of kMeanMagnitude, so the amplitude of the input is of no
/// matter, as long as the demodulator neither clips it nor lets its quantisation show: amplitudes
/// of 6 to 60 lose equally few words, 3 and 100 cost some 0.04 dB (AR4JA 1/2, k = 1024). They are
/// clipped where the largest answer of a single check can still outvote one, for AR4JA has
/// variables with but one check.
///
/// When the checks do not all hold after the last iteration, the state with the fewest failing
/// ones is returned. Nothing is allocated in decode(). Every variant gives the same bits.
class LdpcDecoder {
public:
    static constexpr int kMeanMagnitude = 16;
    static constexpr int kSymbolLimit = 50;

    explicit LdpcDecoder(const LdpcCode& code, const LdpcOptions& options = {});

    const LdpcCode& code() const noexcept { return code_; }

    /// code().n symbols (positive = 1, any amplitude, 0 = unknown) into code().k / 8 bytes, first
    /// bit in the most significant place. Symbols that are all zero make no valid word.
    LdpcOutcome decode(std::span<const std::int8_t> symbols, std::span<std::uint8_t> data) noexcept;

private:
    struct alignas(64) Line {
        std::array<std::int8_t, 64> bytes;
    };
    using Lines = std::vector<Line>;

    static std::int8_t* raw(Lines& lines) noexcept { return lines.front().bytes.data(); }
    void keep(int state, Lines& where) noexcept;
    void write(std::span<std::uint8_t> data) noexcept;

    LdpcCode code_;
    LdpcOptions options_;
    const LdpcKernel* kernel_;
    LdpcPlan plan_;
    Lines totals_;    ///< of each variable, laid out as the plan says
    Lines messages_;  ///< last answer of each check to each of its variables
    Lines variables_; ///< in the code's order: first the scaled symbols, then the decisions' signs
    std::vector<std::uint64_t> packed_;
};

} // namespace telemetry::fec
