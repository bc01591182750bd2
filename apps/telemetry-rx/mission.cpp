// SPDX-License-Identifier: GPL-3.0-or-later
#include "mission.h"

#include <algorithm>

#include "telemetry/alarm/json.h"
#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/publish/records.h"

namespace telemetry::rx {
namespace {

namespace events = publish::events;

/// What PUS calls the severity of an event (ECSS-E-ST-70-41C 6.5.1), in terms of logs.
const publish::EventName& event_of(pus::Event::Severity severity) {
    switch (severity) {
    case pus::Event::Severity::information:
        return events::remote_event_info;
    case pus::Event::Severity::low:
        return events::remote_event_low;
    case pus::Event::Severity::medium:
        return events::remote_event_medium;
    case pus::Event::Severity::high:
        return events::remote_event_high;
    }
    return events::remote_event_info;
}

std::string request_name(const pus::RequestId& request) {
    return "request " + std::to_string(request.application) + "/" +
           std::to_string(request.sequence_count);
}

} // namespace

Result<std::unique_ptr<Mission>> Mission::open(const station::Station& station,
                                               const std::string& state_folder,
                                               publish::Publisher* publisher, Log& log) {
    std::unique_ptr<Mission> mission(new Mission(station, publisher, log));
    const std::string state_file =
        state_folder.empty() ? "" : state_folder + "/" + station.name + ".alarms.json";
    auto chain =
        station::open_parameter_chain(station, state_file, parameter::Feed::live, *mission);
    if (!chain)
        return fail(chain.error());
    mission->chain_ = std::move(*chain);
    for (const std::string& note : mission->chain_->notes())
        log.note(station.name + ": " + note);
    mission->records_ = std::make_unique<parameter::ValueRecords>(
        mission->chain_->shared_program(), parameter::ValueRecords::Layout::json_lines,
        parameter::NameStyle::qualified);
    return mission;
}

void Mission::take(const packet::Packet& packet) {
    if (!packet.origin.confirmed)
        return; // nothing vouches for its bits: no value, no alarm
    const std::lock_guard lock(mutex_);
    latest_ns_ = std::max(latest_ns_, packet.origin.utc_ns);
    chain_->take(packet);
    chain_->flush();
}

std::size_t Mission::link_of(std::string_view downlink) const {
    const auto at = std::ranges::find(station_.downlinks, downlink, &station::Downlink::name);
    return static_cast<std::size_t>(at - station_.downlinks.begin());
}

void Mission::take(const Frame& frame, std::string_view downlink) {
    const std::size_t link = link_of(downlink);
    if (link == station_.downlinks.size())
        return;
    const UtcNs at_ns = frame.end_utc_ns == kUnknownTime ? frame.utc_ns : frame.end_utc_ns;
    {
        const std::lock_guard lock(mutex_);
        if (at_ns != kUnknownTime) {
            latest_ns_ = std::max(latest_ns_, at_ns);
            chain_->link_frame(link,
                               frame.confirmed ? alarm::LinkMonitor::Verdict::good
                                               : alarm::LinkMonitor::Verdict::bad,
                               frame.quality.snr_db, at_ns);
        }
    }
}

void Mission::bad_frame(std::string_view downlink) {
    const std::size_t link = link_of(downlink);
    const std::lock_guard lock(mutex_);
    if (link < station_.downlinks.size() && latest_ns_ != kUnknownTime)
        chain_->link_frame(link, alarm::LinkMonitor::Verdict::bad, kUnknown, latest_ns_);
}

void Mission::advance(UtcNs now) {
    const std::lock_guard lock(mutex_);
    if (now != kUnknownTime)
        latest_ns_ = std::max(latest_ns_, now); // a link may begin with bad frames, of no time
    chain_->advance(now == kUnknownTime ? latest_ns_ : now);
}

std::string Mission::answer(std::string_view request, UtcNs now) {
    const std::lock_guard lock(mutex_);
    return chain_->answer(request, now);
}

void Mission::finish() {
    const std::lock_guard lock(mutex_);
    chain_->flush();
    if (const auto saved = chain_->save(); !saved)
        log_.error(saved.error().to_string());
}

void Mission::on_values(const parameter::ValueBatch& values) noexcept {
    if (!publisher_ || values.packets.empty())
        return;
    std::string lines;
    records_->append(values, lines);
    if (lines.empty())
        return;
    lines.pop_back(); // the last end of line
    std::ranges::replace(lines, '\n', ',');
    const auto container = values.packets.back().container;
    const std::string source = container == parameter::kNone
                                   ? "derived"
                                   : std::string(chain_->program().container_name(container));
    publisher_->publish("parameter", station_.name, source, "{\"values\":[" + lines + "]}");
}

void Mission::on_transition(const alarm::Transition& transition) noexcept {
    if (publisher_)
        publisher_->publish("alarm", station_.name,
                            transition.parameter.empty() ? transition.alarm : transition.parameter,
                            alarm::to_json(transition));
    std::string line = station_.name + ": " + std::string(transition.alarm) + " " +
                       std::string(alarm::name_of(transition.change));
    if (transition.level != alarm::AlarmLevel::normal)
        line += " (" + std::string(alarm::name_of(transition.level)) + ", " +
                std::string(transition.limit) + ")";
    if (transition.annunciation == alarm::Annunciation::audible)
        log_.note(line);
    else
        log_.detail(line);
}

void Mission::on_audit(const alarm::AuditRecord& record) noexcept {
    if (publisher_)
        publisher_->publish("audit", station_.name, "alarms", alarm::to_json(record));
    log_.note(station_.name + ": " + record.action->person + " asked to " +
              std::string(alarm::name_of(record.action->kind)) + " " + record.action->alarm +
              (record.refusal.empty() ? "" : "; refused: " + std::string(record.refusal)));
}

void Mission::event(const publish::EventName& name, UtcNs at_ns, const std::string& text,
                    std::span<const publish::Attribute> attributes) {
    if (publisher_)
        publisher_->publish("event", station_.name, "packets",
                            publish::event_json(name, at_ns, text, attributes));
    if (name.severity >= publish::Severity::error)
        log_.error(station_.name + ": " + text);
    else if (name.severity >= publish::Severity::warn)
        log_.note(station_.name + ": " + text);
    else
        log_.detail(station_.name + ": " + text);
}

void Mission::on_report(const pus::Message& message, UtcNs reception_ns) noexcept {
    const UtcNs at_ns =
        message.header.time_ns == kUnknownTime ? reception_ns : message.header.time_ns;
    const publish::Attribute apid{"apid", std::int64_t{message.application}};
    if (const auto* remote = std::get_if<pus::Event>(&message.report)) {
        const std::string data = to_hex(remote->data);
        const publish::Attribute attributes[] = {
            apid,
            {"definition", static_cast<std::int64_t>(remote->definition)},
            {"data", std::string_view(data)}};
        event(event_of(remote->severity), at_ns,
              "event " + std::to_string(remote->definition) + " of application " +
                  std::to_string(message.application),
              attributes);
    } else if (const auto* verified = std::get_if<pus::Verification>(&message.report)) {
        const bool failed = verified->outcome == pus::Verification::Outcome::failure;
        std::vector<publish::Attribute> attributes = {
            {"apid", std::int64_t{verified->request.application}},
            {"sequence_count", std::int64_t{verified->request.sequence_count}},
            {"stage", name_of(verified->stage)},
            {"success", !failed}};
        if (verified->step)
            attributes.push_back({"step", static_cast<std::int64_t>(*verified->step)});
        if (verified->failure_code)
            attributes.push_back(
                {"failure_code", static_cast<std::int64_t>(*verified->failure_code)});
        event(failed ? events::remote_request_failed : events::remote_request_verified, at_ns,
              request_name(verified->request) + ": " + std::string(name_of(verified->stage)) +
                  (failed ? " failed" : " done"),
              attributes);
    } else if (const auto* monitoring = std::get_if<pus::Monitoring>(&message.report)) {
        for (const pus::Monitoring::Transition& each : monitoring->transitions) {
            const publish::Attribute attributes[] = {
                apid,
                {"monitor", static_cast<std::int64_t>(each.monitor)},
                {"parameter", static_cast<std::int64_t>(each.parameter)},
                {"value", each.value.real()},
                {"limit", each.limit.real()},
                {"previous", static_cast<std::int64_t>(each.previous)},
                {"current", static_cast<std::int64_t>(each.current)}};
            event(events::remote_monitoring, each.at_ns,
                  "on-board monitor " + std::to_string(each.monitor) + ": status " +
                      std::to_string(each.previous) + " to " + std::to_string(each.current),
                  attributes);
        }
    } else {
        tell_entries(message, at_ns);
    }
}

/// Of reports that are lists for people and archives: an event for each entry.
void Mission::tell_entries(const pus::Message& message, UtcNs at_ns) {
    const auto tell = [&](const std::string& text, std::vector<publish::Attribute> attributes) {
        attributes.push_back({"apid", std::int64_t{message.application}});
        attributes.push_back({"service", std::int64_t{message.header.service}});
        attributes.push_back({"subtype", std::int64_t{message.header.subtype}});
        event(events::remote_report, at_ns, text, attributes);
    };
    const auto whole = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
    if (const auto* statistics = std::get_if<pus::Statistics>(&message.report)) {
        for (const auto& each : statistics->entries)
            tell("statistics of on-board parameter " + std::to_string(each.parameter),
                 {{"parameter", whole(each.parameter)},
                  {"samples", whole(each.samples)},
                  {"max", each.max.real()},
                  {"min", each.min.real()},
                  {"mean", each.mean.real()}});
    } else if (const auto* values = std::get_if<pus::ParameterValues>(&message.report)) {
        for (const auto& each : values->entries)
            tell("value of on-board parameter " + std::to_string(each.parameter),
                 {{"parameter", whole(each.parameter)}, {"raw", each.value.real()}});
    } else if (const auto* memory = std::get_if<pus::MemoryCheck>(&message.report)) {
        for (const auto& each : memory->areas)
            tell("checksum of memory " + std::to_string(memory->memory),
                 {{"memory", whole(memory->memory)},
                  {"start", whole(each.start)},
                  {"length", whole(each.length)},
                  {"checksum", whole(each.checksum)}});
    } else if (const auto* time = std::get_if<pus::TimeReport>(&message.report)) {
        const std::string clock =
            time->spacecraft_ns == kUnknownTime ? "unknown" : to_rfc3339(time->spacecraft_ns);
        tell("spacecraft time " + clock,
             {{"spacecraft_time", std::string_view(clock)}, {"rate", whole(time->rate)}});
    } else if (const auto* schedule = std::get_if<pus::Schedule>(&message.report)) {
        for (const auto& each : schedule->activities) {
            const std::string release =
                each.release_ns == kUnknownTime ? "unknown" : to_rfc3339(each.release_ns);
            tell(request_name(each.request) + " is scheduled for " + release,
                 {{"release_time", std::string_view(release)},
                  {"application", std::int64_t{each.request.application}},
                  {"sequence_count", std::int64_t{each.request.sequence_count}},
                  {"sub_schedule", whole(each.sub_schedule)},
                  {"group", whole(each.group)}});
        }
    } else if (std::holds_alternative<pus::Alive>(message.report)) {
        tell("application " + std::to_string(message.application) + " is alive", {});
    } else if (const auto* file = std::get_if<pus::FileAttributes>(&message.report)) {
        tell("file " + std::string(file->path) + "/" + std::string(file->name),
             {{"path", file->path},
              {"name", file->name},
              {"size", whole(file->size)},
              {"locked", file->locked != 0}});
    } else if (const auto* repository = std::get_if<pus::Repository>(&message.report)) {
        for (const auto& each : repository->objects)
            tell("object of " + std::string(repository->path),
                 {{"path", repository->path}, {"name", each.name}, {"type", whole(each.type)}});
    }
}

void Mission::on_request(const pus::RequestProgress& progress) noexcept {
    constexpr std::string_view kEnds[] = {"open", "completed", "failed", "timed_out"};
    const std::string_view end = kEnds[static_cast<std::size_t>(progress.end)];
    const publish::Attribute attributes[] = {
        {"apid", std::int64_t{progress.request.application}},
        {"sequence_count", std::int64_t{progress.request.sequence_count}},
        {"end", end},
        {"reports", static_cast<std::int64_t>(progress.seen.size())},
        {"inferred", static_cast<std::int64_t>(progress.inferred.size())}};
    const UtcNs at_ns = progress.seen.empty() ? latest_ns_ : progress.seen.back().at_ns;
    event(events::remote_request_ended, at_ns,
          request_name(progress.request) + ": " + std::string(end), attributes);
}

void Mission::on_remark(const station::PacketRemark& remark) noexcept {
    std::vector<publish::Attribute> attributes = {
        {"kind", remark.kind}, {"count", static_cast<std::int64_t>(remark.count)}};
    if (remark.apid >= 0)
        attributes.push_back({"apid", std::int64_t{remark.apid}});
    event(events::packet_remark, remark.reception_ns, remark.text, attributes);
}

} // namespace telemetry::rx
