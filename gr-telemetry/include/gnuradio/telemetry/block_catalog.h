// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/api.h>

#include <span>
#include <string_view>

#include "telemetry/base/fields.h"

namespace gr {
namespace telemetry {

//! A block whose options are a table of fields: for GRC, Python and the documents.
struct block_entry {
    std::string_view id;    //!< of the class in Python: "viterbi_decoder"
    std::string_view label; //!< for people
    std::string_view summary;
    std::span<const ::telemetry::Field> fields;
    //! A stream's type (float, byte; type: an option of that name chooses), or a message port.
    std::string_view input, output;
};

//! The blocks of which a chain is built step by step, in the order of the chain.
TELEMETRY_API std::span<const block_entry> step_blocks();

} // namespace telemetry
} // namespace gr
