// SPDX-License-Identifier: GPL-3.0-or-later
// Error rates of the codes over BPSK and white noise, as CSV on standard output.
//
//   code_sweep [--errors N] [--bits N] [NAME...]
//
// A point ends after so many wrong blocks (100; of Viterbi decoders 5000 bits) or information bits
// (20 million), a curve with its first point below a frame error rate of 5e-4 (of Viterbi decoders
// a bit error rate of 1e-6). Eb is the energy of an information bit. A NAME chooses the curves
// whose name begins with it. The same seeds everywhere: the counts are those of any machine.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "telemetry/fec/bits.h"
#include "telemetry/fec/ldpc_decoder.h"
#include "telemetry/fec/ldpc_encoder.h"
#include "telemetry/fec/puncturing.h"
#include "telemetry/fec/reed_solomon.h"
#include "telemetry/fec/turbo.h"
#include "telemetry/fec/viterbi.h"
#include "telemetry/modem/gaussian.h"

namespace telemetry::fec {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Symbols = std::vector<std::int8_t>;

/// A block code, or a stream cut into blocks, with its decoder.
struct Codec {
    virtual ~Codec() = default;
    virtual std::size_t data_bytes() const = 0;
    /// Symbols of value 0 or 1.
    virtual void encode(const Bytes& data, Bytes& sent) = 0;
    /// As many bytes as were encoded.
    virtual void decode(const Symbols& received, Bytes& data) = 0;
};

class ViterbiStreamCodec final : public Codec, Sink<DecodedBits> {
public:
    explicit ViterbiStreamCodec(const Puncturing& puncturing)
        : puncturing_(puncturing),
          stream_(kConvolutionalCcsdsUninverted,
                  punctured_look_ahead(puncturing.period(), puncturing.kept())) {}

    std::size_t data_bytes() const override { return 12000; }

    void encode(const Bytes& data, Bytes& sent) override {
        Bytes bits(kEdge);
        append_bits_msb(data, bits);
        bits.resize(bits.size() + kEdge);
        Bytes mother;
        ConvolutionalEncoder encoder(kConvolutionalCcsdsUninverted);
        encoder.encode(bits, mother);
        Puncturer(puncturing_).puncture(mother, sent);
    }

    void decode(const Symbols& received, Bytes& data) override {
        Symbols symbols(2 * (8 * data_bytes() + 2 * kEdge));
        std::size_t written = 0;
        Depuncturer(puncturing_).depuncture(received, symbols, written);
        to_ = &data;
        data.clear();
        stream_.reset();
        stream_.process(symbols, *this);
        stream_.finish(*this);
        data.erase(data.begin(), data.begin() + kEdge / 8);
        data.resize(data_bytes());
    }

private:
    void accept(const DecodedBits& decoded) noexcept override {
        to_->insert(to_->end(), decoded.bits.begin(),
                    decoded.bits.begin() + static_cast<std::ptrdiff_t>((decoded.count + 7) / 8));
    }

    /// Zeros in front and behind: where a stream begins and ends there is less to decide by.
    static constexpr std::size_t kEdge = 192;

    Puncturing puncturing_;
    ViterbiStream stream_;
    Bytes* to_ = nullptr;
};

class ViterbiBlockCodec final : public Codec {
public:
    std::size_t data_bytes() const override { return kBytes; }

    void encode(const Bytes& data, Bytes& sent) override {
        Bytes bits;
        append_bits_msb(data, bits);
        ConvolutionalEncoder encoder(kConvolutionalCcsds);
        encoder.encode(bits, sent);
        encoder.terminate(sent);
    }

    void decode(const Symbols& received, Bytes& data) override {
        data.resize(kBytes + 1);
        block_.decode_packed(received, data);
        data.resize(kBytes);
    }

private:
    static constexpr std::size_t kBytes = 1115;
    ViterbiBlock block_{kConvolutionalCcsds, 8 * kBytes + 6};
};

/// Reed-Solomon words, alone or inside the convolutional code; frames follow each other without
/// sync markers, as if synchronisation were perfect.
class ReedSolomonCodec final : public Codec, Sink<DecodedBits> {
public:
    enum class Inner : std::uint8_t { none, viterbi };

    ReedSolomonCodec(int depth, Inner inner)
        : inner_(inner), code_(kRs223Dual, depth), stream_(kConvolutionalCcsds) {}

    std::size_t data_bytes() const override { return 223 * words(); }

    void encode(const Bytes& data, Bytes& sent) override {
        Bytes block(data);
        block.resize(255 * words());
        code_.encode(data, std::span(block).subspan(data.size()));
        Bytes bits;
        append_bits_msb(block, bits);
        if (inner_ == Inner::none) {
            sent = bits;
            return;
        }
        ConvolutionalEncoder encoder(kConvolutionalCcsds);
        encoder.encode(bits, sent);
        encoder.terminate(sent);
    }

    void decode(const Symbols& received, Bytes& data) override {
        block_.clear();
        if (inner_ == Inner::none) {
            block_.resize(received.size() / 8);
            SignPacker{}(received, block_);
        } else {
            stream_.reset();
            stream_.process(received, *this);
            stream_.finish(*this);
            block_.resize(255 * words());
        }
        code_.decode(block_);
        data.assign(block_.begin(), block_.begin() + static_cast<std::ptrdiff_t>(data_bytes()));
    }

private:
    std::size_t words() const { return static_cast<std::size_t>(code_.depth()); }

    void accept(const DecodedBits& decoded) noexcept override {
        block_.insert(block_.end(), decoded.bits.begin(),
                      decoded.bits.begin() + static_cast<std::ptrdiff_t>((decoded.count + 7) / 8));
    }

    Inner inner_;
    InterleavedReedSolomon code_;
    ViterbiStream stream_;
    Bytes block_;
};

class LdpcCodec final : public Codec {
public:
    explicit LdpcCodec(const LdpcCode& code) : code_(code), encoder_(code), decoder_(code) {}

    std::size_t data_bytes() const override { return static_cast<std::size_t>(code_.k / 8); }

    void encode(const Bytes& data, Bytes& sent) override {
        Bytes word(static_cast<std::size_t>(code_.n / 8));
        encoder_.encode(data, word);
        append_bits_msb(word, sent);
    }

    void decode(const Symbols& received, Bytes& data) override {
        data.resize(data_bytes());
        decoder_.decode(received, data);
    }

private:
    LdpcCode code_;
    LdpcEncoder encoder_;
    LdpcDecoder decoder_;
};

class TurboCodec final : public Codec {
public:
    explicit TurboCodec(const TurboCode& code) : encoder_(code), decoder_(code) {}

    std::size_t data_bytes() const override { return encoder_.code().bytes(); }
    void encode(const Bytes& data, Bytes& sent) override { encoder_.encode(data, sent); }
    void decode(const Symbols& received, Bytes& data) override {
        data.resize(data_bytes());
        decoder_.decode(received, data);
    }

private:
    TurboEncoder encoder_;
    TurboDecoder decoder_;
};

enum class Count : std::uint8_t { blocks, bits };
constexpr double kLeastFer = 5e-4; ///< a curve ends below it
constexpr double kLeastBer = 1e-6;

struct Curve {
    std::string name;
    double from_db;
    double step_db;
    Count enough; ///< of what errors end a point
    std::function<std::unique_ptr<Codec>()> make;
};

Curve ldpc(const char* name, double from_db, double step_db) {
    return {std::string("LDPC ") + name, from_db, step_db, Count::blocks,
            [name] { return std::make_unique<LdpcCodec>(*find_ldpc_code(name)); }};
}

Curve turbo(const char* rate, std::size_t bits, double from_db) {
    const TurboCode code = find_turbo_code(rate, bits).value();
    return {"turbo " + std::string(rate) + " k=" + std::to_string(bits), from_db,
            bits < 3000 ? 0.1 : 0.05, Count::blocks,
            [code] { return std::make_unique<TurboCodec>(code); }};
}

Curve viterbi(const char* name, const Puncturing& puncturing, double from_db) {
    return {std::string("Viterbi ") + name, from_db, 0.5, Count::bits,
            [puncturing] { return std::make_unique<ViterbiStreamCodec>(puncturing); }};
}

std::vector<Curve> curves() {
    using Inner = ReedSolomonCodec::Inner;
    return {
        viterbi("1/2, stream", Puncturing(), 1),
        {"Viterbi 1/2, blocks of 8920", 1, 0.5, Count::bits,
         [] { return std::make_unique<ViterbiBlockCodec>(); }},
        viterbi("2/3, stream", kPuncturing23, 2),
        viterbi("3/4, stream", kPuncturing34, 2.5),
        viterbi("5/6, stream", kPuncturing56, 3),
        viterbi("7/8, stream", kPuncturing78, 3.5),
        {"RS(255,223)", 5, 0.2, Count::blocks,
         [] { return std::make_unique<ReedSolomonCodec>(1, Inner::none); }},
        {"RS(255,223) I=5, Viterbi 1/2", 1.8, 0.1, Count::blocks,
         [] { return std::make_unique<ReedSolomonCodec>(5, Inner::viterbi); }},
        ldpc("ar4ja-1/2-1024", 0.8, 0.2),
        ldpc("ar4ja-1/2-4096", 0.8, 0.1),
        ldpc("ar4ja-1/2-16384", 0.7, 0.05),
        ldpc("ar4ja-2/3-4096", 1.6, 0.1),
        ldpc("ar4ja-4/5-4096", 2.6, 0.1),
        ldpc("c2-8160", 3.3, 0.1),
        ldpc("tc-128", 2, 0.5),
        ldpc("tc-512", 1.5, 0.5),
        turbo("1/2", 1784, 0.7),
        turbo("1/3", 1784, 0.2),
        turbo("1/4", 1784, 0),
        turbo("1/6", 1784, -0.3),
        turbo("1/2", 8920, 0.75),
        turbo("1/3", 8920, 0.2),
        turbo("1/4", 8920, -0.05),
        turbo("1/6", 8920, -0.3),
    };
}

std::size_t bit_errors(const Bytes& a, const Bytes& b) {
    std::size_t errors = 0;
    for (std::size_t at = 0; at < a.size(); ++at)
        errors += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(a[at] ^ b[at])));
    return errors;
}

struct Tally {
    std::size_t blocks = 0;
    std::size_t wrong_blocks = 0;
    std::size_t wrong_bits = 0;
};

struct Limits {
    std::size_t errors = 100;
    std::size_t bits = 20'000'000;
};

Tally point(const Curve& curve, double eb_n0_db, const Limits& limits) {
    const auto codec = curve.make();
    modem::Gaussian noise(static_cast<std::uint64_t>(std::lround(1000 * (eb_n0_db + 100))));
    std::mt19937_64 random(1);
    Bytes data(codec->data_bytes());
    Bytes sent;
    Bytes decoded;
    Symbols received;
    Tally tally;
    const std::size_t most = std::max<std::size_t>(limits.bits / (8 * data.size()), 1);
    const std::size_t enough = limits.errors * (curve.enough == Count::bits ? 50 : 1);
    while (tally.blocks < most &&
           (curve.enough == Count::blocks ? tally.wrong_blocks : tally.wrong_bits) < enough) {
        if (tally.blocks % 16 == 0) { // encoding takes its time; the noise is always another one
            for (auto& byte : data)
                byte = static_cast<std::uint8_t>(random());
            sent.clear();
            codec->encode(data, sent);
        }
        const double rate =
            8. * static_cast<double>(data.size()) / static_cast<double>(sent.size());
        const double sigma = 32 * std::sqrt(0.5 / (rate * std::pow(10, eb_n0_db / 10)));
        const auto symbol = [&](std::uint8_t bit, double disturbance) {
            return static_cast<std::int8_t>(
                std::clamp(std::nearbyint((bit ? 32 : -32) + sigma * disturbance), -127., 127.));
        };
        received.resize(sent.size());
        for (std::size_t at = 0; at < sent.size(); at += 2) {
            const auto pair = noise();
            received[at] = symbol(sent[at], pair.real());
            if (at + 1 < sent.size())
                received[at + 1] = symbol(sent[at + 1], pair.imag());
        }
        codec->decode(received, decoded);
        const std::size_t wrong = bit_errors(data, decoded);
        ++tally.blocks;
        tally.wrong_blocks += wrong > 0;
        tally.wrong_bits += wrong;
    }
    return tally;
}

void sweep(const Curve& curve, const Limits& limits) {
    for (int step = 0; step < 40; ++step) {
        const double eb_n0_db = std::round(1000 * (curve.from_db + step * curve.step_db)) / 1000;
        const Tally tally = point(curve, eb_n0_db, limits);
        const double blocks = static_cast<double>(tally.blocks);
        const double bits = blocks * 8 * static_cast<double>(curve.make()->data_bytes());
        std::printf("\"%s\",%.3g,%zu,%zu,%.0f,%zu,%.4g,%.4g\n", curve.name.c_str(), eb_n0_db,
                    tally.blocks, tally.wrong_blocks, bits, tally.wrong_bits,
                    static_cast<double>(tally.wrong_blocks) / blocks,
                    static_cast<double>(tally.wrong_bits) / bits);
        std::fflush(stdout);
        if (curve.enough == Count::blocks
                ? static_cast<double>(tally.wrong_blocks) < kLeastFer * blocks
                : static_cast<double>(tally.wrong_bits) < kLeastBer * bits)
            break;
    }
}

int main_with(int argc, char** argv) {
    Limits limits;
    std::vector<std::string> names;
    for (int at = 1; at < argc; ++at) {
        const std::string word = argv[at];
        const bool has_value = at + 1 < argc;
        if (word == "--errors" && has_value)
            limits.errors = static_cast<std::size_t>(std::max(std::atoll(argv[++at]), 1LL));
        else if (word == "--bits" && has_value)
            limits.bits = static_cast<std::size_t>(std::max(std::atoll(argv[++at]), 1LL));
        else if (!word.empty() && word.front() == '-') {
            std::cerr << "usage: code_sweep [--errors N] [--bits N] [NAME...]\n";
            for (const Curve& curve : curves())
                std::cerr << "  " << curve.name << '\n';
            return word == "--help" ? 0 : 2;
        } else
            names.push_back(word);
    }
    std::puts("code,eb_n0_db,blocks,wrong_blocks,bits,wrong_bits,fer,ber");
    for (const Curve& curve : curves())
        if (names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                return curve.name.starts_with(name);
            }))
            sweep(curve, limits);
    return 0;
}

} // namespace
} // namespace telemetry::fec

int main(int argc, char** argv) {
    return telemetry::fec::main_with(argc, argv);
}
