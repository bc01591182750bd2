// SPDX-License-Identifier: GPL-3.0-or-later
// Files made byte by byte, as the formats' specifications say and not as a library writes them.
#pragma once
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace telemetry::source::test {

inline std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

inline std::string f32(float value) {
    return little(std::bit_cast<std::uint32_t>(value), 4);
}

struct Wav {
    std::uint32_t tag = 1; ///< 1 PCM, 3 float, FFFEh extensible
    std::uint32_t channels = 1;
    std::uint32_t rate_hz = 48000;
    std::uint32_t bits = 16;
    std::string data;
    std::uint64_t promised = UINT64_MAX; ///< data bytes that the header claims; else as there are
    bool rf64 = false;
    std::uint32_t sub_tag = 1; ///< of an extensible format
    std::string before_data = {};
    std::string after_data = {};

    std::string bytes() const {
        const std::uint64_t size = promised == UINT64_MAX ? data.size() : promised;
        const std::uint32_t block = channels * bits / 8;
        std::string format = little(tag, 2) + little(channels, 2) + little(rate_hz, 4) +
                             little(rate_hz * block, 4) + little(block, 2) + little(bits, 2);
        if (tag == 0xfffe)
            format += little(22, 2) + little(bits, 2) + little(0, 4) + little(sub_tag, 2) +
                      std::string("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14);
        std::string chunks = "WAVE";
        if (rf64)
            chunks += "ds64" + little(28, 4) + little(36 + size, 8) + little(size, 8) +
                      little(block ? size / block : 0, 8) + little(0, 4);
        chunks += "fmt " + little(format.size(), 4) + format + before_data + "data" +
                  little(rf64 ? 0xffffffff : size, 4) + data + after_data;
        return (rf64 ? "RF64" + little(0xffffffff, 4) : "RIFF" + little(chunks.size(), 4)) + chunks;
    }
};

class Files : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/telemetry-source-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& bytes) const {
        const auto path = folder_ / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path.string();
    }

    std::filesystem::path folder_;
};

} // namespace telemetry::source::test
