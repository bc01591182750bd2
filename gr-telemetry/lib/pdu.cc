// SPDX-License-Identifier: GPL-3.0-or-later
#include <gnuradio/telemetry/pdu.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "dictionary.h"
#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/publish/packet_records.h"

namespace gr {
namespace telemetry {
namespace {

using json = nlohmann::ordered_json;
constexpr int64_t ns_per_s = 1'000'000'000;

/// A tuple of to_time_tuple() or to_rx_time().
std::optional<::telemetry::UtcNs> from_time_tuple(const pmt::pmt_t& value) {
    if (!pmt::is_tuple(value) || pmt::length(value) < 2)
        return std::nullopt;
    const auto seconds = pmt::tuple_ref(value, 0);
    const auto fraction = pmt::tuple_ref(value, 1);
    if (!(pmt::is_uint64(seconds) || pmt::is_integer(seconds)) || !pmt::is_real(fraction))
        return std::nullopt;
    constexpr int64_t most = 9'000'000'000;
    if (pmt::is_uint64(seconds) && pmt::to_uint64(seconds) > static_cast<uint64_t>(most))
        return std::nullopt;
    const int64_t whole = pmt::is_uint64(seconds) ? static_cast<int64_t>(pmt::to_uint64(seconds))
                                                  : pmt::to_long(seconds);
    const double part = pmt::to_double(fraction);
    if (whole > most || whole < -most || !(part >= 0 && part <= 1))
        return std::nullopt;
    return whole * ns_per_s + std::llround(part * ns_per_s);
}

// `time` says the same as rx_time in a form that JSON has.
json value_to_json(const pmt::pmt_t& value) {
    if (pmt::is_bool(value))
        return pmt::to_bool(value);
    if (pmt::is_symbol(value))
        return pmt::symbol_to_string(value);
    if (pmt::is_uint64(value))
        return pmt::to_uint64(value);
    if (pmt::is_integer(value))
        return pmt::to_long(value);
    if (pmt::is_real(value))
        return std::isfinite(pmt::to_double(value)) ? json(pmt::to_double(value)) : json();
    if (const auto time = from_time_tuple(value))
        return ::telemetry::to_rfc3339(*time);
    if (pmt::is_u8vector(value)) {
        size_t size = 0;
        const uint8_t* bytes = pmt::u8vector_elements(value, size);
        return ::telemetry::to_hex({bytes, size});
    }
    if (pmt::is_vector(value)) {
        json array = json::array();
        for (size_t i = 0; i < pmt::length(value); ++i)
            array.push_back(value_to_json(pmt::vector_ref(value, i)));
        return array;
    }
    if (pmt::is_dict(value) && !pmt::is_null(value)) {
        json object = json::object();
        // dict_add puts new items in front.
        for (auto items = pmt::reverse(pmt::dict_items(value)); pmt::is_pair(items);
             items = pmt::cdr(items)) {
            const auto key = pmt::caar(items);
            if (pmt::is_symbol(key) && pmt::symbol_to_string(key) != "rx_time")
                object[pmt::symbol_to_string(key)] = value_to_json(pmt::cdar(items));
        }
        return object;
    }
    return nullptr;
}

} // namespace

pmt::pmt_t to_rx_time(::telemetry::UtcNs time) {
    // rx_time has no sign: times before 1970 are not told.
    const auto ns = std::max<int64_t>(time, 0);
    return pmt::make_tuple(
        pmt::from_uint64(static_cast<uint64_t>(ns / ns_per_s)),
        pmt::from_double(static_cast<double>(ns % ns_per_s) / static_cast<double>(ns_per_s)));
}

pmt::pmt_t to_time_tuple(::telemetry::UtcNs time) {
    if (time >= 0)
        return to_rx_time(time);
    const int64_t fraction = (time % ns_per_s + ns_per_s) % ns_per_s;
    return pmt::make_tuple(
        pmt::from_long((time - fraction) / ns_per_s),
        pmt::from_double(static_cast<double>(fraction) / static_cast<double>(ns_per_s)));
}

std::optional<::telemetry::UtcNs> from_rx_time(const pmt::pmt_t& value) {
    const auto time = from_time_tuple(value);
    return time && *time >= 0 ? time : std::nullopt;
}

pmt::pmt_t to_pdu(const ::telemetry::Frame& frame, const frame_origin& origin) {
    dictionary meta;
    meta.add_text("station", origin.station);
    meta.add_text("downlink", origin.downlink);
    meta.add_text("framing", origin.framing);
    meta.add_flag("confirmed", frame.confirmed);
    meta.add_time(frame.utc_ns);
    if (frame.end_utc_ns != ::telemetry::kUnknownTime)
        meta.add_text("end_time", ::telemetry::to_rfc3339(frame.end_utc_ns));
    meta.add_count("sample_index", frame.sample_index);
    meta.add_count("sample_count", frame.sample_count);
    meta.add_quality(frame.quality);
    meta.add_count("sync_errors", frame.sync_errors);
    meta.add_count("corrected", frame.corrected);
    if (origin.rx_freq)
        meta.add_real("rx_freq", *origin.rx_freq);
    return pmt::cons(meta.get(), pmt::init_u8vector(frame.bytes.size(), frame.bytes.data()));
}

namespace {

::telemetry::UtcNs time_of(const pmt::pmt_t& meta) {
    const auto time = ::telemetry::from_rfc3339(text_of(meta, "time"));
    if (time || !pmt::is_dict(meta))
        return time.value_or(::telemetry::kUnknownTime);
    return from_rx_time(pmt::dict_ref(meta, pmt::mp("rx_time"), pmt::PMT_NIL))
        .value_or(::telemetry::kUnknownTime);
}

} // namespace

std::optional<received_frame> received_frame::from_pdu(const pmt::pmt_t& message) {
    if (!pmt::is_pair(message) || !pmt::is_u8vector(pmt::cdr(message)))
        return std::nullopt;
    const auto meta = pmt::car(message);

    received_frame received;
    received.d_bytes = pmt::cdr(message);
    received.d_station = text_of(meta, "station");
    received.d_downlink = text_of(meta, "downlink");
    received.d_framing = text_of(meta, "framing");

    auto& frame = received.d_frame;
    size_t size = 0;
    const uint8_t* bytes = pmt::u8vector_elements(received.d_bytes, size);
    frame.bytes = {bytes, size};
    frame.sample_index = count_of(meta, "sample_index", 0);
    frame.sample_count = count_of(meta, "sample_count", 0);
    frame.utc_ns = time_of(meta);
    frame.end_utc_ns =
        ::telemetry::from_rfc3339(text_of(meta, "end_time")).value_or(::telemetry::kUnknownTime);
    frame.quality = quality_of(meta);
    frame.confirmed = flag_of(meta, "confirmed");
    frame.sync_errors = static_cast<int>(count_of(meta, "sync_errors", 0));
    frame.corrected = static_cast<int>(count_of(meta, "corrected", 0));
    return received;
}

pmt::pmt_t to_pdu(const ::telemetry::packet::Packet& packet, std::string_view station,
                  std::string_view downlink) {
    const auto& origin = packet.origin;
    dictionary meta;
    meta.add_text("station", station);
    meta.add_text("downlink", downlink);
    meta.add_flag("confirmed", origin.confirmed);
    meta.add_time(origin.utc_ns);
    meta.add_count("sample_index", origin.sample_index);
    meta.add_known("spacecraft_id", origin.spacecraft_id);
    meta.add_known("virtual_channel", origin.virtual_channel);
    meta.add_known("map", origin.map);
    meta.add_text("type", ::telemetry::publish::type_of(packet));
    if (packet.space) {
        meta.add_count("apid", packet.space->apid);
        meta.add_count("sequence_count", packet.space->sequence_count);
        meta.add_text("sequence_flags", ::telemetry::publish::name_of(packet.space->grouping));
        meta.add_flag("secondary_header", packet.space->secondary_header);
    }
    return pmt::cons(meta.get(), pmt::init_u8vector(packet.bytes.size(), packet.bytes.data()));
}

std::optional<received_packet> received_packet::from_pdu(const pmt::pmt_t& message) {
    if (!pmt::is_pair(message) || !pmt::is_u8vector(pmt::cdr(message)))
        return std::nullopt;
    const auto meta = pmt::car(message);

    received_packet received;
    received.d_bytes = pmt::cdr(message);
    received.d_station = text_of(meta, "station");
    received.d_downlink = text_of(meta, "downlink");

    auto& packet = received.d_packet;
    size_t size = 0;
    const uint8_t* bytes = pmt::u8vector_elements(received.d_bytes, size);
    packet.bytes = {bytes, size};
    packet.space = ::telemetry::packet::parse_space_header(packet.bytes);
    if (!packet.space && !::telemetry::packet::parse_encapsulation_header(packet.bytes))
        return std::nullopt;
    // Joined segments keep the header of the first.
    if (packet.space && text_of(meta, "sequence_flags") == "whole")
        packet.space->grouping = ::telemetry::packet::Grouping::whole;
    auto& origin = packet.origin;
    origin.spacecraft_id = static_cast<int>(count_of(meta, "spacecraft_id", -1));
    origin.virtual_channel = static_cast<int>(count_of(meta, "virtual_channel", -1));
    origin.map = static_cast<int>(count_of(meta, "map", -1));
    origin.sample_index = count_of(meta, "sample_index", 0);
    origin.utc_ns = time_of(meta);
    origin.confirmed = flag_of(meta, "confirmed");
    return received;
}

pmt::pmt_t to_event(const ::telemetry::packet::LinkEvent& event, std::string_view station,
                    std::string_view downlink) {
    dictionary dict;
    dict.add_text("event", ::telemetry::packet::name_of(event.fault));
    dict.add_text("station", station);
    dict.add_text("downlink", downlink);
    dict.add_time(event.utc_ns);
    dict.add_count("sample_index", event.sample_index);
    dict.add_count("count", event.count);
    dict.add_known("spacecraft_id", event.spacecraft_id);
    dict.add_known("virtual_channel", event.virtual_channel);
    dict.add_known("apid", event.apid);
    dict.add_text("reason", event.detail);
    return dict.get();
}

std::string to_json(const pmt::pmt_t& dictionary) {
    return value_to_json(dictionary).dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace telemetry
} // namespace gr
