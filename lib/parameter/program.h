// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/base/result.h"
#include "telemetry/parameter/model.h"
#include "telemetry/parameter/value.h"

namespace telemetry::parameter {

namespace code {
struct Code;
}

/// What a value is a value of.
struct Item {
    std::string name; ///< "/Sat/Bus/cells[].voltage": one "[]" for each dimension
    std::string unit = {};
    ParameterIndex parameter = kNone;
    int dimensions = 0;
};

struct CompileOptions {
    /// The container that packets begin with, as Dictionary finds it; empty: the containers without
    /// a base that no other contains, those with most descendants first.
    std::string root = {};
};

/// A mission database turned into a flat program: for each container a list of steps, most of them
/// runs of fields at fixed bit offsets, and a table that tells the next container by the value of a
/// field. Immutable; decoders of any thread share it. It does not need the Database any more.
class Program {
public:
    Program();
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    std::span<const Item> items() const { return items_; }
    /// "/Sat/Bus/cells[2].voltage".
    std::string item_name(ItemIndex item, ElementIndices element) const;
    std::string_view container_name(ContainerIndex container) const;
    ContainerIndex container_count() const {
        return static_cast<ContainerIndex>(containers_.size());
    }
    std::span<const std::string_view> labels() const { return labels_; }
    std::span<const std::uint32_t> boolean_labels() const { return boolean_labels_; }
    /// What the database asks for and this program does not do.
    std::span<const Diagnostic> diagnostics() const { return diagnostics_; }

    /// Of every packet, where CompileOptions::root is one whose size does not depend on the packet.
    std::optional<std::int64_t> fixed_packet_bits() const { return fixed_packet_bits_; }

    const code::Code& code() const { return *code_; }

private:
    friend class Compiler;
    std::vector<Item> items_;
    std::vector<std::string> containers_;
    std::vector<std::string> label_texts_; ///< fixed once compiled: labels_ points into them
    std::vector<std::string_view> labels_;
    std::vector<std::uint32_t> boolean_labels_;
    std::vector<Diagnostic> diagnostics_;
    std::optional<std::int64_t> fixed_packet_bits_;
    std::unique_ptr<code::Code> code_;
};

/// Fails where check() does, and when there is no container to begin with.
Result<std::shared_ptr<const Program>> compile(const Database& database,
                                               const CompileOptions& options = {});

} // namespace telemetry::parameter
