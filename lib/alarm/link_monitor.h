// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "telemetry/alarm/engine.h"

namespace telemetry::alarm {

/// Limits on a link. A level of normal switches the alarm off.
struct LinkLimits {
    std::int64_t no_frame_after_ns = 120'000'000'000; ///< within a pass
    AlarmLevel no_frame_level = AlarmLevel::warning;
    std::int64_t pass_ends_after_ns = 900'000'000'000; ///< without any frame, good or bad
    double frame_error_rate = 0.1;                     ///< of the last `frames_in_window`
    AlarmLevel frame_error_level = AlarmLevel::watch;
    int frames_in_window = 100;
    double least_snr_db = 0;
    AlarmLevel snr_level = AlarmLevel::normal;
    double snr_dead_band_db = 1;
};

/// What is known of one downlink → readings for the engine: seconds without a frame while a pass
/// is on, the share of frames that no check confirmed, the SNR. They are observed as items of their
/// own, `first_item` and the two that follow.
class LinkMonitor {
public:
    enum class Verdict : std::uint8_t { good, bad };

    LinkMonitor(std::string link, const LinkLimits& limits, parameter::ItemIndex first_item);

    /// "<link>/no_frame", "<link>/frame_error_rate", "<link>/snr", where their level is not normal.
    std::vector<AlarmConfig> alarms() const;

    void begin_pass(UtcNs at_ns);
    void end_pass(UtcNs at_ns, Engine& engine, Sink<Transition>& sink);

    /// A frame, or what was one but for its errors. A pass begins with the first if nobody said so.
    void frame(Verdict verdict, double snr_db, UtcNs at_ns, Engine& engine, Sink<Transition>& sink);

    /// About once a second. Ends the pass after its time without any frame.
    void advance(UtcNs now, Engine& engine, Sink<Transition>& sink);

    bool in_pass() const { return in_pass_; }

private:
    parameter::ItemIndex item(int quantity) const {
        return first_item_ + static_cast<parameter::ItemIndex>(quantity);
    }
    AlarmConfig config(int quantity, AlarmLevel level, const parameter::Range& range) const;

    std::string link_;
    LinkLimits limits_;
    parameter::ItemIndex first_item_;
    bool in_pass_ = false;
    UtcNs last_good_ns_ = kUnknownTime; ///< or the pass's begin
    UtcNs last_any_ns_ = kUnknownTime;  ///< likewise
    std::vector<Verdict> window_;       ///< a ring of the last verdicts
    std::size_t next_ = 0;
};

} // namespace telemetry::alarm
