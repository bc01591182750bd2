// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>

#include <functional>

namespace gr {
namespace telemetry {

/*!
 * \brief A block of message ports alone that loses nothing when the flow graph ends.
 *
 * The scheduler ends such a block once a block before it has ended, whatever still waits on its
 * ports. But the word of that comes as a message behind all others: what waits is worked off then,
 * before the block ends and tells those behind it.
 */
class pdu_block : virtual public gr::block {
protected:
    using handler = std::function<void(const pmt::pmt_t& message)>;

    //! Registers the one port that takes messages. `at_end` is called when no more will come.
    void take_messages(const pmt::pmt_t& port, handler take, std::function<void()> at_end = {});
};

} // namespace telemetry
} // namespace gr
