// SPDX-License-Identifier: GPL-3.0-or-later
// What LdpcDecoder's kernels work on. Totals and messages are log-likelihood ratios with a minus
// for bit 1, so that the sign bit is the bit.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "telemetry/fec/ldpc_code.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// Where each step of the decoder finds its operands, computed once for a code.
///
/// The totals of a block column lie side by side, with their beginning repeated behind their end so
/// that a rotated vector is one unaligned load. There are two ways to write them back:
///
/// rotating: as no layer has two circulants in one block column, a layer may leave the column in
/// its own rotation, with aligned stores, in a second buffer (the first is still being read).
/// Where a column lies and how far it is rotated depends on the iteration: the first one, then
/// even and odd ones in turn.
///
/// in place: as read. Stores that reach into a repeated part are copied when a vector of checks is
/// done, from a list, as a question at every store would cost more. Where two circulants of one
/// layer and block column are closer than a vector is long, one vector would undo what the other
/// wrote: then even and odd checks take turns and add the differences of their messages (`shared`),
/// and the copies are made at once.
struct LdpcPlan {
    struct Edge {
        std::uint32_t read;   ///< block column, from the start of the totals
        std::uint32_t write;  ///< the same, after this layer
        std::uint32_t offset; ///< where row 0 of the layer reads, less than `circulant`
    };
    struct Layer {
        std::uint32_t first; ///< edge
        std::uint32_t degree;
        std::uint32_t first_repeat;
    };
    struct Repeat {
        std::uint32_t row; ///< first one of the vector of checks
        std::uint32_t from;
        std::uint32_t to;
    };
    static constexpr std::size_t kStates = 3; ///< before the first iteration, after odd, after even

    std::uint32_t circulant = 0;
    std::uint32_t lanes = 0;
    std::uint32_t columns = 0;
    bool rotating = false;
    bool shared = false;
    std::vector<Layer> layers;
    std::vector<Repeat> repeats; ///< of a vector of checks after the other; a last one that is none
    std::array<std::vector<Edge>, kStates> edges;   ///< of the iteration that starts in a state
    std::array<std::vector<Edge>, kStates> checks;  ///< the same edges, for reading in a state
    std::array<std::vector<Edge>, kStates> natural; ///< each block column in the code's order
    std::size_t totals_bytes = 0;
    std::size_t messages_bytes = 0;

    /// The state after an iteration that starts in `state`.
    static int next(int state) noexcept { return state == 1 ? 2 : 1; }
};

LdpcPlan make_ldpc_plan(const LdpcCode& code, int lanes);

/// One variant. Buffers of variables may be read and written up to 64 bytes past their end.
struct LdpcKernel {
    int lanes;
    std::uint32_t (*magnitude)(const std::int8_t* symbols, std::size_t count) noexcept;
    /// variables[i] = clip(round(symbols[i] × gain / 128)).
    void (*scale)(const std::int8_t* symbols, std::size_t count, int gain, int limit,
                  std::int8_t* variables) noexcept;
    void (*place)(const LdpcPlan& plan, const std::int8_t* variables, std::int8_t* totals) noexcept;
    void (*iterate)(const LdpcPlan& plan, int state, std::int8_t* totals,
                    std::int8_t* messages) noexcept;
    int (*unsatisfied)(const LdpcPlan& plan, int state, const std::int8_t* totals) noexcept;
    void (*collect)(const LdpcPlan& plan, int state, const std::int8_t* totals,
                    std::int8_t* variables) noexcept;
    /// Sign bits, 64 a word, the first one lowest.
    void (*pack)(const std::int8_t* variables, std::size_t count, std::uint64_t* words) noexcept;
    /// Symbols that are not zero and whose sign says another bit than the variable's.
    int (*differing)(const std::int8_t* symbols, const std::int8_t* variables,
                     std::size_t count) noexcept;
};

/// The best kernel up to `limit` for the code.
const LdpcKernel& choose_ldpc_kernel(const LdpcCode& code, simd::Level limit);

extern const LdpcKernel kLdpcKernelGeneric; ///< 32 lanes
#if defined(__x86_64__)
extern const LdpcKernel kLdpcKernelAvx2;   ///< 32 lanes
extern const LdpcKernel kLdpcKernelAvx512; ///< 64 lanes
#endif

} // namespace telemetry::fec
