// SPDX-License-Identifier: GPL-3.0-or-later
// Any entry of the deframer catalog with any settings on any symbols: nothing may go wrong, and the
// frames may not depend on how the symbols are cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "telemetry/base/text.h"
#include "telemetry/framing/deframer.h"

namespace {

using namespace telemetry;

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    unsigned next() { return at_ < size_ ? data_[at_++] : 0; }
    std::vector<std::int8_t> symbols() {
        std::vector<std::int8_t> result;
        for (; at_ < size_; ++at_)
            result.push_back(data_[at_] == 0x80 ? std::int8_t{-127}
                                                : static_cast<std::int8_t>(data_[at_]));
        return result;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

/// A value that the field allows, or its default for the byte 0.
void choose(const Field& field, unsigned byte, Settings& settings) {
    if (byte == 0)
        return;
    switch (field.type) {
    case Field::Type::integer: {
        const auto range = static_cast<std::int64_t>(field.max - field.min) + 1;
        const auto offset = static_cast<std::int64_t>(byte) * 2654435761 % range;
        settings.set(field.name, static_cast<std::int64_t>(field.min) + offset, true);
        break;
    }
    case Field::Type::real:
        settings.set(field.name, field.min + (field.max - field.min) * byte / 255, true);
        break;
    case Field::Type::flag:
        settings.set(field.name, (byte & 1) != 0, true);
        break;
    case Field::Type::choice: {
        const auto choices = split(field.choices, '|');
        settings.set(field.name, std::string(choices[byte % choices.size()]), true);
        break;
    }
    case Field::Type::text:
        break;
    }
}

std::string run(framing::Deframer& deframer, const std::vector<std::int8_t>& symbols,
                std::size_t chunk) {
    std::string frames;
    auto sink = make_sink<Frame>([&](const Frame& frame) {
        frames += to_hex(frame.bytes) + ' ' + std::to_string(frame.sample_index) + ' ' +
                  std::to_string(frame.sample_count) + ' ' + std::to_string(frame.corrected) + '\n';
    });
    for (std::size_t at = 0; at < symbols.size(); at += chunk) {
        SoftSymbols block;
        block.values = std::span(symbols).subspan(at, std::min(chunk, symbols.size() - at));
        block.first_position = 4.0 * static_cast<double>(at);
        block.samples_per_symbol = 4;
        deframer.process(block, sink);
    }
    deframer.finish(sink);
    deframer.reset();
    return frames;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    const auto catalog = framing::deframers();
    const auto& entry = catalog[bytes.next() % catalog.size()];
    auto settings = read_settings_from(entry.fields, {});
    if (!settings)
        std::abort();
    for (const Field& field : entry.fields)
        choose(field, bytes.next(), *settings);
    const std::size_t chunk = 1 + bytes.next();
    auto deframer = entry.make(*settings);
    if (!deframer)
        return 0; // refused, with a reason
    const auto symbols = bytes.symbols();
    const std::string whole = run(**deframer, symbols, std::max<std::size_t>(symbols.size(), 1));
    if (run(**deframer, symbols, chunk) != whole)
        std::abort();
    return 0;
}
