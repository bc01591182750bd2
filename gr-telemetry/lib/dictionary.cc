// SPDX-License-Identifier: GPL-3.0-or-later
#include "dictionary.h"

#include <gnuradio/telemetry/pdu.h>

#include "telemetry/base/time.h"

namespace gr {
namespace telemetry {

void dictionary::add_time(::telemetry::UtcNs time) {
    if (time == ::telemetry::kUnknownTime)
        return;
    add("time", pmt::mp(::telemetry::to_rfc3339(time)));
    add("rx_time", to_rx_time(time));
}

void dictionary::add_quality(const ::telemetry::LinkQuality& quality) {
    add_real("snr_db", quality.snr_db);
    add_real("carrier_offset_hz", quality.carrier_offset_hz);
    add_real("symbol_rate_error_ppm", quality.symbol_rate_error_ppm);
    add_real("signal_level_db", quality.signal_level_db);
    add_flag("locked", quality.locked);
}

namespace {

pmt::pmt_t value_of(const pmt::pmt_t& dict, const char* key) {
    return pmt::is_dict(dict) ? pmt::dict_ref(dict, pmt::mp(key), pmt::PMT_NIL) : pmt::PMT_NIL;
}

} // namespace

double real_of(const pmt::pmt_t& dict, const char* key, double otherwise) {
    const auto value = value_of(dict, key);
    return pmt::is_real(value) || pmt::is_integer(value) ? pmt::to_double(value) : otherwise;
}

int64_t count_of(const pmt::pmt_t& dict, const char* key, int64_t otherwise) {
    const auto value = value_of(dict, key);
    if (pmt::is_uint64(value))
        return static_cast<int64_t>(pmt::to_uint64(value));
    return pmt::is_integer(value) ? pmt::to_long(value) : otherwise;
}

bool flag_of(const pmt::pmt_t& dict, const char* key) {
    return pmt::is_true(value_of(dict, key)) && pmt::is_bool(value_of(dict, key));
}

std::string text_of(const pmt::pmt_t& dict, const char* key) {
    const auto value = value_of(dict, key);
    return pmt::is_symbol(value) ? pmt::symbol_to_string(value) : std::string();
}

::telemetry::LinkQuality quality_of(const pmt::pmt_t& dict) {
    const auto real = [&](const char* key) {
        return static_cast<float>(real_of(dict, key, ::telemetry::kUnknown));
    };
    return {.snr_db = real("snr_db"),
            .carrier_offset_hz = real("carrier_offset_hz"),
            .symbol_rate_error_ppm = real("symbol_rate_error_ppm"),
            .signal_level_db = real("signal_level_db"),
            .locked = flag_of(dict, "locked")};
}

} // namespace telemetry
} // namespace gr
