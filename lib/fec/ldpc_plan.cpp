// SPDX-License-Identifier: GPL-3.0-or-later
#include <cassert>

#include "telemetry/fec/ldpc_kernel.h"

namespace telemetry::fec {
namespace {

constexpr std::uint32_t kLine = 64;

std::uint32_t whole_lines(std::uint32_t bytes) {
    return (bytes + kLine - 1) / kLine * kLine;
}

/// Where each block column lies and how far it is rotated.
struct Places {
    std::vector<std::uint32_t> at;
    std::vector<std::uint32_t> rotation;
};

std::uint32_t turned(int shift, std::uint32_t rotation, std::uint32_t size) {
    return (static_cast<std::uint32_t>(shift) + size - rotation) % size;
}

/// Copies that keep the beginning of a block column and its repetition behind the end alike.
void append_repeats(LdpcPlan& plan) {
    for (LdpcPlan::Layer& layer : plan.layers) {
        layer.first_repeat = static_cast<std::uint32_t>(plan.repeats.size());
        for (std::uint32_t row = 0; row < plan.circulant; row += plan.lanes)
            for (std::uint32_t e = 0; e < layer.degree; ++e) {
                const LdpcPlan::Edge& edge = plan.edges[0][layer.first + e];
                const std::uint32_t offset = (edge.offset + row) % plan.circulant;
                const std::uint32_t at = edge.read + offset;
                if (offset < plan.lanes)
                    plan.repeats.push_back({row, at, at + plan.circulant});
                if (offset + plan.lanes > plan.circulant)
                    plan.repeats.push_back({row, at, at - plan.circulant});
            }
    }
    plan.repeats.push_back({plan.circulant, 0, 0});
}

} // namespace

LdpcPlan make_ldpc_plan(const LdpcCode& code, int lanes) {
    LdpcPlan plan;
    plan.circulant = static_cast<std::uint32_t>(code.circulant);
    plan.lanes = static_cast<std::uint32_t>(lanes);
    plan.columns = static_cast<std::uint32_t>(code.block_columns);
    plan.rotating = code.family == LdpcFamily::ar4ja;
    plan.shared = code.family == LdpcFamily::telecommand;
    assert(!plan.rotating || plan.circulant % plan.lanes == 0);

    const std::vector<LdpcCirculant> matrix = ldpc_matrix(code);
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        if (i == 0 || matrix[i].row != matrix[i - 1].row)
            plan.layers.push_back({static_cast<std::uint32_t>(i), 0, 0});
        ++plan.layers.back().degree;
    }
    const std::uint32_t rows = (plan.circulant + plan.lanes - 1) / plan.lanes * plan.lanes;
    plan.messages_bytes = matrix.size() * rows;

    // Stores in place reach up to a line in front of a column and two behind it.
    const std::uint32_t front = plan.rotating ? 0 : kLine;
    const std::uint32_t stride =
        front + whole_lines(plan.circulant) + (plan.rotating ? kLine : 2 * kLine);
    plan.totals_bytes = std::size_t{stride} * plan.columns * (plan.rotating ? 2 : 1);
    const auto buffer = [&](std::uint32_t column, std::uint32_t second) {
        return front + stride * (plan.rotating ? 2 * column + second : column);
    };

    Places places;
    for (std::uint32_t column = 0; column < plan.columns; ++column)
        places.at.push_back(buffer(column, 0));
    places.rotation.assign(plan.columns, 0);
    for (std::size_t state = 0; state < LdpcPlan::kStates; ++state) {
        for (std::uint32_t column = 0; column < plan.columns; ++column)
            plan.natural[state].push_back({places.at[column], places.at[column],
                                           turned(0, places.rotation[column], plan.circulant)});
        for (const LdpcCirculant& c : matrix) {
            const auto column = static_cast<std::size_t>(c.column);
            plan.checks[state].push_back(
                {places.at[column], places.at[column],
                 turned(c.shift, places.rotation[column], plan.circulant)});
        }
        for (const LdpcCirculant& c : matrix) {
            const auto column = static_cast<std::size_t>(c.column);
            LdpcPlan::Edge edge{places.at[column], places.at[column],
                                turned(c.shift, places.rotation[column], plan.circulant)};
            if (plan.rotating) {
                const std::uint32_t first = buffer(static_cast<std::uint32_t>(c.column), 0);
                const std::uint32_t second = buffer(static_cast<std::uint32_t>(c.column), 1);
                edge.write = edge.read == first ? second : first;
                places.at[column] = edge.write;
                places.rotation[column] = static_cast<std::uint32_t>(c.shift);
            }
            plan.edges[state].push_back(edge);
        }
    }
    append_repeats(plan);
    return plan;
}

} // namespace telemetry::fec
