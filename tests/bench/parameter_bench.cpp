// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of packets → parameters. Rates are packets and values a second on one core; "memcpy" is
// what copying the packets alone costs, for a ratio that says something on any machine.
#include <cstring>
#include <memory>
#include <random>

#include <benchmark/benchmark.h>

#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/program.h"

namespace telemetry::parameter {
namespace {

constexpr std::size_t kPackets = 512;

/// Keeps the optimiser from dropping what nobody reads.
struct Drain final : Sink<ValueBatch> {
    void accept(const ValueBatch& batch) noexcept override {
        values += batch.size();
        benchmark::DoNotOptimize(batch.value.data());
    }
    std::size_t values = 0;
};
struct Ignored final : Sink<DecodeEvent> {
    void accept(const DecodeEvent&) noexcept override { ++count; }
    std::size_t count = 0;
};

enum class Calibration { none, linear, cubic, spline };

/// A spacecraft's database: a header with an APID, and for each APID a container of `fields`
/// numbers of mixed widths.
class Fleet {
public:
    Fleet(int applications, int fields, Calibration calibration) : calibration_(calibration) {
        db.systems.push_back({{.name = "S", .system = kNone}});
        const ParameterIndex version = number("version", 5);
        const ParameterIndex apid = number("apid", 11);
        const ContainerIndex root = container("Root", {version, apid, number("rest", 32)});
        db.containers[root].is_abstract = true;
        static constexpr int kWidths[] = {16, 32, 12, 20, 8, 24, 3, 13};
        int bits = 48;
        for (int a = 0; a < applications; ++a) {
            std::vector<ParameterIndex> list;
            for (int f = 0; f < fields; ++f) {
                const int width = kWidths[f % 8];
                list.push_back(
                    f % 8 == 1 ? real("r" + std::to_string(a) + "_" + std::to_string(f))
                               : number("n" + std::to_string(a) + "_" + std::to_string(f), width));
                bits += a == 0 ? width : 0;
            }
            const ContainerIndex child = container("C" + std::to_string(a), list);
            db.conditions.push_back(
                {.comparison = {.left = {.parameter = apid}, .right = std::to_string(a)}});
            db.containers[child].base = root;
            db.containers[child].restriction =
                static_cast<ConditionIndex>(db.conditions.size() - 1);
        }
        const std::size_t length = (static_cast<std::size_t>(bits) + 7) / 8;
        std::mt19937 random(1);
        octets.resize(kPackets * length);
        for (auto& octet : octets)
            octet = static_cast<std::uint8_t>(random());
        for (std::size_t i = 0; i < kPackets; ++i) {
            const auto application = random() % static_cast<unsigned>(applications);
            octets[i * length] = static_cast<std::uint8_t>(application >> 8);
            octets[i * length + 1] = static_cast<std::uint8_t>(application);
            packets.push_back({.bytes = std::span(octets).subspan(i * length, length)});
        }
    }

    Database db;
    std::vector<std::uint8_t> octets;
    std::vector<packet::Packet> packets;

private:
    ParameterIndex parameter(const std::string& name, TypeDetail detail, DataEncoding encoding) {
        ParameterType type;
        type.name = name;
        type.detail = std::move(detail);
        type.encoding = std::move(encoding);
        if (calibration_ == Calibration::linear)
            type.calibrator.formula = Polynomial{{-40, 0.125}};
        if (calibration_ == Calibration::cubic)
            type.calibrator.formula = Polynomial{{1, 0.5, 1e-3, 1e-7}};
        if (calibration_ == Calibration::spline)
            type.calibrator.formula =
                Spline{.points = {{0, 0}, {100, 5}, {1000, 20}, {10000, 30}, {1e6, 60}, {1e9, 100}},
                       .extrapolate = true};
        db.types.push_back(std::move(type));
        db.parameters.push_back(
            {{.name = name, .system = 0}, static_cast<TypeIndex>(db.types.size() - 1)});
        return static_cast<ParameterIndex>(db.parameters.size() - 1);
    }
    ParameterIndex number(const std::string& name, int bits) {
        if (name == "apid" || name == "version" || name == "rest") {
            const auto asked = std::exchange(calibration_, Calibration::none);
            const auto index = parameter(name, IntegerType{}, IntegerEncoding{.bits = bits});
            calibration_ = asked;
            return index;
        }
        return parameter(name, FloatType{}, IntegerEncoding{.bits = bits});
    }
    ParameterIndex real(const std::string& name) {
        return parameter(name, FloatType{}, FloatEncoding{.bits = 32});
    }
    ContainerIndex container(const std::string& name, const std::vector<ParameterIndex>& list) {
        Container made;
        made.name = name;
        made.system = 0;
        for (const ParameterIndex p : list)
            made.entries.push_back({.kind = Entry::Kind::parameter, .parameter = p});
        db.containers.push_back(std::move(made));
        return static_cast<ContainerIndex>(db.containers.size() - 1);
    }
    Calibration calibration_;
};

void rates(benchmark::State& state, std::size_t packets, std::size_t values) {
    state.counters["packets/s"] =
        benchmark::Counter(static_cast<double>(packets), benchmark::Counter::kIsRate);
    state.counters["values/s"] =
        benchmark::Counter(static_cast<double>(values), benchmark::Counter::kIsRate);
}

/// Arguments: applications, fields a packet, calibration.
void decode(benchmark::State& state) {
    const Fleet fleet(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                      static_cast<Calibration>(state.range(2)));
    const auto program = compile(fleet.db);
    if (!program)
        return state.SkipWithError(program.error().message.c_str());
    Ignored events;
    Drain drain;
    Decoder decoder(*program, events);
    std::size_t packets = 0;
    for (auto _ : state) {
        for (const auto& packet : fleet.packets)
            decoder.process(packet, drain);
        decoder.flush(drain);
        packets += fleet.packets.size();
    }
    rates(state, packets, drain.values);
}
BENCHMARK(decode)
    ->ArgNames({"applications", "fields", "calibration"})
    ->Args({1, 24, 0})
    ->Args({1, 24, 1})
    ->Args({1, 24, 2})
    ->Args({1, 24, 3})
    ->Args({500, 24, 1})
    ->Args({1, 500, 1});

void memcpy_packets(benchmark::State& state) {
    const Fleet fleet(1, 24, Calibration::none);
    std::vector<std::uint8_t> copy(fleet.octets.size());
    std::size_t packets = 0;
    for (auto _ : state) {
        std::memcpy(copy.data(), fleet.octets.data(), copy.size());
        benchmark::DoNotOptimize(copy.data());
        packets += fleet.packets.size();
    }
    rates(state, packets, 24 * packets);
}
BENCHMARK(memcpy_packets);

/// A database of 500 containers with 40 parameters each.
void compile_20000_parameters(benchmark::State& state) {
    const Fleet fleet(500, 40, Calibration::linear);
    for (auto _ : state)
        benchmark::DoNotOptimize(compile(fleet.db));
}
BENCHMARK(compile_20000_parameters)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace telemetry::parameter

BENCHMARK_MAIN();
