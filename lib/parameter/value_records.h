// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/parameter/program.h"
#include "telemetry/parameter/value.h"

namespace telemetry::parameter {

/// A name is given without its system where no other thing has it.
enum class NameStyle : std::uint8_t { shortest, qualified };

/// What people and other programs call the items and containers of a Program.
class Names {
public:
    Names(const Program& program, NameStyle style);
    /// "cells[2].voltage", or "/Sat/Bus/cells[2].voltage".
    std::string item(ItemIndex item, ElementIndices element) const;
    std::string_view container(ContainerIndex container) const;

private:
    const Program& program_;
    std::vector<std::size_t> cut_; ///< by item: characters of the qualified name to leave out
    std::vector<std::string> containers_;
};

/// Values as text, one a line: JSON objects or CSV with the columns packet, container, parameter,
/// raw, value, unit, time, validity.
///
/// Numbers are the shortest decimals that read back to the same; octets are hex; times RFC 3339,
/// durations seconds; what is no number (NaN, no value) is null, or empty in CSV. Everything that
/// an item always has in common is written down once, at construction.
class ValueRecords {
public:
    enum class Layout : std::uint8_t { json_lines, csv };

    ValueRecords(std::shared_ptr<const Program> program, Layout layout,
                 NameStyle style = NameStyle::shortest);

    /// What stands before the first line.
    std::string_view head() const;
    void append(const ValueBatch& batch, std::string& out) const;

private:
    void append_value(const ValueBatch& batch, std::size_t at, std::uint64_t bits, Form form,
                      std::string& out) const;
    void append_text(std::string_view text, std::string& out) const;

    std::shared_ptr<const Program> program_;
    Layout layout_;
    Names names_;
    std::vector<std::string> items_; ///< as they are written; empty where an index belongs in it
    std::vector<std::string> units_;
    std::vector<std::string> containers_;
};

} // namespace telemetry::parameter
