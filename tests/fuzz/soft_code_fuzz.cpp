// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders of soft symbols: every kernel does what the generic one does, whatever comes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "telemetry/fec/ldpc_decoder.h"
#include "telemetry/fec/turbo.h"
#include "telemetry/fec/viterbi.h"

namespace {

using namespace telemetry;
using namespace telemetry::fec;

void check(bool good) {
    if (!good)
        std::abort();
}

constexpr simd::Level kLevels[] = {simd::Level::generic, simd::Level::sse41, simd::Level::avx2,
                                   simd::Level::avx512, simd::Level::avx512icl};

/// One decoder for each kernel that this machine has, generic first.
template <class Decoder, class Code, class Options>
std::vector<Decoder> variants(const Code& code, Options options) {
    std::vector<Decoder> all;
    for (const auto level : kLevels)
        if (simd::supported(level)) {
            options.level = level;
            all.emplace_back(code, options);
        }
    return all;
}

/// The input again and again, a bit more damaged by itself each time; −128 never occurs.
std::vector<std::int8_t> symbols_of(std::span<const std::uint8_t> bytes, std::size_t count) {
    std::vector<std::int8_t> symbols(count);
    for (std::size_t i = 0; i < count && !bytes.empty(); ++i) {
        const unsigned value =
            static_cast<unsigned>(bytes[i % bytes.size()] + 37 * (i / bytes.size()));
        symbols[i] = std::max(static_cast<std::int8_t>(value), std::int8_t{-127});
    }
    return symbols;
}

constexpr std::size_t kLdpc[] = {0, 3, 6, 9, 10, 11}; ///< k = 1024, C2, the uplink codes

void ldpc(std::size_t selector, std::span<const std::uint8_t> bytes) {
    static auto codes = [] {
        std::vector<std::vector<LdpcDecoder>> all;
        for (const std::size_t code : kLdpc)
            all.push_back(
                variants<LdpcDecoder>(kLdpcCodes[code], LdpcOptions{.max_iterations = 5}));
        return all;
    }();
    auto& decoders = codes[selector % std::size(kLdpc)];
    const LdpcCode& code = decoders.front().code();
    const auto symbols = symbols_of(bytes, static_cast<std::size_t>(code.n));
    std::vector<std::uint8_t> expected(static_cast<std::size_t>(code.k) / 8);
    const LdpcOutcome good = decoders.front().decode(symbols, expected);
    for (auto& decoder : decoders) {
        std::vector<std::uint8_t> data(expected.size());
        const LdpcOutcome outcome = decoder.decode(symbols, data);
        check(data == expected);
        check(outcome.valid == good.valid && outcome.corrected == good.corrected &&
              outcome.iterations == good.iterations && outcome.unsatisfied == good.unsatisfied);
    }
}

void turbo(std::size_t selector, std::span<const std::uint8_t> bytes) {
    static auto codes = [] {
        std::vector<std::vector<TurboDecoder>> all;
        for (const auto rate :
             {TurboRate::half, TurboRate::third, TurboRate::quarter, TurboRate::sixth})
            all.push_back(
                variants<TurboDecoder>(TurboCode{rate, 1784}, TurboOptions{.iterations = 3}));
        return all;
    }();
    auto& decoders = codes[selector % codes.size()];
    const TurboCode& code = decoders.front().code();
    const auto symbols = symbols_of(bytes, code.symbols());
    std::vector<std::uint8_t> expected(code.bytes());
    const TurboOutcome good = decoders.front().decode(symbols, expected);
    for (auto& decoder : decoders) {
        std::vector<std::uint8_t> data(code.bytes());
        const TurboOutcome outcome = decoder.decode(symbols, data);
        check(data == expected);
        check(outcome.iterations == good.iterations && outcome.settled == good.settled &&
              outcome.corrected == good.corrected);
    }
}

/// All that a stream yields, cut at `chunk` symbols.
std::vector<std::uint8_t> stream(std::span<const std::int8_t> symbols, std::size_t chunk,
                                 std::size_t look_ahead, simd::Level level) {
    std::vector<std::uint8_t> all;
    std::size_t wrong = 0;
    ViterbiStream viterbi(kConvolutionalCcsds, look_ahead, level);
    auto sink = make_sink<DecodedBits>([&](const DecodedBits& decoded) {
        for (std::size_t i = 0; i < decoded.bits.size(); ++i) {
            all.push_back(decoded.bits[i]);
            all.push_back(decoded.suspect[i]);
        }
        wrong += decoded.wrong_symbols;
    });
    for (; !symbols.empty(); symbols = symbols.subspan(std::min(chunk, symbols.size())))
        viterbi.process(symbols.first(std::min(chunk, symbols.size())), sink);
    viterbi.finish(sink);
    for (int byte = 0; byte < 4; ++byte)
        all.push_back(static_cast<std::uint8_t>(wrong >> (8 * byte)));
    return all;
}

void viterbi(std::size_t selector, std::span<const std::uint8_t> bytes) {
    const std::size_t look_ahead = 48 * (1 + selector % 4);
    const auto symbols = symbols_of(bytes, 3 * bytes.size());
    const auto expected = stream(symbols, symbols.size() + 1, look_ahead, simd::Level::generic);
    for (const auto level : kLevels)
        if (simd::supported(level))
            check(stream(symbols, 1 + selector, look_ahead, level) == expected);

    constexpr std::size_t kLongest = 300;
    const std::size_t count = std::min(symbols.size() / 2, kLongest);
    if (count < 6)
        return;
    const auto block = std::span(symbols).first(2 * count);
    std::vector<std::uint8_t> terminated;
    std::vector<std::uint8_t> tail_biting;
    for (const auto level : kLevels) {
        if (!simd::supported(level))
            continue;
        ViterbiBlock decoder(kConvolutionalNasaDsn, kLongest, level);
        std::vector<std::uint8_t> bits(count);
        decoder.decode(block, bits);
        check(terminated.empty() || bits == terminated);
        terminated = bits;
        decoder.decode_tail_biting(block, bits);
        check(tail_biting.empty() || bits == tail_biting);
        tail_biting = bits;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    const std::span bytes(data + 2, size - 2);
    switch (data[0] % 3) {
    case 0:
        ldpc(data[1], bytes);
        break;
    case 1:
        turbo(data[1], bytes);
        break;
    default:
        viterbi(data[1], bytes);
    }
    return 0;
}
