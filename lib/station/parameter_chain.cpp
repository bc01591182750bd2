// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/parameter_chain.h"

#include <cassert>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "telemetry/alarm/json.h"
#include "telemetry/base/file.h"
#include "telemetry/base/text.h"
#include "telemetry/parameter/database_open.h"
#include "telemetry/parameter/last_values.h"
#include "telemetry/pus/catalog.h"
#include "telemetry/station/mission_requests.h"

namespace telemetry::station {
namespace {

constexpr std::int64_t kRemarkEvery = 60'000'000'000;
constexpr std::size_t kMostRemarkKinds = 1024; ///< further kinds share one
constexpr std::int64_t kTimeJump = 10'000'000'000;

/// Times of packets are whatever their bits say: the difference may not fit.
std::int64_t difference(std::int64_t from, std::int64_t to) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    std::int64_t ns = 0;
    if (__builtin_sub_overflow(to, from, &ns) || ns < -kMost)
        return to > from ? kMost : -kMost;
    return ns;
}

bool is_pus(const packet::Packet& packet) {
    return packet.space && !packet.space->telecommand;
}

} // namespace

struct ParameterChain::State final : Sink<parameter::ValueBatch>,
                                     Sink<parameter::DecodeEvent>,
                                     Sink<alarm::Transition>,
                                     Sink<alarm::AuditRecord>,
                                     Sink<pus::RequestProgress> {
    State(parameter::Database db, std::shared_ptr<const parameter::Program> p,
          const ParameterChainOptions& o, ParameterObserver& out)
        : options(o), database(std::move(db)), program(std::move(p)), observer(out),
          conditions(database, *program),
          decoder(program, *this, parameter::DecoderOptions{.feed = o.feed}),
          latest(program->items().size()), tracker(pus::RequestTracker::Options{}) {}

    void accept(const parameter::ValueBatch& batch) noexcept override {
        latest.update(batch);
        observer.on_values(batch);
        engine->process(batch, *this);
        watch_clock(batch);
    }

    void accept(const parameter::DecodeEvent& event) noexcept override {
        remark(parameter::name_of(event.fault), event.apid, event.reception_ns, [&] {
            std::string text = "packet " + std::to_string(event.packet);
            if (event.apid >= 0)
                text += " of application " + std::to_string(event.apid);
            if (event.container != parameter::kNone)
                text += " (" + std::string(program->container_name(event.container)) + ")";
            text += ": " + std::string(parameter::name_of(event.fault));
            if (event.bits != 0)
                text += ", " + std::to_string(event.bits) + " bits";
            return text;
        });
    }

    void accept(const alarm::Transition& transition) noexcept override {
        alarms_changed = true;
        observer.on_transition(transition);
    }
    void accept(const alarm::AuditRecord& record) noexcept override {
        alarms_changed = true;
        observer.on_audit(record);
    }
    void accept(const pus::RequestProgress& progress) noexcept override {
        observer.on_request(progress);
    }

    /// A packet's own time that moves otherwise than reception does: the clock was set, or what
    /// comes is of another time.
    void watch_clock(const parameter::ValueBatch& batch) {
        for (const parameter::PacketRecord& packet : batch.packets) {
            if (packet.generation_ns == kUnknownTime || packet.reception_ns == kUnknownTime ||
                packet.feed == parameter::Feed::replayed)
                continue;
            const std::int64_t offset = difference(packet.reception_ns, packet.generation_ns);
            if (offset < -options.alarms.late_after_ns)
                remark("late", -1, packet.reception_ns, [&] {
                    return std::string(program->container_name(packet.container)) + " is " +
                           std::to_string(offset / -1'000'000'000) +
                           " s old when received: no alarm comes of it";
                });
            const auto [at, is_new] = clock_offsets.try_emplace(packet.container, offset);
            const std::int64_t jump = difference(at->second, offset);
            at->second = offset;
            if (!is_new && std::abs(jump) > kTimeJump)
                remark("time_jump", -1, packet.reception_ns, [&] {
                    return "the time of " + std::string(program->container_name(packet.container)) +
                           " jumped by " + std::to_string(jump / 1'000'000'000) + " s";
                });
        }
    }

    template <class Text>
    void remark(std::string_view kind, int apid, UtcNs at_ns, Text&& text) {
        auto at = told.find({kind, apid});
        if (at == told.end())
            at = told.try_emplace(told.size() < kMostRemarkKinds ? std::pair{kind, apid}
                                                                 : std::pair{kind, -2})
                     .first;
        Told& each = at->second;
        ++each.count;
        const bool due = !each.told || (at_ns != kUnknownTime && each.last_ns != kUnknownTime &&
                                        at_ns - each.last_ns >= kRemarkEvery);
        if (!due)
            return;
        const std::string sentence = text();
        observer.on_remark({kind, sentence, apid, each.count, at_ns});
        each = {at_ns, 0, true};
    }

    /// ST[20]: the values of a report are values of parameters, as those of a packet. What a
    /// calibrator would have to make of them is not known here.
    void take_values(const pus::ParameterValues& report, const pus::Header& header,
                     UtcNs reception_ns) {
        std::vector<parameter::ItemIndex> items;
        std::vector<std::uint64_t> raw;
        std::vector<std::uint64_t> value;
        std::vector<parameter::Form> raw_forms;
        std::vector<parameter::Form> value_forms;
        std::vector<parameter::Validity> validity;
        for (const pus::ParameterValues::Entry& entry : report.entries) {
            if (entry.item >= database.parameters.size())
                continue;
            const auto type = database.parameters[entry.item].type;
            const bool plain = type != parameter::kNone && is_plain(database.types[type]);
            items.push_back(entry.item);
            raw.push_back(entry.value.bits);
            value.push_back(plain ? entry.value.bits : 0);
            raw_forms.push_back(entry.value.form);
            value_forms.push_back(plain ? entry.value.form : parameter::Form::none);
            validity.push_back(plain ? parameter::Validity::valid
                                     : parameter::Validity::not_calibrated);
        }
        if (items.empty())
            return;
        decoder.flush(*this); // in the order of the packets
        parameter::PacketRecord record;
        record.number = -1;
        record.generation_ns = header.time_ns == kUnknownTime ? reception_ns : header.time_ns;
        record.reception_ns = reception_ns;
        record.feed = options.feed;
        record.value_count = static_cast<std::uint32_t>(items.size());
        const std::vector<std::uint32_t> packets(items.size(), 0);
        parameter::ValueBatch batch;
        batch.packets = {&record, 1};
        batch.item = items;
        batch.raw = raw;
        batch.value = value;
        batch.raw_form = raw_forms;
        batch.value_form = value_forms;
        batch.validity = validity;
        batch.packet = packets;
        batch.labels = program->labels();
        batch.boolean_labels = program->boolean_labels();
        accept(batch);
    }

    static bool is_plain(const parameter::ParameterType& type) {
        const bool number = std::holds_alternative<parameter::IntegerType>(type.detail) ||
                            std::holds_alternative<parameter::FloatType>(type.detail);
        return number && type.context_calibrators.empty() &&
               std::holds_alternative<std::monostate>(type.calibrator.formula);
    }

    void read_report(const packet::Packet& packet) {
        if (!reader || !is_pus(packet))
            return;
        pus::Message message;
        const pus::Fault fault = reader->read(packet.bytes, message);
        if (fault != pus::Fault::none) {
            remark(pus_fault_kind(fault), packet.space->apid, packet.origin.utc_ns, [&] {
                return "packet of application " + std::to_string(packet.space->apid) +
                       " read as PUS: " + std::string(pus::name_of(fault));
            });
            if (fault != pus::Fault::leftover)
                return;
        }
        observer.on_report(message, packet.origin.utc_ns);
        if (const auto* values = std::get_if<pus::ParameterValues>(&message.report))
            take_values(*values, message.header, packet.origin.utc_ns);
        if (const auto* time = std::get_if<pus::TimeReport>(&message.report))
            if (packet.origin.utc_ns != kUnknownTime && time->spacecraft_ns != kUnknownTime)
                correlation.add(time->spacecraft_ns, packet.origin.utc_ns);
        if (const auto* verification = std::get_if<pus::Verification>(&message.report))
            tracker.take(*verification,
                         message.header.time_ns == kUnknownTime ? packet.origin.utc_ns
                                                                : message.header.time_ns,
                         packet.origin.utc_ns, *this);
    }

    static std::string_view pus_fault_kind(pus::Fault fault) {
        switch (fault) {
        case pus::Fault::none:
            return "pus";
        case pus::Fault::not_pus:
            return "pus_not_pus";
        case pus::Fault::bad_checksum:
            return "pus_bad_checksum";
        case pus::Fault::too_short:
            return "pus_too_short";
        case pus::Fault::leftover:
            return "pus_leftover";
        case pus::Fault::unknown_parameter:
            return "pus_unknown_parameter";
        case pus::Fault::bad_time:
            return "pus_bad_time";
        }
        return "pus";
    }

    struct Told {
        UtcNs last_ns = kUnknownTime;
        std::uint64_t count = 0; ///< since then
        bool told = false;
    };

    const ParameterChainOptions options;
    const parameter::Database database; ///< the conditions refer to it
    const std::shared_ptr<const parameter::Program> program;
    ParameterObserver& observer;
    alarm::DatabaseConditions conditions;
    parameter::Decoder decoder;
    parameter::LastValues latest;
    std::unique_ptr<alarm::Engine> engine;
    std::vector<alarm::LinkMonitor> links;
    std::optional<pus::Reader> reader;
    pus::RequestTracker tracker;
    pus::TimeCorrelation correlation{pus::TimeCorrelation::Options{}};
    std::map<parameter::ContainerIndex, std::int64_t> clock_offsets;
    std::map<std::pair<std::string_view, int>, Told> told;
    bool alarms_changed = false;
    bool state_unwritable = false;
};

ParameterChain::ParameterChain(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<ParameterChain>> ParameterChain::make(parameter::Database database,
                                                             const ParameterChainOptions& options,
                                                             ParameterObserver& observer) {
    auto program = parameter::compile(database, {.root = options.root_container});
    if (!program)
        return fail(program.error());
    auto state = std::make_unique<State>(std::move(database), *program, options, observer);
    // Links are observed as items behind those of packets, three each.
    auto configs = alarm::alarm_configs(state->database, **program);
    auto next_item = static_cast<parameter::ItemIndex>((*program)->items().size());
    for (const auto& [name, limits] : options.links) {
        state->links.emplace_back(name, limits, next_item);
        next_item += 3;
        for (alarm::AlarmConfig& config : state->links.back().alarms())
            configs.push_back(std::move(config));
    }
    auto engine =
        alarm::Engine::create(std::move(configs), options.alarms, state->conditions, *state);
    if (!engine)
        return fail(engine.error());
    state->engine = std::move(*engine);

    std::unique_ptr<ParameterChain> chain(new ParameterChain(std::move(state)));
    for (const parameter::Diagnostic& each : (*program)->diagnostics())
        chain->notes_.push_back(to_string(chain->state_->database, each.where) + ": " +
                                each.element + ": " + each.message);
    for (const std::string& problem : chain->state_->conditions.problems())
        chain->notes_.push_back(problem);
    if (options.pus) {
        pus::Catalog catalog = pus::on_board_parameters(chain->state_->database);
        for (const std::string& left_out : catalog.left_out)
            chain->notes_.push_back("on-board parameter " + left_out);
        chain->state_->reader.emplace(*options.pus, std::move(catalog.parameters));
    }
    if (!options.alarm_state_file.empty()) {
        auto text = read_file_if_there(options.alarm_state_file);
        if (!text)
            return fail(text.error());
        if (*text) {
            const auto restored = chain->state_->engine->restore(**text);
            if (!restored)
                return fail(Error{restored.error().message +
                                      "; move the file away to start with all alarms normal",
                                  options.alarm_state_file});
            for (const std::string& name : *restored)
                chain->notes_.push_back(options.alarm_state_file + ": '" + name +
                                        "' is not in the database any more");
        }
    }
    return chain;
}

ParameterChain::~ParameterChain() {
    flush();
    static_cast<void>(save()); // who wants to know of trouble has called it before
}

void ParameterChain::take(const packet::Packet& packet) noexcept {
    state_->decoder.process(packet, *state_);
    state_->read_report(packet);
}

void ParameterChain::flush() noexcept {
    state_->decoder.flush(*state_);
}

void ParameterChain::advance(UtcNs now) noexcept {
    flush();
    for (alarm::LinkMonitor& link : state_->links)
        link.advance(now, *state_->engine, *state_);
    state_->engine->advance(now, *state_);
    state_->tracker.advance(now, *state_);
    if (const auto saved = save(); !saved && !state_->state_unwritable) {
        state_->state_unwritable = true; // told once, until it works again
        state_->observer.on_remark({"alarm_state", saved.error().to_string(), -1, 1, now});
    }
}

Result<void> ParameterChain::save() {
    if (state_->options.alarm_state_file.empty() || !state_->alarms_changed)
        return {};
    auto written = write_file_atomically(state_->options.alarm_state_file, state_->engine->save());
    if (written) {
        state_->alarms_changed = false;
        state_->state_unwritable = false;
    }
    return written;
}

void ParameterChain::link_frame(std::size_t link, alarm::LinkMonitor::Verdict verdict,
                                double snr_db, UtcNs at_ns) noexcept {
    state_->links[link].frame(verdict, snr_db, at_ns, *state_->engine, *state_);
}
const std::optional<pus::TimeCorrelation::Fit>& ParameterChain::time_correlation() const {
    return state_->correlation.fit();
}

void ParameterChain::begin_pass(UtcNs at_ns) noexcept {
    for (alarm::LinkMonitor& link : state_->links)
        link.begin_pass(at_ns);
}
void ParameterChain::end_pass(UtcNs at_ns) noexcept {
    for (alarm::LinkMonitor& link : state_->links)
        link.end_pass(at_ns, *state_->engine, *state_);
}

Result<void> ParameterChain::act(const alarm::Action& action) {
    return state_->engine->act(action, *state_);
}

std::string ParameterChain::answer(std::string_view request, UtcNs now) {
    flush();
    return answer_request(request, *this, state_->latest, now);
}

const parameter::Database& ParameterChain::database() const {
    return state_->database;
}
const parameter::Program& ParameterChain::program() const {
    return *state_->program;
}
std::shared_ptr<const parameter::Program> ParameterChain::shared_program() const {
    return state_->program;
}
const alarm::Engine& ParameterChain::alarms() const {
    return *state_->engine;
}
const parameter::DecodeCounts& ParameterChain::counts() const {
    return state_->decoder.counts();
}

namespace {

/// The limits of another database's parameters, by the names that the mission's alarms have: the
/// same qualified name, or the same name where the mission has only one of it.
Result<alarm::LimitSet> limit_set(const std::string& path, const parameter::Database& mission) {
    const auto database = parameter::open_database(path);
    if (!database)
        return fail(database.error());
    const parameter::Dictionary dictionary(mission);
    alarm::LimitSet set;
    for (const parameter::Parameter& parameter : database->parameters) {
        parameter::AlarmIndex index = parameter.alarm;
        if (index == parameter::kNone && parameter.type != parameter::kNone)
            index = database->types[parameter.type].alarm;
        if (index == parameter::kNone)
            continue;
        parameter::ParameterIndex known =
            dictionary.parameter(qualified_name(*database, parameter));
        if (known == parameter::kNone)
            known = dictionary.parameter(parameter.name);
        if (known == parameter::kNone)
            return fail(Error{"the mission database has no parameter, or several, named '" +
                                  parameter.name + "'",
                              path, parameter.where.line});
        set.emplace(qualified_name(mission, mission.parameters[known]),
                    database->alarms[index].limits);
    }
    return set;
}

/// What a station file names, from its own folder.
std::string beside(const Station& station, const std::string& path) {
    return (std::filesystem::path(station.file).parent_path() / path).string();
}

} // namespace

std::string database_path(const Station& station) {
    return beside(station, station.telemetry->text("database"));
}

alarm::LinkLimits link_limits(const Settings& telemetry) {
    const auto level = [&](std::string_view name) {
        alarm::AlarmLevel chosen = alarm::AlarmLevel::normal;
        alarm::parse(telemetry.text(name), chosen); // one of the field's choices
        return chosen;
    };
    alarm::LinkLimits limits;
    limits.no_frame_after_ns = std::llround(telemetry.real("no_frame_after") * 1e9);
    limits.no_frame_level = level("no_frame_level");
    limits.pass_ends_after_ns = std::llround(telemetry.real("pass_ends_after") * 1e9);
    limits.frame_error_rate = telemetry.real("frame_error_rate");
    limits.frame_error_level = level("frame_error_level");
    limits.least_snr_db = telemetry.real("least_snr");
    limits.snr_level = level("snr_level");
    return limits;
}

Result<std::unique_ptr<ParameterChain>> open_parameter_chain(const Station& station,
                                                             const std::string& state_file,
                                                             parameter::Feed feed,
                                                             ParameterObserver& observer) {
    assert(station.telemetry);
    auto database = parameter::open_database(database_path(station));
    if (!database)
        return fail(database.error());
    ParameterChainOptions options;
    options.root_container = station.telemetry->text("root_container");
    if (station.pus)
        options.pus = *pus::read_layout(*station.pus); // checked when the station was loaded
    const std::string& own_state = station.telemetry->text("alarm_state");
    options.alarm_state_file = own_state.empty() ? state_file : beside(station, own_state);
    options.feed = feed;
    options.alarms.late_after_ns = std::llround(station.telemetry->real("late_after") * 1e9);
    for (const std::string_view pair : split(station.telemetry->text("limit_sets"), ' ')) {
        if (pair.empty())
            continue;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return fail(Error{"'" + std::string(pair) + "': NAME=PATH was expected", station.file,
                              0, 0, "telemetry.limit_sets"});
        auto set = limit_set(beside(station, std::string(pair.substr(equals + 1))), *database);
        if (!set)
            return fail(set.error());
        options.alarms.limit_sets.emplace(pair.substr(0, equals), std::move(*set));
    }
    for (const Downlink& downlink : station.downlinks)
        options.links.emplace_back(station.name + "/" + downlink.name,
                                   link_limits(*station.telemetry));
    return ParameterChain::make(std::move(*database), options, observer);
}

} // namespace telemetry::station
