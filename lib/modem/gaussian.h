// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <complex>
#include <cstdint>
#include <random>

namespace telemetry::modem {

/// Complex Gaussian noise of unit variance in each component: Box–Muller over mt19937_64, whose
/// output the C++ standard fixes. std::normal_distribution is the library's own choice, and libm's
/// log, sin and cos differ in the last bit between machines; those here are exact arithmetic in a
/// fixed order, so that a seed means the same noise everywhere.
class Gaussian {
public:
    explicit Gaussian(std::uint64_t seed) : random_(seed) {}
    std::complex<double> operator()();

private:
    std::mt19937_64 random_;
};

} // namespace telemetry::modem
