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

/// Where values go.
struct ValueWriter : Sink<parameter::ValueBatch> {
    /// No more follow.
    virtual Result<void> finish() = 0;
};

/// Packets → values of parameters by a mission database → lines of the output, or SQLite.
class ParameterOutput {
public:
    /// What is wrong with the database is told on stderr; an error: it cannot be used at all.
    static Result<std::unique_ptr<ParameterOutput>> open(const Options& options, Output& output);

    ParameterOutput(std::shared_ptr<const parameter::Program> program,
                    std::unique_ptr<ValueWriter> writer, const Options& options);

    /// Bytes of each packet, where the database and --container say it; 0: they do not.
    std::size_t packet_size() const noexcept;
    void take(const packet::Packet& packet) noexcept { decoder_.process(packet, *writer_); }
    /// No more packets follow.
    Result<void> finish();
    /// "194400 values of 7200 packets, 3 packet_too_short"
    std::string sum() const;

private:
    struct Events final : Sink<parameter::DecodeEvent> {
        explicit Events(ParameterOutput& output) : to(output) {}
        void accept(const parameter::DecodeEvent& event) noexcept override { to.tell(event); }
        ParameterOutput& to;
    };
    void tell(const parameter::DecodeEvent& event) noexcept;

    std::unique_ptr<ValueWriter> writer_;
    bool verbose_;
    std::uint64_t told_ = 0;
    Events events_{*this};
    parameter::Decoder decoder_;
};

} // namespace telemetry::decode
