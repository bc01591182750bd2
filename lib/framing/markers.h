// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace telemetry::framing {

/// An attached sync marker of CCSDS 131.0-B-5, section 9: the bytes as they are sent, the most
/// significant bit first. The length tells the codes it stands before; a slower code needs a longer
/// marker, since there are more symbols in which chance may find it and more noise on each.
struct SyncMarker {
    std::span<const std::uint8_t> bytes;
    std::string_view codes; ///< what follows it

    constexpr std::size_t bits() const { return 8 * bytes.size(); }
};

inline constexpr std::array<std::uint8_t, 4> kMarker32Bytes{0x1a, 0xcf, 0xfc, 0x1d};
inline constexpr std::array<std::uint8_t, 8> kMarker64Bytes{0x03, 0x47, 0x76, 0xc7,
                                                            0x27, 0x28, 0x95, 0xb0};
inline constexpr std::array<std::uint8_t, 12> kMarker96Bytes{0x25, 0xd5, 0xc0, 0xce, 0x89, 0x90,
                                                             0xf6, 0xc9, 0x46, 0x1b, 0xf7, 0x9c};
/// That of 64 bits, then the same inverted.
inline constexpr std::array<std::uint8_t, 16> kMarker128Bytes{
    0x03, 0x47, 0x76, 0xc7, 0x27, 0x28, 0x95, 0xb0, 0xfc, 0xb8, 0x89, 0x38, 0xd8, 0xd7, 0x6a, 0x4f};
/// That of 96 bits, then the same inverted.
inline constexpr std::array<std::uint8_t, 24> kMarker192Bytes{
    0x25, 0xd5, 0xc0, 0xce, 0x89, 0x90, 0xf6, 0xc9, 0x46, 0x1b, 0xf7, 0x9c,
    0xda, 0x2a, 0x3f, 0x31, 0x76, 0x6f, 0x09, 0x36, 0xb9, 0xe4, 0x08, 0x63};
inline constexpr std::array<std::uint8_t, 4> kMarkerEmbeddedBytes{0x35, 0x2e, 0xf8, 0x53};

inline constexpr SyncMarker kMarker32{
    kMarker32Bytes, "uncoded, convolutional, Reed-Solomon, concatenated, LDPC (8160,7136)"};
inline constexpr SyncMarker kMarker64{kMarker64Bytes, "turbo 1/2, LDPC 1/2, 2/3 and 4/5"};
inline constexpr SyncMarker kMarker96{kMarker96Bytes, "turbo 1/3"};
inline constexpr SyncMarker kMarker128{kMarker128Bytes, "turbo 1/4"};
inline constexpr SyncMarker kMarker192{kMarker192Bytes, "turbo 1/6"};
/// Of a stream inside the frames of another one.
inline constexpr SyncMarker kMarkerEmbedded{kMarkerEmbeddedBytes, "an embedded stream"};

/// In rising order of length; the embedded one, which nobody searches on a channel, is left out.
inline constexpr std::array kSyncMarkers{kMarker32, kMarker64, kMarker96, kMarker128, kMarker192};

} // namespace telemetry::framing
