// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/ldpc_code.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "ldpc_reference.h"
#include "telemetry/fec/ldpc_encoder.h"

namespace telemetry::fec {
namespace {

TEST(LdpcCode, CatalogIsConsistent) {
    std::set<std::string_view> names;
    for (const LdpcCode& code : kLdpcCodes) {
        SCOPED_TRACE(code.name);
        EXPECT_TRUE(names.insert(code.name).second);
        EXPECT_EQ(find_ldpc_code(code.name), &code);
        EXPECT_EQ(code.variables(), code.fill_bits + code.n - code.padding + code.punctured);
        EXPECT_EQ(code.n % 8, 0);
        EXPECT_EQ(code.k % 8, 0);
        // C2's matrix is two short of full rank, and table 7-2 does without those two bits.
        EXPECT_EQ(code.variables() - code.checks(), code.k + code.fill_bits);
    }
    EXPECT_EQ(find_ldpc_code("ar4ja-1/2-1025"), nullptr);
}

TEST(LdpcCode, DegreesAreThoseOfTheStandards) {
    const std::map<std::string_view, std::map<int, int>> columns = {
        // Degree of a variable: how many columns of M (of circulants) have it.
        {"ar4ja-1/2-1024", {{1, 1}, {2, 1}, {3, 2}, {6, 1}}},
        {"ar4ja-4/5-16384", {{1, 1}, {2, 1}, {3, 2}, {4, 6}, {6, 1}}},
        {"c2-8160", {{4, 16}}},
        {"tc-128", {{3, 4}, {5, 4}}},
        {"tc-512", {{3, 4}, {5, 4}}}};
    for (const auto& [name, expected] : columns) {
        SCOPED_TRACE(name);
        const LdpcCode& code = *find_ldpc_code(name);
        std::map<int, int> weights;
        for (const LdpcCirculant& c : ldpc_matrix(code))
            ++weights[c.column];
        std::map<int, int> found;
        for (const auto& [column, weight] : weights)
            ++found[weight];
        const int unit = code.family == LdpcFamily::ar4ja ? 4 : 1;
        for (const auto& [degree, count] : expected)
            EXPECT_EQ(found[degree], count * unit) << degree;
    }
}

TEST(LdpcCode, NoFourCycles) {
    // Two checks that share two variables. Only the denser AR4JA codes have some.
    for (const LdpcCode& code : kLdpcCodes) {
        if (code.name == "ar4ja-2/3-1024" || code.name.starts_with("ar4ja-4/5"))
            continue;
        SCOPED_TRACE(code.name);
        const auto matrix = ldpc_matrix(code);
        std::map<std::pair<int, int>, std::set<int>> seen; // rows of blocks, turns between them
        for (std::size_t i = 0; i < matrix.size(); ++i)
            for (std::size_t j = 0; j < matrix.size(); ++j) {
                const auto& a = matrix[i];
                const auto& b = matrix[j];
                if (i == j || a.column != b.column)
                    continue;
                const int turn = (a.shift - b.shift + code.circulant) % code.circulant;
                std::set<int>& turns = seen[{a.row, b.row}];
                EXPECT_TRUE(turns.insert(turn).second);
            }
    }
}

TEST(LdpcEncoder, GeneratorsAreThosePublished) {
    std::ifstream file(TELEMETRY_VECTORS "/fec/ldpc_generators.txt");
    ASSERT_TRUE(file);
    std::map<std::string, LdpcEncoder> encoders;
    int rows = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#'))
            continue;
        std::istringstream words(line);
        std::string name;
        int row = 0;
        std::string expected;
        ASSERT_TRUE(words >> name >> row >> expected) << line;
        const LdpcCode* code = find_ldpc_code(name);
        ASSERT_TRUE(code) << line;
        const LdpcEncoder& encoder = encoders.try_emplace(name, *code).first->second;
        std::string bits;
        for (int p = 0; p < encoder.parity_blocks(); ++p) {
            if (code->family == LdpcFamily::c2)
                bits += '0';
            const auto polynomial = encoder.generator(row, p);
            for (std::size_t t = 0; t < static_cast<std::size_t>(code->circulant); ++t)
                bits += polynomial[t / 64] >> (t % 64) & 1 ? '1' : '0';
        }
        std::string hex;
        for (std::size_t i = 0; i < bits.size(); i += 4)
            hex += "0123456789ABCDEF"[std::stoi(bits.substr(i, 4), nullptr, 2)];
        EXPECT_EQ(hex, expected) << name << ' ' << row;
        ++rows;
    }
    EXPECT_EQ(rows, 20);
}

TEST(LdpcEncoder, WordOfLabradorLdpc) {
    // The known answer of labrador-ldpc's own encoder test (src/encoder.rs).
    const std::vector<std::uint8_t> data = {255, 254, 253, 252, 251, 250, 249, 248};
    const std::vector<std::uint8_t> expected = {255, 254, 253, 252, 251, 250, 249, 248,
                                                203, 102, 103, 120, 107, 30,  157, 169};
    std::vector<std::uint8_t> word(16);
    LdpcEncoder(*find_ldpc_code("tc-128")).encode(data, word);
    EXPECT_EQ(word, expected);
}

TEST(LdpcEncoder, WordsSatisfyEveryCheck) {
    std::mt19937 random(1);
    for (const LdpcCode& code : kLdpcCodes) {
        SCOPED_TRACE(code.name);
        const LdpcEncoder encoder(code);
        std::vector<std::uint8_t> data(static_cast<std::size_t>(code.k / 8));
        std::vector<std::uint8_t> word(static_cast<std::size_t>(code.n / 8));
        for (int trial = 0; trial < 2; ++trial) {
            for (auto& byte : data)
                byte = static_cast<std::uint8_t>(random());
            encoder.encode(data, word);
            EXPECT_TRUE(std::equal(data.begin(), data.end(), word.begin()));
            EXPECT_EQ(failing_checks(code, word), 0);
            word[word.size() / 2] ^= 0x10;
            EXPECT_GT(failing_checks(code, word), 0);
        }
        std::fill(data.begin(), data.end(), std::uint8_t{0});
        encoder.encode(data, word);
        EXPECT_EQ(std::count(word.begin(), word.end(), 0), code.n / 8);
    }
}

} // namespace
} // namespace telemetry::fec
