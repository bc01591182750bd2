// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "log.h"
#include "telemetry/packet/packet.h"
#include "telemetry/parameter/value_records.h"
#include "telemetry/publish/publisher.h"
#include "telemetry/publish/records.h"
#include "telemetry/station/parameter_chain.h"

namespace telemetry::rx {

/// What the packets of one station say, by its mission database: values, alarms and reports go to
/// the publisher and the log. Any thread.
class Mission final : public station::ParameterObserver {
public:
    /// The station has a `telemetry` map. `publisher` may be null; all outlive this.
    static Result<std::unique_ptr<Mission>> open(const station::Station& station,
                                                 const std::string& state_folder,
                                                 publish::Publisher* publisher, Log& log);

    void take(const packet::Packet& packet);
    /// A frame of a downlink, for the link's alarms.
    void take(const Frame& frame, std::string_view downlink);
    /// A frame that failed its checks, just now.
    void bad_frame(std::string_view downlink);
    /// About once a second. kUnknownTime: the input is not live, its times are the clock.
    void advance(UtcNs now);
    std::string answer(std::string_view request, UtcNs now);
    /// What must be kept is written.
    void finish();

    const std::string& station() const { return station_.name; }

private:
    Mission(const station::Station& station, publish::Publisher* publisher, Log& log)
        : station_(station), publisher_(publisher), log_(log) {}

    void on_values(const parameter::ValueBatch& values) noexcept override;
    void on_transition(const alarm::Transition& transition) noexcept override;
    void on_audit(const alarm::AuditRecord& record) noexcept override;
    void on_report(const pus::Message& message, UtcNs reception_ns) noexcept override;
    void on_request(const pus::RequestProgress& progress) noexcept override;
    void on_remark(const station::PacketRemark& remark) noexcept override;

    void event(const publish::EventName& name, UtcNs at_ns, const std::string& text,
               std::span<const publish::Attribute> attributes);
    void tell_entries(const pus::Message& message, UtcNs at_ns);
    std::size_t link_of(std::string_view downlink) const;

    const station::Station& station_;
    publish::Publisher* publisher_;
    Log& log_;
    std::mutex mutex_; ///< of what follows; the observer's functions are called with it held
    std::unique_ptr<station::ParameterChain> chain_;
    std::unique_ptr<parameter::ValueRecords> records_;
    UtcNs latest_ns_ = kUnknownTime; ///< of the input: the clock of what is not live
};

} // namespace telemetry::rx
