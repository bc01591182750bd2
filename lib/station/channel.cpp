// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/channel.h"

#include <algorithm>

#include "telemetry/station/sample_blocks.h"

namespace telemetry::station {
namespace {

constexpr double kAcquireSeconds = 0.04;
constexpr double kLoseSeconds = 0.25;
constexpr double kDiscardSeconds = 1.0;

bool same_settings(std::span<const Field> fields, const Settings& a, const Settings& b) {
    const auto value_of = [](const Settings& settings, std::string_view name) {
        const auto entries = settings.entries();
        return std::find_if(entries.begin(), entries.end(),
                            [&](const Settings::Entry& entry) { return entry.name == name; });
    };
    return std::all_of(fields.begin(), fields.end(), [&](const Field& field) {
        const auto one = value_of(a, field.name);
        const auto other = value_of(b, field.name);
        return one->value == other->value && one->by_user == other->by_user;
    });
}

Error name_downlink(Error error, const Station& station, const Downlink& downlink) {
    if (error.file.empty())
        error.file = station.file;
    if (error.line == 0)
        error.line = downlink.line;
    error.key = "downlinks." + downlink.name + (error.key.empty() ? "" : "." + error.key);
    return error;
}

} // namespace

Channel::Channel(const Downlink& downlink, const SampleFormat& format, double shift_hz)
    : model_(downlink), rate_hz_(format.rate_hz), shift_hz_(shift_hz) {
    symbols_.channel = this;
    if (shift_hz != 0) {
        mixer_.emplace(shift_hz / format.rate_hz);
        moved_.resize(SampleBlocks::kMostSamples);
    }
}

Result<std::unique_ptr<Channel>> Channel::make(const Station& station, int downlink,
                                               const SampleFormat& format, double shift_hz) {
    const Downlink& model = station.downlinks[static_cast<std::size_t>(downlink)];
    auto demodulator = model.demodulator->make(model.settings, format);
    if (!demodulator)
        return fail(name_downlink(demodulator.error(), station, model));
    std::unique_ptr<Channel> channel(new Channel(model, format, shift_hz));
    channel->demodulator_ = std::move(*demodulator);
    if (const auto added = channel->add(station, downlink); !added)
        return fail(added.error());
    return channel;
}

bool Channel::serves(const Downlink& downlink, double shift_hz) const {
    return shift_hz == shift_hz_ && downlink.demodulator == model_.demodulator &&
           same_settings(model_.demodulator->fields, model_.settings, downlink.settings);
}

Result<void> Channel::add(const Station& station, int downlink) {
    const Downlink& described = station.downlinks[static_cast<std::size_t>(downlink)];
    auto deframer = described.deframer->make(described.settings);
    if (!deframer)
        return fail(name_downlink(deframer.error(), station, described));
    auto deframing = std::make_unique<Deframing>();
    deframing->channel = this;
    deframing->downlink = downlink;
    deframing->deframer = std::move(*deframer);
    deframing->told_at.fill(-static_cast<std::int64_t>(kDiscardSeconds * rate_hz_));
    deframings_.push_back(std::move(deframing));
    return {};
}

void Channel::Deframing::accept(const Frame& frame) noexcept {
    Findings& findings = channel->findings_;
    FoundFrame found;
    found.frame = frame;
    found.frame.bytes = {};
    found.offset = findings.bytes.size();
    found.size = frame.bytes.size();
    found.downlink = downlink;
    found.block = channel->block_;
    findings.bytes.insert(findings.bytes.end(), frame.bytes.begin(), frame.bytes.end());
    findings.frames.push_back(found);
    corrected += static_cast<std::uint64_t>(std::max(0, frame.corrected));
}

void Channel::Symbols::accept(const SoftSymbols& symbols) noexcept {
    channel->quality_ = symbols.quality;
    channel->symbol_count_ += symbols.values.size();
    for (const auto& deframing : channel->deframings_)
        deframing->deframer->process(symbols, *deframing);
}

void Channel::process(const Samples& samples, std::int64_t block) noexcept {
    block_ = block;
    if (fresh_)
        agrees_until_ = samples.first_index;
    fresh_ = false;
    if (mixer_) {
        mixer_->process(samples.iq, moved_.data());
        demodulator_->process({samples.first_index, {}, std::span(moved_).first(samples.size())},
                              symbols_);
    } else {
        demodulator_->process(samples, symbols_);
    }
    const std::int64_t end = samples.first_index + static_cast<std::int64_t>(samples.size());
    follow_lock(end);
    tell_discards(end, static_cast<std::int64_t>(kDiscardSeconds * rate_hz_));
}

void Channel::finish(std::int64_t end_index, std::int64_t block) noexcept {
    block_ = block;
    demodulator_->finish(symbols_);
    for (const auto& deframing : deframings_)
        deframing->deframer->finish(*deframing);
    tell_discards(end_index, 0);
    if (locked_)
        set_lock(false, end_index);
}

void Channel::reset() noexcept {
    if (mixer_)
        mixer_->reset();
    demodulator_->reset();
    for (const auto& deframing : deframings_)
        deframing->deframer->reset();
    quality_ = {};
    locked_ = false;
    fresh_ = true;
}

void Channel::follow_lock(std::int64_t end_index) noexcept {
    if (quality_.locked == locked_) {
        agrees_until_ = end_index;
        return;
    }
    const double wait_s = locked_ ? kLoseSeconds : kAcquireSeconds;
    if (static_cast<double>(end_index - agrees_until_) >= wait_s * rate_hz_) {
        set_lock(quality_.locked, agrees_until_);
        agrees_until_ = end_index;
    }
}

void Channel::set_lock(bool locked, std::int64_t index) noexcept {
    locked_ = locked;
    for (const auto& deframing : deframings_)
        tell(locked ? EventKind::lock_acquired : EventKind::lock_lost, deframing->downlink, index,
             1, {});
}

void Channel::tell_discards(std::int64_t end_index, std::int64_t least_wait) noexcept {
    for (const auto& deframing : deframings_) {
        const auto& counts = deframing->deframer->counts().discarded;
        for (std::size_t why = 0; why < counts.size(); ++why) {
            const std::uint64_t news = counts[why] - deframing->told[why];
            if (news == 0 || end_index - deframing->told_at[why] < least_wait)
                continue;
            deframing->told[why] = counts[why];
            deframing->told_at[why] = end_index;
            tell(EventKind::frame_discarded, deframing->downlink, end_index,
                 static_cast<std::int64_t>(news), framing::kDiscardNames[why]);
        }
    }
}

void Channel::tell(EventKind kind, int downlink, std::int64_t index, std::int64_t count,
                   std::string_view text) noexcept {
    FoundEvent found;
    found.event.kind = kind;
    found.event.downlink = downlink;
    found.event.sample_index = index;
    found.event.count = count;
    found.event.text = text;
    found.event.quality = quality_;
    found.block = block_;
    findings_.events.push_back(found);
}

void Channel::status(std::vector<DownlinkStatus>& all) const {
    for (const auto& deframing : deframings_) {
        DownlinkStatus& status = all[static_cast<std::size_t>(deframing->downlink)];
        status.quality = quality_;
        status.counts = deframing->deframer->counts();
        status.symbols = symbol_count_;
        status.corrected = deframing->corrected;
    }
}

} // namespace telemetry::station
