// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "telemetry/base/fields.h"
#include "telemetry/base/items.h"
#include "telemetry/base/stage.h"

namespace telemetry::framing {

/// Why something that began like a frame was thrown away.
enum class Discard : std::uint8_t { crc, fec, header, length, interrupted };
inline constexpr std::array<std::string_view, 5> kDiscardNames = {"crc", "fec", "header", "length",
                                                                  "interrupted"};

/// Counted since construction; never reset.
struct DeframerCounts {
    std::uint64_t syncs = 0;  ///< sync words or opening flags followed by enough for a frame
    std::uint64_t frames = 0; ///< yielded
    std::array<std::uint64_t, kDiscardNames.size()> discarded{}; ///< by Discard

    std::uint64_t& operator[](Discard why) { return discarded[static_cast<std::size_t>(why)]; }
};

/// Soft symbols → frames. Polarity is not known to the demodulators, so each deframer takes its
/// symbols in either. A frame is yielded during the call that brings its last symbol.
class Deframer : public Stage<SoftSymbols, Frame> {
public:
    const DeframerCounts& counts() const noexcept { return counts_; }

protected:
    DeframerCounts counts_;
};

/// One line of the catalog.
struct DeframerEntry {
    std::string_view name;    ///< as in `framing:` of a station file: "AX.25 G3RUH"
    std::string_view aliases; ///< "AX.25 9600|…"
    std::string_view summary; ///< one sentence
    std::span<const Field> fields;
    Result<std::unique_ptr<Deframer>> (*make)(const Settings&);
};

std::span<const DeframerEntry> deframers();

/// By name or alias, case ignored; nullptr when there is none.
const DeframerEntry* find_deframer(std::string_view name);

} // namespace telemetry::framing
