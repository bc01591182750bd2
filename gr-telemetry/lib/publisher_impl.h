// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/publisher.h>
#include <gnuradio/telemetry/records.h>

#include <atomic>

#include "telemetry/publish/publisher.h"

namespace gr {
namespace telemetry {

class publisher_impl : public publisher {
public:
    publisher_impl(std::unique_ptr<::telemetry::publish::Publisher> socket, std::string source);
    ~publisher_impl() override;

    bool stop() override;

    std::string endpoint() const override { return d_socket->endpoint(); }
    uint64_t published() const override { return d_socket->stats().published; }
    uint64_t dropped() const override { return d_socket->stats().dropped; }
    uint64_t refused() const override { return d_refused; }

private:
    void publish_frame(const pmt::pmt_t& message);
    void publish_packet(const pmt::pmt_t& message);
    void publish_prepared(const pmt::pmt_t& message);
    void publish_record(const char* kind, const std::optional<record>& found);
    const std::string& source_of(const std::string& downlink) const {
        return downlink.empty() ? d_source : downlink;
    }
    void work_off_queues();

    const std::unique_ptr<::telemetry::publish::Publisher> d_socket;
    const std::string d_source;
    const ::telemetry::UtcNs d_start;
    std::atomic<uint64_t> d_refused{0};
};

} // namespace telemetry
} // namespace gr
