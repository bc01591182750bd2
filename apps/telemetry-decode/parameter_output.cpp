// SPDX-License-Identifier: GPL-3.0-or-later
#include "parameter_output.h"

#include <span>

#include "sqlite_writer.h"
#include "telemetry/parameter/database_open.h"
#include "telemetry/parameter/value_records.h"

namespace telemetry::decode {
namespace {

/// More of them are only counted.
constexpr std::uint64_t kToldEvents = 20;

class LineWriter final : public ValueWriter {
public:
    LineWriter(parameter::ValueRecords records, Output& output)
        : records_(std::move(records)), output_(output) {
        output_.write(records_.head());
    }
    void accept(const parameter::ValueBatch& batch) noexcept override {
        text_.clear();
        records_.append(batch, text_);
        output_.write(text_);
    }
    Result<void> finish() override { return {}; }

private:
    parameter::ValueRecords records_;
    Output& output_;
    std::string text_;
};

void tell_diagnostics(std::span<const parameter::Diagnostic> diagnostics,
                      const parameter::Database& database) {
    for (const auto& diagnostic : diagnostics) {
        if (diagnostic.severity == parameter::Diagnostic::Severity::note)
            continue;
        const std::string place = to_string(database, diagnostic.where);
        remark((place.empty() ? "" : place + ": ") +
               (diagnostic.element.empty() ? "" : diagnostic.element + ": ") + diagnostic.message);
    }
}

} // namespace

Result<std::unique_ptr<ParameterOutput>> ParameterOutput::open(const Options& options,
                                                               Output& output) {
    auto database = parameter::open_database(options.database);
    if (!database)
        return tl::unexpected(database.error());
    auto program = parameter::compile(*database, {.root = options.container});
    if (!program) {
        Error error = program.error();
        if (error.file.empty())
            error.file = options.database;
        return fail(std::move(error));
    }
    tell_diagnostics(database->diagnostics, *database);
    tell_diagnostics((*program)->diagnostics(), *database);

    using parameter::NameStyle;
    using parameter::ValueRecords;
    const NameStyle names = options.qualified_names ? NameStyle::qualified : NameStyle::shortest;
    std::unique_ptr<ValueWriter> writer;
    if (options.format == "parameters-sqlite") {
        auto opened = SqliteWriter::open(options.output, *program, names);
        if (!opened)
            return tl::unexpected(opened.error());
        writer = std::move(*opened);
    } else {
        const auto layout = options.format == "parameters-csv" ? ValueRecords::Layout::csv
                                                               : ValueRecords::Layout::json_lines;
        writer = std::make_unique<LineWriter>(ValueRecords(*program, layout, names), output);
    }
    return std::make_unique<ParameterOutput>(std::move(*program), std::move(writer), options);
}

ParameterOutput::ParameterOutput(std::shared_ptr<const parameter::Program> program,
                                 std::unique_ptr<ValueWriter> writer, const Options& options)
    : writer_(std::move(writer)), verbose_(options.verbose), decoder_(std::move(program), events_) {
}

std::size_t ParameterOutput::packet_size() const noexcept {
    const std::int64_t bits = decoder_.program().fixed_packet_bits().value_or(0);
    return static_cast<std::size_t>((bits + 7) / 8);
}

Result<void> ParameterOutput::finish() {
    decoder_.finish(*writer_);
    return writer_->finish();
}

std::string ParameterOutput::sum() const {
    const parameter::DecodeCounts& counts = decoder_.counts();
    std::string text =
        std::to_string(counts.values) + " values of " + std::to_string(counts.packets) + " packets";
    for (std::size_t i = 0; i < counts.faults.size(); ++i)
        if (counts.faults[i] != 0)
            text += ", " + std::to_string(counts.faults[i]) + " " +
                    std::string(name_of(static_cast<parameter::DecodeFault>(i)));
    return text;
}

void ParameterOutput::tell(const parameter::DecodeEvent& event) noexcept {
    if (!verbose_ || ++told_ > kToldEvents)
        return;
    std::string text = "packet " + std::to_string(event.packet);
    if (event.apid >= 0)
        text += " (APID " + std::to_string(event.apid) + ")";
    text += ": " + std::string(name_of(event.fault));
    if (event.bits != 0)
        text += ", " + std::to_string(event.bits) + " bits";
    const auto container = decoder_.program().container_name(event.container);
    if (!container.empty())
        text += ", " + std::string(container);
    remark(text);
    if (told_ == kToldEvents)
        remark("further events are only counted");
}

} // namespace telemetry::decode
