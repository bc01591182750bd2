// SPDX-License-Identifier: GPL-3.0-or-later
// Strings of every size and charset, as UTF-8.
#include <algorithm>

#include "telemetry/parameter/bits.h"
#include "telemetry/parameter/machine.h"

namespace telemetry::parameter {
namespace {

/// What Windows-1252 has from 80h to 9Fh; 0: nothing.
constexpr char16_t kWindows1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
constexpr char32_t kReplacement = 0xFFFD;

std::size_t unit_octets(Charset charset) {
    switch (charset) {
    case Charset::utf_16:
    case Charset::utf_16_be:
    case Charset::utf_16_le:
        return 2;
    case Charset::utf_32:
    case Charset::utf_32_be:
    case Charset::utf_32_le:
        return 4;
    default:
        return 1;
    }
}

/// Appends code points as UTF-8 and remembers whether all were good.
class Utf8Writer {
public:
    explicit Utf8Writer(std::vector<char>& out) : out_(out) {}
    bool good = true;

    void put(char32_t c) {
        if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            return bad();
        if (c < 0x80) {
            octet(c);
        } else if (c < 0x800) {
            octet(0xC0 | c >> 6);
            octet(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            octet(0xE0 | c >> 12);
            octet(0x80 | (c >> 6 & 0x3F));
            octet(0x80 | (c & 0x3F));
        } else {
            octet(0xF0 | c >> 18);
            octet(0x80 | (c >> 12 & 0x3F));
            octet(0x80 | (c >> 6 & 0x3F));
            octet(0x80 | (c & 0x3F));
        }
    }
    void bad() {
        good = false;
        put(kReplacement);
    }

private:
    void octet(char32_t value) { out_.push_back(static_cast<char>(value)); }
    std::vector<char>& out_;
};

void put_utf_8(std::span<const std::uint8_t> in, Utf8Writer& out) {
    for (std::size_t i = 0; i < in.size();) {
        const std::uint8_t lead = in[i];
        std::size_t more = 0;
        char32_t c = lead;
        char32_t least = 0;
        if (lead >= 0xF0 && lead < 0xF8) {
            more = 3, c = lead & 7U, least = 0x10000;
        } else if (lead >= 0xE0 && lead < 0xF0) {
            more = 2, c = lead & 15U, least = 0x800;
        } else if (lead >= 0xC0 && lead < 0xE0) {
            more = 1, c = lead & 31U, least = 0x80;
        } else if (lead >= 0x80) {
            more = in.size();
        }
        bool good = i + more < in.size();
        for (std::size_t k = 1; good && k <= more; ++k) {
            good = (in[i + k] & 0xC0U) == 0x80;
            c = c << 6 | (in[i + k] & 0x3FU);
        }
        if (!good || c < least) {
            out.bad();
            ++i;
            continue;
        }
        out.put(c);
        i += more + 1;
    }
}

void put_utf_16(std::span<const std::uint8_t> in, Charset charset, Utf8Writer& out) {
    bool little = charset == Charset::utf_16_le;
    std::size_t i = 0;
    if (in.size() >= 2 && ((in[0] == 0xFE && in[1] == 0xFF) || (in[0] == 0xFF && in[1] == 0xFE))) {
        if (charset == Charset::utf_16)
            little = in[0] == 0xFF;
        if ((in[0] == 0xFF) == little)
            i = 2;
    }
    const auto unit = [&](std::size_t at) {
        return static_cast<char32_t>(little ? in[at] | in[at + 1] << 8 : in[at] << 8 | in[at + 1]);
    };
    for (; i + 1 < in.size(); i += 2) {
        const char32_t c = unit(i);
        const bool pair = c >= 0xD800 && c < 0xDC00 && i + 3 < in.size() && unit(i + 2) >= 0xDC00 &&
                          unit(i + 2) < 0xE000;
        out.put(pair ? 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00) : c);
        i += pair ? 2 : 0;
    }
    if (i < in.size())
        out.bad();
}

void put_utf_32(std::span<const std::uint8_t> in, Charset charset, Utf8Writer& out) {
    const bool marked_little =
        in.size() >= 4 && in[0] == 0xFF && in[1] == 0xFE && in[2] == 0 && in[3] == 0;
    const bool marked_big =
        in.size() >= 4 && in[0] == 0 && in[1] == 0 && in[2] == 0xFE && in[3] == 0xFF;
    const bool little =
        charset == Charset::utf_32_le || (charset == Charset::utf_32 && marked_little);
    std::size_t i = (little ? marked_little : marked_big) ? 4 : 0;
    for (; i + 3 < in.size(); i += 4)
        out.put(little
                    ? static_cast<char32_t>(in[i]) | static_cast<char32_t>(in[i + 1]) << 8 |
                          static_cast<char32_t>(in[i + 2]) << 16 |
                          static_cast<char32_t>(in[i + 3]) << 24
                    : static_cast<char32_t>(in[i]) << 24 | static_cast<char32_t>(in[i + 1]) << 16 |
                          static_cast<char32_t>(in[i + 2]) << 8 | static_cast<char32_t>(in[i + 3]));
    if (i < in.size())
        out.bad();
}

void put(std::span<const std::uint8_t> in, Charset charset, Utf8Writer& out) {
    switch (charset) {
    case Charset::utf_8:
        return put_utf_8(in, out);
    case Charset::ascii:
        for (const std::uint8_t c : in)
            c < 0x80 ? out.put(c) : out.bad();
        return;
    case Charset::latin_1:
        for (const std::uint8_t c : in)
            out.put(c);
        return;
    case Charset::windows_1252:
        for (const std::uint8_t c : in) {
            const char32_t mapped = c >= 0x80 && c < 0xA0 ? kWindows1252[c - 0x80] : c;
            mapped == 0 && c != 0 ? out.bad() : out.put(mapped);
        }
        return;
    case Charset::utf_16:
    case Charset::utf_16_be:
    case Charset::utf_16_le:
        return put_utf_16(in, charset, out);
    case Charset::utf_32:
    case Charset::utf_32_be:
    case Charset::utf_32_le:
        return put_utf_32(in, charset, out);
    }
}

} // namespace

/// Where a string's characters lie, and what it takes from the packet; nothing when it does not
/// fit.
std::optional<Machine::TextExtent> Machine::text_extent(const code::Field& field,
                                                        std::uint64_t bit) {
    const code::TextRule& rule = code_.texts[field.text];
    const std::uint64_t left = end_ - bit;
    std::optional<std::uint64_t> room;
    if (field.bits > 0) {
        room = field.bits;
    } else if (rule.size != kNone) {
        const auto stated = number(rule.size);
        if (!stated || *stated < 0)
            return std::nullopt;
        room = static_cast<std::uint64_t>(*stated);
    }
    if (room && *room > left)
        return std::nullopt;
    std::uint64_t space = room.value_or(left);
    if (rule.max_bits > 0)
        space = std::min(space, static_cast<std::uint64_t>(rule.max_bits) +
                                    (room ? 0 : rule.leading_bits));
    if (rule.leading_bits > 0) {
        if (rule.leading_bits > space)
            return std::nullopt;
        const std::uint64_t content = load_bits(octets_, bit, rule.leading_bits);
        if (content > space - rule.leading_bits)
            return std::nullopt;
        return TextExtent{room.value_or(rule.leading_bits + content), bit + rule.leading_bits,
                          content};
    }
    if (!rule.termination.empty()) {
        const std::uint64_t step = 8 * unit_octets(rule.charset);
        const std::uint64_t length = 8 * rule.termination.size();
        const auto ends_at = [&](std::uint64_t at) {
            for (std::size_t i = 0; i < rule.termination.size(); ++i)
                if (load_bits(octets_, bit + at + 8 * i, 8) != rule.termination[i])
                    return false;
            return true;
        };
        for (std::uint64_t at = 0; at + length <= space; at += step)
            if (ends_at(at))
                return TextExtent{room.value_or(at + length), bit, at};
        if (!room)
            return std::nullopt;
    }
    return TextExtent{room.value_or(space), bit, space};
}

void Machine::append_text(const code::TextRule& rule, const TextExtent& extent, Value& value) {
    const std::size_t offset = columns.pool.size();
    const std::size_t octets = (extent.content_bits + 7) / 8;
    columns.pool.resize(offset + octets);
    copy_bits(octets_, extent.content_bit, extent.content_bits,
              reinterpret_cast<std::uint8_t*>(columns.pool.data() + offset));
    value.raw = static_cast<std::uint64_t>(offset) << 32 | octets;

    // A string that is shorter than its room is filled up with zeros.
    const std::size_t unit = unit_octets(rule.charset);
    const auto* raw = reinterpret_cast<const std::uint8_t*>(columns.pool.data() + offset);
    std::size_t length = octets;
    const auto is_zero = [&](std::size_t begin) {
        return std::all_of(raw + begin, raw + begin + unit, [](std::uint8_t c) { return c == 0; });
    };
    while (length >= unit && length % unit == 0 && is_zero(length - unit))
        length -= unit;
    const std::vector<std::uint8_t> characters(raw, raw + length);
    const std::size_t text = columns.pool.size();
    Utf8Writer out(columns.pool);
    put(characters, rule.charset, out);
    value.value = static_cast<std::uint64_t>(text) << 32 | (columns.pool.size() - text);
    value.value_form = Form::text;
    if (!out.good)
        value.validity = Validity::undecodable;
}

} // namespace telemetry::parameter
