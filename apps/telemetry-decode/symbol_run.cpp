// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>
#include <optional>

#include <unistd.h>

#include "run.h"
#include "symbol_input.h"
#include "telemetry/base/sample_clock.h"
#include "telemetry/station/packet_chain.h"

namespace telemetry::decode {
namespace {

using Format = SymbolInput::Format;

Result<Format> format_of(const Options& options) {
    static constexpr std::array<std::pair<const char*, Format>, 4> kFormats = {
        {{"s8", Format::s8},
         {"f32", Format::f32},
         {"packed", Format::packed},
         {"unpacked", Format::unpacked}}};
    const bool symbols = options.input_stage == InputStage::symbols;
    if (options.source.format.empty())
        return symbols ? Format::s8 : Format::packed;
    for (const auto& [name, format] : kFormats)
        if (options.source.format == name &&
            symbols == (format == Format::s8 || format == Format::f32))
            return format;
    return fail(Error{.message = "'" + options.source.format + "' is not a format of this input " +
                                 "stage; expected " +
                                 (symbols ? "s8 or f32" : "packed or unpacked"),
                      .key = "--input-format"});
}

/// A CADU is what stands behind the convolutional decoder and line code.
Result<Settings> cadu_settings(const station::Downlink& downlink) {
    Settings settings = downlink.settings;
    if (!downlink.deframer->name.starts_with("CCSDS"))
        return fail(Error{.message = "the framing " + std::string(downlink.deframer->name) +
                                     " has no CADUs; enter it with bits",
                          .key = "--input-stage"});
    for (const char* key : {"convolutional", "precoding"})
        if (settings.has(key))
            settings.set(key, std::string("none"), false);
    return settings;
}

/// Gives frames their times, and knows how much of the input they cover.
class FrameSink final : public Sink<Frame> {
public:
    FrameSink(Printer& printer, station::PacketChain& packets, int downlink, SampleClock* clock)
        : printer_(printer), packets_(packets), downlink_(downlink), clock_(clock) {}

    void accept(const Frame& found) noexcept override {
        Frame frame = found;
        const std::int64_t end = frame.sample_index + frame.sample_count;
        if (clock_) {
            frame.utc_ns = clock_->utc_of(static_cast<double>(frame.sample_index));
            frame.end_utc_ns = clock_->utc_of(static_cast<double>(end));
        }
        covered_ += frame.sample_count;
        end_ = end;
        printer_.on_frame(frame, downlink_);
        packets_.take(frame, downlink_);
    }

    std::int64_t covered() const { return covered_; }
    std::int64_t end() const { return end_; } ///< of the last frame

private:
    Printer& printer_;
    station::PacketChain& packets_;
    int downlink_;
    SampleClock* clock_;
    std::int64_t covered_ = 0;
    std::int64_t end_ = 0;
};

/// What a user wants to know when less came out than went in.
void tell_rest(const Options& options, const FrameSink& frames, const Printer& printer,
               const framing::DeframerCounts& counts, std::int64_t bits) {
    if (printer.frames() == 0) {
        std::string text = options.input + ": no frame in " + std::to_string(bits) +
                           (options.input_stage == InputStage::symbols ? " symbols" : " bits") +
                           "; sync markers: " + std::to_string(counts.syncs);
        for (std::size_t why = 0; why < counts.discarded.size(); ++why)
            if (counts.discarded[why] != 0)
                text += ", discarded for " + std::string(framing::kDiscardNames[why]) + ": " +
                        std::to_string(counts.discarded[why]);
        remark(text);
    } else if (options.input_stage == InputStage::cadu && frames.covered() < bits) {
        const auto bytes = [](std::int64_t count) { return std::to_string((count + 7) / 8); };
        remark(options.input + ": " + bytes(bits - frames.covered()) + " of " + bytes(bits) +
               " bytes lie in no frame, the last " + bytes(bits - frames.end()) + " at the end");
    }
}

} // namespace

int run_symbols(const Run& run) {
    const Options& options = run.options;
    const auto downlink = single_downlink(options, run.station);
    if (!downlink)
        return refuse(downlink.error(), kUsage);
    const station::Downlink& link = run.station.downlinks[static_cast<std::size_t>(*downlink)];
    const auto format = format_of(options);
    if (!format)
        return refuse(format.error(), kUsage);
    const auto settings = options.input_stage == InputStage::cadu ? cadu_settings(link)
                                                                  : Result<Settings>(link.settings);
    if (!settings)
        return refuse(settings.error(), kUsage);
    const auto deframer = link.deframer->make(*settings);
    if (!deframer)
        return refuse(deframer.error(), kUsage);
    auto input = SymbolInput::open(options.input, *format);
    if (!input)
        return refuse(input.error(), kInputFailed);

    const double rate_hz = options.source.rate_hz.value_or(1.0);
    if (!std::isfinite(rate_hz) || rate_hz <= 0)
        return refuse(
            Error{.message = "makes no sense; expected a number above 0", .key = "--rate"}, kUsage);
    std::optional<SampleClock> clock;
    if (options.source.start_utc_ns)
        clock.emplace(rate_hz).anchor(0, *options.source.start_utc_ns);
    Progress progress(rate_hz, std::nullopt);
    const auto record_format =
        make_record_format(options.format, run.station, options.output_stage, rate_hz);
    Printer printer(run.station, *record_format, options.output_stage, run.output,
                    options.verbose ? &progress : nullptr, run.parameters);
    station::PacketChain packets(run.station, printer);
    FrameSink frames(printer, packets, *downlink, clock ? &*clock : nullptr);

    run.output.write(record_format->head());
    std::int64_t index = 0;
    std::optional<Error> broken;
    while (!run.output.failed()) {
        const auto symbols = input->read();
        if (!symbols)
            broken = symbols.error();
        if (!symbols || symbols->empty())
            break;
        (*deframer)->process({.values = *symbols,
                              .first_position = static_cast<double>(index),
                              .samples_per_symbol = 1},
                             frames);
        index += static_cast<std::int64_t>(symbols->size());
        run.output.flush();
    }
    if (index == 0 && !broken)
        return refuse(Error{.message = "is empty", .file = options.input}, kInputFailed);
    (*deframer)->finish(frames);
    packets.finish();
    if (const int status = close(run, kDone); status != kDone)
        return status;
    if (broken)
        return refuse(*broken, kInputFailed);
    tell_rest(options, frames, printer, (*deframer)->counts(), index);
    if (input->left_over() != 0)
        remark(options.input + ": " + std::to_string(input->left_over()) +
               " bytes at the end are no whole symbol");
    if (input->invalid() != 0)
        remark(options.input + ": " + std::to_string(input->invalid()) +
               " symbols were not finite and were taken as 0");
    if (options.verbose || ::isatty(STDERR_FILENO) == 1)
        remark(sum(printer, run) + " in " + std::to_string(index) +
               (options.input_stage == InputStage::symbols ? " symbols" : " bits"));
    return kDone;
}

} // namespace telemetry::decode
