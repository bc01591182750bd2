// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the decode program over a packet. Internal to lib/parameter; Decoder is the way in.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/parameter/code.h"
#include "telemetry/parameter/columns.h"
#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/infix.h"
#include "telemetry/parameter/program.h"

namespace telemetry::parameter {

class Machine {
public:
    Machine(const Program& program, std::uint32_t most_values);

    /// Appends the values of one packet to `columns`, with a PacketRecord. `faults` takes what was
    /// odd: bits left over or missing by DecodeFault; a fault that did not happen stays at −1.
    using Faults = std::array<std::int64_t, kDecodeFaults>;
    void decode(std::span<const std::uint8_t> octets, PacketRecord record, Faults& faults);

    void reset();

    Columns columns;

private:
    using Index = code::Index;

    /// What others refer to: the last value of a parameter.
    struct Slot {
        bool known = false;
        Form raw_form = Form::none;
        Form value_form = Form::none;
        std::uint64_t raw = 0;
        std::uint64_t value = 0;
        std::string raw_text;
        std::string text;
    };
    struct Value {
        std::uint64_t raw = 0;
        std::uint64_t value = 0;
        Form raw_form = Form::none;
        Form value_form = Form::none;
        Validity validity = Validity::valid;
    };
    enum class Outcome : std::uint8_t { matched, unmatched, cut };
    enum class Ending : std::uint8_t { must_match, anything }; ///< where a descent may end
    struct Mark {
        std::size_t size;
        std::size_t pool;
        std::size_t pieces;
        std::size_t trailers;
        std::uint64_t cursor;
        std::uint64_t reached;
        UtcNs generation_ns;
        std::size_t overwritten;
        std::size_t triggered;
    };
    struct Overwritten {
        Index slot;
        Slot before;
    };
    struct Piece {
        Index node;
        int order;
        std::uint64_t bit;
        std::uint64_t bits;
    };

    // machine.cpp: containers and entries
    Outcome descend(Index block, Ending ending, int depth);
    void enter_bases(Index block, int depth);
    bool steps(const code::Block& block);
    bool step(const code::Step& step);
    bool located(const code::Step& step);
    bool repeated(const code::Step& step);
    bool trailers(std::size_t from, bool end_is_known);
    bool execute(const code::Step& step);
    bool nested(Index block);
    bool run(const code::Run& run, std::uint64_t at);
    bool node(Index node, ElementIndices element);
    bool array(const code::Node& node, ElementIndices element);
    bool segment(const code::Segment& segment);
    bool assemble(Index node);
    bool indirect(const code::Indirect& indirect);
    std::span<const Index> candidates(const code::Dispatch& dispatch) const;
    Mark mark() const;
    void roll_back(const Mark& mark);
    bool cut_short(std::uint64_t missing_bits);
    void fault(DecodeFault fault, std::int64_t bits);
    bool spend();
    bool strain();
    void update(const std::vector<Index>& chain, const Value& value);
    void trigger(Index derivation);
    void derive();

    // values.cpp: one value
    void scalar(const code::Field& field, ElementIndices element, std::uint64_t bit);
    bool sized(const code::Field& field, ElementIndices element);
    Value fetch(const code::Field& field, std::uint64_t bit, std::uint64_t bits);
    std::uint64_t shuffled(const code::Field& field, std::uint64_t bit) const;
    void finish(const code::Field& field, Value& value);
    std::optional<double> calibrate(Index calibration, double raw);
    std::optional<double> apply(Index formula, double raw);
    std::optional<double> evaluate(std::span<const code::MathWord> words, double raw) const;
    std::optional<Index> label_of(const code::Field& field, const Value& value) const;
    void set_time(const code::Field& field, Value& value);
    void emit(const code::Field& field, ElementIndices element, const Value& value,
              std::uint64_t bit, std::uint64_t bits);
    void extras(const code::Field& field, ElementIndices element, Value& value);
    void store(Slot& slot, const Value& value);
    std::string_view pool_text(std::uint64_t reference) const;

    // text_values.cpp: strings
    struct TextExtent {
        std::uint64_t bits;        ///< taken from the packet
        std::uint64_t content_bit; ///< where the characters begin
        std::uint64_t content_bits;
    };
    std::optional<TextExtent> text_extent(const code::Field& field, std::uint64_t bit);
    void append_text(const code::TextRule& rule, const TextExtent& extent, Value& value);

    // conditions.cpp: what depends on other values
    bool holds(Index condition) const;
    bool compare(const code::ConditionNode& node) const;
    std::optional<std::int64_t> number(Index number) const;
    std::optional<double> real_of(Index slot, ValueKind kind) const;
    double infix_operand(Index slot) const;
    void prepare_infix();
    double run_infix(Infix& infix, std::span<const Index> slots, double x);

    const Program& program_;
    const code::Code& code_;
    std::uint32_t most_values_;
    std::vector<Slot> slots_;
    std::vector<std::uint8_t> pending_; ///< by derivation
    bool any_pending_ = false;
    std::vector<std::optional<Infix>> formula_infix_;
    std::vector<std::optional<Infix>> derivation_infix_;
    std::unordered_map<std::string, double> text_numbers_;
    std::vector<double> operands_;

    // of the packet that is being decoded
    std::span<const std::uint8_t> octets_;
    std::uint64_t cursor_ = 0; ///< bits
    std::uint64_t start_ = 0;  ///< of the container
    std::uint64_t end_ = 0;
    std::uint64_t reached_ = 0;  ///< the end of the last bit that an entry took
    std::uint32_t budget_ = 0;   ///< values
    std::uint32_t strength_ = 0; ///< what costs time and gives no value
    std::size_t pool_start_ = 0;
    std::uint32_t packet_ = 0; ///< index into columns.packets
    ContainerIndex container_ = kNone;
    UtcNs generation_ns_ = kUnknownTime;
    int nesting_ = 0;
    /// What is decoded now may be withdrawn: the two lists below tell how things were before.
    bool tentative_ = false;
    std::vector<Overwritten> overwritten_;
    std::vector<Index> triggered_;
    std::vector<Piece> pieces_;
    std::vector<const code::Step*> trailers_;
    std::vector<std::uint8_t> assembled_;
    Faults* faults_ = nullptr;
};

} // namespace telemetry::parameter
