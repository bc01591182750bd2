// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/encoded_stream.h"

#include <cstring>

namespace telemetry::source {

Result<Samples> EncodedStream::read(std::size_t most) {
    const std::size_t sample_bytes = encoding_.sample_bytes();
    if (bytes_.size() < most * sample_bytes)
        bytes_.resize(most * sample_bytes);
    if (odd_ > 0)
        std::memmove(bytes_.data(), bytes_.data() + used_, odd_);
    used_ = 0;
    std::size_t have = odd_;
    while (have < sample_bytes) {
        const std::span<std::uint8_t> room(bytes_.data() + have, most * sample_bytes - have);
        const auto count = stream_.size() ? stream_.read(room) : stream_.read_some(room);
        if (!count)
            return fail(count.error());
        if (*count == 0)
            break;
        have += *count;
    }
    const std::size_t samples = have / sample_bytes;
    used_ = samples * sample_bytes;
    odd_ = have - used_;
    const std::size_t per_sample = encoding_.layout == Encoding::Layout::iq ? 2 : 1;
    numbers_.resize(samples * per_sample);
    decode_numbers(encoding_, bytes_.data(), numbers_);
    Samples view;
    if (per_sample == 2)
        view.iq = {reinterpret_cast<const Iq*>(numbers_.data()), samples};
    else
        view.real = numbers_;
    return view;
}

bool EncodedStream::seek(std::int64_t offset) {
    odd_ = 0;
    used_ = 0;
    return stream_.seek(offset);
}

} // namespace telemetry::source
