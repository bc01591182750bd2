// SPDX-License-Identifier: GPL-3.0-or-later
// Packed bits through sync search, frame synchroniser and HDLC: nothing may go wrong, every variant
// of the kernels and every way to cut the input gives the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "telemetry/base/text.h"
#include "telemetry/framing/frame_synchronizer.h"
#include "telemetry/framing/hdlc.h"

namespace {

using namespace telemetry;
using namespace telemetry::framing;

using Bytes = std::vector<std::uint8_t>;

void demand(bool truth) {
    if (!truth)
        std::abort();
}

std::string search(const SyncPattern& marker, int threshold, const Bytes& bytes,
                   simd::Level level) {
    const std::size_t bits = 8 * bytes.size();
    const auto length = static_cast<std::size_t>(marker.length);
    std::string hits;
    if (bits >= length)
        SyncSearch(marker, threshold, level)
            .search(bytes, 0, bits - length + 1, [&](const SyncHit& hit) {
                hits += std::to_string(hit.position) + ' ' + std::to_string(hit.errors) +
                        (hit.inverted ? "i " : " ");
            });
    return hits;
}

template <class T>
std::string synchronize(const FrameSynchronizerOptions& options, const std::vector<T>& input,
                        std::size_t chunk, simd::Level level) {
    FrameSynchronizer synchronizer(options, level);
    std::string frames;
    auto sink = make_sink<LocatedFrame>([&](const LocatedFrame& frame) {
        frames += std::to_string(frame.position) + ' ' + std::string(name_of(frame.state)) + ' ' +
                  std::to_string(frame.slip) + ' ' + std::to_string(frame.sync_errors) + ' ' +
                  to_hex(frame.bits) + '\n';
    });
    for (std::size_t at = 0; at < input.size(); at += chunk)
        synchronizer.process(std::span(input).subspan(at, std::min(chunk, input.size() - at)),
                             sink);
    return frames;
}

std::string deframe(HdlcScrambling scrambling, const Bytes& input, std::size_t chunk,
                    simd::Level level) {
    HdlcBitDeframer deframer(scrambling, level);
    std::string frames;
    auto sink = make_sink<Frame>([&](const Frame& frame) {
        frames += to_hex(frame.bytes) + ' ' + std::to_string(frame.sample_index) + '\n';
    });
    for (std::size_t at = 0; at < input.size(); at += chunk)
        deframer.process(std::span(input).subspan(at, std::min(chunk, input.size() - at)), sink);
    return frames;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 9)
        return 0;
    const SyncMarker& marker = kSyncMarkers[data[0] % kSyncMarkers.size()];
    FrameSynchronizerOptions options;
    options.marker = pattern_of(marker);
    const int half = (options.marker.length - 1) / 2;
    options.frame_bits = 8 * (1 + std::size_t{data[1]});
    options.tolerance = {data[2] % half, data[3] % half, data[4] % half, data[5] % half};
    options.verify_frames = data[6] % 4;
    options.flywheel_frames = data[6] / 4 % 4;
    options.slip_bits = data[6] / 16 % 4;
    const std::size_t chunk = 1 + std::size_t{data[7]};
    // The marker here and there, so that something is found.
    Bytes bytes;
    for (std::size_t i = 8; i < size; ++i)
        if (data[i] == 0xa5)
            bytes.insert(bytes.end(), marker.bytes.begin(), marker.bytes.end());
        else
            bytes.push_back(data[i]);

    const auto generic = simd::Level::generic;
    const auto best = simd::chosen_level();
    demand(search(options.marker, options.tolerance.search, bytes, generic) ==
           search(options.marker, options.tolerance.search, bytes, best));

    const auto frames = synchronize(options, bytes, bytes.size(), generic);
    demand(synchronize(options, bytes, chunk, best) == frames);
    std::vector<std::int8_t> symbols;
    for (const std::uint8_t byte : bytes)
        for (int bit = 7; bit >= 0; --bit)
            symbols.push_back(byte >> bit & 1 ? 32 : -32);
    demand(synchronize(options, symbols, chunk, best) == frames);

    for (const auto scrambling : {HdlcScrambling::none, HdlcScrambling::g3ruh})
        demand(deframe(scrambling, bytes, bytes.size(), generic) ==
               deframe(scrambling, bytes, chunk, best));
    return 0;
}
