// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telemetry::publish {

/// Which trace a message belongs to (W3C Trace Context, level 1, section 3.2). Everything that
/// comes of one frame carries the same trace id. All zeros, which the standard forbids on the wire,
/// stands for "none yet".
struct TraceContext {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};

    friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// A new trace with a new span; with a trace given, a new span of that trace.
TraceContext new_trace() noexcept;
TraceContext new_span(const TraceContext& trace) noexcept;

/// "00-<32 hex>-<16 hex>-01"
std::string to_traceparent(const TraceContext& trace);

/// Nothing when malformed or all zeros.
std::optional<TraceContext> from_traceparent(std::string_view text);

} // namespace telemetry::publish
