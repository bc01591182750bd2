// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/packet/packet.h"
#include "telemetry/parameter/condition_text.h"
#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/value_records.h"

namespace telemetry::check {
namespace {

using namespace parameter;

constexpr std::size_t kShownOctets = 16;
constexpr std::uint32_t kShownBits = 16;

struct Shown {
    ItemIndex item = kNone;
    std::string path = {};
    std::string name = {};
    std::string bits = {};
    std::string raw = {};
    std::string value = {};
    std::uint32_t first_bit = 0;
    std::uint32_t bit_count = 0;
    Validity validity = Validity::valid;
};

std::string octets_text(std::string_view octets) {
    const auto shown = octets.substr(0, kShownOctets);
    return to_hex({reinterpret_cast<const std::uint8_t*>(shown.data()), shown.size()}) +
           (octets.size() > kShownOctets ? "…" : "");
}

std::string value_text(const ValueBatch& batch, std::uint64_t bits, Form form, ItemIndex item) {
    switch (form) {
    case Form::none:
        return "-";
    case Form::integer:
        return std::to_string(static_cast<std::int64_t>(bits));
    case Form::natural:
        return std::to_string(bits);
    case Form::real:
        return number_text(std::bit_cast<double>(bits));
    case Form::boolean:
    case Form::label:
        return std::string(batch.to_text(bits, form, item));
    case Form::text:
        return "'" + std::string(batch.to_text(bits, form, item)) + "'";
    case Form::bytes:
        return octets_text(batch.to_text(bits, form, item));
    case Form::time:
        return to_rfc3339(static_cast<UtcNs>(bits));
    case Form::duration:
        return number_text(static_cast<double>(static_cast<std::int64_t>(bits)) / 1e9) + " s";
    }
    return "";
}

/// Short fields in binary, longer ones as hexadecimal digits from their first bit on.
std::string bits_text(std::span<const std::uint8_t> octets, std::uint32_t first,
                      std::uint32_t count) {
    const auto bit = [&](std::size_t at) {
        return at / 8 < octets.size() ? octets[at / 8] >> (7 - at % 8) & 1 : 0;
    };
    std::string text;
    if (count <= kShownBits) {
        for (std::uint32_t i = 0; i < count; ++i)
            text += static_cast<char>('0' + bit(first + i));
        return text;
    }
    const std::uint32_t shown = std::min<std::uint32_t>(count, 8 * kShownOctets);
    for (std::uint32_t i = 0; i < shown; i += 4) {
        unsigned digit = 0;
        for (std::uint32_t j = i; j < i + 4; ++j)
            digit = digit << 1 | static_cast<unsigned>(j < count ? bit(first + j) : 0);
        text += "0123456789abcdef"[digit];
    }
    return text + (shown < count ? "…" : "");
}

/// Decodes packets and keeps what came of the latest.
class Bench {
public:
    explicit Bench(std::shared_ptr<const Program> program)
        : program_(std::move(program)), names_(*program_, NameStyle::shortest),
          decoder_(program_, events_) {}

    void decode(const packet::Packet& packet) {
        packet_ = packet;
        values.clear();
        events.clear();
        container = kNone;
        decoder_.process(packet, batches_);
        decoder_.finish(batches_);
    }

    std::vector<Shown> values;
    std::vector<DecodeEvent> events;
    ContainerIndex container = kNone;

private:
    struct Events final : Sink<DecodeEvent> {
        explicit Events(Bench& bench) : to(bench) {}
        void accept(const DecodeEvent& event) noexcept override { to.events.push_back(event); }
        Bench& to;
    };
    struct Batches final : Sink<ValueBatch> {
        explicit Batches(Bench& bench) : to(bench) {}
        void accept(const ValueBatch& batch) noexcept override { to.take(batch); }
        Bench& to;
    };

    void take(const ValueBatch& batch) {
        for (const PacketRecord& record : batch.packets)
            if (record.container != kNone)
                container = record.container;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            Shown shown{.item = batch.item[i],
                        .first_bit = batch.first_bit.empty() ? 0 : batch.first_bit[i],
                        .bit_count = batch.bit_count.empty() ? 0 : batch.bit_count[i],
                        .validity = batch.validity[i]};
            const ElementIndices element = batch.element.empty() ? 0 : batch.element[i];
            shown.path = program_->item_name(shown.item, element);
            shown.name = names_.item(shown.item, element);
            shown.raw = value_text(batch, batch.raw[i], batch.raw_form[i], shown.item);
            shown.value = value_text(batch, batch.value[i], batch.value_form[i], shown.item);
            shown.bits = bits_text(packet_.bytes, shown.first_bit, shown.bit_count);
            values.push_back(std::move(shown));
        }
    }

    std::shared_ptr<const Program> program_;
    Names names_;
    Events events_{*this};
    Batches batches_{*this};
    Decoder decoder_;
    packet::Packet packet_;
};

struct Place {
    std::string file;
    std::int64_t number = 0;
};

/// "FILE:N"; a file whose name has a colon and exists is taken as it is.
Result<Place> place_of(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || std::filesystem::exists(text))
        return Place{text};
    Place place{text.substr(0, colon)};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, place.number);
    if (error != std::errc() || stop != end || place.number < 0)
        return fail(Error{"expected FILE or FILE:N, N the packet's number from 0", text});
    return place;
}

struct Found {
    packet::Packet packet;
    std::size_t offset = 0;
};

/// The file's packets: of a fixed size where the database has one, else as their headers say, else
/// the whole file is one.
std::vector<Found> packets_of(std::span<const std::uint8_t> octets, const Program& program) {
    std::vector<Found> found;
    const std::int64_t fixed = (program.fixed_packet_bits().value_or(0) + 7) / 8;
    std::size_t at = 0;
    while (at < octets.size()) {
        const auto rest = octets.subspan(at);
        const auto extent = packet::packet_extent(rest);
        std::size_t length = fixed > 0 ? static_cast<std::size_t>(fixed) : extent.total;
        if (length == 0 || length > rest.size())
            length = rest.size();
        Found each{.packet = {.bytes = rest.first(length)}, .offset = at};
        if (fixed == 0 && extent.total == length)
            each.packet.space = packet::parse_space_header(each.packet.bytes);
        found.push_back(each);
        at += length;
    }
    return found;
}

class Explanation {
public:
    Explanation(const Database& database, const Program& program, const Bench& bench)
        : db_(database), program_(program), paths_(database), bench_(bench) {}

    void header(const Found& found, const Place& place, std::size_t count) {
        out_ += "packet " + std::to_string(place.number) + " of " + std::to_string(count) + " in " +
                place.file + ": " + std::to_string(found.packet.bytes.size()) +
                " octets from octet " + std::to_string(found.offset) + "\n";
        if (!found.packet.space)
            return;
        const packet::SpaceHeader& space = *found.packet.space;
        out_ += std::string(space.telecommand ? "telecommand" : "telemetry") + ", APID " +
                std::to_string(space.apid) + ", sequence count " +
                std::to_string(space.sequence_count) +
                (space.secondary_header ? ", with secondary header" : "") + "\n";
    }

    /// From the first container down to the one that the packet is.
    void containers() {
        std::vector<ContainerIndex> chain;
        for (ContainerIndex at = bench_.container; at != kNone && chain.size() < 256;
             at = db_.containers[at].base)
            chain.insert(chain.begin(), at);
        out_ += "\nContainer\n";
        if (chain.empty())
            out_ += "  none\n";
        for (const ContainerIndex each : chain)
            out_ += "  " + qualified_name(db_, db_.containers[each]) + because(each) + "\n";
    }

    void values() {
        std::vector<std::array<std::string, 6>> rows{
            {"bit", "length", "name", "bits", "raw", "value"}};
        for (const Shown& each : bench_.values) {
            const bool derived = each.bit_count == 0 && each.first_bit == 0;
            const std::string& unit = program_.items()[each.item].unit;
            rows.push_back({derived ? "derived" : std::to_string(each.first_bit),
                            derived ? "" : std::to_string(each.bit_count), each.name, each.bits,
                            each.raw, each.value + (unit.empty() ? "" : " " + unit)});
            if (each.validity != Validity::valid)
                rows.back()[5] += " (" + std::string(name_of(each.validity)) + ")";
        }
        std::array<std::size_t, 6> widths{};
        for (const auto& row : rows)
            for (std::size_t i = 0; i < row.size(); ++i)
                widths[i] = std::max(widths[i], characters(row[i]));
        out_ += "\n";
        for (const auto& row : rows) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string pad(widths[i] - characters(row[i]), ' ');
                line += "  " + (i < 2 ? pad + row[i] : row[i] + pad);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            out_ += line + "\n";
        }
    }

    void faults() {
        for (const DecodeEvent& event : bench_.events) {
            out_ += "\n" + std::string(name_of(event.fault)) +
                    (event.bits != 0 ? ": " + std::to_string(event.bits) + " bits" : "") + "\n";
            if (event.fault == DecodeFault::container_not_found)
                refused();
        }
    }

    std::string take() { return std::move(out_); }

private:
    /// Which containers could have been next, and why the packet is none of them.
    void refused() {
        for (ContainerIndex i = 0; i < db_.containers.size(); ++i)
            if (db_.containers[i].base == bench_.container && bench_.container != kNone)
                out_ += "  not " + qualified_name(db_, db_.containers[i]) + because(i) + "\n";
    }

    static std::size_t characters(std::string_view text) {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
        }));
    }

    /// ", when apid == 5 (apid is 5)".
    std::string because(ContainerIndex index) const {
        const Container& container = db_.containers[index];
        if (container.restriction == kNone)
            return container.base == kNone ? "" : ", always";
        const Condition& condition = db_.conditions[container.restriction];
        std::vector<std::string> facts;
        collect(condition, container.system, facts);
        std::string text = ", when " + to_text(condition, db_, paths_, container.system);
        for (std::size_t i = 0; i < facts.size(); ++i)
            text += (i == 0 ? " (" : ", ") + facts[i];
        return text + (facts.empty() ? "" : ")");
    }

    void collect(const Condition& condition, SystemIndex system,
                 std::vector<std::string>& facts) const {
        for (const Condition& operand : condition.operands)
            collect(operand, system, facts);
        if (condition.kind != Condition::Kind::comparison)
            return;
        add(condition.comparison.left, system, facts);
        if (const auto* right = std::get_if<ParameterReference>(&condition.comparison.right))
            add(*right, system, facts);
    }

    void add(const ParameterReference& reference, SystemIndex system,
             std::vector<std::string>& facts) const {
        std::string name = qualified_name(db_, db_.parameters[reference.parameter]);
        for (const PathStep& step : reference.path)
            name +=
                step.member.empty() ? "[" + std::to_string(step.index) + "]" : "." + step.member;
        const auto found = std::find_if(bench_.values.rbegin(), bench_.values.rend(),
                                        [&](const Shown& value) { return value.path == name; });
        std::string fact = to_text(reference, paths_, system);
        if (found == bench_.values.rend() || reference.instance != 0)
            fact += " is not in this packet";
        else
            fact += " is " + (reference.kind == ValueKind::raw ? found->raw : found->value);
        if (std::find(facts.begin(), facts.end(), fact) == facts.end())
            facts.push_back(fact);
    }

    const Database& db_;
    const Program& program_;
    Paths paths_;
    const Bench& bench_;
    std::string out_;
};

} // namespace

Result<std::string> explain(const Database& database, const std::string& text,
                            const std::string& container) {
    const auto place = place_of(text);
    if (!place)
        return tl::unexpected(place.error());
    std::ifstream in(place->file, std::ios::binary);
    if (!in)
        return fail(Error{"cannot be read", place->file});
    const std::vector<std::uint8_t> octets{std::istreambuf_iterator<char>(in),
                                           std::istreambuf_iterator<char>()};
    auto program = compile(database, {.root = container});
    if (!program)
        return tl::unexpected(program.error());
    const auto packets = packets_of(octets, **program);
    if (place->number >= static_cast<std::int64_t>(packets.size()))
        return fail(Error{"has " + std::to_string(packets.size()) +
                              " packets, counted from 0; there is no packet " +
                              std::to_string(place->number),
                          place->file});
    Bench bench(*program);
    for (std::int64_t i = 0; i <= place->number; ++i)
        bench.decode(packets[static_cast<std::size_t>(i)].packet);
    Explanation told(database, **program, bench);
    told.header(packets[static_cast<std::size_t>(place->number)], *place, packets.size());
    told.containers();
    told.values();
    told.faults();
    return told.take();
}

} // namespace telemetry::check
