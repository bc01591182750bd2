// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "telemetry/source/byte_stream.h"

namespace telemetry::source {

/// What a WAV header says about its samples, held against what the file has.
///
/// libsndfile silently cuts down a size that is too large, and believes one that is too small: of
/// a recorder that was killed before it wrote the size it reads nothing. So the header is read
/// here too, and where it is wrong libsndfile is shown a mended one.
/// RIFF: 4-byte name, 4-byte size, content padded to even; RF64 (EBU Tech 3306) has the true size
/// of `data` in its `ds64` chunk and FFFFFFFFh in place.
struct WavHeader {
    std::uint64_t promised = 0; ///< bytes of samples that it says
    std::uint64_t there = 0;    ///< bytes from the first sample to the end of the file
    std::uint64_t size_at = 0;  ///< where it says so
    std::size_t size_bytes = 4;
    std::uint64_t data_at = 0; ///< where the samples begin
    bool followed = false;     ///< by another chunk, so that the samples do end where it says

    /// Less than the file holds, by more than a chunk's head: the size was never or not lately
    /// written, and all that is there is samples.
    bool says_too_little() const;

    /// For people, when it is wrong; else empty. What streams into a pipe writes no size or the
    /// largest, which is not wrong.
    std::string remark() const;

    /// Bytes of `there` that its size has room for.
    std::uint64_t readable() const;

    /// Makes `bytes`, which stand at `offset` in the file, say what is there.
    void mend(std::span<std::uint8_t> bytes, std::uint64_t offset) const;
};

/// Nothing when the stream is no regular file or holds no WAV. Moves the stream.
std::optional<WavHeader> read_wav_header(ByteStream& stream);

} // namespace telemetry::source
