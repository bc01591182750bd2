// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/resampler.h"

#include <cmath>

#include <gtest/gtest.h>

namespace telemetry::dsp {
namespace {

std::vector<float> resample(Resampler& resampler, const std::vector<float>& in, std::size_t chunk) {
    std::vector<float> out;
    for (std::size_t i = 0; i < in.size(); i += chunk) {
        const std::size_t count = std::min(chunk, in.size() - i), have = out.size();
        out.resize(have + resampler.most_outputs(count));
        out.resize(have + resampler.process(std::span(in).subspan(i, count), out.data() + have));
    }
    const std::size_t have = out.size();
    out.resize(have + resampler.most_outputs_at_finish());
    out.resize(have + resampler.finish(out.data() + have));
    return out;
}

struct Rates {
    double in, out, pass;
};

class ResamplerRates : public testing::TestWithParam<Rates> {};

TEST_P(ResamplerRates, ToneKeepsAmplitudeAndPlaceAndAliasesVanish) {
    const auto [in_rate, out_rate, pass] = GetParam();
    Resampler resampler(in_rate, out_rate, pass);
    EXPECT_NEAR(resampler.step(), in_rate / out_rate, 1e-9 * in_rate / out_rate);
    const auto length = static_cast<std::size_t>(300 * std::max(1.0, in_rate / out_rate));
    const double edge = std::min(in_rate, out_rate) - pass; // first alias onto the pass band
    for (const double f : {0.0, 0.5 * pass, 0.95 * pass, edge}) {
        if (f >= in_rate / 2)
            continue;
        std::vector<float> in(length);
        for (std::size_t i = 0; i < length; ++i)
            in[i] = static_cast<float>(std::cos(2 * M_PI * f / in_rate * static_cast<double>(i)));
        const auto out = resample(resampler, in, 512);
        EXPECT_NEAR(static_cast<double>(out.size()), length / resampler.step(), 1.01);
        for (std::size_t k = out.size() / 4; k < out.size() * 3 / 4; ++k) {
            const double expected =
                f < edge
                    ? std::cos(2 * M_PI * f / in_rate * resampler.step() * static_cast<double>(k))
                    : 0;
            ASSERT_NEAR(out[k], expected, 4e-3) << "f " << f << " k " << k;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Ratios, ResamplerRates,
                         testing::Values(Rates{48000, 38400, 8600}, Rates{48000, 80000, 18000},
                                         Rates{2e6, 4800, 1100}, Rates{44100, 38400, 8600},
                                         Rates{1024000.5, 4799.3, 1000},
                                         Rates{96000, 96000, 20000}));

TEST(Resampler, ChunksDoNotMatter) {
    std::vector<float> in(10000);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<float>(std::sin(0.001 * static_cast<double>(i * i % 7919)));
    for (const double out_rate : {4800.0, 38400.0, 80000.0, 12345.678}) {
        Resampler resampler(48000, out_rate, 0.3 * std::min(out_rate, 48000.0));
        const auto whole = resample(resampler, in, in.size());
        EXPECT_EQ(resample(resampler, in, 1), whole);
        EXPECT_EQ(resample(resampler, in, 7), whole);
        EXPECT_EQ(resample(resampler, in, 4096), whole);
    }
}

} // namespace
} // namespace telemetry::dsp
