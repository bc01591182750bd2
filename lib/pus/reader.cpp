// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/reader.h"

#include <algorithm>
#include <array>
#include <bit>

#include "telemetry/packet/packet.h"
#include "telemetry/parameter/bits.h"
#include "telemetry/parameter/time_code.h"

namespace telemetry::pus {
namespace {

/// Takes fields one after another. The first that does not fit is the fault; all later ones are 0.
class Cursor {
public:
    Cursor(Octets octets, const Layout& layout, const OnBoardParameters& parameters)
        : octets_(octets), layout_(layout), parameters_(parameters) {}

    std::uint64_t number(unsigned bits) {
        if (bits == 0 || !has(bits))
            return 0;
        const std::uint64_t value = parameter::load_bits(octets_, at_, bits);
        at_ += bits;
        return value;
    }

    UtcNs time() {
        if ((at_ & 7U) != 0 || fault_ != Fault::none)
            return stop(Fault::bad_time), kUnknownTime;
        const Octets rest = octets_.subspan(at_ / 8);
        const auto decoded = parameter::decode_time(layout_.time, rest);
        if (!decoded)
            return stop(rest.size() < parameter::octets_of(layout_.time) ? Fault::too_short
                                                                         : Fault::bad_time),
                   kUnknownTime;
        at_ += 8 * decoded->octets;
        return parameter::instant_after(decoded->agency_epoch ? layout_.epoch : layout_.ccsds_epoch,
                                        decoded->elapsed);
    }

    void skip(unsigned bits) {
        if (has(bits))
            at_ += bits;
    }

    /// How often the next group comes; never more often than the rest of the packet could hold.
    std::size_t count(unsigned least_bits) {
        const std::uint64_t stated = number(layout_.count);
        const std::uint64_t most = (8 * octets_.size() - at_) / std::max(1U, least_bits);
        if (stated > most) {
            stop(Fault::too_short);
            return 0;
        }
        return static_cast<std::size_t>(stated);
    }

    Octets octets(std::uint64_t size) {
        if ((at_ & 7U) != 0 || size > (8 * octets_.size() - at_) / 8 || fault_ != Fault::none) {
            stop(Fault::too_short);
            return {};
        }
        const Octets taken = octets_.subspan(at_ / 8, static_cast<std::size_t>(size));
        at_ += 8 * taken.size();
        return taken;
    }
    Octets rest() { return octets((8 * octets_.size() - at_) / 8); }

    std::string_view text() {
        const Octets taken = octets(number(layout_.length));
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }

    const OnBoardParameter* known(std::uint64_t parameter) {
        const auto at = parameters_.find(parameter);
        if (at == parameters_.end())
            return stop(Fault::unknown_parameter), nullptr;
        return &at->second;
    }
    Value value(const OnBoardParameter* parameter) {
        if (!parameter)
            return {};
        const std::uint64_t bits = number(parameter->bits);
        return fault_ == Fault::none ? converted(bits, *parameter) : Value{};
    }

    RequestId request() {
        const auto word = static_cast<std::uint32_t>(number(32));
        return {static_cast<int>(word >> 29),
                (word >> 28 & 1U) != 0,
                (word >> 27 & 1U) != 0,
                static_cast<int>(word >> 16 & 0x7ffU),
                static_cast<int>(word >> 14 & 3U),
                static_cast<int>(word & 0x3fffU)};
    }

    const Layout& layout() const { return layout_; }
    Fault fault() const { return fault_; }
    /// A last octet begun counts as taken: layouts pad to whole octets.
    bool at_end() const { return octets_.size() - (at_ + 7) / 8 == 0; }

private:
    static Value converted(std::uint64_t bits, const OnBoardParameter& parameter) {
        switch (parameter.form) {
        case parameter::Form::integer:
            return {parameter.form,
                    static_cast<std::uint64_t>(parameter::sign_extended(bits, parameter.bits))};
        case parameter::Form::real: {
            const double real =
                parameter.bits == 64
                    ? std::bit_cast<double>(bits)
                    : double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
            return {parameter.form, std::bit_cast<std::uint64_t>(real)};
        }
        default:
            return {parameter.form, bits};
        }
    }

    bool has(unsigned bits) {
        if (fault_ == Fault::none && at_ + bits > 8 * octets_.size())
            stop(Fault::too_short);
        return fault_ == Fault::none;
    }
    void stop(Fault fault) {
        if (fault_ == Fault::none)
            fault_ = fault;
    }

    Octets octets_;
    const Layout& layout_;
    const OnBoardParameters& parameters_;
    std::size_t at_ = 0; ///< in bits
    Fault fault_ = Fault::none;
};

using Outcome = Verification::Outcome;
using Stage = Verification::Stage;

template <Stage stage, Outcome outcome>
Report verification(Cursor& in) {
    Verification report{stage, outcome, in.request(), {}, {}, {}};
    if (stage == Stage::progress)
        report.step = in.number(in.layout().step);
    if (outcome == Outcome::failure) {
        report.failure_code = in.number(in.layout().failure_code);
        report.failure_data = in.rest();
    }
    return report;
}

template <Housekeeping::Kind kind>
Report housekeeping(Cursor& in) {
    const std::uint64_t structure = in.number(in.layout().structure);
    return Housekeeping{kind, structure, in.rest()};
}

Report statistics(Cursor& in) {
    const Layout& layout = in.layout();
    Statistics report;
    report.start_ns = in.time();
    report.end_ns = in.time();
    report.entries.resize(in.count(layout.parameter + layout.samples));
    for (Statistics::Entry& entry : report.entries) {
        entry.parameter = in.number(layout.parameter);
        const OnBoardParameter* parameter = in.known(entry.parameter);
        entry.samples = in.number(layout.samples);
        entry.max = in.value(parameter);
        entry.max_ns = in.time();
        entry.min = in.value(parameter);
        entry.min_ns = in.time();
        entry.mean = in.value(parameter);
        if (layout.deviation)
            entry.deviation = in.value(parameter);
        if (in.fault() != Fault::none)
            break;
    }
    return report;
}

template <Event::Severity severity>
Report event(Cursor& in) {
    const std::uint64_t definition = in.number(in.layout().event);
    return Event{severity, definition, in.rest()};
}

Report disabled_events(Cursor& in) {
    DisabledEvents report;
    report.definitions.resize(in.count(in.layout().event));
    for (std::uint64_t& definition : report.definitions)
        definition = in.number(in.layout().event);
    return report;
}

Report memory_check(Cursor& in) {
    const Layout& layout = in.layout();
    MemoryCheck report;
    report.memory = in.number(layout.memory);
    report.areas.resize(in.count(layout.address + layout.length + layout.checksum));
    for (MemoryCheck::Area& area : report.areas) {
        area.start = in.number(layout.address);
        area.length = in.number(layout.length);
        area.checksum = in.number(layout.checksum);
    }
    return report;
}

Report memory_dump(Cursor& in) {
    const Layout& layout = in.layout();
    MemoryDump report;
    report.memory = in.number(layout.memory);
    report.areas.resize(in.count(layout.address + layout.length + layout.checksum));
    for (MemoryDump::Area& area : report.areas) {
        area.start = in.number(layout.address);
        area.data = in.octets(in.number(layout.length));
        area.checksum = in.number(layout.checksum);
    }
    return report;
}

Report time_report(Cursor& in) {
    TimeReport report;
    report.rate = in.number(in.layout().rate);
    report.spacecraft_ns = in.time();
    report.status = in.number(in.layout().time_status);
    return report;
}

template <Schedule::Kind kind>
Report schedule(Cursor& in) {
    const Layout& layout = in.layout();
    Schedule report;
    report.kind = kind;
    report.activities.resize(in.count(layout.sub_schedule + layout.group + 8));
    for (Schedule::Activity& activity : report.activities) {
        activity.sub_schedule = in.number(layout.sub_schedule);
        activity.group = in.number(layout.group);
        activity.release_ns = in.time();
        if (kind == Schedule::Kind::summary) {
            // Clause 8.11.2.13: source, application process, sequence count, 16 bits each.
            activity.source = in.number(layout.source);
            activity.request.application = static_cast<int>(in.number(16) & 0x7ffU);
            activity.request.sequence_count = static_cast<int>(in.number(16) & 0x3fffU);
        } else {
            Cursor ahead = in;
            const Octets start = ahead.octets(6);
            const auto header = start.empty() ? std::nullopt : packet::parse_space_header(start);
            activity.packet = in.octets(header ? header->total_length : 6);
            if (header) {
                activity.request.application = header->apid;
                activity.request.sequence_count = header->sequence_count;
            }
        }
        if (in.fault() != Fault::none)
            break;
    }
    return report;
}

template <ScheduleStatus::Of of>
Report schedule_status(Cursor& in) {
    const unsigned id =
        of == ScheduleStatus::Of::groups ? in.layout().group : in.layout().sub_schedule;
    ScheduleStatus report;
    report.of = of;
    report.entries.resize(in.count(id + in.layout().check_status));
    for (ScheduleStatus::Entry& entry : report.entries) {
        entry.id = in.number(id);
        entry.status = in.number(in.layout().check_status);
    }
    return report;
}

template <Monitoring::Kind kind>
Report monitoring(Cursor& in) {
    const Layout& layout = in.layout();
    Monitoring report;
    report.kind = kind;
    report.transitions.resize(in.count(layout.monitor + layout.parameter + layout.check_type));
    for (Monitoring::Transition& transition : report.transitions) {
        transition.monitor = in.number(layout.monitor);
        transition.parameter = in.number(layout.parameter);
        const OnBoardParameter* parameter = in.known(transition.parameter);
        transition.check_type = in.number(layout.check_type);
        const auto expected = static_cast<std::uint64_t>(Monitoring::Check::expected_value);
        if (parameter && transition.check_type == expected)
            transition.mask = in.number(parameter->bits);
        transition.value = in.value(parameter);
        transition.limit = in.value(parameter);
        transition.previous = in.number(layout.check_status);
        transition.current = in.number(layout.check_status);
        transition.at_ns = in.time();
        if (in.fault() != Fault::none)
            break;
    }
    return report;
}

Report alive(Cursor&) {
    return Alive{};
}
Report connection(Cursor& in) {
    return Alive{in.number(in.layout().application)};
}

Report parameter_values(Cursor& in) {
    ParameterValues report;
    report.entries.resize(in.count(in.layout().parameter));
    for (ParameterValues::Entry& entry : report.entries) {
        entry.parameter = in.number(in.layout().parameter);
        const OnBoardParameter* parameter = in.known(entry.parameter);
        if (!parameter)
            break;
        entry.item = parameter->item;
        entry.value = in.value(parameter);
    }
    return report;
}

Report file_attributes(Cursor& in) {
    FileAttributes report;
    report.path = in.text();
    report.name = in.text();
    report.size = in.number(in.layout().file_size);
    report.locked = in.number(in.layout().locked);
    return report;
}

Report repository(Cursor& in) {
    Repository report;
    report.path = in.text();
    report.objects.resize(in.count(in.layout().object_type + in.layout().length));
    for (Repository::Object& object : report.objects) {
        object.type = in.number(in.layout().object_type);
        object.name = in.text();
    }
    return report;
}

struct Entry {
    int service;
    int subtype;
    Report (*read)(Cursor&);
};
using Severity = Event::Severity;
constexpr Entry kReports[] = {
    {1, 1, verification<Stage::acceptance, Outcome::success>},
    {1, 2, verification<Stage::acceptance, Outcome::failure>},
    {1, 3, verification<Stage::start, Outcome::success>},
    {1, 4, verification<Stage::start, Outcome::failure>},
    {1, 5, verification<Stage::progress, Outcome::success>},
    {1, 6, verification<Stage::progress, Outcome::failure>},
    {1, 7, verification<Stage::completion, Outcome::success>},
    {1, 8, verification<Stage::completion, Outcome::failure>},
    {1, 10, verification<Stage::routing, Outcome::failure>},
    {3, 25, housekeeping<Housekeeping::Kind::housekeeping>},
    {3, 26, housekeeping<Housekeeping::Kind::diagnostic>},
    {4, 2, statistics},
    {5, 1, event<Severity::information>},
    {5, 2, event<Severity::low>},
    {5, 3, event<Severity::medium>},
    {5, 4, event<Severity::high>},
    {5, 8, disabled_events},
    {6, 6, memory_dump},
    {6, 10, memory_check},
    {9, 2, time_report},
    {9, 3, time_report},
    {11, 10, schedule<Schedule::Kind::detail>},
    {11, 13, schedule<Schedule::Kind::summary>},
    {11, 19, schedule_status<ScheduleStatus::Of::sub_schedules>},
    {11, 27, schedule_status<ScheduleStatus::Of::groups>},
    {12, 11, monitoring<Monitoring::Kind::out_of_limits>},
    {12, 12, monitoring<Monitoring::Kind::transitions>},
    {17, 2, alive},
    {17, 4, connection},
    {20, 2, parameter_values},
    {23, 4, file_attributes},
    {23, 13, repository},
};

/// Clauses 7.4.3.1 of the C edition, 5.4.3 (ECSS-E-70-41A) of the A edition.
Fault read_header(Cursor& in, Header& header) {
    const Layout& layout = in.layout();
    if (layout.edition == Edition::c) {
        header.version = static_cast<int>(in.number(4));
        header.time_status = static_cast<int>(in.number(4));
    } else {
        in.skip(1);
        header.version = static_cast<int>(in.number(3));
        in.skip(4);
    }
    header.service = static_cast<int>(in.number(8));
    header.subtype = static_cast<int>(in.number(8));
    header.counter = in.number(layout.counter);
    header.destination = in.number(layout.destination);
    header.time_ns = in.time();
    in.skip(layout.spare);
    if (in.fault() != Fault::none)
        return in.fault();
    return header.version == (layout.edition == Edition::c ? 2 : 1) ? Fault::none : Fault::not_pus;
}

} // namespace

Reader::Reader(const Layout& layout, OnBoardParameters parameters)
    : layout_(layout), parameters_(std::move(parameters)), crc_(fec::kCrc16False) {
    for (auto& [id, parameter] : parameters_)
        parameter.bits = std::clamp(parameter.bits, 1U, 64U);
}

Fault Reader::read(Octets packet, Message& message) const {
    message = {};
    const auto space = packet::parse_space_header(packet);
    if (!space || space->telecommand)
        return Fault::not_pus;
    if (packet.size() < space->total_length)
        return Fault::too_short;
    packet = packet.first(space->total_length);
    message.application = space->apid;
    message.sequence_count = space->sequence_count;
    if (layout_.error_control) {
        if (packet.size() < 8)
            return Fault::too_short;
        if (crc_(packet) != 0) // over the data and its own checksum
            return Fault::bad_checksum;
        packet = packet.first(packet.size() - 2);
    }
    Cursor in(packet.subspan(6), layout_, parameters_);

    // Clause 8.9.2: the spacecraft time packet is of APID 0 and has no secondary header.
    if (space->apid == 0 && !space->secondary_header) {
        message.header.service = 9;
        message.header.subtype = layout_.time.code == parameter::TimeCode::cuc ? 2 : 3;
        message.report = time_report(in);
        message.header.time_ns = std::get<TimeReport>(message.report).spacecraft_ns;
    } else {
        if (!space->secondary_header)
            return Fault::not_pus;
        if (const Fault fault = read_header(in, message.header); fault != Fault::none)
            return fault;
        const auto* entry = std::find_if(std::begin(kReports), std::end(kReports), [&](auto& e) {
            return e.service == message.header.service && e.subtype == message.header.subtype;
        });
        message.report =
            entry == std::end(kReports) ? Report{OtherReport{in.rest()}} : entry->read(in);
    }
    if (in.fault() != Fault::none)
        return in.fault();
    return in.at_end() ? Fault::none : Fault::leftover;
}

std::string_view name_of(Fault fault) {
    constexpr std::array<std::string_view, 7> kNames = {
        "none",     "not_pus",           "bad_checksum", "too_short",
        "leftover", "unknown_parameter", "bad_time"};
    return kNames[static_cast<std::size_t>(fault)];
}
std::string_view name_of(Stage stage) {
    constexpr std::array<std::string_view, 5> kNames = {"routing", "acceptance", "start",
                                                        "progress", "completion"};
    return kNames[static_cast<std::size_t>(stage)];
}
std::string_view name_of(Severity severity) {
    constexpr std::array<std::string_view, 4> kNames = {"information", "low", "medium", "high"};
    return kNames[static_cast<std::size_t>(severity)];
}

} // namespace telemetry::pus
