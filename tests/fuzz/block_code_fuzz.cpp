// SPDX-License-Identifier: GPL-3.0-or-later
// Block codes and CRCs: every kernel does what the generic one does, whatever comes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "telemetry/fec/bch.h"
#include "telemetry/fec/crc.h"
#include "telemetry/fec/golay.h"
#include "telemetry/fec/reed_solomon.h"

namespace {

using namespace telemetry;
using namespace telemetry::fec;

void check(bool good) {
    if (!good)
        std::abort();
}

constexpr ReedSolomonCode kCodes[] = {kRs223Dual,
                                      kRs239Conventional,
                                      {0x11d, 1, 1, 24},
                                      {0x187, 112, 11, 4, RsBasis::dual},
                                      {0x187, 112, 11, 64}};
constexpr int kDepths[] = {1, 2, 3, 4, 5, 8, 9};

struct Interleaved {
    std::vector<InterleavedReedSolomon> variants; ///< generic first
};

const Interleaved& interleaved(std::size_t code, std::size_t depth) {
    static const auto all = [] {
        std::vector<Interleaved> codes;
        for (const auto& spec : kCodes)
            for (const int words : kDepths) {
                Interleaved& one = codes.emplace_back();
                for (const auto& variant : rs_variants())
                    if (simd::supported(variant.level))
                        one.variants.emplace_back(spec, words, variant.level);
            }
        return codes;
    }();
    return all[code * std::size(kDepths) + depth];
}

/// The input is a block of words, or errors added to a block of code words.
void reed_solomon(std::size_t selector, std::span<const std::uint8_t> bytes) {
    const auto& codes =
        interleaved(selector / 2 % std::size(kCodes), selector / 16 % std::size(kDepths));
    const auto& generic = codes.variants.front();
    const auto depth = static_cast<std::size_t>(generic.depth());
    const std::size_t length = std::min<std::size_t>(bytes.size() / depth, 255);
    std::vector<std::uint8_t> block(length * depth);
    const auto parity = static_cast<std::size_t>(generic.parity());
    if (selector % 2 != 0 && block.size() > parity)
        generic.encode(std::span(block).first(block.size() - parity),
                       std::span(block).last(parity));
    for (std::size_t i = 0; i < block.size(); ++i)
        block[i] ^= bytes[i];
    auto expected = block;
    const FecOutcome good = generic.decode(expected);
    for (const auto& code : codes.variants) {
        auto mended = block;
        const FecOutcome outcome = code.decode(mended);
        check(outcome.valid == good.valid && outcome.corrected == good.corrected);
        check(mended == expected);
        if (outcome.valid) { // a code word: its own parity, and clean
            std::vector<std::uint8_t> again(parity);
            code.encode(std::span(mended).first(mended.size() - parity), again);
            check(std::equal(again.begin(), again.end(), mended.end() - static_cast<long>(parity)));
        }
    }
    // A single word with erasures: the first few bytes.
    if (length <= 255 && depth == 1 && length > 0) {
        std::vector<std::uint8_t> erasures;
        for (std::size_t i = 0; i < std::min<std::size_t>(length, selector / 128); ++i)
            erasures.push_back(static_cast<std::uint8_t>(i));
        auto word = block;
        const FecOutcome first = generic.code().decode(word, erasures);
        for (const auto& code : codes.variants) {
            auto mended = block;
            const FecOutcome outcome = code.code().decode(mended, erasures);
            check(outcome.valid == first.valid && outcome.corrected == first.corrected);
            check(mended == word);
        }
    }
}

void crc(std::size_t selector, std::span<const std::uint8_t> bytes) {
    static const auto codes = [] {
        std::vector<std::vector<Crc>> all;
        for (const auto& spec : {kCrc16False, kCrc16X25, kCrc32, CrcSpec{8, 0x07, 0, false, 0},
                                 CrcSpec{64, 0x42f0e1eba9ea3693, 1, true, 0}}) {
            auto& variants = all.emplace_back();
            for (const auto& variant : crc_variants())
                if (simd::supported(variant.level))
                    variants.emplace_back(spec, variant.level);
        }
        return all;
    }();
    const auto& variants = codes[selector / 2 % codes.size()];
    for (const auto& variant : variants)
        check(variant(bytes) == variants.front()(bytes));
}

void binary(std::size_t selector, std::span<const std::uint8_t> bytes) {
    static const std::vector<Bch> codes = {Bch(kBch15_7), Bch(kBch31_21), Bch(kBch31_16),
                                           Bch(kBch255_231), Bch(kBchCcsdsTc)};
    const Bch& code = codes[selector / 2 % codes.size()];
    std::vector<std::uint8_t> word(bytes.begin(), bytes.end());
    for (auto& bit : word)
        bit &= 1;
    const auto received = word;
    const FecOutcome outcome = code.decode(word);
    int changed = 0;
    for (std::size_t i = 0; i < word.size(); ++i)
        changed += word[i] != received[i];
    check(changed == outcome.corrected);
    if (outcome.valid)
        check(code.decode(word).corrected == 0);

    std::uint32_t golay = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 3); ++i)
        golay = golay << 8 | bytes[i];
    const GolayWord data = golay24_decode(golay);
    if (data.valid)
        check(__builtin_popcount(golay24_encode(data.data) ^ golay) == data.errors);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    const std::span bytes(data + 2, size - 2);
    switch (data[0] % 4) {
    case 0:
        crc(data[1], bytes);
        break;
    case 1:
        binary(data[1], bytes);
        break;
    default:
        reed_solomon(data[1], bytes);
    }
    return 0;
}
