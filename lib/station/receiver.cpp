// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/receiver.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <limits>

#include "telemetry/base/sample_clock.h"
#include "telemetry/base/text.h"
#include "telemetry/station/channel.h"
#include "telemetry/station/merger.h"
#include "telemetry/station/sample_blocks.h"
#include "telemetry/station/workers.h"

namespace telemetry::station {

std::string_view name_of(EventKind kind) {
    switch (kind) {
    case EventKind::lock_acquired:
        return "lock_acquired";
    case EventKind::lock_lost:
        return "lock_lost";
    case EventKind::frame_discarded:
        return "frame_discarded";
    case EventKind::samples_lost:
        return "samples_lost";
    case EventKind::samples_invalid:
        return "samples_invalid";
    }
    return "";
}

namespace {

std::string megahertz(double frequency_hz) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.6f MHz", frequency_hz * 1e-6);
    return text.data();
}

/// Blocks that go to the threads at once: enough that waking them costs little, few enough that
/// their samples stay in the cache.
constexpr std::size_t kBatchBlocks = 64;

class StationReceiver final : public Receiver {
public:
    StationReceiver(Station station, const SampleFormat& format, Observer& observer)
        : station_(std::move(station)), format_(format), observer_(observer),
          clock_(format.rate_hz), blocks_(format), packets_(station_, observer),
          duplicates_(station_.downlinks.size()) {
        batch_.reserve(kBatchBlocks);
    }

    Result<void> build(const ReceiverOptions& options);

    void process(const Samples& samples) noexcept override;
    void anchor_time(std::int64_t index, UtcNs utc_ns) noexcept override {
        clock_.anchor(index, utc_ns);
    }
    void finish() noexcept override;

    std::vector<DownlinkStatus> status() const override {
        std::vector<DownlinkStatus> all(station_.downlinks.size());
        for (const auto& channel : channels_)
            channel->status(all);
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].duplicates = duplicates_[i];
            all[i].packets = packets_.tally(static_cast<int>(i));
        }
        return all;
    }
    const std::vector<int>& left_out() const noexcept override { return left_out_; }
    std::uint64_t samples() const noexcept override { return samples_; }
    std::int64_t samples_lost() const noexcept override { return samples_lost_; }

private:
    void run_batch() noexcept;
    void note_invalid(const SampleBlocks::Block& block) noexcept;
    void tell_invalid() noexcept;
    void run_channel(Channel& channel) const noexcept;
    void report(std::int64_t block) noexcept;
    void report_frames() noexcept;
    void end_signal() noexcept;
    Event own_event(EventKind kind, std::int64_t index, std::int64_t count) const noexcept;

    Station station_;
    SampleFormat format_;
    Observer& observer_;
    SampleClock clock_;
    SampleBlocks blocks_;
    std::vector<std::unique_ptr<Channel>> channels_;
    std::vector<int> left_out_;
    std::unique_ptr<Workers> workers_;
    Merger merger_;
    PacketChain packets_;

    std::vector<SampleBlocks::Block> batch_; ///< blocks that are ready to be worked off
    std::vector<Merger::Candidate> frames_;  ///< of the block that is being reported
    std::vector<Event> events_;
    /// How far each channel's findings have been reported.
    struct Reported {
        std::size_t frames = 0;
        std::size_t events = 0;
    };
    std::vector<Reported> reported_;

    bool started_ = false;
    std::int64_t expected_ = 0; ///< index of the next sample
    std::uint64_t samples_ = 0;
    std::int64_t samples_lost_ = 0;
    std::int64_t invalid_ = 0;       ///< not yet told
    std::int64_t invalid_index_ = 0; ///< of the block of the first of them
    double invalid_told_ = -std::numeric_limits<double>::infinity(); ///< sample when last told
    std::vector<std::uint64_t> duplicates_;
};

Result<void> StationReceiver::build(const ReceiverOptions& options) {
    std::vector<std::string_view> names;
    for (const Downlink& downlink : station_.downlinks)
        names.push_back(downlink.name);
    for (const std::string& wanted : options.downlinks)
        if (std::none_of(names.begin(), names.end(), [&](std::string_view name) {
                return equal_ignoring_case(name, wanted);
            })) {
            std::string message = "has no downlink '" + wanted + "'; it has";
            for (const auto name : names)
                message += (name == names.front() ? " '" : ", '") + std::string(name) + "'";
            return fail(Error{message, station_.file, 0, 0, "downlinks"});
        }

    for (std::size_t i = 0; i < station_.downlinks.size(); ++i) {
        const Downlink& downlink = station_.downlinks[i];
        if (!options.downlinks.empty() &&
            std::none_of(options.downlinks.begin(), options.downlinks.end(),
                         [&](const std::string& wanted) {
                             return equal_ignoring_case(wanted, downlink.name);
                         }))
            continue;
        const bool placed =
            format_.kind == SampleKind::iq && options.center_hz && downlink.frequency_hz;
        const double shift_hz = placed ? *downlink.frequency_hz - *options.center_hz : 0;
        if (std::abs(shift_hz) > format_.rate_hz / 2) {
            left_out_.push_back(static_cast<int>(i));
            continue;
        }
        const auto sharing =
            std::find_if(channels_.begin(), channels_.end(),
                         [&](const auto& channel) { return channel->serves(downlink, shift_hz); });
        if (sharing != channels_.end()) {
            if (const auto added = (*sharing)->add(station_, static_cast<int>(i)); !added)
                return fail(added.error());
            continue;
        }
        auto channel = Channel::make(station_, static_cast<int>(i), format_, shift_hz);
        if (!channel)
            return fail(channel.error());
        channels_.push_back(std::move(*channel));
    }
    if (channels_.empty() && !left_out_.empty())
        return fail(Error{"no downlink lies within the " + megahertz(format_.rate_hz) +
                              " of samples centred on " + megahertz(*options.center_hz),
                          station_.file, 0, 0, "downlinks"});
    reported_.resize(channels_.size());
    const int threads = std::min(options.threads, static_cast<int>(channels_.size()));
    if (threads > 1)
        workers_ = std::make_unique<Workers>(threads);
    return {};
}

void StationReceiver::process(const Samples& samples) noexcept {
    if (samples.size() == 0)
        return;
    assert(format_.kind == SampleKind::iq ? samples.real.empty() : samples.iq.empty());
    if (!started_) {
        started_ = true;
        expected_ = samples.first_index;
        blocks_.start(expected_);
    }
    assert(samples.first_index >= expected_ && "samples must not go back in time");
    if (samples.first_index > expected_) {
        const std::int64_t missing = samples.first_index - expected_;
        end_signal();
        samples_lost_ += missing;
        observer_.on_event(own_event(EventKind::samples_lost, samples.first_index, missing));
        expected_ = samples.first_index;
        blocks_.start(expected_);
    }
    samples_ += samples.size();
    expected_ += static_cast<std::int64_t>(samples.size());

    blocks_.feed(samples);
    while (true) {
        const auto block = blocks_.next();
        if (block)
            batch_.push_back(*block);
        if (batch_.size() == kBatchBlocks || !block)
            run_batch();
        if (!block)
            break;
    }
    blocks_.keep_rest();
}

void StationReceiver::run_channel(Channel& channel) const noexcept {
    channel.findings().clear();
    for (const SampleBlocks::Block& block : batch_)
        channel.process(block.samples, block.number);
}

void StationReceiver::run_batch() noexcept {
    if (batch_.empty())
        return;
    if (workers_)
        workers_->share(
            channels_.size(),
            [](void* self, std::size_t item) {
                auto* receiver = static_cast<StationReceiver*>(self);
                receiver->run_channel(*receiver->channels_[item]);
            },
            this);
    else
        for (const auto& channel : channels_)
            run_channel(*channel);

    std::fill(reported_.begin(), reported_.end(), Reported{});
    for (const SampleBlocks::Block& block : batch_) {
        note_invalid(block);
        report(block.number);
    }
    batch_.clear();
    blocks_.release();
}

/// Told at most once a second: a broken source may send nothing else.
void StationReceiver::note_invalid(const SampleBlocks::Block& block) noexcept {
    const std::int64_t index = block.samples.first_index;
    if (block.invalid != 0 && invalid_ == 0)
        invalid_index_ = index;
    invalid_ += block.invalid;
    if (invalid_ != 0 && static_cast<double>(index) >= invalid_told_ + format_.rate_hz) {
        invalid_told_ = static_cast<double>(index);
        tell_invalid();
    }
}

void StationReceiver::tell_invalid() noexcept {
    if (invalid_ != 0)
        observer_.on_event(own_event(EventKind::samples_invalid, invalid_index_, invalid_));
    invalid_ = 0;
}

void StationReceiver::report(std::int64_t block) noexcept {
    events_.clear();
    frames_.clear();
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        Findings& findings = channels_[i]->findings();
        auto& [frames, events] = reported_[i];
        for (; events < findings.events.size() && findings.events[events].block == block; ++events)
            events_.push_back(findings.events[events].event);
        for (; frames < findings.frames.size() && findings.frames[frames].block == block;
             ++frames) {
            const FoundFrame& found = findings.frames[frames];
            frames_.push_back({&found, {findings.bytes.data() + found.offset, found.size}});
        }
    }
    const auto earlier = [](const Event& a, const Event& b) {
        if (a.sample_index != b.sample_index)
            return a.sample_index < b.sample_index;
        if (a.downlink != b.downlink)
            return a.downlink < b.downlink;
        if (a.kind != b.kind)
            return a.kind < b.kind;
        return a.text < b.text;
    };
    std::sort(events_.begin(), events_.end(), earlier);
    // What began goes before the frames that it brought, what ended after them.
    const auto begins = [](const Event& event) { return event.kind == EventKind::lock_acquired; };
    for (Event& event : events_) {
        event.utc_ns = clock_.utc_of(static_cast<double>(event.sample_index));
        if (begins(event))
            observer_.on_event(event);
    }
    report_frames();
    for (const Event& event : events_)
        if (!begins(event))
            observer_.on_event(event);
}

void StationReceiver::report_frames() noexcept {
    if (frames_.empty())
        return;
    std::sort(frames_.begin(), frames_.end(), [](const auto& a, const auto& b) {
        if (a.found->frame.sample_index != b.found->frame.sample_index)
            return a.found->frame.sample_index < b.found->frame.sample_index;
        if (a.found->downlink != b.found->downlink)
            return a.found->downlink < b.found->downlink;
        return a.found < b.found; // the same channel's, in the order it found them
    });
    merger_.mark(frames_);
    for (const Merger::Candidate& candidate : frames_) {
        const int downlink = candidate.found->downlink;
        if (candidate.dropped) {
            ++duplicates_[static_cast<std::size_t>(downlink)];
            continue;
        }
        Frame frame = candidate.found->frame;
        frame.bytes = candidate.bytes;
        frame.utc_ns = clock_.utc_of(static_cast<double>(frame.sample_index));
        frame.end_utc_ns =
            clock_.utc_of(static_cast<double>(frame.sample_index + frame.sample_count));
        observer_.on_frame(frame, downlink);
        packets_.take(frame, downlink);
    }
}

void StationReceiver::end_signal() noexcept {
    if (const auto rest = blocks_.rest()) {
        batch_.push_back(*rest);
        run_batch();
    }
    tell_invalid();
    const std::int64_t block = blocks_.number_of(expected_);
    for (const auto& channel : channels_) {
        channel->findings().clear();
        channel->finish(expected_, block);
        channel->reset();
    }
    std::fill(reported_.begin(), reported_.end(), Reported{});
    report(block);
}

void StationReceiver::finish() noexcept {
    if (!started_)
        return;
    end_signal();
    packets_.finish();
    blocks_.start(expected_);
}

Event StationReceiver::own_event(EventKind kind, std::int64_t index,
                                 std::int64_t count) const noexcept {
    Event event;
    event.kind = kind;
    event.sample_index = index;
    event.utc_ns = clock_.utc_of(static_cast<double>(index));
    event.count = count;
    return event;
}

} // namespace

Result<std::unique_ptr<Receiver>> Receiver::make(const Station& station, const SampleFormat& format,
                                                 Observer& observer,
                                                 const ReceiverOptions& options) {
    if (!std::isfinite(format.rate_hz) || format.rate_hz <= 0)
        return fail(Error{"a receiver needs a sample rate above 0", station.file});
    auto receiver = std::make_unique<StationReceiver>(station, format, observer);
    if (const auto built = receiver->build(options); !built)
        return fail(built.error());
    return receiver;
}

} // namespace telemetry::station
