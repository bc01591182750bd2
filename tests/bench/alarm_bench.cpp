// SPDX-License-Identifier: GPL-3.0-or-later
// Alarm evaluation: updates a second of numbers within limits, and of numbers that keep crossing.
#include <bit>
#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "telemetry/alarm/engine.h"

namespace telemetry::alarm {
namespace {

constexpr std::size_t kItems = 1000;
constexpr std::size_t kPackets = 100;
constexpr std::size_t kEach = 27;

std::vector<AlarmConfig> alarms() {
    std::vector<AlarmConfig> alarms(kItems);
    for (std::size_t i = 0; i < kItems; ++i) {
        alarms[i].name = "P" + std::to_string(i);
        alarms[i].item = static_cast<parameter::ItemIndex>(i);
        for (int level = 1; level <= 5; ++level)
            alarms[i].definition.limits.ranges.push_back(
                {static_cast<AlarmLevel>(level),
                 parameter::AlarmRange::Form::outside,
                 {.min = -10.0 * level, .max = 10.0 * level}});
    }
    return alarms;
}

/// `amplitude` below 10: all is normal; above, levels change all the time.
/// around `mean`: 12 is a watch that stays.
void updates(benchmark::State& state, double amplitude, double mean) {
    NoConditions conditions;
    auto audit = make_sink<AuditRecord>([](const AuditRecord&) {});
    const auto engine = *Engine::create(alarms(), {}, conditions, audit);
    std::vector<parameter::PacketRecord> packets(kPackets);
    std::vector<parameter::ItemIndex> items;
    std::vector<std::uint64_t> values;
    for (std::size_t p = 0; p < kPackets; ++p) {
        packets[p].first_value = static_cast<std::uint32_t>(items.size());
        packets[p].value_count = kEach;
        for (std::size_t i = 0; i < kEach; ++i) {
            items.push_back(static_cast<parameter::ItemIndex>((p * kEach + i) % kItems));
            values.push_back(std::bit_cast<std::uint64_t>(
                mean + amplitude * std::sin(static_cast<double>(values.size()))));
        }
    }
    const std::vector<parameter::Form> forms(items.size(), parameter::Form::real);
    const std::vector<parameter::Validity> validity(items.size(), parameter::Validity::valid);
    parameter::ValueBatch batch;
    batch.packets = packets;
    batch.item = items;
    batch.raw = batch.value = values;
    batch.raw_form = batch.value_form = forms;
    batch.validity = validity;
    std::uint64_t transitions = 0;
    auto sink = make_sink<Transition>([&](const Transition&) { ++transitions; });
    UtcNs now = 1'700'000'000'000'000'000;
    for (auto step : state) {
        now += 1'000'000'000;
        for (auto& packet : packets)
            packet.generation_ns = packet.reception_ns = now;
        engine->process(batch, sink);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * items.size()));
    state.counters["transitions"] =
        static_cast<double>(transitions) / static_cast<double>(state.iterations() * items.size());
}

BENCHMARK_CAPTURE(updates, within_limits, 9.0, 0.0);
BENCHMARK_CAPTURE(updates, now_and_then_out, 10.1, 0.0);
BENCHMARK_CAPTURE(updates, staying_out, 1.0, 15.0);
BENCHMARK_CAPTURE(updates, crossing, 60.0, 0.0);

} // namespace
} // namespace telemetry::alarm
BENCHMARK_MAIN();
