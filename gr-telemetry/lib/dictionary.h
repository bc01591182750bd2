// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <pmt/pmt.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "telemetry/base/items.h"

namespace gr {
namespace telemetry {

//! Builds a PMT dictionary, leaving out what is not known.
class dictionary {
public:
    void add(const char* key, const pmt::pmt_t& value) {
        d_dict = pmt::dict_add(d_dict, pmt::mp(key), value);
    }
    void add_text(const char* key, std::string_view value) {
        if (!value.empty())
            add(key, pmt::mp(std::string(value)));
    }
    void add_real(const char* key, double value) {
        if (!std::isnan(value))
            add(key, pmt::from_double(value));
    }
    void add_count(const char* key, int64_t value) { add(key, pmt::from_long(value)); }
    void add_known(const char* key, int value) { //!< negative: not known
        if (value >= 0)
            add_count(key, value);
    }
    void add_flag(const char* key, bool value) { add(key, pmt::from_bool(value)); }
    void add_time(::telemetry::UtcNs time); //!< `time` as RFC 3339 text and `rx_time` as a tuple
    void add_quality(const ::telemetry::LinkQuality& quality);

    const pmt::pmt_t& get() const { return d_dict; }

private:
    pmt::pmt_t d_dict = pmt::make_dict();
};

// The value of a key, or `otherwise` when it is absent or of another type.
double real_of(const pmt::pmt_t& dict, const char* key, double otherwise);
int64_t count_of(const pmt::pmt_t& dict, const char* key, int64_t otherwise);
bool flag_of(const pmt::pmt_t& dict, const char* key);
std::string text_of(const pmt::pmt_t& dict, const char* key);
::telemetry::LinkQuality quality_of(const pmt::pmt_t& dict);

} // namespace telemetry
} // namespace gr
