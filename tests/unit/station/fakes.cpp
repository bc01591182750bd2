// SPDX-License-Identifier: GPL-3.0-or-later
#include "fakes.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"

namespace telemetry::station::test {
namespace {

std::atomic<int> made{0};

constexpr Field kDemodulatorFields[] = {{.name = "hold",
                                         .type = Field::Type::integer,
                                         .min = 0,
                                         .max = 100000,
                                         .fallback = "0",
                                         .help = "symbols held back"}};
constexpr Field kDeframerFields[] = {
    {.name = "sure", .type = Field::Type::flag, .fallback = "true", .help = "frames are confirmed"},
    {.name = "corrected",
     .type = Field::Type::integer,
     .min = 0,
     .max = 99,
     .fallback = "0",
     .help = "as frames say"}};

class FakeDemodulator final : public dsp::Demodulator {
public:
    explicit FakeDemodulator(std::size_t hold) : hold_(hold) { ++made; }

    void process(const Samples& samples, Sink<SoftSymbols>& sink) noexcept override {
        if (held_.empty())
            first_ = samples.first_index;
        for (const float sample : samples.real)
            held_.push_back(static_cast<std::int8_t>(std::lround(sample * 100)));
        if (held_.size() > hold_)
            yield(held_.size() - hold_, sink);
    }
    void finish(Sink<SoftSymbols>& sink) noexcept override { yield(held_.size(), sink); }
    void reset() noexcept override { held_.clear(); }

private:
    void yield(std::size_t count, Sink<SoftSymbols>& sink) {
        if (count == 0)
            return;
        SoftSymbols symbols;
        symbols.values = {held_.data(), count};
        symbols.first_position = static_cast<double>(first_);
        symbols.samples_per_symbol = 1;
        symbols.quality.locked =
            std::any_of(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count),
                        [](std::int8_t value) { return value != 0; });
        symbols.quality.snr_db = 10;
        sink.accept(symbols);
        held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
        first_ += static_cast<std::int64_t>(count);
    }

    std::size_t hold_;
    std::vector<std::int8_t> held_;
    std::int64_t first_ = 0;
};

class FakeDeframer final : public framing::Deframer {
public:
    FakeDeframer(bool sure, int corrected) : sure_(sure), corrected_(corrected) {
        bytes_.reserve(4096);
    }

    void process(const SoftSymbols& symbols, Sink<Frame>& sink) noexcept override {
        auto position = static_cast<std::int64_t>(symbols.first_position);
        for (const std::int8_t value : symbols.values) {
            take(value, position, symbols.quality, sink);
            ++position;
        }
    }
    void finish(Sink<Frame>&) noexcept override {
        if (open_)
            ++counts_[framing::Discard::interrupted];
    }
    void reset() noexcept override { open_ = false; }

private:
    void take(int value, std::int64_t position, const LinkQuality& quality, Sink<Frame>& sink) {
        if (value == 100) {
            open_ = true;
            bytes_.clear();
            begin_ = position;
            ++counts_.syncs;
        } else if (value == 101 && open_) {
            open_ = false;
            ++counts_.frames;
            Frame frame;
            frame.bytes = bytes_;
            frame.sample_index = begin_;
            frame.sample_count = position + 1 - begin_;
            frame.quality = quality;
            frame.confirmed = sure_;
            frame.corrected = corrected_;
            sink.accept(frame);
        } else if (value == 102) {
            open_ = false;
            ++counts_[framing::Discard::crc];
        } else if (open_) {
            bytes_.push_back(static_cast<std::uint8_t>(value));
        }
    }

    bool sure_;
    int corrected_;
    bool open_ = false;
    std::vector<std::uint8_t> bytes_;
    std::int64_t begin_ = 0;
};

Result<std::unique_ptr<dsp::Demodulator>> make_demodulator(const Settings& settings,
                                                           const SampleFormat&) {
    return std::make_unique<FakeDemodulator>(static_cast<std::size_t>(settings.integer("hold")));
}
Result<std::unique_ptr<framing::Deframer>> make_deframer(const Settings& settings) {
    return std::make_unique<FakeDeframer>(settings.flag("sure"),
                                          static_cast<int>(settings.integer("corrected")));
}

constexpr dsp::DemodulatorEntry kDemodulator{"FAKE", "", "fake", kDemodulatorFields,
                                             make_demodulator};
constexpr framing::DeframerEntry kDeframer{"FAKE", "", "fake", kDeframerFields, make_deframer};

} // namespace

int demodulators_made() {
    return made;
}

Station fake_station(const std::vector<FakeDownlink>& downlinks) {
    Station station;
    station.name = "FAKE-1";
    for (const FakeDownlink& fake : downlinks) {
        Downlink downlink;
        downlink.name = fake.name;
        downlink.demodulator = &kDemodulator;
        downlink.deframer = &kDeframer;
        downlink.settings.set("hold", static_cast<std::int64_t>(fake.hold), true);
        downlink.settings.set("sure", fake.confirmed, true);
        downlink.settings.set("corrected", static_cast<std::int64_t>(fake.corrected), true);
        station.downlinks.push_back(std::move(downlink));
    }
    return station;
}

std::vector<float> silence(std::size_t count) {
    return std::vector<float>(count, 0.0F);
}

std::vector<float> frame_samples(const std::vector<int>& bytes) {
    std::vector<float> samples = {1.0F};
    for (const int byte : bytes)
        samples.push_back(static_cast<float>(byte) / 100.0F);
    samples.push_back(1.01F);
    return samples;
}

void Recorder::on_frame(const Frame& frame, int downlink) noexcept {
    std::string line = "frame " + to_hex(frame.bytes) + " at " +
                       std::to_string(frame.sample_index) + "+" +
                       std::to_string(frame.sample_count) + " of " + std::to_string(downlink);
    if (frame.utc_ns != kUnknownTime)
        line += " " + to_rfc3339(frame.utc_ns);
    lines.push_back(line);
    frames.push_back(line);
}

void Recorder::on_event(const Event& event) noexcept {
    std::string line = std::string(name_of(event.kind)) + " at " +
                       std::to_string(event.sample_index) + " of " +
                       std::to_string(event.downlink) + " x" + std::to_string(event.count);
    if (!event.text.empty())
        line.append(" ").append(event.text);
    lines.push_back(line);
}

std::vector<std::string> receive(const Station& station, const std::vector<float>& samples,
                                 std::size_t chunk, int threads) {
    Recorder recorder;
    ReceiverOptions options;
    options.threads = threads;
    auto receiver = Receiver::make(station, {SampleKind::real, 1000.0}, recorder, options);
    if (!receiver)
        return {receiver.error().to_string()};
    for (std::size_t at = 0; at < samples.size(); at += chunk) {
        const std::size_t count = std::min(chunk, samples.size() - at);
        (*receiver)->process(
            {.first_index = static_cast<std::int64_t>(at), .real = {samples.data() + at, count}});
    }
    (*receiver)->finish();
    return recorder.lines;
}

} // namespace telemetry::station::test
