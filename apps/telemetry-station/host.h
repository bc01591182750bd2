// SPDX-License-Identifier: GPL-3.0-or-later
// What the machine we run on knows of itself, as the remote station's telemetry.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace telemetry::app {

/// One reading of /proc and /sys. What the machine does not tell stays empty.
struct HostState {
    std::int64_t utc_ns = 0;
    std::string name;
    std::optional<double> uptime_s;
    std::optional<double> cpu_busy; ///< share of all cores since the last reading, 0 … 1
    std::optional<std::uint64_t> memory_total_kib;
    std::optional<std::uint64_t> memory_available_kib;
    std::optional<double> load[3]; ///< over 1, 5 and 15 minutes
    std::optional<double> temperature_c;
};

class HostReader {
public:
    HostState read();

private:
    std::uint64_t busy_ = 0;
    std::uint64_t total_ = 0;
};

inline constexpr std::size_t kHostPacketSize = 48;

/// The packet that docs/demo-packet.md describes; big-endian.
std::vector<std::uint8_t> host_packet(const HostState& state, std::uint32_t counter);

} // namespace telemetry::app
