// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/publish/trace.h"

#include <algorithm>
#include <random>
#include <span>

#include "telemetry/base/text.h"

namespace telemetry::publish {
namespace {

void fill_randomly(std::span<std::uint8_t> bytes) noexcept {
    thread_local std::mt19937_64 engine = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        std::uint64_t word = engine();
        for (std::size_t k = i; k < std::min(i + 8, bytes.size()); ++k, word >>= 8)
            bytes[k] = static_cast<std::uint8_t>(word);
    }
    bytes[0] |= 1; // never all zeros
}

bool all_zero(std::span<const std::uint8_t> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool lower_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace

TraceContext new_trace() noexcept {
    TraceContext trace;
    fill_randomly(trace.trace_id);
    fill_randomly(trace.span_id);
    return trace;
}

TraceContext new_span(const TraceContext& trace) noexcept {
    if (all_zero(trace.trace_id))
        return new_trace();
    TraceContext span = trace;
    fill_randomly(span.span_id);
    return span;
}

std::string to_traceparent(const TraceContext& trace) {
    return "00-" + to_hex(trace.trace_id) + "-" + to_hex(trace.span_id) + "-01";
}

std::optional<TraceContext> from_traceparent(std::string_view text) {
    const auto parts = split(text, '-');
    if (parts.size() != 4 || parts[0] != "00" || parts[1].size() != 32 || parts[2].size() != 16 ||
        parts[3].size() != 2)
        return std::nullopt;
    for (const auto part : parts)
        if (!lower_hex(part))
            return std::nullopt;
    TraceContext trace;
    const auto trace_id = from_hex(parts[1]);
    const auto span_id = from_hex(parts[2]);
    std::copy(trace_id->begin(), trace_id->end(), trace.trace_id.begin());
    std::copy(span_id->begin(), span_id->end(), trace.span_id.begin());
    if (all_zero(trace.trace_id) || all_zero(trace.span_id))
        return std::nullopt;
    return trace;
}

} // namespace telemetry::publish
