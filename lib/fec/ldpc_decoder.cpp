// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/ldpc_decoder.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace telemetry::fec {
namespace {

/// Lowest bit first to highest bit first, in each byte.
std::uint64_t mirrored(std::uint64_t word) noexcept {
    word = (word >> 1 & 0x5555555555555555) | (word & 0x5555555555555555) << 1;
    word = (word >> 2 & 0x3333333333333333) | (word & 0x3333333333333333) << 2;
    return (word >> 4 & 0x0f0f0f0f0f0f0f0f) | (word & 0x0f0f0f0f0f0f0f0f) << 4;
}

} // namespace

const LdpcKernel& choose_ldpc_kernel(const LdpcCode& code, simd::Level limit) {
    // Circulants of 16 and 32 would leave half of the wide kernel's lanes idle. Checks of one
    // vector that share variables do not see each other's answers, so the uplink codes must have
    // the same vectors everywhere.
    const bool wide = code.circulant >= 64 && code.family != LdpcFamily::telecommand;
#if defined(__x86_64__)
    static constexpr std::array<simd::Variant<const LdpcKernel*>, 2> kNarrow = {{
        {simd::Level::generic, &kLdpcKernelGeneric},
        {simd::Level::avx2, &kLdpcKernelAvx2},
    }};
    static constexpr std::array<simd::Variant<const LdpcKernel*>, 3> kWide = {{
        {simd::Level::generic, &kLdpcKernelGeneric},
        {simd::Level::avx2, &kLdpcKernelAvx2},
        {simd::Level::avx512icl, &kLdpcKernelAvx512},
    }};
    return wide ? *simd::choose<const LdpcKernel*>(kWide, limit)
                : *simd::choose<const LdpcKernel*>(kNarrow, limit);
#else
    (void)wide;
    (void)limit;
    return kLdpcKernelGeneric;
#endif
}

LdpcDecoder::LdpcDecoder(const LdpcCode& code, const LdpcOptions& options)
    : code_(code), options_(options), kernel_(&choose_ldpc_kernel(code, options.level)),
      plan_(make_ldpc_plan(code, kernel_->lanes)), totals_(plan_.totals_bytes / sizeof(Line)),
      messages_((plan_.messages_bytes + sizeof(Line) - 1) / sizeof(Line)),
      variables_(static_cast<std::size_t>(code.variables()) / sizeof(Line) + 3),
      packed_(static_cast<std::size_t>(code.k) / 64 + 1) {
    assert(options.max_iterations >= 0 && options.max_iterations <= 10000);
}

void LdpcDecoder::keep(int state, Lines& where) noexcept {
    kernel_->collect(plan_, state, raw(totals_), raw(where));
}

void LdpcDecoder::write(std::span<std::uint8_t> data) noexcept {
    kernel_->pack(raw(variables_) + code_.fill_bits, static_cast<std::size_t>(code_.k),
                  packed_.data());
    for (std::size_t i = 0; i < data.size(); i += 8) {
        const std::uint64_t word = mirrored(packed_[i / 8]);
        for (std::size_t byte = i; byte < std::min(i + 8, data.size()); ++byte)
            data[byte] = static_cast<std::uint8_t>(word >> 8 * (byte - i));
    }
}

LdpcOutcome LdpcDecoder::decode(std::span<const std::int8_t> symbols,
                                std::span<std::uint8_t> data) noexcept {
    assert(symbols.size() == static_cast<std::size_t>(code_.n));
    assert(data.size() == static_cast<std::size_t>(code_.k / 8));
    LdpcOutcome outcome;
    const auto sent = static_cast<std::size_t>(code_.n - code_.padding);
    const auto fill = static_cast<std::size_t>(code_.fill_bits);
    std::int8_t* const variables = raw(variables_);

    const std::uint32_t sum = kernel_->magnitude(symbols.data(), sent);
    const int gain = sum ? static_cast<int>(std::min<std::uint64_t>(
                               (std::uint64_t{128} * kMeanMagnitude * sent + sum / 2) / sum, 8192))
                         : 0;
    std::fill_n(variables, fill, std::int8_t{127}); // zeros that both sides know
    kernel_->scale(symbols.data(), sent, -gain, kSymbolLimit, variables + fill);
    std::fill(variables + fill + sent, raw(variables_) + variables_.size() * sizeof(Line),
              std::int8_t{0});
    kernel_->place(plan_, variables, raw(totals_));
    std::fill_n(raw(messages_), plan_.messages_bytes, std::int8_t{0});

    int state = 0;
    outcome.unsatisfied =
        options_.stop == LdpcStop::never ? 0 : kernel_->unsatisfied(plan_, state, raw(totals_));
    int iteration = 0;
    const bool early = options_.stop == LdpcStop::on_syndrome;
    while (iteration < options_.max_iterations && (!early || outcome.unsatisfied)) {
        kernel_->iterate(plan_, state, raw(totals_), raw(messages_));
        state = LdpcPlan::next(state);
        ++iteration;
        if (!early)
            continue;
        const int unsatisfied = kernel_->unsatisfied(plan_, state, raw(totals_));
        if (unsatisfied < outcome.unsatisfied) {
            outcome.unsatisfied = unsatisfied;
            outcome.iterations = iteration;
            keep(state, variables_);
        }
    }
    if (!early) {
        outcome.unsatisfied = kernel_->unsatisfied(plan_, state, raw(totals_));
        outcome.iterations = iteration;
        keep(state, variables_);
    }
    outcome.valid = outcome.unsatisfied == 0 && sum != 0;
    if (outcome.valid)
        outcome.corrected = kernel_->differing(symbols.data(), variables + fill, sent);
    write(data);
    return outcome;
}

} // namespace telemetry::fec
