// SPDX-License-Identifier: GPL-3.0-or-later
// What the telemetry reports of the Packet Utilization Standard say (ECSS-E-ST-70-41C clause 8).
// Spans point into the packet.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/parameter/value.h"

namespace telemetry::pus {

using Octets = std::span<const std::uint8_t>;

/// A telecommand, as reports refer to it (clause 8.1.2.1): the first four octets of its packet.
struct RequestId {
    int version = 0;
    bool is_telecommand = true;
    bool has_secondary_header = true;
    int application = 0; ///< APID
    int sequence_flags = 3;
    int sequence_count = 0;
    friend auto operator<=>(const RequestId&, const RequestId&) = default;
};

/// ST[01] request verification.
struct Verification {
    enum class Stage : std::uint8_t { routing, acceptance, start, progress, completion };
    enum class Outcome : std::uint8_t { success, failure };
    Stage stage = Stage::acceptance;
    Outcome outcome = Outcome::success;
    RequestId request = {};
    std::optional<std::uint64_t> step = {};
    std::optional<std::uint64_t> failure_code = {};
    Octets failure_data = {};
};
std::string_view name_of(Verification::Stage stage); ///< "acceptance", …

/// ST[03] housekeeping and diagnostic parameter reports. The values behind the structure id are the
/// mission database's business.
struct Housekeeping {
    enum class Kind : std::uint8_t { housekeeping, diagnostic };
    Kind kind = Kind::housekeeping;
    std::uint64_t structure = 0;
    Octets values = {};
};

/// One on-board value. `form` none: its parameter is not known.
struct Value {
    parameter::Form form = parameter::Form::none;
    std::uint64_t bits = 0;
    double real() const { return parameter::ValueBatch::to_real(bits, form); }
};

/// ST[04] parameter statistics report.
struct Statistics {
    struct Entry {
        std::uint64_t parameter = 0;
        std::uint64_t samples = 0;
        Value max = {};
        UtcNs max_ns = kUnknownTime;
        Value min = {};
        UtcNs min_ns = kUnknownTime;
        Value mean = {};
        std::optional<Value> deviation = {};
    };
    UtcNs start_ns = kUnknownTime;
    UtcNs end_ns = kUnknownTime;
    std::vector<Entry> entries;
};

/// ST[05] event report.
struct Event {
    enum class Severity : std::uint8_t { information, low, medium, high };
    Severity severity = Severity::information;
    std::uint64_t definition = 0;
    Octets data = {}; ///< auxiliary data
};
std::string_view name_of(Event::Severity severity); ///< "information", "low", …

/// ST[05] disabled event definitions report.
struct DisabledEvents {
    std::vector<std::uint64_t> definitions;
};

/// ST[06] memory check report.
struct MemoryCheck {
    struct Area {
        std::uint64_t start = 0;
        std::uint64_t length = 0;
        std::uint64_t checksum = 0;
    };
    std::uint64_t memory = 0;
    std::vector<Area> areas;
};

/// ST[06] dumped raw memory data report.
struct MemoryDump {
    struct Area {
        std::uint64_t start = 0;
        Octets data = {};
        std::uint64_t checksum = 0;
    };
    std::uint64_t memory = 0;
    std::vector<Area> areas;
};

/// ST[09] time report.
struct TimeReport {
    std::uint64_t rate = 0; ///< a report every 2^rate transfer frames; 0 when not stated
    UtcNs spacecraft_ns = kUnknownTime;
    std::uint64_t status = 0; ///< of the time reference; 0 when not stated
};

/// ST[11] time-based schedule reports, summary and detail.
struct Schedule {
    struct Activity {
        std::uint64_t sub_schedule = 0;
        std::uint64_t group = 0;
        UtcNs release_ns = kUnknownTime;
        std::uint64_t source = 0;
        RequestId request = {};
        Octets packet = {}; ///< of a detail report: the telecommand
    };
    enum class Kind : std::uint8_t { summary, detail };
    Kind kind = Kind::summary;
    std::vector<Activity> activities;
};

/// ST[11] status of sub-schedules or groups: enabled or not.
struct ScheduleStatus {
    enum class Of : std::uint8_t { sub_schedules, groups };
    struct Entry {
        std::uint64_t id = 0;
        std::uint64_t status = 0;
    };
    Of of = Of::sub_schedules;
    std::vector<Entry> entries;
};

/// ST[12] check transition and out-of-limits reports.
struct Monitoring {
    enum class Kind : std::uint8_t { transitions, out_of_limits };
    /// Clause 8.12.3: the types of checks.
    enum class Check : std::uint8_t { expected_value = 0, limit = 1, delta = 2 };
    struct Transition {
        std::uint64_t monitor = 0; ///< PMON id
        std::uint64_t parameter = 0;
        std::uint64_t check_type = 0; ///< Check
        std::uint64_t mask = 0;       ///< of expected-value checks
        Value value = {};
        Value limit = {}; ///< that was crossed
        std::uint64_t previous = 0;
        std::uint64_t current = 0; ///< checking status
        UtcNs at_ns = kUnknownTime;
    };
    Kind kind = Kind::transitions;
    std::vector<Transition> transitions;
};

/// ST[17] are-you-alive and on-board connection test reports.
struct Alive {
    std::optional<std::uint64_t> application = {}; ///< of a connection test
};

/// ST[20] parameter value report.
struct ParameterValues {
    struct Entry {
        std::uint64_t parameter = 0;
        parameter::ItemIndex item = parameter::kNone;
        Value value = {};
    };
    std::vector<Entry> entries;
};

/// ST[23] file attribute report.
struct FileAttributes {
    std::string_view path;
    std::string_view name;
    std::uint64_t size = 0;
    std::uint64_t locked = 0;
};

/// ST[23] repository content summary report.
struct Repository {
    struct Object {
        std::uint64_t type = 0;
        std::string_view name;
    };
    std::string_view path;
    std::vector<Object> objects;
};

/// A report of another service or subtype: its octets behind the header.
struct OtherReport {
    Octets data = {};
};

using Report =
    std::variant<OtherReport, Verification, Housekeeping, Statistics, Event, DisabledEvents,
                 MemoryCheck, MemoryDump, TimeReport, Schedule, ScheduleStatus, Monitoring, Alive,
                 ParameterValues, FileAttributes, Repository>;

/// The telemetry secondary header (clause 7.4.3).
struct Header {
    int version = 0; ///< PUS version: 1 (A), 2 (C)
    int time_status = 0;
    int service = 0;
    int subtype = 0;
    std::uint64_t counter = 0;
    std::uint64_t destination = 0;
    UtcNs time_ns = kUnknownTime;
};

struct Message {
    int application = 0; ///< APID
    int sequence_count = 0;
    Header header = {}; ///< of time packets (APID 0): service 9 alone
    Report report = {};
};

} // namespace telemetry::pus
