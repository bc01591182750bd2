// SPDX-License-Identifier: GPL-3.0-or-later
// Frame error rate of the LDPC codes over BPSK and white noise, as CSV on standard output.
//
//   ldpc_fer CODE FROM_DB TO_DB STEP_DB [--decoder int8|float|both] [--iterations N]
//            [--frames N] [--errors N] [--amplitude A]
//
// A point ends after so many frames (10000) or lost frames (100). The float decoder is layered
// normalised min-sum with a factor of 0.75 and no limits, the yardstick of the int8 one; it gets
// the same frames. Amplitude: that of a symbol in steps of int8 (30).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "telemetry/fec/ldpc_decoder.h"
#include "telemetry/fec/ldpc_encoder.h"

namespace telemetry::fec {
namespace {

/// Up to 64 checks at a time, as far as they share no variables.
class FloatDecoder {
public:
    FloatDecoder(const LdpcCode& code, int iterations)
        : code_(code), iterations_(iterations), matrix_(ldpc_matrix(code)),
          total_(static_cast<std::size_t>(code.variables())) {
        std::size_t first = 0;
        for (std::size_t i = 1; i <= matrix_.size(); ++i)
            if (i == matrix_.size() || matrix_[i].row != matrix_[first].row) {
                layers_.emplace_back(first, i - first);
                first = i;
            }
        message_.resize(matrix_.size() * static_cast<std::size_t>(code.circulant));
    }

    bool decode(const std::vector<float>& symbols, std::vector<std::uint8_t>& data, int& used) {
        std::fill(total_.begin(), total_.end(), 0.F);
        std::fill(message_.begin(), message_.end(), 0.F);
        std::fill_n(total_.begin(), code_.fill_bits, 1e6F);
        for (int i = 0; i < code_.n - code_.padding; ++i)
            total_[static_cast<std::size_t>(code_.fill_bits + i)] =
                -symbols[static_cast<std::size_t>(i)];
        bool valid = false;
        for (used = 0; used < iterations_ && !valid; ++used) {
            iterate();
            valid = satisfied();
        }
        std::fill(data.begin(), data.end(), std::uint8_t{0});
        for (int i = 0; i < code_.k; ++i)
            if (total_[static_cast<std::size_t>(code_.fill_bits + i)] < 0)
                data[static_cast<std::size_t>(i / 8)] |= static_cast<std::uint8_t>(0x80 >> i % 8);
        return valid;
    }

private:
    static constexpr int kGroup = 64;

    std::size_t variable(const LdpcCirculant& c, int row) const {
        return static_cast<std::size_t>(c.column * code_.circulant +
                                        (row + c.shift) % code_.circulant);
    }

    void iterate() {
        const int group = code_.family == LdpcFamily::telecommand ? 1 : kGroup;
        for (const auto& [first, degree] : layers_)
            for (int row = 0; row < code_.circulant; row += group)
                update(first, degree, row, std::min(group, code_.circulant - row));
    }

    void update(std::size_t first, std::size_t degree, int row, int rows) {
        float least[kGroup];
        float second[kGroup];
        float sign[kGroup];
        std::fill_n(least, rows, 1e9F);
        std::fill_n(second, rows, 1e9F);
        std::fill_n(sign, rows, 1.F);
        said_.resize(degree * kGroup);
        for (std::size_t e = 0; e < degree; ++e) {
            const LdpcCirculant& c = matrix_[first + e];
            float* const t = &said_[e * kGroup];
            const float* const m = message(first + e, row);
            for (int r = 0; r < rows; ++r)
                t[r] = total_[variable(c, row + r)] - m[r];
            for (int r = 0; r < rows; ++r) {
                const float a = std::fabs(t[r]);
                second[r] = std::min(second[r], std::max(least[r], a));
                least[r] = std::min(least[r], a);
                sign[r] *= t[r] < 0 ? -1.F : 1.F;
            }
        }
        for (std::size_t e = 0; e < degree; ++e) {
            const LdpcCirculant& c = matrix_[first + e];
            const float* const t = &said_[e * kGroup];
            float* const m = message(first + e, row);
            for (int r = 0; r < rows; ++r) {
                const float a = std::fabs(t[r]) == least[r] ? second[r] : least[r];
                const float fresh = 0.75F * a * sign[r] * (t[r] < 0 ? -1.F : 1.F);
                total_[variable(c, row + r)] += fresh - m[r];
                m[r] = fresh;
            }
        }
    }

    float* message(std::size_t edge, int row) {
        return &message_[edge * static_cast<std::size_t>(code_.circulant) +
                         static_cast<std::size_t>(row)];
    }

    bool satisfied() const {
        for (const auto& [first, degree] : layers_)
            for (int row = 0; row < code_.circulant; ++row) {
                bool odd = false;
                for (std::size_t e = 0; e < degree; ++e)
                    odd ^= total_[variable(matrix_[first + e], row)] < 0;
                if (odd)
                    return false;
            }
        return true;
    }

    LdpcCode code_;
    int iterations_;
    std::vector<LdpcCirculant> matrix_;
    std::vector<std::pair<std::size_t, std::size_t>> layers_;
    std::vector<float> total_;
    std::vector<float> message_;
    std::vector<float> said_;
};

struct Count {
    long frame_errors = 0;
    long bit_errors = 0;
    long undetected = 0;
    double iterations = 0;

    void add(bool valid, int used, const std::vector<std::uint8_t>& sent,
             const std::vector<std::uint8_t>& got) {
        iterations += used;
        if (valid && sent == got)
            return;
        ++frame_errors;
        undetected += valid;
        for (std::size_t i = 0; i < sent.size(); ++i)
            bit_errors += __builtin_popcount(sent[i] ^ got[i]);
    }
    void print(const LdpcCode& code, const char* decoder, int limit, double eb_n0_db,
               long frames) const {
        std::printf("%s,%s,%d,%.3f,%ld,%ld,%ld,%ld,%.3g,%.3g,%.2f\n",
                    std::string(code.name).c_str(), decoder, limit, eb_n0_db, frames, frame_errors,
                    bit_errors, undetected,
                    static_cast<double>(frame_errors) / static_cast<double>(frames),
                    static_cast<double>(bit_errors) / static_cast<double>(frames) / code.k,
                    iterations / static_cast<double>(frames));
        std::fflush(stdout);
    }
};

struct Run {
    std::string decoder = "int8";
    int iterations = 50;
    long frames = 10000;
    long errors = 100;
    double amplitude = 30;
};

void point(const LdpcCode& code, const LdpcEncoder& encoder, const Run& run, double eb_n0_db) {
    std::mt19937_64 random(static_cast<std::uint64_t>(std::lround(1000 * eb_n0_db)) + 1);
    const double rate = static_cast<double>(code.k) / code.n;
    std::normal_distribution<float> noise(
        0, static_cast<float>(std::sqrt(0.5 / (rate * std::pow(10, eb_n0_db / 10)))));
    LdpcDecoder decoder(code, {.max_iterations = run.iterations});
    FloatDecoder reference(code, run.iterations);
    const bool with_int8 = run.decoder != "float";
    const bool with_float = run.decoder != "int8";
    std::vector<std::uint8_t> sent(static_cast<std::size_t>(code.k / 8));
    std::vector<std::uint8_t> got(sent.size());
    std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
    std::vector<float> received(static_cast<std::size_t>(code.n));
    std::vector<std::int8_t> symbols(static_cast<std::size_t>(code.n));
    Count int8;
    Count floating;
    long frames = 0;
    while (frames < run.frames && (with_int8 ? int8 : floating).frame_errors < run.errors) {
        ++frames;
        if (frames % 16 == 1) {
            for (auto& byte : sent)
                byte = static_cast<std::uint8_t>(random());
            encoder.encode(sent, word);
        }
        for (std::size_t i = 0; i < received.size(); ++i) {
            received[i] = (word[i / 8] >> (7 - i % 8) & 1 ? 1.F : -1.F) + noise(random);
            symbols[i] = static_cast<std::int8_t>(std::clamp(
                std::lround(run.amplitude * static_cast<double>(received[i])), -127L, 127L));
        }
        if (with_int8) {
            const LdpcOutcome outcome = decoder.decode(symbols, got);
            int8.add(outcome.valid, outcome.valid ? outcome.iterations : run.iterations, sent, got);
        }
        if (with_float) {
            int used = 0;
            const bool valid = reference.decode(received, got, used);
            floating.add(valid, used, sent, got);
        }
    }
    if (with_int8)
        int8.print(code, "int8", run.iterations, eb_n0_db, frames);
    if (with_float)
        floating.print(code, "float", run.iterations, eb_n0_db, frames);
}

int usage() {
    std::fprintf(stderr, "usage: ldpc_fer CODE FROM_DB TO_DB STEP_DB [--decoder int8|float|both]\n"
                         "                [--iterations N] [--frames N] [--errors N]\n"
                         "                [--amplitude A]\ncodes:\n");
    for (const LdpcCode& code : kLdpcCodes)
        std::fprintf(stderr, "  %s\n", std::string(code.name).c_str());
    return 2;
}

int sweep(int argc, char** argv) {
    const LdpcCode* code = argc >= 5 ? find_ldpc_code(argv[1]) : nullptr;
    if (!code || argc % 2 == 0)
        return usage();
    Run run;
    for (int i = 5; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--decoder")
            run.decoder = argv[i + 1];
        else if (option == "--iterations")
            run.iterations = std::atoi(argv[i + 1]);
        else if (option == "--frames")
            run.frames = std::atol(argv[i + 1]);
        else if (option == "--errors")
            run.errors = std::atol(argv[i + 1]);
        else if (option == "--amplitude")
            run.amplitude = std::atof(argv[i + 1]);
        else
            return usage();
    }
    std::printf("code,decoder,iterations,eb_n0_db,frames,frame_errors,bit_errors,undetected,fer,"
                "ber,mean_iterations\n");
    const LdpcEncoder encoder(*code);
    const double step = std::max(std::atof(argv[4]), 0.001);
    for (double db = std::atof(argv[2]); db < std::atof(argv[3]) + step / 2; db += step)
        point(*code, encoder, run, db);
    return 0;
}

} // namespace
} // namespace telemetry::fec

int main(int argc, char** argv) {
    return telemetry::fec::sweep(argc, argv);
}
