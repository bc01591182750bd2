// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/gaussian.h"

#include <cmath>
#include <numbers>

namespace telemetry::modem {
namespace {

/// ln x for 0 < x <= 1 by the series of atanh((m−1)/(m+1)), m the mantissa in [√½, √2).
double natural_log(double x) {
    int exponent = 0;
    double mantissa = std::frexp(x, &exponent);
    if (mantissa < std::numbers::sqrt2 / 2) {
        mantissa *= 2;
        --exponent;
    }
    const double s = (mantissa - 1) / (mantissa + 1);
    const double s2 = s * s;
    double series = 0;
    for (int power = 19; power >= 1; power -= 2)
        series = series * s2 + 1.0 / power;
    return 2 * s * series + exponent * std::numbers::ln2;
}

/// cos and sin of an angle in [−π/4, π/4] by their power series.
std::complex<double> unit_vector(double angle) {
    const double a2 = angle * angle;
    const double cosine =
        1 - a2 / 2 * (1 - a2 / 12 * (1 - a2 / 30 * (1 - a2 / 56 * (1 - a2 / 90 * (1 - a2 / 132)))));
    const double sine =
        angle *
        (1 -
         a2 / 6 * (1 - a2 / 20 * (1 - a2 / 42 * (1 - a2 / 72 * (1 - a2 / 110 * (1 - a2 / 156))))));
    return {cosine, sine};
}

} // namespace

std::complex<double> Gaussian::operator()() {
    constexpr double kUnit = 1.0 / 9007199254740992.0; // 2^-53
    const double uniform = (static_cast<double>(random_() >> 11) + 1) * kUnit;
    const double radius = std::sqrt(-2 * natural_log(uniform));
    const std::uint64_t turn = random_();
    // Two bits choose the quadrant, the rest the angle in it.
    const double angle =
        (static_cast<double>((turn << 2) >> 11) * kUnit - 0.5) * (std::numbers::pi / 2);
    const std::complex<double> vector = radius * unit_vector(angle);
    switch (turn >> 62) {
    case 0:
        return vector;
    case 1:
        return {-vector.imag(), vector.real()};
    case 2:
        return -vector;
    default:
        return {vector.imag(), -vector.real()};
    }
}

} // namespace telemetry::modem
