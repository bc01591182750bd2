// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/soft_reed_solomon.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace telemetry::framing {

fec::FecOutcome decode_soft(const fec::ReedSolomon& code, std::span<std::uint8_t> word,
                            std::span<const std::uint8_t> trust) noexcept {
    fec::FecOutcome outcome = code.decode(word);
    if (outcome.valid || word.size() > fec::ReedSolomon::kMaxLength || trust.size() != word.size())
        return outcome;
    std::array<std::uint8_t, fec::ReedSolomon::kMaxLength> order;
    const auto places = std::span(order).first(word.size());
    std::iota(places.begin(), places.end(), std::uint8_t{0});
    constexpr std::size_t kMost = 12;
    constexpr std::size_t kParityLeft = 20;
    std::partial_sort(places.begin(),
                      places.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, places.size())),
                      places.end(), [&](std::uint8_t a, std::uint8_t b) {
                          return trust[a] != trust[b] ? trust[a] < trust[b] : a < b;
                      });
    const auto parity = static_cast<std::size_t>(code.parity());
    const std::size_t most = std::min(kMost, parity - std::min(parity, kParityLeft));
    for (std::size_t erased = 4; erased <= most && erased < word.size(); erased += 4) {
        outcome = code.decode(word, places.first(erased));
        if (outcome.valid)
            return outcome;
    }
    return {};
}

fec::FecOutcome decode_soft(const fec::InterleavedReedSolomon& code, std::span<std::uint8_t> block,
                            std::span<const std::uint8_t> trust) noexcept {
    const auto depth = static_cast<std::size_t>(code.depth());
    const std::size_t length = block.size() / depth;
    if (block.size() % depth != 0 || length > fec::ReedSolomon::kMaxLength)
        return {};
    std::array<fec::FecOutcome, fec::InterleavedReedSolomon::kMaxDepth> outcomes;
    const auto words = std::span(outcomes).first(depth);
    fec::FecOutcome all = code.decode(block, words);
    if (all.valid)
        return all;
    // What could not be mended is tried again with erasures.
    std::array<std::uint8_t, fec::ReedSolomon::kMaxLength> word;
    std::array<std::uint8_t, fec::ReedSolomon::kMaxLength> word_trust;
    all = {true, 0};
    for (std::size_t k = 0; k < depth; ++k) {
        if (!words[k].valid) {
            for (std::size_t i = 0; i < length; ++i) {
                word[i] = block[i * depth + k];
                word_trust[i] = trust[i * depth + k];
            }
            words[k] = decode_soft(code.code(), std::span(word).first(length),
                                   std::span(word_trust).first(length));
            if (!words[k].valid)
                return {};
            for (std::size_t i = 0; i < length; ++i)
                block[i * depth + k] = word[i];
        }
        all.corrected += words[k].corrected;
    }
    return all;
}

void trust_of_bytes(std::span<const std::int8_t> symbols, std::span<std::uint8_t> trust) noexcept {
    for (std::size_t i = 0; i < trust.size(); ++i) {
        int least = 127;
        for (std::size_t bit = 0; bit < 8; ++bit)
            least = std::min(least, std::abs(static_cast<int>(symbols[8 * i + bit])));
        trust[i] = static_cast<std::uint8_t>(least);
    }
}

} // namespace telemetry::framing
