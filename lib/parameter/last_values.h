// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "telemetry/parameter/value.h"

namespace telemetry::parameter {

/// The latest value of every item, for those who join late. Of arrays: the first element.
class LastValues {
public:
    struct Entry {
        Form raw_form = Form::none; ///< none: never seen
        Form value_form = Form::none;
        Validity validity = Validity::valid;
        std::uint64_t raw = 0;
        std::uint64_t value = 0;
        std::string raw_text;
        std::string text;
        UtcNs generation_ns = kUnknownTime;
        UtcNs reception_ns = kUnknownTime;
        std::int64_t packet = -1;
        ContainerIndex container = kNone;
    };

    explicit LastValues(std::size_t items) : entries_(items) {}

    /// Replayed values are left out, and those generated before what is known.
    void update(const ValueBatch& batch);

    const Entry& operator[](ItemIndex item) const { return entries_[item]; }
    std::size_t size() const { return entries_.size(); }

private:
    std::vector<Entry> entries_;
};

} // namespace telemetry::parameter
