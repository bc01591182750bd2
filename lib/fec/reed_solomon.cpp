// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/reed_solomon.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace telemetry::fec {
namespace {

void mend(const RsErrors& errors, std::uint8_t* word, std::size_t stride) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(errors.count); ++i)
        word[errors.places[i] * stride] ^= errors.values[i];
}

} // namespace

ReedSolomon::ReedSolomon(const ReedSolomonCode& code, simd::Level level)
    : tables_(std::make_shared<const RsTables>(code)),
      kernel_(code.parity <= kRsFastParity ? simd::choose(rs_variants(), level)
                                           : rs_variants().front().function) {
    assert(code.parity > 0 && code.parity <= kMaxParity);
}

void ReedSolomon::encode(std::span<const std::uint8_t> data,
                         std::span<std::uint8_t> parity) const noexcept {
    assert(parity.size() == static_cast<std::size_t>(tables_->parity));
    assert(data.size() + parity.size() <= kMaxLength);
    std::array<std::uint8_t, kMaxParity> rest;
    kernel_->remainders(*tables_, {data.data(), data.size(), 1, 1}, rest.data());
    std::copy_n(rest.begin(), parity.size(), parity.begin());
}

FecOutcome ReedSolomon::decode(std::span<std::uint8_t> word,
                               std::span<const std::uint8_t> erasures) const noexcept {
    const auto count = static_cast<std::size_t>(tables_->parity);
    if (word.size() <= count || word.size() > kMaxLength || erasures.size() > count)
        return {};
    RsSyndromes syndromes;
    if (kernel_->syndromes(*tables_, {word.data(), word.size(), 1, 1}, &syndromes) == 0)
        return {true, 0};
    RsErrors errors;
    if (erasures.empty())
        kernel_->solve(*tables_, &syndromes, 1, word.size(), &errors);
    else
        rs_solve_erasures(*tables_, syndromes, kernel_->alignment, word.size(), erasures, errors);
    if (errors.count == 0)
        return {};
    mend(errors, word.data(), 1);
    return {true, errors.count};
}

InterleavedReedSolomon::InterleavedReedSolomon(const ReedSolomonCode& code, int depth,
                                               simd::Level level)
    : code_(code, level), depth_(depth) {
    assert(depth > 0 && depth <= static_cast<int>(kMaxDepth));
}

void InterleavedReedSolomon::encode(std::span<const std::uint8_t> data,
                                    std::span<std::uint8_t> parity) const noexcept {
    const auto depth = static_cast<std::size_t>(depth_);
    assert(data.size() % depth == 0 && parity.size() == static_cast<std::size_t>(this->parity()));
    const RsTables& tables = *code_.tables_;
    const auto count = static_cast<std::size_t>(tables.parity);
    std::array<std::uint8_t, kRsMaxWords * kRsMaxParity> rests;
    for (std::size_t first = 0; first < depth; first += kRsMaxWords) {
        const std::size_t words = std::min(kRsMaxWords, depth - first);
        code_.kernel_->remainders(tables, {data.data() + first, data.size() / depth, depth, words},
                                  rests.data());
        for (std::size_t k = 0; k < words; ++k)
            for (std::size_t i = 0; i < count; ++i)
                parity[i * depth + first + k] = rests[k * tables.width + i];
    }
}

FecOutcome InterleavedReedSolomon::decode(std::span<std::uint8_t> block) const noexcept {
    std::array<FecOutcome, kMaxDepth> words;
    return decode(block, std::span(words).first(static_cast<std::size_t>(depth_)));
}

FecOutcome InterleavedReedSolomon::decode(std::span<std::uint8_t> block,
                                          std::span<FecOutcome> words) const noexcept {
    const auto depth = static_cast<std::size_t>(depth_);
    assert(words.size() == depth);
    const RsTables& tables = *code_.tables_;
    const std::size_t length = block.size() / depth;
    if (block.size() % depth != 0 || length > ReedSolomon::kMaxLength ||
        length <= static_cast<std::size_t>(tables.parity)) {
        std::fill(words.begin(), words.end(), FecOutcome{});
        return {};
    }
    std::fill(words.begin(), words.end(), FecOutcome{true, 0});
    FecOutcome all{true, 0};
    std::array<RsSyndromes, kRsMaxWords> syndromes;
    std::array<RsErrors, kRsMaxWords> errors;
    for (std::size_t first = 0; first < depth; first += kRsMaxWords) {
        std::uint8_t* bytes = block.data() + first;
        const std::size_t count = std::min(kRsMaxWords, depth - first);
        unsigned damaged =
            code_.kernel_->syndromes(tables, {bytes, length, depth, count}, syndromes.data());
        if (damaged != 0)
            code_.kernel_->solve(tables, syndromes.data(), damaged, length, errors.data());
        for (; damaged != 0; damaged &= damaged - 1) {
            const auto k = static_cast<std::size_t>(std::countr_zero(damaged));
            words[first + k] = {errors[k].count > 0, errors[k].count};
            all.valid = all.valid && words[first + k].valid;
            all.corrected += errors[k].count;
            mend(errors[k], bytes + k, depth);
        }
    }
    return all.valid ? all : FecOutcome{};
}

} // namespace telemetry::fec
