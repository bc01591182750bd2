// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/kiss_encoder.h>

namespace gr {
namespace telemetry {

class kiss_encoder_impl : public kiss_encoder {
public:
    explicit kiss_encoder_impl(int port);

private:
    void encode(const pmt::pmt_t& message);

    const int d_port;
};

} // namespace telemetry
} // namespace gr
