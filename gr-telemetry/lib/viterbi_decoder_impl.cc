// SPDX-License-Identifier: GPL-3.0-or-later
#include "viterbi_decoder_impl.h"

#include <gnuradio/io_signature.h>

#include "catalog_options.h"
#include "end_of_stream.h"
#include "soft_value.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

namespace {

constexpr core::Field fields[] = {
    {.name = "code",
     .type = core::Field::Type::choice,
     .fallback = "CCSDS",
     .choices = "CCSDS|NASA-DSN|CCSDS uninverted|NASA-DSN uninverted",
     .help = "K=7 rate 1/2: order of the generators (CCSDS: 171 first), and whether 133 is "
             "inverted."},
    {.name = "puncturing",
     .type = core::Field::Type::choice,
     .fallback = "none",
     .choices = "none|2/3|3/4|5/6|7/8",
     .help = "Rate after puncturing by CCSDS 131.0-B, whose codes are the uninverted ones."},
    {.name = "skip",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 63,
     .fallback = "0",
     .help = "Symbols left out at the beginning: which symbols belong together is not known."},
};

std::optional<core::fec::Puncturing> puncturing_of(const std::string& rate) {
    if (rate == "2/3")
        return core::fec::kPuncturing23;
    if (rate == "3/4")
        return core::fec::kPuncturing34;
    if (rate == "5/6")
        return core::fec::kPuncturing56;
    if (rate == "7/8")
        return core::fec::kPuncturing78;
    return std::nullopt;
}

size_t look_ahead_of(const std::optional<core::fec::Puncturing>& puncturing) {
    return puncturing ? core::fec::punctured_look_ahead(puncturing->period(), puncturing->kept())
                      : core::fec::ViterbiStream::kLookAhead;
}

} // namespace

std::span<const core::Field> viterbi_fields() {
    return fields;
}

viterbi_decoder::sptr viterbi_decoder::make(const settings_map& settings) {
    return gnuradio::make_block_sptr<viterbi_decoder_impl>(read_map(fields, settings));
}

viterbi_decoder_impl::viterbi_decoder_impl(const core::Settings& settings)
    : gr::block("telemetry_viterbi_decoder", gr::io_signature::make(1, 1, sizeof(float)),
                gr::io_signature::make(1, 1, 1)),
      d_skip(settings.integer("skip")),
      d_viterbi(*core::fec::find_convolutional_code(settings.text("code")),
                look_ahead_of(puncturing_of(settings.text("puncturing")))) {
    if (const auto puncturing = puncturing_of(settings.text("puncturing")))
        d_depuncturer.emplace(*puncturing);
    set_relative_rate(1, 2);
    set_tag_propagation_policy(TPP_DONT);
}

bool viterbi_decoder_impl::start() {
    d_viterbi.reset();
    if (d_depuncturer)
        d_depuncturer->reset();
    d_to_skip = d_skip;
    d_finished = false;
    d_bits.clear();
    d_handed_out = 0;
    return gr::block::start();
}

void viterbi_decoder_impl::forecast(int, gr_vector_int& ninput_items_required) {
    const bool waiting = d_handed_out < d_bits.size();
    ninput_items_required[0] = waiting || input_has_ended(*this) ? 0 : 1;
}

int viterbi_decoder_impl::general_work(int noutput_items, gr_vector_int& ninput_items,
                                       gr_vector_const_void_star& input_items,
                                       gr_vector_void_star& output_items) {
    if (d_handed_out == d_bits.size()) {
        d_bits.clear();
        d_handed_out = 0;
        if (ninput_items[0] > 0) {
            take(static_cast<const float*>(input_items[0]), ninput_items[0]);
            consume_each(ninput_items[0]);
        } else if (!d_finished) {
            d_finished = true;
            d_viterbi.finish(*this);
        } else {
            return WORK_DONE;
        }
    }
    const size_t count = std::min(d_bits.size() - d_handed_out, static_cast<size_t>(noutput_items));
    std::copy_n(d_bits.begin() + static_cast<ptrdiff_t>(d_handed_out), count,
                static_cast<uint8_t*>(output_items[0]));
    d_handed_out += count;
    return static_cast<int>(count);
}

void viterbi_decoder_impl::take(const float* symbols, int count) {
    const auto skipped = static_cast<int>(std::min<int64_t>(d_to_skip, count));
    d_to_skip -= skipped;
    d_soft.clear();
    for (int i = skipped; i < count; ++i)
        d_soft.push_back(to_soft(symbols[i]));
    if (!d_depuncturer)
        return d_viterbi.process(d_soft, *this);
    d_whole.resize(4096);
    for (std::span<const int8_t> rest = d_soft; !rest.empty();) {
        size_t written = 0;
        rest = rest.subspan(d_depuncturer->depuncture(rest, d_whole, written));
        d_viterbi.process(std::span<const int8_t>(d_whole).first(written), *this);
    }
}

void viterbi_decoder_impl::accept(const core::fec::DecodedBits& decoded) noexcept {
    for (size_t i = 0; i < decoded.count; ++i)
        d_bits.push_back(decoded.bits[i / 8] >> (7 - i % 8) & 1);
    d_decided += decoded.symbols;
    d_wrong += decoded.wrong_symbols;
}

} // namespace telemetry
} // namespace gr
