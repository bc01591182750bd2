// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/alarm/link_monitor.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace telemetry::alarm {
namespace {

constexpr int kNoFrame = 0;
constexpr int kFrameErrorRate = 1;
constexpr int kSnr = 2;
constexpr std::array<std::string_view, 3> kNames = {"no_frame", "frame_error_rate", "snr"};

} // namespace

LinkMonitor::LinkMonitor(std::string link, const LinkLimits& limits,
                         parameter::ItemIndex first_item)
    : link_(std::move(link)), limits_(limits), first_item_(first_item) {
    limits_.frames_in_window = std::clamp(limits.frames_in_window, 1, 100'000);
}

AlarmConfig LinkMonitor::config(int quantity, AlarmLevel level,
                                const parameter::Range& range) const {
    AlarmConfig config;
    config.name = link_ + "/" + std::string(kNames[static_cast<std::size_t>(quantity)]);
    config.parameter = config.name;
    config.item = item(quantity);
    config.definition.limits.ranges = {{level, parameter::AlarmRange::Form::outside, range}};
    return config;
}

std::vector<AlarmConfig> LinkMonitor::alarms() const {
    std::vector<AlarmConfig> alarms;
    if (limits_.no_frame_level != AlarmLevel::normal)
        alarms.push_back(config(kNoFrame, limits_.no_frame_level,
                                {.max = static_cast<double>(limits_.no_frame_after_ns) * 1e-9}));
    if (limits_.frame_error_level != AlarmLevel::normal)
        alarms.push_back(
            config(kFrameErrorRate, limits_.frame_error_level, {.max = limits_.frame_error_rate}));
    if (limits_.snr_level != AlarmLevel::normal) {
        alarms.push_back(config(kSnr, limits_.snr_level, {.min = limits_.least_snr_db}));
        alarms.back().definition.behaviour.dead_band = limits_.snr_dead_band_db;
    }
    return alarms;
}

void LinkMonitor::begin_pass(UtcNs at_ns) {
    in_pass_ = true;
    last_good_ns_ = last_any_ns_ = at_ns;
    window_.clear();
    next_ = 0;
}

void LinkMonitor::end_pass(UtcNs at_ns, Engine& engine, Sink<Transition>& sink) {
    in_pass_ = false;
    engine.observe(item(kNoFrame), 0, at_ns, sink);
}

void LinkMonitor::frame(Verdict verdict, double snr_db, UtcNs at_ns, Engine& engine,
                        Sink<Transition>& sink) {
    if (!in_pass_)
        begin_pass(at_ns);
    last_any_ns_ = at_ns;
    if (verdict == Verdict::good)
        last_good_ns_ = at_ns;
    const auto most = static_cast<std::size_t>(limits_.frames_in_window);
    if (window_.size() < most)
        window_.push_back(verdict);
    else
        window_[next_] = verdict;
    next_ = (next_ + 1) % most;
    // A rate of a few frames says nothing: judged from a full window on.
    if (window_.size() == most) {
        const auto bad = std::count(window_.begin(), window_.end(), Verdict::bad);
        engine.observe(item(kFrameErrorRate), static_cast<double>(bad) / static_cast<double>(most),
                       at_ns, sink);
    }
    engine.observe(item(kSnr), snr_db, at_ns, sink);
    advance(at_ns, engine, sink);
}

void LinkMonitor::advance(UtcNs now, Engine& engine, Sink<Transition>& sink) {
    if (in_pass_ && now - last_any_ns_ > limits_.pass_ends_after_ns)
        end_pass(now, engine, sink);
    else if (in_pass_)
        engine.observe(item(kNoFrame), static_cast<double>(now - last_good_ns_) * 1e-9, now, sink);
}

} // namespace telemetry::alarm
