// SPDX-License-Identifier: GPL-3.0-or-later
// Alarm states and actions as JSON from anywhere, and readings in between.
#include <bit>
#include <string_view>

#include "telemetry/alarm/engine.h"
#include "telemetry/alarm/json.h"

using namespace telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    alarm::NoConditions conditions;
    auto audit = make_sink<alarm::AuditRecord>(
        [](const alarm::AuditRecord& record) { static_cast<void>(alarm::to_json(record)); });
    auto told = make_sink<alarm::Transition>(
        [](const alarm::Transition& transition) { static_cast<void>(alarm::to_json(transition)); });
    alarm::AlarmConfig config;
    config.name = "P";
    config.item = 0;
    config.definition.limits.ranges = {
        {alarm::AlarmLevel::warning, parameter::AlarmRange::Form::outside, {.max = 40}}};
    const auto engine = *alarm::Engine::create({config}, {}, conditions, audit);
    static_cast<void>(engine->restore(text));
    if (const auto action = alarm::parse_action(text, 1))
        static_cast<void>(engine->act(*action, told));
    for (std::size_t i = 0; i + 8 <= size && i < 800; i += 8) {
        std::uint64_t bits = 0;
        for (std::size_t k = 0; k < 8; ++k)
            bits = bits << 8 | data[i + k];
        engine->observe(0, std::bit_cast<double>(bits), static_cast<UtcNs>(i), told);
        engine->advance(static_cast<UtcNs>(bits >> 8), told);
    }
    if (!engine->restore(engine->save()))
        __builtin_trap(); // what it saves it must read
    return 0;
}
