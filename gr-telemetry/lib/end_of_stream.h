// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/block_detail.h>
#include <gnuradio/buffer_reader.h>

namespace gr {
namespace telemetry {

//! Whether the input has ended and every item of it is consumed.
//!
//! The scheduler never tells a block that its stream has ended. But it asks forecast() even then,
//! and calls general_work() without items when none are needed: a block that needs none exactly
//! when this holds gets a last call, in which it can flush and must return WORK_DONE. (stop()
//! comes too late: the blocks that listen to its messages have been told to finish before.)
inline bool input_has_ended(const gr::block& block) {
    const auto reader = block.detail()->input(0);
    gr::thread::scoped_lock guard(*reader->mutex());
    return reader->done() && reader->items_available() == 0;
}

} // namespace telemetry
} // namespace gr
