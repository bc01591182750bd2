// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/value.h"

#include <limits>

namespace telemetry::parameter {

std::string_view name_of(Validity validity) {
    switch (validity) {
    case Validity::valid:
        return "valid";
    case Validity::out_of_range:
        return "out_of_range";
    case Validity::invalid:
        return "invalid";
    case Validity::not_calibrated:
        return "not_calibrated";
    case Validity::undecodable:
        return "undecodable";
    }
    return {};
}

double ValueBatch::to_real(std::uint64_t bits, Form form) {
    constexpr double kSecondsPerNs = 1e-9;
    switch (form) {
    case Form::integer:
        return static_cast<double>(static_cast<std::int64_t>(bits));
    case Form::natural:
    case Form::boolean:
        return static_cast<double>(bits);
    case Form::real:
        return std::bit_cast<double>(bits);
    case Form::time:
    case Form::duration:
        return static_cast<double>(static_cast<std::int64_t>(bits)) * kSecondsPerNs;
    case Form::none:
    case Form::label:
    case Form::text:
    case Form::bytes:
        break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

std::string_view ValueBatch::to_text(std::uint64_t bits, Form form, ItemIndex of_item) const {
    if (form == Form::label)
        return bits < labels.size() ? labels[bits] : std::string_view();
    if (form == Form::boolean) {
        const std::size_t at = 2 * std::size_t{of_item} + (bits != 0 ? 1 : 0);
        return at < boolean_labels.size() && boolean_labels[at] < labels.size()
                   ? labels[boolean_labels[at]]
                   : std::string_view();
    }
    if (form != Form::text && form != Form::bytes)
        return {};
    const std::uint64_t offset = bits >> 32;
    const std::uint64_t length = bits & 0xffffffffU;
    if (offset > pool.size() || length > pool.size() - offset)
        return {};
    return {pool.data() + offset, length};
}

} // namespace telemetry::parameter
