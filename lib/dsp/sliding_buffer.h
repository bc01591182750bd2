// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace telemetry::dsp {

/// The newest part of an endless sequence, contiguous in memory, addressed by absolute index.
///
/// At least `keep` items before end() can be read; those before the first one are zero. Capacity is
/// fixed, so appending allocates nothing; the kept part is moved to the front when the end of the
/// memory is reached, once in several appends.
template <class T>
class SlidingBuffer {
public:
    SlidingBuffer(std::size_t keep, std::size_t longest_append)
        : keep_(keep), data_(4 * keep + 2 * longest_append) {
        reset();
    }

    /// Room for `count` new items at the end; write them all.
    T* append(std::size_t count) noexcept {
        if (size_ + count > data_.size()) {
            std::copy(data_.begin() + static_cast<std::ptrdiff_t>(size_ - keep_),
                      data_.begin() + static_cast<std::ptrdiff_t>(size_), data_.begin());
            base_ += static_cast<std::int64_t>(size_ - keep_);
            size_ = keep_;
            assert(size_ + count <= data_.size());
        }
        T* room = data_.data() + size_;
        size_ += count;
        return room;
    }

    void push(const T& item) noexcept { *append(1) = item; }

    /// The last `count` items, to be changed in place.
    T* newest(std::size_t count) noexcept { return data_.data() + size_ - count; }

    std::int64_t end() const noexcept { return base_ + static_cast<std::int64_t>(size_); }

    /// Item `index` and, behind it in memory, all that follow up to end().
    const T* at(std::int64_t index) const noexcept {
        assert(index >= base_ && index <= end());
        return data_.data() + (index - base_);
    }
    const T& operator[](std::int64_t index) const noexcept { return *at(index); }

    void reset() noexcept {
        std::fill(data_.begin(), data_.end(), T{});
        size_ = keep_;
        base_ = -static_cast<std::int64_t>(keep_);
    }

private:
    std::size_t keep_;
    std::size_t size_ = 0;
    std::int64_t base_ = 0; ///< index of data_[0]
    std::vector<T> data_;
};

} // namespace telemetry::dsp
