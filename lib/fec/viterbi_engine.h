// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "telemetry/fec/convolutional.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// The trellis of a convolutional code: add-compare-select and trace back, in slices of 48 bits.
/// Streams and blocks are built on it.
///
/// 48 is a multiple of 6, the period of the fast trellis, and of 8, so that slices are whole bytes.
/// Words of bits have 48 of them, the first in the lowest place. A state at the end of a slice is
/// the last K − 1 data bits, the oldest in the lowest place.
///
/// Symbols may have any level: K=7 rate 1/2 quantises them to 31 levels in relation to their
/// mean magnitude in this slice and the one before, erasures (0) left out; the general engine takes
/// them as they are.
class ViterbiEngine {
public:
    static constexpr std::size_t kSlice = 48; ///< bits

    enum class Start : std::uint8_t { at_zero, anywhere };

    virtual ~ViterbiEngine() = default;

    /// Forgets everything.
    virtual void start(Start start) noexcept = 0;

    /// Groups of two slices that are traced back from the best states: the words from slice
    /// `first` on; each trace starts where the slice `look_ahead` slices behind the group ends,
    /// which is held. `begins` takes the state in which each group begins.
    struct Groups {
        std::size_t first = 0;
        std::size_t look_ahead = 1;
        std::span<std::uint64_t> words = {};
        std::span<std::uint8_t> begins = {};
    };

    /// Takes whole slices of symbols behind those held, and meanwhile traces groups.
    virtual void advance(std::span<const std::int8_t> symbols, const Groups& groups) noexcept = 0;
    void advance(std::span<const std::int8_t> symbols) noexcept { advance(symbols, {}); }

    /// Slices held, and letting go of the first ones.
    virtual std::size_t held() const noexcept = 0;
    virtual void forget(std::size_t slices) noexcept = 0;

    /// The state of the best path where `slice` ends.
    virtual unsigned best_state(std::size_t slice) const noexcept = 0;

    /// Back from `state` behind bit `end` to the beginning of slice `first`, into words of that
    /// slice and the next ones. Returns the state there.
    virtual unsigned trace(std::size_t end, unsigned state, std::size_t first,
                           std::span<std::uint64_t> words) const noexcept = 0;

    /// Compares what the encoder sends for `words`, the slices from `first` on, with the symbols.
    /// `wrong`: a word for each output of each slice, 1 where the sign differs; `suspect`: a word
    /// for each slice, 1 where one of them does. `before`: the state in front. Adds to the counts.
    struct Counts {
        std::size_t wrong = 0;
        std::size_t symbols = 0; ///< not erased
    };
    virtual void compare(std::size_t first, std::span<const std::uint64_t> words, unsigned before,
                         std::span<std::uint64_t> wrong, std::span<std::uint64_t> suspect,
                         Counts& counts) const noexcept = 0;

    /// The words as bytes, the first bit of each the highest. Writes two bytes more.
    virtual void pack(std::span<const std::uint64_t> words, std::uint8_t* bytes) const noexcept = 0;

    /// The state behind a slice of bits.
    unsigned state_behind(std::uint64_t word) const noexcept {
        return static_cast<unsigned>(
            word >> (kSlice + 1 - static_cast<std::size_t>(code_.constraint_length())));
    }

    std::size_t outputs() const noexcept { return code_.outputs().size(); }
    const ConvolutionalCode& code() const noexcept { return code_; }

protected:
    explicit ViterbiEngine(const ConvolutionalCode& code) : code_(code) {}

private:
    ConvolutionalCode code_;
};

/// The fastest engine for the code: holds up to `capacity` slices.
std::unique_ptr<ViterbiEngine> make_viterbi_engine(const ConvolutionalCode& code,
                                                   std::size_t capacity,
                                                   simd::Level limit = simd::chosen_level());

} // namespace telemetry::fec
