// SPDX-License-Identifier: GPL-3.0-or-later
#include "pdu_block.h"

#include <utility>

namespace gr {
namespace telemetry {

void pdu_block::take_messages(const pmt::pmt_t& port, handler take, std::function<void()> at_end) {
    message_port_register_in(port);
    set_msg_handler(port, std::move(take));
    set_msg_handler(pmt::mp("system"),
                    [this, port, at_end = std::move(at_end)](const pmt::pmt_t& message) {
                        while (const auto waiting = delete_head_nowait(port))
                            dispatch_msg(port, waiting);
                        if (at_end)
                            at_end();
                        system_handler(message);
                    });
}

} // namespace telemetry
} // namespace gr
