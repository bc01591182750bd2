// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/frame_synchronizer.h"

#include <gtest/gtest.h>

#include <tuple>
#include <utility>

#include "allocations.h"
#include "symbols.h"
#include "telemetry/fec/bits.h"

namespace telemetry::framing {
namespace {

using Bits = std::vector<std::uint8_t>;

constexpr std::size_t kFrameBytes = 100;

struct Seen {
    std::int64_t position;
    std::string hex;
    SyncState state;
    int sync_errors;
    int slip;
    bool inverted;
    std::vector<std::int8_t> symbols;
    bool operator==(const Seen&) const = default;
};

struct Frames final : Sink<LocatedFrame> {
    void accept(const LocatedFrame& frame) noexcept override {
        all.push_back({frame.position,
                       to_hex(frame.bits),
                       frame.state,
                       frame.sync_errors,
                       frame.slip,
                       frame.inverted,
                       {frame.symbols.begin(), frame.symbols.end()}});
    }
    std::vector<std::string> hexes() const {
        std::vector<std::string> result;
        for (const Seen& frame : all)
            result.push_back(frame.hex);
        return result;
    }
    std::vector<Seen> all;
};

struct Stream {
    explicit Stream(const SyncPattern& pattern) : marker(pattern) {}
    void noise(std::size_t count) {
        for (; count > 0; --count)
            bits.push_back(random() & 1);
    }
    void frames(std::size_t count) {
        for (; count > 0; --count) {
            places.push_back(bits.size());
            for (int i = 0; i < marker.length; ++i)
                bits.push_back(marker.bit(i));
            std::vector<std::uint8_t> bytes(kFrameBytes);
            for (auto& byte : bytes)
                byte = static_cast<std::uint8_t>(random());
            sent.push_back(to_hex(bytes));
            fec::append_bits_msb(bytes, bits);
        }
    }
    void invert() {
        for (auto& bit : bits)
            bit ^= 1;
    }
    Bits packed() const {
        Bits bytes((bits.size() + 7) / 8);
        for (std::size_t i = 0; i < bits.size(); ++i)
            bytes[i / 8] |= static_cast<std::uint8_t>(bits[i] << (7 - i % 8));
        return bytes;
    }
    SyncPattern marker;
    std::mt19937 random{77};
    Bits bits;
    std::vector<std::size_t> places;
    std::vector<std::string> sent;
};

FrameSynchronizerOptions options_for(const SyncPattern& marker) {
    FrameSynchronizerOptions options;
    options.marker = marker;
    options.frame_bits = 8 * kFrameBytes;
    const int eighth = marker.length / 8;
    options.tolerance = {eighth - 1, eighth, eighth + 2, eighth};
    return options;
}

Frames run(FrameSynchronizer& synchronizer, const Bits& packed, std::size_t chunk = 1 << 20) {
    Frames frames;
    for (std::size_t at = 0; at < packed.size(); at += chunk)
        synchronizer.process(std::span(packed).subspan(at, std::min(chunk, packed.size() - at)),
                             frames);
    return frames;
}

Frames run(const FrameSynchronizerOptions& options, const Bits& packed) {
    FrameSynchronizer synchronizer(options);
    return run(synchronizer, packed);
}

TEST(FrameSynchronizer, FindsEveryFrameOfEveryMarkerAtEveryBit) {
    for (const SyncMarker& marker : kSyncMarkers)
        for (std::size_t lead = 0; lead < 8; ++lead)
            for (const bool inverted : {false, true}) {
                Stream stream(pattern_of(marker));
                stream.noise(200 + lead);
                stream.frames(5);
                if (inverted)
                    stream.invert();
                stream.noise(8);
                const Frames frames = run(options_for(stream.marker), stream.packed());
                ASSERT_EQ(frames.hexes(), stream.sent);
                for (std::size_t i = 0; i < 5; ++i) {
                    const Seen& frame = frames.all[i];
                    EXPECT_EQ(frame.position, static_cast<std::int64_t>(stream.places[i]));
                    EXPECT_EQ(frame.inverted, inverted);
                    EXPECT_EQ(frame.sync_errors, 0);
                    EXPECT_EQ(frame.state, i == 0 ? SyncState::verify : SyncState::lock);
                }
            }
}

TEST(FrameSynchronizer, ChunksAndVariantsDoNotCount) {
    Stream stream(pattern_of(kMarker32));
    for (int i = 0; i < 20; ++i) {
        stream.noise(stream.random() % 3000);
        stream.frames(stream.random() % 8);
    }
    for (std::size_t i = 0; i < stream.bits.size() / 100; ++i)
        stream.bits[stream.random() % stream.bits.size()] ^= 1;
    const Bits packed = stream.packed();
    const auto options = options_for(stream.marker);
    const Frames whole = run(options, packed);
    EXPECT_GE(whole.all.size(), stream.sent.size() / 2);
    for (const auto level : {simd::Level::generic, simd::Level::avx2})
        for (const std::size_t chunk : {1u, 13u, 4096u}) {
            FrameSynchronizer synchronizer(options, level);
            EXPECT_EQ(run(synchronizer, packed, chunk).all, whole.all) << chunk;
            synchronizer.reset();
            EXPECT_EQ(run(synchronizer, packed, 7).all, whole.all);
        }
}

TEST(FrameSynchronizer, BitSlipsCostOnlyTheirFrame) {
    for (const int slip : {-2, -1, 1, 2}) {
        Stream stream(pattern_of(kMarker32));
        stream.noise(100);
        stream.frames(12);
        // From the back, so that places stay right.
        for (const std::size_t frame : {9u, 5u}) {
            const auto at =
                stream.bits.begin() + static_cast<std::ptrdiff_t>(stream.places[frame] + 300);
            if (slip < 0)
                stream.bits.erase(at, at - slip);
            else
                stream.bits.insert(at, static_cast<std::size_t>(slip), 0);
        }
        stream.noise(64);
        FrameSynchronizer synchronizer(options_for(stream.marker));
        const Frames frames = run(synchronizer, stream.packed());
        ASSERT_EQ(frames.all.size(), 12u);
        for (std::size_t i = 0; i < 12; ++i) {
            EXPECT_EQ(frames.all[i].hex == stream.sent[i], i != 5 && i != 9) << i;
            EXPECT_EQ(frames.all[i].slip, i == 6 || i == 10 ? slip : 0);
            EXPECT_EQ(frames.all[i].state, i == 0 ? SyncState::verify : SyncState::lock);
        }
        EXPECT_EQ(synchronizer.counts().slips, 2u);
        EXPECT_EQ(synchronizer.counts().losses, 0u);
    }
}

TEST(FrameSynchronizer, FliesOnWhereMarkersAreLost) {
    Stream stream(pattern_of(kMarker64));
    stream.noise(100);
    stream.frames(12);
    for (const std::size_t frame : {3u, 6u, 7u, 8u})
        for (std::size_t i = 0; i < 64; ++i)
            stream.bits[stream.places[frame] + i] ^= i % 2;
    stream.noise(64);
    FrameSynchronizer synchronizer(options_for(stream.marker));
    const Frames frames = run(synchronizer, stream.packed());
    EXPECT_EQ(frames.hexes(), stream.sent);
    for (std::size_t i = 1; i < 12; ++i)
        EXPECT_EQ(frames.all[i].state,
                  i == 3 || (i >= 6 && i <= 8) ? SyncState::flywheel : SyncState::lock);
    EXPECT_EQ(synchronizer.counts().flywheel_frames, 4u);
    EXPECT_EQ(synchronizer.counts().losses, 0u);
}

// A gap of any number of bits: lock is dropped and found again, and no frame behind it is lost.
TEST(FrameSynchronizer, FindsLockAgainAfterAGap) {
    for (const std::size_t gap : {3u, 17u, 411u, 5000u, 100000u}) {
        Stream stream(pattern_of(kMarker32));
        stream.noise(50);
        stream.frames(4);
        stream.noise(gap);
        stream.frames(8);
        stream.noise(64);
        FrameSynchronizer synchronizer(options_for(stream.marker));
        const Frames frames = run(synchronizer, stream.packed());
        std::vector<std::string> found;
        for (const Seen& frame : frames.all)
            if (frame.state != SyncState::flywheel)
                found.push_back(frame.hex);
        EXPECT_EQ(found, stream.sent) << gap;
        EXPECT_EQ(synchronizer.counts().locks, 2u);
        EXPECT_EQ(synchronizer.counts().losses, 1u);
        EXPECT_LE(synchronizer.counts().flywheel_frames, 3u);
    }
}

// Search allows what flywheel refuses: the frames that were flown over do not come out twice.
TEST(FrameSynchronizer, FlownOverFramesComeOutOnce) {
    Stream stream(pattern_of(kMarker32));
    stream.noise(100);
    stream.frames(20);
    for (std::size_t frame = 4; frame < 20; ++frame)
        for (std::size_t i = 0; i < 5; ++i)
            stream.bits[stream.places[frame] + 6 * i] ^= 1;
    stream.noise(64);
    for (const int verify_frames : {0, 1, 2}) {
        auto options = options_for(stream.marker);
        options.tolerance = {.search = 6, .verify = 6, .lock = 3, .flywheel = 3};
        options.verify_frames = verify_frames;
        FrameSynchronizer synchronizer(options);
        const Frames frames = run(synchronizer, stream.packed());
        EXPECT_GE(synchronizer.counts().losses, 1u);
        std::vector<std::int64_t> places;
        for (const Seen& frame : frames.all)
            places.push_back(frame.position);
        EXPECT_EQ(std::vector<std::int64_t>(stream.places.begin(), stream.places.end()), places);
    }
}

// As turbo code words of rate 1/3 are.
TEST(FrameSynchronizer, FramesNeedNotBeWholeBytes) {
    for (const std::size_t frame_bits : {1u, 799u, 1332u, 5364u})
        for (const bool inverted : {false, true}) {
            const SyncPattern marker = pattern_of(kMarker64);
            Stream stream(marker);
            stream.noise(99);
            std::vector<std::string> sent;
            for (int i = 0; i < 6; ++i) {
                for (int k = 0; k < marker.length; ++k)
                    stream.bits.push_back(marker.bit(k));
                const std::size_t begin = stream.bits.size();
                stream.noise(frame_bits);
                Stream frame(marker);
                frame.bits.assign(stream.bits.begin() + static_cast<std::ptrdiff_t>(begin),
                                  stream.bits.end());
                sent.push_back(to_hex(frame.packed()));
            }
            if (inverted)
                stream.invert();
            stream.noise(8);
            auto options = options_for(marker);
            options.frame_bits = frame_bits;
            options.slip_bits = frame_bits > 100 ? 2 : 0;
            for (const std::size_t chunk : {1u, 1000u}) {
                FrameSynchronizer synchronizer(options);
                EXPECT_EQ(run(synchronizer, stream.packed(), chunk).hexes(), sent) << frame_bits;
                FrameSynchronizer soft(options);
                Frames frames;
                soft.process(clean_symbols(stream.bits), frames);
                EXPECT_EQ(frames.hexes(), sent) << frame_bits;
            }
        }
}

TEST(FrameSynchronizer, PolarityMayChangeInLock) {
    Stream stream(pattern_of(kMarker32));
    stream.noise(50);
    stream.frames(6);
    for (std::size_t i = stream.places[3] - 10; i < stream.bits.size(); ++i)
        stream.bits[i] ^= 1;
    stream.noise(64);
    FrameSynchronizer synchronizer(options_for(stream.marker));
    const Frames frames = run(synchronizer, stream.packed());
    ASSERT_EQ(frames.all.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(frames.all[i].inverted, i >= 3);
        EXPECT_EQ(frames.all[i].hex == stream.sent[i], i != 2);
    }
    EXPECT_EQ(synchronizer.counts().inversions, 1u);
}

TEST(FrameSynchronizer, NoiseYieldsNothing) {
    Stream stream(pattern_of(kMarker32));
    std::vector<std::uint8_t> noise(8 << 20);
    for (auto& byte : noise)
        byte = static_cast<std::uint8_t>(stream.random());
    FrameSynchronizer synchronizer(options_for(stream.marker));
    EXPECT_TRUE(run(synchronizer, noise).all.empty());
    // 2 × 5489 of 2^32 places are a marker with up to 3 errors.
    EXPECT_NEAR(static_cast<double>(synchronizer.counts().rejects), 171.5, 60);
}

// Without verification a frame alone comes out, with its last bit.
TEST(FrameSynchronizer, AFrameAloneComesOutWithItsLastBit) {
    Stream stream(pattern_of(kMarker32));
    stream.noise(64);
    stream.frames(1);
    auto options = options_for(stream.marker);
    options.verify_frames = 0;
    EXPECT_EQ(run(options, stream.packed()).hexes(), stream.sent);
    Bits packed = stream.packed();
    packed.pop_back();
    EXPECT_TRUE(run(options, packed).all.empty());
}

TEST(FrameSynchronizer, SoftSymbolsComeOutInTheRightSense) {
    for (const SyncMarker& marker : kSyncMarkers)
        for (const bool inverted : {false, true}) {
            Stream stream(pattern_of(marker));
            stream.noise(333);
            stream.frames(6);
            stream.noise(100);
            auto symbols = noisy_symbols(stream.bits, 16, 4);
            if (inverted)
                for (auto& symbol : symbols)
                    symbol = static_cast<std::int8_t>(-symbol);
            auto options = options_for(stream.marker);
            options.tolerance.search = stream.marker.length / 5;
            options.correlation_percent = 70;
            std::vector<Seen> whole;
            for (const std::size_t chunk : {std::size_t{1}, std::size_t{77}, symbols.size()}) {
                FrameSynchronizer synchronizer(options);
                Frames frames;
                for (std::size_t at = 0; at < symbols.size(); at += chunk)
                    synchronizer.process(std::span<const std::int8_t>(symbols).subspan(
                                             at, std::min(chunk, symbols.size() - at)),
                                         frames);
                ASSERT_EQ(frames.all.size(), 6u);
                for (std::size_t i = 0; i < 6; ++i) {
                    const auto first =
                        stream.places[i] + static_cast<std::size_t>(stream.marker.length);
                    for (std::size_t k = 0; k < 8 * kFrameBytes; ++k)
                        ASSERT_EQ(frames.all[i].symbols[k],
                                  inverted ? -symbols[first + k] : symbols[first + k]);
                }
                EXPECT_TRUE(chunk == 1 || frames.all == whole);
                whole = frames.all;
            }
        }
}

/// A quarter turn makes (I, Q) to (−Q, I); from 4 on I and −Q were sent, as a mirrored spectrum
/// does.
void turn(int phase, std::span<std::int8_t> symbols) {
    for (std::size_t k = 0; k + 1 < symbols.size(); k += 2) {
        int i = symbols[k];
        int q = symbols[k + 1];
        if (phase & 4)
            q = -q;
        for (int quarter = phase & 3; quarter > 0; --quarter)
            i = std::exchange(q, i) * -1;
        symbols[k] = static_cast<std::int8_t>(i);
        symbols[k + 1] = static_cast<std::int8_t>(q);
    }
}

Frames run_soft(const FrameSynchronizerOptions& options, std::span<const std::int8_t> symbols,
                std::size_t chunk) {
    FrameSynchronizer synchronizer(options);
    Frames frames;
    for (std::size_t at = 0; at < symbols.size(); at += chunk)
        synchronizer.process(symbols.subspan(at, std::min(chunk, symbols.size() - at)), frames);
    return frames;
}

// In each phase, and when it turns to each other one; markers begin on I and on Q.
TEST(FrameSynchronizer, QpskLocksInEveryPhaseAndFollowsItsTurns) {
    for (const int percent : {0, 70})
        for (int before = 0; before < 8; ++before)
            for (int after = 0; after < 8; ++after)
                for (const std::size_t lead : {332u, 333u}) {
                    Stream stream(pattern_of(kMarker32));
                    stream.noise(lead);
                    stream.frames(9);
                    stream.noise(100 + lead % 2);
                    const auto sent = noisy_symbols(stream.bits, 12, 4);
                    auto symbols = sent;
                    const std::size_t middle = (stream.places[5] + 400) / 2 * 2;
                    turn(before, std::span(symbols).first(middle));
                    turn(after, std::span(symbols).subspan(middle));
                    auto options = options_for(stream.marker);
                    options.constellation = Constellation::qpsk;
                    options.correlation_percent = percent;
                    const Frames frames = run_soft(options, symbols, 1 << 20);
                    ASSERT_EQ(frames.all.size(), 9u) << before << after << lead;
                    for (std::size_t i = 0; i < 9; ++i) {
                        const Seen& frame = frames.all[i];
                        EXPECT_EQ(frame.position, static_cast<std::int64_t>(stream.places[i]));
                        if (i == 5 && before != after)
                            continue;
                        Stream signs(stream.marker);
                        for (const auto symbol : frame.symbols)
                            signs.bits.push_back(symbol > 0);
                        EXPECT_EQ(frame.hex, to_hex(signs.packed()));
                        EXPECT_EQ(frame.inverted, (i < 6 ? before : after) == 2);
                        EXPECT_TRUE(std::equal(frame.symbols.begin(), frame.symbols.end(),
                                               sent.begin() + frame.position + 32))
                            << before << after << lead << " " << i;
                    }
                    EXPECT_EQ(run_soft(options, symbols, 1).all, frames.all);
                    EXPECT_EQ(run_soft(options, symbols, 77).all, frames.all);
                }
}

TEST(FrameSynchronizer, QpskNoiseYieldsNothing) {
    auto options = options_for(pattern_of(kMarker32));
    options.constellation = Constellation::qpsk;
    EXPECT_TRUE(run_soft(options, noise_symbols(4000000, 3), 100000).all.empty());
}

TEST(FrameSynchronizer, AllocatesNothingInTheSteadyState) {
    Stream stream(pattern_of(kMarker32));
    for (int i = 0; i < 10; ++i) {
        stream.noise(1000);
        stream.frames(20);
    }
    struct Ignore final : Sink<LocatedFrame> {
        void accept(const LocatedFrame&) noexcept override { ++count; }
        int count = 0;
    } sink;
    const Bits packed = stream.packed();
    FrameSynchronizer synchronizer(options_for(stream.marker));
    synchronizer.process(packed, sink);
    const auto before = allocations();
    synchronizer.process(packed, sink);
    EXPECT_EQ(allocations(), before);
    EXPECT_GE(sink.count, 395);
}

} // namespace
} // namespace telemetry::framing
