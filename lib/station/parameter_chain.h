// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/alarm/database_alarms.h"
#include "telemetry/alarm/engine.h"
#include "telemetry/alarm/link_monitor.h"
#include "telemetry/base/result.h"
#include "telemetry/packet/packet.h"
#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/model.h"
#include "telemetry/pus/reader.h"
#include "telemetry/pus/request_tracker.h"
#include "telemetry/pus/time_correlation.h"
#include "telemetry/station/station.h"

namespace telemetry::station {

/// Something odd about packets, told at most once a minute for each kind and application.
struct PacketRemark {
    std::string_view kind; ///< "container_not_found", "pus_too_short", "time_jump", …
    std::string text;      ///< a sentence for people
    int apid = -1;
    std::uint64_t count = 1; ///< how often it happened since it was last told
    UtcNs reception_ns = kUnknownTime;
};

/// Takes what comes of packets, in their order.
struct ParameterObserver {
    virtual ~ParameterObserver() = default;
    virtual void on_values(const parameter::ValueBatch& /*values*/) noexcept {}
    virtual void on_transition(const alarm::Transition& /*transition*/) noexcept {}
    virtual void on_audit(const alarm::AuditRecord& /*record*/) noexcept {}
    virtual void on_report(const pus::Message& /*message*/, UtcNs /*reception_ns*/) noexcept {}
    virtual void on_request(const pus::RequestProgress& /*progress*/) noexcept {}
    virtual void on_remark(const PacketRemark& /*remark*/) noexcept {}
};

struct ParameterChainOptions {
    std::string root_container = {};     ///< empty: as parameter::CompileOptions
    std::optional<pus::Layout> pus = {}; ///< nothing: packets are no PUS packets
    std::string alarm_state_file = {};   ///< empty: alarms do not survive a restart
    alarm::EngineOptions alarms = {};
    parameter::Feed feed = parameter::Feed::live;
    /// Name and limits of links to watch; those given are numbered from 0.
    std::vector<std::pair<std::string, alarm::LinkLimits>> links = {};
};

/// Packets → parameters → alarms, and what PUS packets report, with one mission database.
///
/// Single-threaded. Offline, advance() is called with the packets' times; live, with the clock's.
class ParameterChain {
public:
    /// `observer` outlives it. The error says what of the database cannot be used; notes() what is
    /// left out.
    static Result<std::unique_ptr<ParameterChain>> make(parameter::Database database,
                                                        const ParameterChainOptions& options,
                                                        ParameterObserver& observer);
    ~ParameterChain();

    void take(const packet::Packet& packet) noexcept;
    /// What is gathered goes to the observer now.
    void flush() noexcept;
    void advance(UtcNs now) noexcept;

    /// What happens on link number `link` of the options.
    void link_frame(std::size_t link, alarm::LinkMonitor::Verdict verdict, double snr_db,
                    UtcNs at_ns) noexcept;
    void begin_pass(UtcNs at_ns) noexcept;
    void end_pass(UtcNs at_ns) noexcept;

    Result<void> act(const alarm::Action& action);

    /// Answers a request in JSON; see docs/wire-format.md, "Requests".
    std::string answer(std::string_view request, UtcNs now);

    const parameter::Database& database() const;
    const parameter::Program& program() const;
    std::shared_ptr<const parameter::Program> shared_program() const;
    const alarm::Engine& alarms() const;
    const parameter::DecodeCounts& counts() const;
    /// Of the spacecraft's clock to UTC, from its time reports ST[09]; nothing before the first.
    const std::optional<pus::TimeCorrelation::Fit>& time_correlation() const;
    const std::vector<std::string>& notes() const { return notes_; }

    /// Writes the alarm state where something has changed since the last time. Called by advance()
    /// and the destructor too.
    Result<void> save();

private:
    struct State;
    explicit ParameterChain(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
    std::vector<std::string> notes_;
};

/// The chain of a station that has a `telemetry` map: reads its database, relative to the station's
/// file. `state_file` is used where the station names none; empty: alarms are not kept.
Result<std::unique_ptr<ParameterChain>> open_parameter_chain(const Station& station,
                                                             const std::string& state_file,
                                                             parameter::Feed feed,
                                                             ParameterObserver& observer);

/// Of the same map; all levels normal: no link alarms.
alarm::LinkLimits link_limits(const Settings& telemetry);

} // namespace telemetry::station
