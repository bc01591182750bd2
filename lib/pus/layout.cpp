// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/pus/layout.h"

#include <array>

#include "telemetry/parameter/time_notation.h"

namespace telemetry::pus {
namespace {

using Type = Field::Type;

constexpr Field bits(std::string_view name, std::string_view fallback, std::string_view help) {
    return {name, Type::integer, "bit", 0, 64, fallback, "", help};
}

constexpr std::array kFields = {
    Field{"edition", Type::choice, "", 0, 0, "c", "a|c",
          "Edition of the standard: ECSS-E-70-41A or ECSS-E-ST-70-41C."},
    Field{"time_code", Type::choice, "", 0, 0, "cuc", "cuc|cds", "Time code of the mission."},
    Field{"time_coarse", Type::integer, "By", 1, 7, "4", "",
          "Octets of seconds (CUC) or of days (CDS: 2 or 3)."},
    Field{"time_fine", Type::integer, "By", 0, 10, "2", "",
          "Octets of the fraction (CUC), or below the millisecond (CDS: 0, 2 or 4)."},
    Field{"time_preamble", Type::flag, "", 0, 0, "false", "",
          "Times begin with their preamble (P-field)."},
    Field{"epoch", Type::text, "", 0, 0, "TAI", "",
          "Zero of the spacecraft's time: TAI, GPS, UNIX, J2000 or a date."},
    bits("message_counter_bits", "16", "Message type counter; PUS-A: packet subcounter."),
    bits("destination_bits", "16", "Destination of the report."),
    Field{"spare_bits", Type::integer, "bit", 0, 256, "0", "",
          "Spare bits at the end of the secondary header."},
    Field{"error_control", Type::flag, "", 0, 0, "false", "",
          "Packets end with a CRC-16 (packet error control)."},
    bits("count_bits", "8", "Number of repetitions (N)."),
    bits("step_bits", "8", "Step of a progress report, ST[01]."),
    bits("failure_code_bits", "8", "Code of a failure notice, ST[01]."),
    bits("structure_bits", "16", "Structure of a housekeeping or diagnostic report, ST[03]."),
    bits("parameter_bits", "16", "On-board parameter."),
    bits("samples_bits", "16", "Number of samples of a statistic, ST[04]."),
    Field{"deviation", Type::flag, "", 0, 0, "false", "",
          "Statistics have standard deviations, ST[04]."},
    bits("event_bits", "16", "Event definition, ST[05]."),
    bits("memory_bits", "8", "Memory, ST[06]."),
    bits("address_bits", "32", "Address in a memory, ST[06]."),
    bits("length_bits", "16", "Length of memory areas and of texts."),
    bits("checksum_bits", "16", "Checksum of a memory area, ST[06]."),
    bits("rate_bits", "8", "Rate exponential value of time reports, ST[09]."),
    bits("time_status_bits", "0", "Time reference status of time reports, ST[09]."),
    bits("sub_schedule_bits", "8", "Sub-schedule, ST[11]."),
    bits("group_bits", "8", "Scheduling group, ST[11]."),
    bits("source_bits", "16", "Source of a scheduled request, ST[11]."),
    bits("monitor_bits", "16", "Parameter monitoring definition, ST[12]."),
    bits("check_type_bits", "8", "Type of a check, ST[12]."),
    bits("check_status_bits", "8", "Status of a check, ST[12]."),
    bits("application_bits", "16", "Application process, ST[17]."),
    bits("file_size_bits", "32", "Size of a file, ST[23]."),
    bits("object_type_bits", "8", "Type of an object of a repository, ST[23]."),
    bits("locked_bits", "8", "Lock status of a file, ST[23]."),
};

} // namespace

std::span<const Field> layout_fields() {
    return kFields;
}

Result<Layout> read_layout(const Settings& settings) {
    const auto size = [&](std::string_view name) {
        return static_cast<unsigned>(settings.integer(name));
    };
    Layout layout;
    layout.edition = settings.text("edition") == "a" ? Edition::a : Edition::c;
    const bool cuc = settings.text("time_code") == "cuc";
    layout.time.code = cuc ? parameter::TimeCode::cuc : parameter::TimeCode::cds;
    layout.time.coarse_octets = static_cast<int>(settings.integer("time_coarse"));
    layout.time.fine_octets = static_cast<int>(settings.integer("time_fine"));
    layout.time.has_p_field = settings.flag("time_preamble");
    if (!cuc && layout.time.coarse_octets != 2 && layout.time.coarse_octets != 3)
        return fail(Error{"of CDS the days take 2 or 3 octets", "", 0, 0, "time_coarse"});
    if (!cuc && layout.time.fine_octets != 0 && layout.time.fine_octets != 2 &&
        layout.time.fine_octets != 4)
        return fail(Error{"of CDS the part below the millisecond takes 0, 2 or 4 octets", "", 0, 0,
                          "time_fine"});
    const auto epoch = parameter::parse_epoch(settings.text("epoch"));
    if (!epoch)
        return fail(Error{"'" + settings.text("epoch") +
                              "' is no epoch: TAI, GPS, UNIX, J2000 or a date was expected",
                          "", 0, 0, "epoch"});
    layout.epoch = *epoch;
    layout.ccsds_epoch = *parameter::parse_epoch("TAI");
    if (!cuc) // days are of UTC (CCSDS 301.0-B-4, 3.3.1): they do not see leap seconds
        layout.epoch.scale = layout.ccsds_epoch.scale = parameter::TimeScale::utc;
    layout.counter = size("message_counter_bits");
    layout.destination = size("destination_bits");
    layout.spare = size("spare_bits");
    layout.error_control = settings.flag("error_control");
    layout.count = size("count_bits");
    layout.step = size("step_bits");
    layout.failure_code = size("failure_code_bits");
    layout.structure = size("structure_bits");
    layout.parameter = size("parameter_bits");
    layout.samples = size("samples_bits");
    layout.deviation = settings.flag("deviation");
    layout.event = size("event_bits");
    layout.memory = size("memory_bits");
    layout.address = size("address_bits");
    layout.length = size("length_bits");
    layout.checksum = size("checksum_bits");
    layout.rate = size("rate_bits");
    layout.time_status = size("time_status_bits");
    layout.sub_schedule = size("sub_schedule_bits");
    layout.group = size("group_bits");
    layout.source = size("source_bits");
    layout.monitor = size("monitor_bits");
    layout.check_type = size("check_type_bits");
    layout.check_status = size("check_status_bits");
    layout.application = size("application_bits");
    layout.file_size = size("file_size_bits");
    layout.object_type = size("object_type_bits");
    layout.locked = size("locked_bits");
    return layout;
}

} // namespace telemetry::pus
