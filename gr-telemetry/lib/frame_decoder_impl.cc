// SPDX-License-Identifier: GPL-3.0-or-later
#include "frame_decoder_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>

#include <optional>

#include "catalog_options.h"
#include "dictionary.h"
#include "soft_value.h"
#include "telemetry/base/catalog.h"

namespace gr {
namespace telemetry {
namespace {

std::optional<frame_data> data_of(const pmt::pmt_t& message) {
    if (!pmt::is_pair(message))
        return std::nullopt;
    const auto vector = pmt::cdr(message);
    frame_data frame;
    size_t size = 0;
    if (pmt::is_u8vector(vector)) {
        const uint8_t* bytes = pmt::u8vector_elements(vector, size);
        frame.bytes.assign(bytes, bytes + size);
    } else if (pmt::is_s8vector(vector)) {
        const int8_t* symbols = pmt::s8vector_elements(vector, size);
        for (size_t i = 0; i < size; ++i)
            frame.symbols.push_back(std::max(symbols[i], int8_t{-127}));
    } else if (pmt::is_f32vector(vector)) {
        const float* symbols = pmt::f32vector_elements(vector, size);
        for (size_t i = 0; i < size; ++i)
            frame.symbols.push_back(to_soft(symbols[i]));
    } else {
        return std::nullopt;
    }
    return frame;
}

pmt::pmt_t to_vector(const frame_data& frame) {
    if (frame.symbols.empty())
        return pmt::init_u8vector(frame.bytes.size(), frame.bytes.data());
    std::vector<float> symbols;
    for (const int8_t symbol : frame.symbols)
        symbols.push_back(static_cast<float>(symbol) / kCleanSymbol);
    return pmt::init_f32vector(symbols.size(), symbols.data());
}

} // namespace

frame_decoder::sptr frame_decoder::make(const std::string& step, const settings_map& settings) {
    const auto codecs = frame_codecs();
    const auto at = std::find_if(codecs.begin(), codecs.end(),
                                 [&](const codec_entry& codec) { return codec.name == step; });
    const codec_entry& entry =
        entry_or_throw(at == codecs.end() ? nullptr : &*at, "step", step, codecs);
    return gnuradio::make_block_sptr<frame_decoder_impl>(
        step, entry.make(read_map(entry.fields, settings)));
}

frame_decoder_impl::frame_decoder_impl(const std::string& name, std::unique_ptr<frame_codec> codec)
    : gr::block("telemetry_" + name, gr::io_signature::make(0, 0, 0),
                gr::io_signature::make(0, 0, 0)),
      d_codec(std::move(codec)) {
    take_messages(keys::frames(), [this](const pmt::pmt_t& message) { take(message); });
    message_port_register_out(keys::frames());
}

void frame_decoder_impl::take(const pmt::pmt_t& message) {
    auto frame = data_of(message);
    if (!frame || !d_codec->decode(*frame)) {
        ++d_failed;
        return;
    }
    ++d_decoded;
    auto meta = pmt::car(message);
    if (!pmt::is_dict(meta))
        meta = pmt::make_dict();
    if (frame->corrected != 0)
        meta = pmt::dict_add(meta, pmt::mp("corrected"),
                             pmt::from_long(count_of(meta, "corrected", 0) + frame->corrected));
    if (frame->vouched)
        meta = pmt::dict_add(meta, pmt::mp("confirmed"), pmt::PMT_T);
    message_port_pub(keys::frames(), pmt::cons(meta, to_vector(*frame)));
}

} // namespace telemetry
} // namespace gr
