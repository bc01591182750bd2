// SPDX-License-Identifier: GPL-3.0-or-later
#include "parameter_output.h"

#include "telemetry/parameter/value_records.h"
#include "telemetry/parameter/xtce.h"

namespace telemetry::decode {
namespace {

using parameter::DecodeEvent;
using parameter::ValueBatch;

/// More of them are only counted.
constexpr std::uint64_t kToldEvents = 20;

class ParameterLines final : public ParameterOutput {
public:
    ParameterLines(std::shared_ptr<const parameter::Program> program, const Options& options,
                   Output& output)
        : records_(program,
                   options.format == "parameters-csv" ? parameter::ValueRecords::Layout::csv
                                                      : parameter::ValueRecords::Layout::json_lines,
                   options.qualified_names ? parameter::NameStyle::qualified
                                           : parameter::NameStyle::shortest),
          output_(output), verbose_(options.verbose), values_(*this), events_(*this),
          decoder_(std::move(program), events_) {
        output_.write(records_.head());
    }

    std::size_t packet_size() const noexcept override {
        const std::int64_t bits = decoder_.program().fixed_packet_bits().value_or(0);
        return static_cast<std::size_t>((bits + 7) / 8);
    }
    void take(const packet::Packet& packet) noexcept override { decoder_.process(packet, values_); }

    Result<void> finish() override {
        decoder_.finish(values_);
        return {};
    }

    std::string sum() const override {
        const parameter::DecodeCounts& counts = decoder_.counts();
        std::string text = std::to_string(counts.values) + " values of " +
                           std::to_string(counts.packets) + " packets";
        for (std::size_t i = 0; i < counts.faults.size(); ++i)
            if (counts.faults[i] != 0)
                text += ", " + std::to_string(counts.faults[i]) + " " +
                        std::string(name_of(static_cast<parameter::DecodeFault>(i)));
        return text;
    }

private:
    struct Values final : Sink<ValueBatch> {
        explicit Values(ParameterLines& lines) : to(lines) {}
        void accept(const ValueBatch& batch) noexcept override {
            to.text_.clear();
            to.records_.append(batch, to.text_);
            to.output_.write(to.text_);
        }
        ParameterLines& to;
    };
    struct Events final : Sink<DecodeEvent> {
        explicit Events(ParameterLines& lines) : to(lines) {}
        void accept(const DecodeEvent& event) noexcept override { to.tell(event); }
        ParameterLines& to;
    };

    void tell(const DecodeEvent& event) noexcept {
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

    parameter::ValueRecords records_;
    Output& output_;
    bool verbose_;
    std::uint64_t told_ = 0;
    std::string text_;
    Values values_;
    Events events_;
    parameter::Decoder decoder_;
};

void tell_diagnostics(const std::vector<parameter::Diagnostic>& diagnostics,
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
    auto database = parameter::load_xtce(options.database);
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
    tell_diagnostics({(*program)->diagnostics().begin(), (*program)->diagnostics().end()},
                     *database);
    return std::make_unique<ParameterLines>(std::move(*program), options, output);
}

} // namespace telemetry::decode
