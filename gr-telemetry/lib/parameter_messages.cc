// SPDX-License-Identifier: GPL-3.0-or-later
#include "parameter_messages.h"

#include <gnuradio/telemetry/pdu.h>

#include <limits>

#include "dictionary.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;
namespace par = ::telemetry::parameter;
namespace pus = ::telemetry::pus;

namespace {

void add_origin(dictionary& dict, const packet_origin& origin) {
    dict.add_text("station", origin.station);
    dict.add_text("downlink", origin.downlink);
}

pmt::pmt_t from_natural(uint64_t number) {
    return number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())
               ? pmt::from_long(static_cast<long>(number))
               : pmt::from_uint64(number);
}

//! An a-list, as dict_add makes it, but without looking for each key among all others.
void put_in_front(pmt::pmt_t& dict, const pmt::pmt_t& key, const pmt::pmt_t& value) {
    dict = pmt::dcons(pmt::cons(key, value), dict);
}

pmt::pmt_t vector_of(const std::vector<pmt::pmt_t>& values) {
    auto vector = pmt::make_vector(values.size(), pmt::PMT_NIL);
    for (size_t i = 0; i < values.size(); ++i)
        pmt::vector_set(vector, i, values[i]);
    return vector;
}

} // namespace

parameter_messages::parameter_messages(const par::Program& program, par::NameStyle style)
    : d_program(program), d_names(program, style) {
    const auto items = program.items();
    for (item_index i = 0; i < items.size(); ++i) {
        const std::string name = d_names.item(i, 0);
        d_items.push_back(items[i].dimensions == 0 ? pmt::mp(name) : pmt::PMT_NIL);
        d_units.push_back(items[i].unit.empty() ? pmt::PMT_NIL : pmt::mp(items[i].unit));
        d_short_names.try_emplace(items[i].name, name);
    }
    for (par::ContainerIndex i = 0; i < program.container_count(); ++i)
        d_containers.push_back(pmt::mp(std::string(d_names.container(i))));
    for (const auto label : program.labels())
        d_labels.push_back(pmt::mp(std::string(label)));
    d_places.resize(items.size());
}

pmt::pmt_t parameter_messages::value_of(const par::ValueBatch& batch, size_t at) const {
    const uint64_t bits = batch.value[at];
    switch (batch.value_form[at]) {
    case par::Form::integer:
        return pmt::from_long(batch.integer(at));
    case par::Form::natural:
        return from_natural(bits);
    case par::Form::real:
        return pmt::from_double(std::bit_cast<double>(bits));
    case par::Form::boolean:
        return pmt::from_bool(bits != 0);
    case par::Form::label:
        return bits < d_labels.size() ? d_labels[bits] : pmt::PMT_NIL;
    case par::Form::text:
        return pmt::mp(std::string(batch.text(at)));
    case par::Form::bytes: {
        const auto text = batch.text(at);
        return pmt::init_u8vector(text.size(), reinterpret_cast<const uint8_t*>(text.data()));
    }
    case par::Form::time:
        return to_time_tuple(batch.integer(at));
    case par::Form::duration:
        return pmt::from_double(batch.real(at));
    case par::Form::none:
        break;
    }
    return pmt::PMT_NIL;
}

//! The entry of an item or an element in this packet; a new one without value the first time.
parameter_messages::entry* parameter_messages::place_of(item_index item,
                                                        par::ElementIndices element) {
    const bool is_array = pmt::is_null(d_items[item]);
    if (is_array) {
        const auto [at, is_new] = d_element_places.try_emplace({item, element}, d_entries.size());
        if (!is_new)
            return &d_entries[at->second];
    } else {
        auto& [packet, place] = d_places[item];
        if (packet == d_packet)
            return &d_entries[place];
        packet = d_packet;
        place = d_entries.size();
    }
    d_entries.push_back(
        {is_array ? pmt::mp(d_names.item(item, element)) : d_items[item], nullptr, 0});
    return &d_entries.back();
}

pmt::pmt_t parameter_messages::values(const par::ValueBatch& batch, const par::PacketRecord& packet,
                                      const packet_origin& origin) {
    ++d_packet;
    d_entries.clear();
    d_element_places.clear();
    for (size_t i = packet.first_value; i < packet.first_value + packet.value_count; ++i) {
        entry& place = *place_of(batch.item[i], batch.element.empty() ? 0 : batch.element[i]);
        const auto value = value_of(batch, i);
        if (place.value) {
            if (place.all.empty())
                place.all.push_back(place.value);
            place.all.push_back(value);
        }
        place.value = value;
        place.batch_index = i;
    }

    auto values = pmt::make_dict(), units = pmt::make_dict(), doubtful = pmt::make_dict();
    for (const entry& each : d_entries) {
        put_in_front(values, each.name, each.all.empty() ? each.value : vector_of(each.all));
        const auto& unit = d_units[batch.item[each.batch_index]];
        if (!pmt::is_null(unit))
            put_in_front(units, each.name, unit);
        if (const auto validity = batch.validity[each.batch_index];
            validity != par::Validity::valid)
            put_in_front(doubtful, each.name, pmt::mp(std::string(par::name_of(validity))));
    }
    dictionary message;
    add_origin(message, origin);
    message.add_count("packet", packet.number);
    if (packet.container < d_containers.size())
        message.add("container", d_containers[packet.container]);
    if (packet.generation_ns != core::kUnknownTime)
        message.add("generation_time", to_time_tuple(packet.generation_ns));
    if (packet.reception_ns != core::kUnknownTime)
        message.add("rx_time", to_rx_time(packet.reception_ns));
    message.add("values", values);
    message.add("units", units);
    if (!pmt::is_null(doubtful))
        message.add("validity", doubtful);
    return message.get();
}

pmt::pmt_t parameter_messages::alarm(const core::alarm::Transition& transition,
                                     const packet_origin& origin) const {
    const auto name = d_short_names.find(std::string(transition.parameter));
    dictionary message;
    add_origin(message, origin);
    message.add_count("number", static_cast<int64_t>(transition.number));
    message.add_text("alarm", transition.alarm);
    message.add_text("parameter",
                     name == d_short_names.end() ? transition.parameter : name->second);
    message.add_text("change", name_of(transition.change));
    message.add_text("state_before", name_of(transition.before));
    message.add_text("state", name_of(transition.after));
    message.add_text("level_before", core::alarm::name_of(transition.level_before));
    message.add_text("level", core::alarm::name_of(transition.level));
    message.add_text("limit", transition.limit);
    message.add_real("value", transition.reading->value);
    message.add_text("text", transition.reading->text);
    if (transition.at_ns != core::kUnknownTime)
        message.add("change_time", to_time_tuple(transition.at_ns));
    if (transition.since_ns != core::kUnknownTime)
        message.add("since", to_time_tuple(transition.since_ns));
    message.add_count("violations", transition.violations);
    message.add_flag("annunciate", transition.annunciation == core::alarm::Annunciation::audible);
    message.add_text("by", transition.by);
    message.add_text("comment", transition.comment);
    return message.get();
}

pmt::pmt_t parameter_messages::remark(const core::station::PacketRemark& remark,
                                      const packet_origin& origin) {
    dictionary message;
    message.add_text("event", remark.kind);
    add_origin(message, origin);
    message.add_time(remark.reception_ns);
    message.add_known("apid", remark.apid);
    message.add_count("count", static_cast<int64_t>(remark.count));
    message.add_text("text", remark.text);
    return message.get();
}

std::vector<pmt::pmt_t> parameter_messages::report(const pus::Message& message,
                                                   core::UtcNs reception_ns,
                                                   const packet_origin& origin) {
    const auto begin = [&](const char* event) {
        dictionary dict;
        dict.add_text("event", event);
        add_origin(dict, origin);
        dict.add_time(message.header.time_ns != core::kUnknownTime ? message.header.time_ns
                                                                   : reception_ns);
        dict.add_count("apid", message.application);
        return dict;
    };
    std::vector<pmt::pmt_t> events;
    if (const auto* event = std::get_if<pus::Event>(&message.report)) {
        dictionary dict = begin("pus_event");
        dict.add_text("severity", pus::name_of(event->severity));
        dict.add("definition", from_natural(event->definition));
        dict.add("data", pmt::init_u8vector(event->data.size(), event->data.data()));
        events.push_back(dict.get());
    } else if (const auto* stage = std::get_if<pus::Verification>(&message.report)) {
        dictionary dict = begin("pus_verification");
        dict.add_text("stage", pus::name_of(stage->stage));
        dict.add_flag("success", stage->outcome == pus::Verification::Outcome::success);
        dict.add_count("request_apid", stage->request.application);
        dict.add_count("request_sequence_count", stage->request.sequence_count);
        if (stage->step)
            dict.add("step", from_natural(*stage->step));
        if (stage->failure_code)
            dict.add("failure_code", from_natural(*stage->failure_code));
        events.push_back(dict.get());
    } else if (const auto* monitoring = std::get_if<pus::Monitoring>(&message.report)) {
        for (const auto& transition : monitoring->transitions) {
            dictionary dict = begin("pus_monitoring");
            dict.add("monitor", from_natural(transition.monitor));
            dict.add("on_board_parameter", from_natural(transition.parameter));
            dict.add_real("value", transition.value.real());
            dict.add_real("limit", transition.limit.real());
            dict.add("status_before", from_natural(transition.previous));
            dict.add("status", from_natural(transition.current));
            events.push_back(dict.get());
        }
    }
    return events;
}

} // namespace telemetry
} // namespace gr
