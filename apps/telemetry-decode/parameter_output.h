// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <string>

#include "options.h"
#include "output.h"
#include "telemetry/base/result.h"
#include "telemetry/packet/packet.h"
#include "telemetry/parameter/decoder.h"

namespace telemetry::decode {

/// Packets → values of parameters by a mission database → lines of the output.
class ParameterOutput {
public:
    /// What is wrong with the database is told on stderr; an error: it cannot be used at all.
    static Result<std::unique_ptr<ParameterOutput>> open(const Options& options, Output& output);
    virtual ~ParameterOutput() = default;

    /// Bytes of each packet, where the database and --container say it; 0: they do not.
    virtual std::size_t packet_size() const noexcept = 0;
    virtual void take(const packet::Packet& packet) noexcept = 0;
    /// No more packets follow.
    virtual Result<void> finish() = 0;
    /// "194400 values of 7200 packets, 3 packet_too_short"
    virtual std::string sum() const = 0;
};

} // namespace telemetry::decode
