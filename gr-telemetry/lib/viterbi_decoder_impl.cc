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
     .help = "Rate after puncturing by CCSDS 131.0-B, which means that 133 is not inverted, "
             "whatever code says."},
    {.name = "synchronise",
     .type = core::Field::Type::choice,
     .fallback = "auto",
     .choices = "auto|fixed",
     .help = "Which symbols belong together, where the puncturing pattern begins and whether every "
             "second symbol is inverted: found and followed, or told by skip."},
    {.name = "quarter_turns",
     .type = core::Field::Type::flag,
     .fallback = "false",
     .help =
         "The two symbols of a bit are I and Q of QPSK, which may be turned by 90 degrees: that "
         "is found too. Without puncturing only."},
    {.name = "skip",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 63,
     .fallback = "0",
     .help = "With synchronise=fixed, symbols left out at the beginning."},
};

core::fec::Puncturing puncturing_of(const std::string& rate) {
    if (rate == "2/3")
        return core::fec::kPuncturing23;
    if (rate == "3/4")
        return core::fec::kPuncturing34;
    if (rate == "5/6")
        return core::fec::kPuncturing56;
    if (rate == "7/8")
        return core::fec::kPuncturing78;
    return {};
}

//! Punctured codes have no inversion (CCSDS 131.0-B, 3.4), so the choice is of the order only.
core::fec::ConvolutionalCode code_of(const core::Settings& settings) {
    std::string name(settings.text("code"));
    constexpr std::string_view uninverted = " uninverted";
    if (settings.text("puncturing") != "none" && !name.ends_with(uninverted))
        name += uninverted;
    return *core::fec::find_convolutional_code(name);
}

void refuse_contradictions(const core::Settings& settings) {
    const bool fixed = settings.text("synchronise") == "fixed";
    if (!fixed && settings.integer("skip") != 0)
        throw std::invalid_argument("skip: makes sense with synchronise=fixed only");
    if (settings.flag("quarter_turns") && fixed)
        throw std::invalid_argument("quarter_turns: makes no sense with synchronise=fixed");
    if (settings.flag("quarter_turns") && settings.text("puncturing") != "none")
        throw std::invalid_argument("quarter_turns: makes no sense with puncturing");
}

//! The pairing is known: nothing but the first symbols is left out.
class fixed_bits final : public bit_source, core::Sink<core::fec::DecodedBits> {
public:
    fixed_bits(const core::fec::ConvolutionalCode& code, const core::fec::Puncturing& puncturing,
               int64_t skip)
        : d_skip(skip), d_depuncturer(puncturing),
          d_viterbi(code, core::fec::punctured_look_ahead(puncturing.period(), puncturing.kept())) {
    }

    void reset() override {
        d_viterbi.reset();
        d_depuncturer.reset();
        d_to_skip = d_skip;
    }
    void process(std::span<const int8_t> symbols, decoded_sink& sink) override {
        const auto skipped = std::min(static_cast<size_t>(d_to_skip), symbols.size());
        d_to_skip -= static_cast<int64_t>(skipped);
        d_sink = &sink;
        for (auto rest = symbols.subspan(skipped); !rest.empty();) {
            size_t written = 0;
            rest = rest.subspan(d_depuncturer.depuncture(rest, d_mother, written));
            d_viterbi.process(std::span<const int8_t>(d_mother).first(written), *this);
        }
    }
    void finish(decoded_sink& sink) override {
        d_sink = &sink;
        d_viterbi.finish(*this);
    }

private:
    void accept(const core::fec::DecodedBits& decoded) noexcept override {
        d_sink->accept({.decoded = decoded});
    }

    const int64_t d_skip;
    int64_t d_to_skip = 0;
    core::fec::Depuncturer d_depuncturer;
    core::fec::ViterbiStream d_viterbi;
    std::vector<int8_t> d_mother = std::vector<int8_t>(4096);
    decoded_sink* d_sink = nullptr;
};

//! The pairing is found.
class synchronised_bits final : public bit_source {
public:
    explicit synchronised_bits(const core::fec::NodeSynchronizer::Options& options)
        : d_synchronizer(options) {}
    void reset() override { d_synchronizer.reset(); }
    void process(std::span<const int8_t> symbols, decoded_sink& sink) override {
        d_synchronizer.process(symbols, sink);
    }
    void finish(decoded_sink& sink) override { d_synchronizer.finish(sink); }

private:
    core::fec::NodeSynchronizer d_synchronizer;
};

std::unique_ptr<bit_source> make_source(const core::Settings& settings) {
    using core::fec::NodeSynchronizer;
    refuse_contradictions(settings);
    const auto code = code_of(settings);
    const auto puncturing = puncturing_of(settings.text("puncturing"));
    if (settings.text("synchronise") == "fixed")
        return std::make_unique<fixed_bits>(code, puncturing, settings.integer("skip"));
    return std::make_unique<synchronised_bits>(NodeSynchronizer::Options{
        .code = code,
        .puncturing = puncturing,
        .ambiguity = settings.flag("quarter_turns") ? NodeSynchronizer::Ambiguity::quarter_turn
                                                    : NodeSynchronizer::Ambiguity::phase});
}

} // namespace

std::span<const core::Field> viterbi_fields() {
    return fields;
}

viterbi_decoder::sptr viterbi_decoder::make(const settings_map& settings) {
    return gnuradio::make_block_sptr<viterbi_decoder_impl>(make_source(read_map(fields, settings)));
}

viterbi_decoder_impl::viterbi_decoder_impl(std::unique_ptr<bit_source> source)
    : gr::block("telemetry_viterbi_decoder", gr::io_signature::make(1, 1, sizeof(float)),
                gr::io_signature::make(1, 1, 1)),
      d_source(std::move(source)) {
    set_relative_rate(1, 2);
    set_tag_propagation_policy(TPP_DONT);
}

bool viterbi_decoder_impl::start() {
    d_source->reset();
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
            d_source->finish(*this);
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
    d_soft.clear();
    for (int i = 0; i < count; ++i)
        d_soft.push_back(to_soft(symbols[i]));
    d_source->process(d_soft, *this);
}

void viterbi_decoder_impl::accept(const core::fec::SynchronizedBits& found) noexcept {
    const core::fec::DecodedBits& decoded = found.decoded;
    const size_t first = d_bits.size();
    d_bits.resize(first + decoded.count);
    for (size_t i = 0; i < decoded.count; ++i)
        d_bits[first + i] = decoded.bits[i / 8] >> (7 - i % 8) & 1;
    d_decided += decoded.symbols;
    d_wrong += decoded.wrong_symbols;
}

} // namespace telemetry
} // namespace gr
