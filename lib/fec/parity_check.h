// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <vector>

#include "telemetry/fec/convolutional.h"
#include "telemetry/fec/puncturing.h"

namespace telemetry::fec {

/// A sum over some symbols of a convolutional code that is the same whatever the data: for rate 1/2
/// G2 times the first symbols plus G1 times the second ones. Symbols that are paired or punctured
/// in another way, and noise, give it by chance, so that it finds the right way without a decoder.
///
/// Found by elimination: the symbols of some periods are linear in fewer data bits; among the
/// combinations that cancel, the one of fewest symbols stands noise best.
struct ParityCheck {
    unsigned period = 0;          ///< symbols on the line after which the code repeats itself
    unsigned bits = 0;            ///< data bits in that period
    std::vector<unsigned> delays; ///< symbols that are summed, counted back from the last
                                  ///< one; none: no check has less than 64 symbols
    unsigned last = 0;            ///< place of the last one in its period
    unsigned expected = 0;        ///< the sum, if the code is as it should be
    unsigned of_second = 0;       ///< whether it changes with the sense of the second output
};

ParityCheck find_parity_check(const ConvolutionalCode& code, const Puncturing& puncturing);

} // namespace telemetry::fec
