// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/sample_blocks.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace telemetry::station {
namespace {

constexpr double kBlockSeconds = 0.02;

/// By the exponent bits, without a branch, so that it runs at the speed of memory.
bool all_finite(std::span<const float> numbers) {
    constexpr std::uint32_t exponent = 0x7f800000;
    std::uint32_t bad = 0;
    for (const float number : numbers)
        bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(number) & exponent) ==
                                          exponent);
    return bad == 0;
}

} // namespace

SampleBlocks::SampleBlocks(const SampleFormat& format)
    : kind_(format.kind),
      length_(std::clamp<std::int64_t>(std::llround(std::min(format.rate_hz, 1e9) * kBlockSeconds),
                                       1, static_cast<std::int64_t>(kMostSamples))) {}

void SampleBlocks::start(std::int64_t index) noexcept {
    pending_.clear();
    fed_ = {};
    fed_index_ = index;
    pending_index_ = index;
}

void SampleBlocks::feed(const Samples& samples) noexcept {
    fed_index_ = samples.first_index;
    if (kind_ == SampleKind::iq)
        fed_ = {reinterpret_cast<const float*>(samples.iq.data()), samples.iq.size() * 2};
    else
        fed_ = samples.real;
}

std::vector<float>& SampleBlocks::take_store() noexcept {
    if (stores_used_ == stores_.size())
        stores_.emplace_back();
    return stores_[stores_used_++];
}

SampleBlocks::Block SampleBlocks::block_of(std::int64_t first_index,
                                           std::span<const float> numbers) noexcept {
    Block block;
    block.number = number_of(first_index);
    if (!all_finite(numbers)) {
        std::vector<float>& store = take_store();
        store.assign(numbers.begin(), numbers.end());
        for (std::size_t at = 0; at < store.size(); at += width()) {
            const std::span<float> sample(store.data() + at, width());
            if (all_finite(sample))
                continue;
            std::fill(sample.begin(), sample.end(), 0.0F);
            ++block.invalid;
        }
        numbers = store;
    }
    block.samples.first_index = first_index;
    if (kind_ == SampleKind::iq)
        block.samples.iq = {reinterpret_cast<const Iq*>(numbers.data()), numbers.size() / 2};
    else
        block.samples.real = numbers;
    return block;
}

std::optional<SampleBlocks::Block> SampleBlocks::next() noexcept {
    const std::int64_t begin = pending_.empty() ? fed_index_ : pending_index_;
    const std::int64_t missing = (number_of(begin) + 1) * length_ -
                                 (begin + static_cast<std::int64_t>(pending_.size() / width()));
    const std::size_t wanted = static_cast<std::size_t>(missing) * width();
    if (fed_.size() < wanted)
        return std::nullopt;
    const std::span<const float> part = fed_.first(wanted);
    fed_ = fed_.subspan(wanted);
    fed_index_ += missing;
    if (pending_.empty())
        return block_of(begin, part);
    pending_.insert(pending_.end(), part.begin(), part.end());
    std::vector<float>& store = take_store();
    std::swap(store, pending_);
    pending_.clear();
    return block_of(begin, store);
}

void SampleBlocks::release() noexcept {
    stores_used_ = 0;
}

void SampleBlocks::keep_rest() noexcept {
    if (pending_.empty())
        pending_index_ = fed_index_;
    pending_.insert(pending_.end(), fed_.begin(), fed_.end());
    fed_index_ += static_cast<std::int64_t>(fed_.size() / width());
    fed_ = {};
}

std::optional<SampleBlocks::Block> SampleBlocks::rest() noexcept {
    if (pending_.empty())
        return std::nullopt;
    return block_of(pending_index_, pending_);
}

} // namespace telemetry::station
