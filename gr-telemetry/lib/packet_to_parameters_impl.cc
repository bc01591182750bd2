// SPDX-License-Identifier: GPL-3.0-or-later
#include "packet_to_parameters_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "catalog_options.h"
#include "dictionary.h"
#include "telemetry/alarm/json.h"
#include "telemetry/base/time.h"
#include "telemetry/parameter/database_open.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

namespace {

const pmt::pmt_t& tick_port() {
    static const pmt::pmt_t symbol = pmt::mp("tick");
    return symbol;
}

// More of them are in notes().
constexpr size_t most_notes_logged = 20;

std::vector<std::string> notes_of(const core::parameter::Database& database) {
    std::vector<std::string> notes;
    for (const auto& each : database.diagnostics)
        if (each.severity != core::parameter::Diagnostic::Severity::note)
            notes.push_back(to_string(database, each.where) + ": " + each.element + ": " +
                            each.message);
    return notes;
}

} // namespace

packet_to_parameters::sptr packet_to_parameters::make(const std::string& database,
                                                      const packet_to_parameters_options& options) {
    core::station::ParameterChainOptions chain;
    chain.root_container = options.root_container;
    chain.alarm_state_file = options.alarm_state;
    if (options.pus)
        chain.pus = value_or_throw(
            core::pus::read_layout(read_map(core::pus::layout_fields(), *options.pus)));
    return gnuradio::make_block_sptr<packet_to_parameters_impl>(
        value_or_throw(core::parameter::open_database(database)), chain, options);
}

packet_to_parameters_impl::packet_to_parameters_impl(
    core::parameter::Database database, const core::station::ParameterChainOptions& chain,
    const packet_to_parameters_options& options)
    : gr::block("telemetry_packet_to_parameters", gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      d_alarm_clock(options.clock), d_notes(notes_of(database)) {
    const std::string file = database.files.empty() ? std::string() : database.files.front();
    auto made = core::station::ParameterChain::make(std::move(database), chain, *this);
    if (!made) {
        core::Error error = made.error();
        if (error.file.empty())
            error.file = file;
        throw std::invalid_argument(error.to_string());
    }
    d_chain = std::move(*made);
    d_notes.insert(d_notes.end(), d_chain->notes().begin(), d_chain->notes().end());
    d_messages.emplace(d_chain->program(), options.names == name_style::QUALIFIED
                                               ? core::parameter::NameStyle::qualified
                                               : core::parameter::NameStyle::shortest);
    d_records.emplace(d_chain->shared_program(), core::parameter::ValueRecords::Layout::json_lines,
                      core::parameter::NameStyle::qualified);
    for (size_t i = 0; i < std::min(d_notes.size(), most_notes_logged); ++i)
        d_logger->warn("{}", d_notes[i]);
    if (d_notes.size() > most_notes_logged)
        d_logger->warn("{} more remarks on the database", d_notes.size() - most_notes_logged);

    take_messages(
        keys::packets(), [this](const pmt::pmt_t& message) { take(message); }, [this] { end(); });
    message_port_register_in(tick_port());
    set_msg_handler(tick_port(), [this](const pmt::pmt_t&) { d_chain->advance(core::utc_now()); });
    message_port_register_out(keys::parameters());
    message_port_register_out(keys::alarms());
    message_port_register_out(keys::events());
    message_port_register_out(keys::records());
}

packet_to_parameters_impl::~packet_to_parameters_impl() {
    stop_clock();
    d_chain.reset(); // it has a last word to this object
}

bool packet_to_parameters_impl::start() {
    if (d_alarm_clock == alarm_clock::SYSTEM && !d_clock.joinable()) {
        d_stopping = false;
        d_clock = std::thread([this] { tick(); });
    }
    return gr::block::start();
}

bool packet_to_parameters_impl::stop() {
    stop_clock();
    end();
    return gr::block::stop();
}

void packet_to_parameters_impl::tick() {
    std::unique_lock lock(d_mutex);
    while (!d_wake.wait_for(lock, std::chrono::seconds(1), [this] { return d_stopping; }))
        _post(tick_port(), pmt::PMT_T);
}

void packet_to_parameters_impl::stop_clock() {
    {
        const std::lock_guard lock(d_mutex);
        d_stopping = true;
    }
    d_wake.notify_all();
    if (d_clock.joinable())
        d_clock.join();
}

void packet_to_parameters_impl::take(const pmt::pmt_t& message) {
    if (!pmt::is_pair(message) || !pmt::is_u8vector(pmt::cdr(message)))
        return;
    // Absent is as good as true: other deframers do not say.
    if (const auto meta = pmt::car(message);
        pmt::is_dict(meta) &&
        pmt::is_false(pmt::dict_ref(meta, pmt::mp("confirmed"), pmt::PMT_NIL))) {
        ++d_unconfirmed;
        return;
    }
    core::packet::Packet packet;
    const auto received = received_packet::from_pdu(message);
    if (received) {
        packet = received->packet();
        d_origin = {received->station(), received->downlink()};
    } else {
        // No packet of CCSDS: the database says what it is.
        const auto frame = received_frame::from_pdu(message);
        packet.bytes = frame->frame().bytes; // of `message`
        packet.origin.utc_ns = frame->frame().utc_ns;
        d_origin = {frame->station(), frame->downlink()};
    }
    d_chain->take(packet);
    ++d_packets;
    d_chain->flush();
    if (d_alarm_clock == alarm_clock::PACKETS) {
        const auto now =
            packet.origin.utc_ns != core::kUnknownTime ? packet.origin.utc_ns : d_generation_ns;
        if (now != core::kUnknownTime)
            d_chain->advance(now);
    }
}

void packet_to_parameters_impl::end() {
    d_chain->flush();
    if (const auto saved = d_chain->save(); !saved)
        d_logger->error("{}", saved.error().to_string());
}

bool packet_to_parameters_impl::is_publishing() {
    return !pmt::is_null(message_subscribers(keys::records()));
}

void packet_to_parameters_impl::publish(const char* kind, std::string_view source,
                                        std::string_view json) {
    dictionary meta;
    meta.add_text("kind", kind);
    meta.add_text("station", d_origin.station);
    meta.add_text("source", source);
    message_port_pub(
        keys::records(),
        pmt::cons(meta.get(),
                  pmt::init_u8vector(json.size(), reinterpret_cast<const uint8_t*>(json.data()))));
}

void packet_to_parameters_impl::on_values(const core::parameter::ValueBatch& values) noexcept {
    for (const auto& packet : values.packets) {
        d_values += packet.value_count;
        d_generation_ns = std::max(d_generation_ns, packet.generation_ns);
        if (packet.value_count > 0)
            message_port_pub(keys::parameters(), d_messages->values(values, packet, d_origin));
    }
    if (values.size() == 0 || !is_publishing())
        return;
    std::string lines;
    d_records->append(values, lines);
    lines.pop_back(); // the last end of line
    std::ranges::replace(lines, '\n', ',');
    const auto container = values.packets.back().container;
    publish("parameter",
            container == core::parameter::kNone ? std::string_view("derived")
                                                : d_chain->program().container_name(container),
            "{\"values\":[" + lines + "]}");
}

void packet_to_parameters_impl::on_transition(const core::alarm::Transition& transition) noexcept {
    message_port_pub(keys::alarms(), d_messages->alarm(transition, d_origin));
    if (is_publishing())
        publish("alarm", transition.parameter.empty() ? transition.alarm : transition.parameter,
                core::alarm::to_json(transition));
}

void packet_to_parameters_impl::on_report(const core::pus::Message& message,
                                          core::UtcNs reception_ns) noexcept {
    for (const auto& event : parameter_messages::report(message, reception_ns, d_origin))
        message_port_pub(keys::events(), event);
}

void packet_to_parameters_impl::on_remark(const core::station::PacketRemark& remark) noexcept {
    message_port_pub(keys::events(), parameter_messages::remark(remark, d_origin));
}

} // namespace telemetry
} // namespace gr
