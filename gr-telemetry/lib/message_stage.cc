// SPDX-License-Identifier: GPL-3.0-or-later
#include "message_stage.h"

#include <gnuradio/blocks/null_sink.h>
#include <gnuradio/io_signature.h>

#include <algorithm>

#include "end_of_stream.h"

namespace gr {
namespace telemetry {

message_stage::message_stage(const std::string& name, size_t item_size)
    : gr::block(name, gr::io_signature::make(1, 1, static_cast<int>(item_size)),
                gr::io_signature::make(1, 1, 1)) {
    set_tag_propagation_policy(TPP_DONT);
}

bool message_stage::start() {
    d_finished = false;
    return gr::block::start();
}

bool message_stage::stop() {
    // The flow graph was stopped before its input ended.
    if (!d_finished) {
        d_finished = true;
        finish();
    }
    return gr::block::stop();
}

void message_stage::forecast(int, gr_vector_int& ninput_items_required) {
    ninput_items_required[0] = input_has_ended(*this) ? 0 : 1;
}

int message_stage::general_work(int, gr_vector_int& ninput_items,
                                gr_vector_const_void_star& input_items, gr_vector_void_star&) {
    const int count = ninput_items[0];
    if (count == 0) {
        d_finished = true;
        finish();
        return WORK_DONE;
    }
    const uint64_t first = nitems_read(0);
    get_tags_in_range(d_tags, 0, first, first + static_cast<uint64_t>(count));
    std::stable_sort(d_tags.begin(), d_tags.end(), tag_t::offset_compare);
    work_off(input_items[0], count, first, d_tags);
    consume_each(count);
    return 0;
}

void seal(gr::hier_block2& outer, const std::shared_ptr<message_stage>& stage,
          std::span<const pmt::pmt_t> ports) {
    outer.connect(outer.self(), 0, stage, 0);
    outer.connect(stage, 0, gr::blocks::null_sink::make(1), 0);
    for (const auto& port : ports) {
        outer.message_port_register_hier_out(port);
        outer.msg_connect(stage, port, outer.self(), port);
    }
}

} // namespace telemetry
} // namespace gr
