// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/station_receiver.h>

#include "station_stage.h"

namespace gr {
namespace telemetry {

class station_receiver_impl : public station_receiver {
public:
    station_receiver_impl(const ::telemetry::station::Station& station, double samp_rate,
                          sample_type type, const station_receiver_options& options);

    std::string station() const override { return d_stage->station(); }
    std::vector<std::string> left_out() const override { return d_stage->left_out(); }
    uint64_t frames() const override { return d_stage->frames(); }
    uint64_t samples() const override { return d_stage->samples(); }
    uint64_t samples_missing() const override { return d_stage->samples_missing(); }
    uint64_t samples_invalid() const override { return d_stage->samples_invalid(); }

private:
    const std::shared_ptr<station_stage> d_stage;
};

} // namespace telemetry
} // namespace gr
