// SPDX-License-Identifier: GPL-3.0-or-later
#include "station_receiver_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>

#include <array>

#include "catalog_options.h"

namespace gr {
namespace telemetry {

station_receiver::sptr station_receiver::make(const std::string& station, double samp_rate,
                                              sample_type type,
                                              const station_receiver_options& options,
                                              const std::vector<std::string>& folders) {
    namespace st = ::telemetry::station;
    return make(value_or_throw(st::find_station(
                    station, folders.empty() ? st::default_station_folders() : folders)),
                samp_rate, type, options);
}

station_receiver::sptr station_receiver::make(const ::telemetry::station::Station& station,
                                              double samp_rate, sample_type type,
                                              const station_receiver_options& options) {
    return gnuradio::make_block_sptr<station_receiver_impl>(station, samp_rate, type, options);
}

station_receiver_impl::station_receiver_impl(const ::telemetry::station::Station& station,
                                             double samp_rate, sample_type type,
                                             const station_receiver_options& options)
    : gr::hier_block2("telemetry_station_receiver",
                      gr::io_signature::make(
                          1, 1, type == sample_type::COMPLEX ? sizeof(gr_complex) : sizeof(float)),
                      gr::io_signature::make(0, 0, 0)),
      d_stage(gnuradio::make_block_sptr<station_stage>(station, samp_rate, type, options)) {
    seal(*this, d_stage,
         std::array{keys::frames(), keys::packets(), keys::events(), keys::metrics()});
}

} // namespace telemetry
} // namespace gr
