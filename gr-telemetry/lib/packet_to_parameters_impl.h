// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/packet_to_parameters.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "parameter_messages.h"
#include "pdu_block.h"
#include "telemetry/station/parameter_chain.h"

namespace gr {
namespace telemetry {

class packet_to_parameters_impl : public packet_to_parameters,
                                  public pdu_block,
                                  private ::telemetry::station::ParameterObserver {
public:
    packet_to_parameters_impl(::telemetry::parameter::Database database,
                              const ::telemetry::station::ParameterChainOptions& chain,
                              const packet_to_parameters_options& options);
    ~packet_to_parameters_impl() override;

    bool start() override;
    bool stop() override;
    uint64_t packets() const override { return d_packets; }
    uint64_t unconfirmed() const override { return d_unconfirmed; }
    uint64_t values() const override { return d_values; }
    const std::vector<std::string>& notes() const override { return d_notes; }

private:
    void take(const pmt::pmt_t& message);
    void end();
    void tick(); // in the thread of d_clock: has the block's thread look at the clock
    void stop_clock();
    bool is_publishing(); // whether someone listens on `records`
    void publish(const char* kind, std::string_view source, std::string_view json);
    void on_values(const ::telemetry::parameter::ValueBatch& values) noexcept override;
    void on_transition(const ::telemetry::alarm::Transition& transition) noexcept override;
    void on_report(const ::telemetry::pus::Message& message,
                   ::telemetry::UtcNs reception_ns) noexcept override;
    void on_remark(const ::telemetry::station::PacketRemark& remark) noexcept override;

    const alarm_clock d_alarm_clock;
    std::vector<std::string> d_notes;
    std::unique_ptr<::telemetry::station::ParameterChain> d_chain;
    std::optional<parameter_messages> d_messages;
    std::optional<::telemetry::parameter::ValueRecords> d_records;
    packet_origin d_origin;                                         // of the packet at hand
    ::telemetry::UtcNs d_generation_ns = ::telemetry::kUnknownTime; // latest
    std::atomic<uint64_t> d_packets{0}, d_unconfirmed{0}, d_values{0};

    std::thread d_clock;
    std::mutex d_mutex;
    std::condition_variable d_wake;
    bool d_stopping = false;
};

} // namespace telemetry
} // namespace gr
