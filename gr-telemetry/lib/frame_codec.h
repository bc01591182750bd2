// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "telemetry/base/fields.h"

namespace gr {
namespace telemetry {

//! A frame on its way through the decoders: soft symbols, or bytes where there are none.
struct frame_data {
    std::vector<int8_t> symbols;
    std::vector<uint8_t> bytes;
    int corrected = 0;
    bool vouched = false; //!< a code says that every bit is right

    void harden(); //!< makes bytes of the symbols, if there are any
    void soften(); //!< makes symbols of the bytes, if there are none
};

//! One step: replaces what is in a frame; false when it cannot.
class frame_codec {
public:
    virtual ~frame_codec() = default;
    virtual bool decode(frame_data& frame) = 0;
};

//! A codec as frame_decoder makes it; `id` is that of block_entry.
struct codec_entry {
    std::string_view name; // for entry_or_throw
    std::string_view label;
    std::string_view summary;
    std::span<const ::telemetry::Field> fields;
    std::unique_ptr<frame_codec> (*make)(const ::telemetry::Settings&);
};

std::span<const codec_entry> frame_codecs();

} // namespace telemetry
} // namespace gr
