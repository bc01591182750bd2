// SPDX-License-Identifier: GPL-3.0-or-later
#include "frame_synchronizer_impl.h"

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include <algorithm>
#include <array>

#include "catalog_options.h"
#include "soft_value.h"
#include "stream_clock.h"

namespace gr {
namespace telemetry {

namespace core = ::telemetry;

namespace {

constexpr core::Field fields[] = {
    {.name = "frame_size",
     .type = core::Field::Type::integer,
     .unit = "By",
     .min = 1,
     .max = 65536,
     .fallback = "255",
     .help = "Length of what stands between the markers, with parity: eight symbols a byte."},
    {.name = "frame_bits",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 524288,
     .fallback = "0",
     .help = "Above 0: the same in bits, in place of frame_size, which is then not looked at."},
    {.name = "marker",
     .type = core::Field::Type::text,
     .fallback = "1acffc1d",
     .help = "Sync marker in hex, 1 to 24 bytes."},
    {.name = "constellation",
     .type = core::Field::Type::choice,
     .fallback = "BPSK",
     .choices = "BPSK|QPSK",
     .help = "QPSK: soft symbols are I and Q in turn, turned by any quarter, conjugated or not."},
    {.name = "search_errors",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 95,
     .fallback = "3",
     .help = "Wrong bits allowed in a marker that is searched."},
    {.name = "lock_errors",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 95,
     .fallback = "6",
     .help = "Wrong bits allowed in a marker where one is expected."},
    {.name = "correlation",
     .type = core::Field::Type::integer,
     .unit = "%",
     .min = 0,
     .max = 100,
     .fallback = "0",
     .help = "Of soft symbols: least correlation with the marker in search; 0: bits alone decide."},
    {.name = "verify_frames",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 64,
     .fallback = "1",
     .help = "Markers that must follow the first one before frames come out."},
    {.name = "flywheel_frames",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 1000,
     .fallback = "3",
     .help = "Frames in a row without marker before lock is dropped."},
    {.name = "slip",
     .type = core::Field::Type::integer,
     .unit = "1",
     .min = 0,
     .max = 16,
     .fallback = "2",
     .help = "Bits by which a marker may come early or late."},
};

core::framing::FrameSynchronizerOptions options_of(const core::Settings& settings,
                                                   symbol_type type) {
    const auto integer = [&](const char* name) { return static_cast<int>(settings.integer(name)); };
    const auto marker = core::from_hex(settings.text("marker"));
    if (!marker || marker->empty() || marker->size() > 24)
        throw std::invalid_argument("marker: '" + settings.text("marker") +
                                    "' is not valid; expected 1 to 24 bytes in hex");
    const int bits = static_cast<int>(8 * marker->size());
    for (const char* name : {"search_errors", "lock_errors"})
        if (2 * integer(name) >= bits)
            throw std::invalid_argument(std::string(name) + ": expected less than half of the " +
                                        std::to_string(bits) + " bits of the marker");
    core::framing::FrameSynchronizerOptions options;
    options.marker = core::framing::SyncPattern::of_bytes(*marker);
    const auto frame_bits = settings.integer("frame_bits");
    options.frame_bits =
        static_cast<size_t>(frame_bits > 0 ? frame_bits : 8 * settings.integer("frame_size"));
    if (settings.text("constellation") == "QPSK") {
        if (type != symbol_type::SOFT)
            throw std::invalid_argument("constellation: QPSK needs soft symbols");
        if (options.frame_bits % 2 != 0)
            throw std::invalid_argument("frame_bits: QPSK needs an even number");
        options.constellation = core::framing::Constellation::qpsk;
    }
    options.tolerance = {integer("search_errors"), integer("lock_errors"), integer("lock_errors"),
                         integer("lock_errors")};
    options.correlation_percent = integer("correlation");
    options.verify_frames = integer("verify_frames");
    options.flywheel_frames = integer("flywheel_frames");
    options.slip_bits = integer("slip");
    if (2 * static_cast<size_t>(options.slip_bits) >= options.frame_bits)
        throw std::invalid_argument("slip: expected less than half a frame");
    return options;
}

} // namespace

std::span<const core::Field> synchronizer_fields() {
    return fields;
}

frame_synchronizer::sptr frame_synchronizer::make(const settings_map& settings, symbol_type type) {
    const auto options = options_of(read_map(fields, settings), type);
    return gnuradio::make_block_sptr<frame_synchronizer_impl>(
        gnuradio::make_block_sptr<synchronizer_stage>(options, type), type);
}

frame_synchronizer_impl::frame_synchronizer_impl(std::shared_ptr<synchronizer_stage> stage,
                                                 symbol_type type)
    : gr::hier_block2("telemetry_frame_synchronizer",
                      gr::io_signature::make(1, 1, type == symbol_type::SOFT ? sizeof(float) : 1),
                      gr::io_signature::make(0, 0, 0)),
      d_stage(std::move(stage)) {
    seal(*this, d_stage, std::array{keys::frames()});
}

synchronizer_stage::synchronizer_stage(const core::framing::FrameSynchronizerOptions& options,
                                       symbol_type type)
    : message_stage("telemetry_synchronizer_stage", type == symbol_type::SOFT ? sizeof(float) : 1),
      d_type(type), d_period(static_cast<int64_t>(options.frame_bits) + options.marker.length),
      d_synchronizer(options),
      d_symbols(static_cast<size_t>(options.verify_frames + 2) * static_cast<size_t>(d_period)) {
    reset();
    message_port_register_out(keys::frames());
}

void synchronizer_stage::work_off(const void* items, int count, uint64_t first_offset,
                                  std::span<const tag_t> tags) {
    const size_t item_size = d_type == symbol_type::SOFT ? sizeof(float) : 1;
    const auto* bytes = static_cast<const uint8_t*>(items);
    walk(
        count, first_offset, tags,
        [&](int first, int n) { take(bytes + static_cast<size_t>(first) * item_size, n); },
        [&](std::span<const tag_t> tags_of_item) {
            for (const auto& tag : tags_of_item)
                if (pmt::eq(tag.key, keys::soft_symbols()))
                    if (const auto soft = soft_symbol_tag::from_pmt(tag.value))
                        begin(*soft);
        });
    d_locked = d_synchronizer.state() >= core::framing::SyncState::lock;
}

void synchronizer_stage::begin(const soft_symbol_tag& tag) {
    if (tag.after_gap)
        reset();
    d_block = tag;
    d_clock.reset();
    if (tag.anchor_utc_ns != core::kUnknownTime)
        d_clock.emplace(tag.rate_hz).anchor(tag.anchor_index, tag.anchor_utc_ns);
}

void synchronizer_stage::take(const void* items, int count) {
    d_soft.assign(static_cast<size_t>(count), 0);
    if (d_type == symbol_type::SOFT)
        std::transform(static_cast<const float*>(items), static_cast<const float*>(items) + count,
                       d_soft.begin(), to_soft);
    d_symbols.push({.values = d_soft,
                    .first_position = d_block.first_position,
                    .samples_per_symbol = d_block.samples_per_symbol,
                    .quality = d_block.quality});
    d_block.first_position += count * d_block.samples_per_symbol;
    if (d_type == symbol_type::BITS)
        take_bits(static_cast<const uint8_t*>(items), count);
    else
        d_synchronizer.process(std::span<const int8_t>(d_soft), *this);
}

//! Untagged symbols are numbered from here on.
void synchronizer_stage::reset() {
    d_synchronizer.reset();
    d_symbols.reset();
    d_block = {.samples_per_symbol = 1};
    d_clock.reset();
    d_byte_bits = 0;
}

void synchronizer_stage::take_bits(const uint8_t* bits, int count) {
    d_packed.clear();
    for (int i = 0; i < count; ++i) {
        d_byte = d_byte << 1 | (bits[i] & 1u);
        if (++d_byte_bits == 8) {
            d_packed.push_back(static_cast<uint8_t>(d_byte));
            d_byte_bits = 0;
        }
    }
    d_synchronizer.process(std::span<const uint8_t>(d_packed), *this);
}

void synchronizer_stage::finish() {
    // The last bits, with zeros behind them.
    if (d_byte_bits > 0) {
        const auto last = static_cast<uint8_t>(d_byte << (8 - d_byte_bits));
        d_synchronizer.process(std::span<const uint8_t>(&last, 1), *this);
    }
    reset();
    d_locked = false;
}

void synchronizer_stage::accept(const core::framing::LocatedFrame& located) noexcept {
    core::Frame frame;
    frame.bytes = located.bits;
    d_symbols.stamp(frame, located.position, located.position + d_period);
    frame.sync_errors = located.sync_errors;
    if (d_clock) {
        frame.utc_ns = d_clock->utc_of(static_cast<double>(frame.sample_index));
        frame.end_utc_ns =
            d_clock->utc_of(static_cast<double>(frame.sample_index + frame.sample_count));
    }
    auto pdu =
        to_pdu(frame, {.station = {}, .downlink = {}, .framing = {}, .rx_freq = d_block.rx_freq});
    if (d_type == symbol_type::SOFT) {
        std::vector<float> symbols;
        for (const int8_t symbol : located.symbols)
            symbols.push_back(static_cast<float>(symbol) / kCleanSymbol);
        pdu = pmt::cons(pmt::car(pdu), pmt::init_f32vector(symbols.size(), symbols.data()));
    }
    ++d_frames;
    message_port_pub(keys::frames(), pdu);
}

} // namespace telemetry
} // namespace gr
