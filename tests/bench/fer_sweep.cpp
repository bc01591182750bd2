// SPDX-License-Identifier: GPL-3.0-or-later
// Frame error rate of whole receivers (demodulator and deframer) against Eb/N0, as CSV on standard
// output.
//
//   fer_sweep [--lost N] [--frames N] [NAME...]
//
// Random frames with a preamble each, carrier always on. A frame counts as received when it comes
// out byte for byte; what comes out and was not sent counts as false. Eb is the energy of one bit
// of the frame, so that parity and sync word are paid for.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <set>

#include "sweep.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::bench {
namespace {

struct Receiver {
    const char* name;
    const char* link; ///< its signal is that of the BER curve of this name
    const char* framing;
    std::vector<KeyText> settings;
    std::size_t frame_size;
    double from_db;
    double to_db;
};

const Receiver kReceivers[] = {
    {"AX.25 G3RUH, FSK 9600 h=0.5, IQ", "FSK h=0.5, IQ", "AX.25 G3RUH", {}, 100, 6, 18},
    {"AX.25 G3RUH, FSK 9600 h=0.5, FM audio", "FSK h=0.5, FM audio", "AX.25 G3RUH", {}, 100, 6, 18},
    {"AX.25, AFSK 1200, audio", "AFSK 1200 1700±500, audio", "AX.25", {}, 100, 6, 18},
    {"AX.25 G3RUH, BPSK 9600, IQ", "BPSK 9600, IQ", "AX.25 G3RUH", {}, 100, 4, 13},
    {"AX100 ASM+Golay, GMSK, IQ", "GMSK BT 0.5, IQ", "AX100 ASM+Golay", {}, 223, 4, 14},
    {"AX100 Reed Solomon, GMSK, IQ", "GMSK BT 0.5, IQ", "AX100 Reed Solomon", {}, 222, 4, 14},
    {"CCSDS Reed-Solomon I=1, BPSK 9600, IQ",
     "BPSK 9600, IQ",
     "CCSDS Reed-Solomon",
     {{"frame_size", "223"}},
     223,
     3,
     9},
    {"CCSDS Concatenated I=1, BPSK 9600, IQ",
     "BPSK 9600, IQ",
     "CCSDS Concatenated",
     {{"frame_size", "223"}},
     223,
     0,
     6},
    {"CCSDS Concatenated I=4, BPSK 9600, IQ",
     "BPSK 9600, IQ",
     "CCSDS Concatenated",
     {{"frame_size", "892"}, {"rs_interleaving", "4"}},
     892,
     0,
     6},
};

/// Deframer behind the demodulator; counts what was sent and what was not.
class Count final : public Sink<SoftSymbols>, public Sink<Frame> {
public:
    explicit Count(framing::Deframer& deframer) : deframer_(deframer) {}
    void accept(const SoftSymbols& symbols) noexcept override { deframer_.process(symbols, *this); }
    void accept(const Frame& frame) noexcept override {
        if (sent.erase({frame.bytes.begin(), frame.bytes.end()}) > 0)
            ++received;
        else
            ++wrong;
    }

    std::set<std::vector<std::uint8_t>> sent;
    std::size_t received = 0;
    std::size_t wrong = 0;

private:
    framing::Deframer& deframer_;
};

void sweep(const Receiver& receiver, std::size_t most_frames, std::size_t enough_lost) {
    Link link;
    for (const auto& candidate : links())
        if (candidate.name == receiver.link)
            link = candidate;
    const auto* entry = framing::find_deframer(receiver.framing);
    if (entry == nullptr) {
        std::cerr << "no deframer " << receiver.framing << '\n';
        std::exit(1);
    }
    const auto settings = read_settings({entry->fields}, receiver.settings);
    if (!settings) {
        std::cerr << settings.error().to_string() << '\n';
        std::exit(1);
    }
    for (double db = receiver.from_db; db < receiver.to_db + 1e-9; db += 0.5) {
        std::size_t frames = 0;
        std::size_t received = 0;
        std::size_t wrong = 0;
        for (std::uint64_t seed = 1; frames < most_frames && frames - received < enough_lost;
             ++seed) {
            auto framer = modem::make_framer(receiver.framing, *settings);
            auto deframer = entry->make(*settings);
            // Energy of a frame's own bits over all the bits sent for it.
            std::vector<std::uint8_t> bits;
            std::mt19937_64 random(seed);
            std::vector<std::uint8_t> bytes(receiver.frame_size);
            (*framer)->frame(bytes, bits);
            const double code_rate =
                8.0 * static_cast<double>(receiver.frame_size) / static_cast<double>(bits.size());
            LinkRun run(link, db + 10 * std::log10(code_rate), seed);
            Count count(**deframer);

            bits.clear();
            (*framer)->idle(4096, bits);
            const std::size_t batch = 25;
            for (std::size_t k = 0; k < batch; ++k) {
                for (auto& byte : bytes)
                    byte = static_cast<std::uint8_t>(random() >> 56);
                count.sent.insert(bytes);
                (*framer)->idle(64, bits);
                (*framer)->frame(bytes, bits);
                run.send(bits, count);
                bits.clear();
            }
            (*framer)->idle(512, bits);
            run.send(bits, count);
            run.finish(count);
            frames += batch;
            received += count.received;
            wrong += count.wrong;
        }
        const std::size_t lost = frames - received;
        std::printf("\"%s\",%g,%zu,%zu,%zu,%.4g\n", receiver.name, db, frames, lost, wrong,
                    static_cast<double>(lost) / static_cast<double>(frames));
        std::fflush(stdout);
        if (lost == 0)
            break;
    }
}

int main_with(int argc, char** argv) {
    std::size_t frames = 300;
    std::size_t lost = 50;
    std::set<std::string> names;
    for (int k = 1; k < argc; ++k) {
        const std::string word = argv[k];
        if (word == "--frames" && k + 1 < argc)
            frames = static_cast<std::size_t>(std::atoll(argv[++k]));
        else if (word == "--lost" && k + 1 < argc)
            lost = static_cast<std::size_t>(std::atoll(argv[++k]));
        else
            names.insert(word);
    }
    std::puts("receiver,eb_n0_db,frames,lost,false,fer");
    for (const auto& receiver : kReceivers)
        if (names.empty() || names.count(receiver.name) > 0)
            sweep(receiver, frames, lost);
    return 0;
}

} // namespace
} // namespace telemetry::bench

int main(int argc, char** argv) {
    return telemetry::bench::main_with(argc, argv);
}
