// SPDX-License-Identifier: GPL-3.0-or-later
// On-air bits made by other people's encoders: tests/vectors/framing/make_vectors.py.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "symbols.h"
#include "telemetry/fec/bits.h"

namespace telemetry::framing {
namespace {

struct Sent {
    std::string hex;
    std::size_t first = 0;
    std::size_t count = 0; ///< 0: not told
};

struct Vector {
    std::string title;
    std::string framing;
    std::vector<KeyText> settings;
    std::size_t mends = 0;
    std::vector<Sent> sent;
    std::vector<std::uint8_t> bits;
};

Vector parse(const std::string& title, const std::string& frames, const std::string& bits) {
    Vector vector;
    vector.title = title;
    vector.framing = title.substr(0, title.find(" |"));
    for (auto bar = title.find(" | "); bar != std::string::npos;) {
        const auto next = title.find(" | ", bar + 1);
        const std::string word = title.substr(bar + 3, next - bar - 3);
        const auto equals = word.find('=');
        if (word.starts_with("mends="))
            vector.mends = std::stoul(word.substr(equals + 1));
        else
            vector.settings.push_back({word.substr(0, equals), word.substr(equals + 1), 0, 0});
        bar = next;
    }
    std::istringstream list(frames);
    for (std::string word; list >> word;) {
        const auto at = word.find('@');
        Sent sent{word.substr(0, at)};
        if (at != std::string::npos) {
            sent.first = std::stoul(word.substr(at + 1));
            sent.count = std::stoul(word.substr(word.find('+') + 1));
        }
        vector.sent.push_back(sent);
    }
    fec::append_bits_msb(*from_hex(bits), vector.bits);
    return vector;
}

std::vector<Vector> read(const std::string& name) {
    std::ifstream file(TELEMETRY_VECTORS "/framing/" + name);
    std::string title, frames, bits;
    std::getline(file, title);
    EXPECT_TRUE(title.starts_with("# ")) << name;
    std::vector<Vector> vectors;
    while (std::getline(file, title) && std::getline(file, frames) && std::getline(file, bits))
        vectors.push_back(parse(title, frames, bits));
    return vectors;
}

std::unique_ptr<Deframer> make(const Vector& vector) {
    const DeframerEntry* entry = find_deframer(vector.framing);
    if (!entry)
        return nullptr;
    const auto settings = read_settings({entry->fields}, vector.settings);
    if (!settings)
        return nullptr;
    auto deframer = entry->make(*settings);
    return deframer ? std::move(*deframer) : nullptr;
}

void expect_sent(const Vector& vector, const std::vector<Received>& frames, std::size_t skipped,
                 std::size_t wrong) {
    ASSERT_EQ(frames.size(), vector.sent.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const Sent& sent = vector.sent[i];
        EXPECT_EQ(frames[i].hex, sent.hex);
        const int mended = frames[i].corrected + frames[i].sync_errors;
        EXPECT_TRUE(wrong ? mended >= static_cast<int>(wrong) : mended == 0) << mended;
        if (sent.count) {
            EXPECT_EQ(frames[i].sample_index,
                      static_cast<std::int64_t>(2 + 5 * (sent.first - skipped)));
            EXPECT_EQ(frames[i].sample_count, static_cast<std::int64_t>(5 * sent.count));
        }
    }
}

class OutsideVectors : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Files, OutsideVectors,
                         testing::Values("gomspace.txt", "ccsds_tm.txt", "ax25.txt"));

TEST_P(OutsideVectors, YieldTheFramesSent) {
    const auto vectors = read(GetParam());
    ASSERT_GE(vectors.size(), 3u);
    for (const Vector& vector : vectors) {
        const auto deframer = make(vector);
        ASSERT_TRUE(deframer) << vector.title;
        for (const std::size_t wrong : {std::size_t{0}, vector.mends})
            for (const bool inverted : {false, true})
                for (const std::size_t skipped : {0u, 1u}) {
                    SCOPED_TRACE(vector.title + (inverted ? ", inverted, " : ", ") +
                                 std::to_string(wrong) + " wrong, " + std::to_string(skipped) +
                                 " skipped");
                    auto bits = vector.bits;
                    for (const Sent& sent : vector.sent)
                        for (std::size_t i = 0; i < wrong; ++i)
                            bits[sent.first + (2 * i + 1) * sent.count / (2 * wrong)] ^= 1;
                    for (auto& bit : bits)
                        bit ^= static_cast<std::uint8_t>(inverted);
                    bits.erase(bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(skipped));
                    deframer->reset();
                    expect_sent(vector, deframe(*deframer, clean_symbols(bits), 97), skipped,
                                wrong);
                }
    }
}

} // namespace
} // namespace telemetry::framing
