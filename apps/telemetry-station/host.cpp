// SPDX-License-Identifier: GPL-3.0-or-later
#include "host.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace telemetry::app {
namespace {

/// The number in /sys/class/thermal of the first zone that gives a sane one.
std::optional<double> read_temperature_c() {
    std::vector<std::filesystem::path> zones;
    std::error_code none;
    for (const auto& zone : std::filesystem::directory_iterator("/sys/class/thermal", none))
        zones.push_back(zone.path() / "temp");
    std::sort(zones.begin(), zones.end());
    for (const auto& zone : zones) {
        double thousandths = 0;
        if (std::ifstream(zone) >> thousandths && std::abs(thousandths) < 200e3)
            return thousandths / 1000;
    }
    return std::nullopt;
}

void read_memory(HostState& state) {
    std::ifstream file("/proc/meminfo");
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string key;
        std::uint64_t kib = 0;
        if (!(words >> key >> kib))
            continue;
        if (key == "MemTotal:")
            state.memory_total_kib = kib;
        if (key == "MemAvailable:")
            state.memory_available_kib = kib;
    }
}

class Packer {
public:
    void put(std::uint64_t value, int bytes) {
        for (int byte = bytes - 1; byte >= 0; --byte)
            bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
    }

    /// A scaled value of `bytes` bytes, all ones when it is not known.
    void put(const std::optional<double>& value, double scale, int bytes) {
        const std::uint64_t unknown = (std::uint64_t{1} << (8 * bytes)) - 1;
        if (!value) {
            put(unknown, bytes);
            return;
        }
        const double most = static_cast<double>(unknown - 1);
        put(static_cast<std::uint64_t>(std::clamp(std::round(*value * scale), 0.0, most)), bytes);
    }

    std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    std::vector<std::uint8_t> bytes_;
};

std::optional<double> as_real(const std::optional<std::uint64_t>& value) {
    return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

} // namespace

HostState HostReader::read() {
    HostState state;
    state.utc_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
    char name[256] = {};
    if (gethostname(name, sizeof name - 1) == 0)
        state.name = name;

    double value = 0;
    if (std::ifstream("/proc/uptime") >> value)
        state.uptime_s = value;

    std::ifstream loads("/proc/loadavg");
    for (auto& load : state.load)
        if (loads >> value)
            load = value;

    read_memory(state);
    state.temperature_c = read_temperature_c();

    // /proc/stat: jiffies in user, nice, system, idle, iowait, irq, softirq, steal.
    std::ifstream stat("/proc/stat");
    std::string cpu;
    std::uint64_t jiffies[8] = {};
    stat >> cpu;
    for (auto& count : jiffies)
        stat >> count;
    if (stat) {
        std::uint64_t total = 0;
        for (const auto count : jiffies)
            total += count;
        const std::uint64_t busy = total - jiffies[3] - jiffies[4];
        if (total > total_ && busy >= busy_)
            state.cpu_busy =
                static_cast<double>(busy - busy_) / static_cast<double>(total - total_);
        busy_ = busy;
        total_ = total;
    }
    return state;
}

std::vector<std::uint8_t> host_packet(const HostState& state, std::uint32_t counter) {
    Packer packer;
    packer.put(0x544c, 2);
    packer.put(1, 2);
    packer.put(counter, 4);
    packer.put(static_cast<std::uint64_t>(state.utc_ns / 1'000'000), 8);
    packer.put(state.uptime_s, 1, 4);
    packer.put(as_real(state.memory_total_kib), 1, 4);
    packer.put(as_real(state.memory_available_kib), 1, 4);
    packer.put(state.cpu_busy, 1000, 2);
    for (const auto& load : state.load)
        packer.put(load, 100, 2);
    packer.put(state.temperature_c ? std::optional<double>(*state.temperature_c + 273.15)
                                   : std::nullopt,
               10, 2);
    packer.put(0, 2);
    for (std::size_t k = 0; k < 8; ++k)
        packer.put(k < state.name.size() ? static_cast<std::uint8_t>(state.name[k]) : 0, 1);
    return packer.take();
}

} // namespace telemetry::app
