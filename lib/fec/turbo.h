// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/turbo_kernel.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

enum class TurboRate : std::uint8_t { half, third, quarter, sixth };

/// A turbo code of CCSDS 131.0-B-5, section 6: two recursive 16-state encoders, the second one fed
/// with the bits permuted, both driven back to state 0 by four bits of their own.
struct TurboCode {
    TurboRate rate = TurboRate::half;
    std::size_t information_bits = 1784; ///< one of kTurboInformationBits

    std::size_t symbols_per_bit() const noexcept;
    std::size_t symbols() const noexcept { return (information_bits + 4) * symbols_per_bit(); }
    std::size_t bytes() const noexcept { return information_bits / 8; }
};

/// The standard's. (Its first issue named 16384 too, but no issue gave a permutation for it.)
inline constexpr std::array<std::size_t, 4> kTurboInformationBits{1784, 3568, 7136, 8920};

/// `rate` as in a station file: "1/2", "1/3", "1/4", "1/6". Nothing when there is no such code.
std::optional<TurboCode> find_turbo_code(std::string_view rate, std::size_t information_bits);

/// For each bit of the second encoder's input the number of the information bit, from 0
/// (section 6.3, where they count from 1).
std::vector<std::uint16_t> turbo_permutation(std::size_t information_bits);

class TurboEncoder {
public:
    explicit TurboEncoder(const TurboCode& code);

    /// Appends the code word of code().bytes() bytes: symbols of value 0 or 1.
    void encode(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& symbols);

    const TurboCode& code() const noexcept { return code_; }

private:
    TurboCode code_;
    std::vector<std::uint16_t> permutation_;
    std::vector<std::uint8_t> permuted_;               ///< the second encoder's input, packed
    std::array<std::vector<std::uint8_t>, 6> outputs_; ///< of the encoders, a bit in each byte
};

enum class TurboStop : std::uint8_t {
    when_settled,        ///< as soon as an iteration changes no decision, and all are sure
    after_all_iterations ///< for measuring
};

struct TurboOptions {
    int iterations = 10; ///< at most; each runs both component decoders
    TurboStop stop = TurboStop::when_settled;
    simd::Level level = simd::chosen_level(); ///< the highest level of kernel to use
};

struct TurboOutcome {
    int iterations = 0;
    bool settled = false; ///< the last iteration changed no decision, and all are sure
    int corrected = 0;    ///< symbols whose sign is not that of the decoded code word
    /// Settled, with no more wrong signs than a code word has that can be decoded.
    bool plausible = false;
};

/// Decoder of a turbo code: log-MAP component decoders on 16-bit integers.
///
/// A block is cut into 32 windows that run side by side, one in each 16-bit lane of a register; so
/// the 16 state metrics are 16 registers and nothing is ever shuffled. A window starts twelve steps
/// early from the metrics that its neighbour had there an iteration ago: as good as one long window
/// (with no such steps half an iteration is lost).
///
/// log(e^a + e^b) is taken as max(a, b, (a+b)/2 + log 2), its tangent where a = b: in a butterfly
/// of the trellis both new metrics share the third term, for their branches count alike and
/// opposite. All that costs 0.02 dB against exact arithmetic, where max(a, b) alone costs 0.2 dB.
///
/// The sum, unlike the maximum, needs to know how reliable symbols are. The level is taken from the
/// block itself and the noise from where the code begins to work: a signal that is better decodes
/// anyway.
class TurboDecoder {
public:
    explicit TurboDecoder(const TurboCode& code, const TurboOptions& options = {});

    /// Decodes code().symbols() soft symbols (positive = bit 1, any level, 0 = erased) into
    /// code().bytes() bytes. What did not settle is the best guess of the last iteration.
    TurboOutcome decode(std::span<const std::int8_t> symbols,
                        std::span<std::uint8_t> bytes) noexcept;

    const TurboCode& code() const noexcept { return code_; }

private:
    struct Component {
        std::vector<TurboLanes> channel;    ///< systematic symbols in this component's order
        std::vector<TurboLanes> systematic; ///< with what the other component told
        std::vector<TurboLanes> known;      ///< `channel` with what this component tells
        std::vector<std::uint16_t> places;  ///< for each of `known`, its index in the other's order
        std::size_t first_parity = 0;       ///< row of received_
        TurboMetrics end{};                 ///< behind the last step
        std::array<TurboEdges, 2> edges;    ///< of this iteration and the last one, in turns
        TurboPass pass = nullptr;
    };

    std::size_t slot(std::size_t step) const noexcept;
    void receive(std::span<const std::int8_t> symbols) noexcept;
    void run(std::size_t which, int iteration) noexcept;
    bool done(const TurboOutcome& outcome) const noexcept;
    void give(std::span<std::uint8_t> bytes) noexcept;

    TurboCode code_;
    TurboOptions options_;
    TurboEncoder encoder_;
    std::size_t steps_;                 ///< of a window
    std::vector<std::uint16_t> places_; ///< for each symbol, its index in received_
    std::vector<TurboLanes> received_;  ///< systematic symbols, both components' parities, the tail
    std::array<Component, 2> components_;
    std::vector<TurboLanes> counts_; ///< -1 where there is a bit of the block
    std::vector<TurboLanes> decided_;
    std::vector<TurboLanes> store_;
    TurboDecide decide_;
    SignPacker pack_;
    std::vector<std::int8_t> bits_;     ///< the decisions, one in each byte
    std::vector<std::uint8_t> symbols_; ///< of the decoded code word
};

} // namespace telemetry::fec
