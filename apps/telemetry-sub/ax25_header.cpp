// SPDX-License-Identifier: GPL-3.0-or-later
#include "ax25_header.h"

#include <vector>

namespace telemetry::sub {
namespace {

constexpr std::size_t kAddressSize = 7;
constexpr std::size_t kAddressesMax = 10; ///< destination, source and eight repeaters

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// "N0CALL-7": letters and digits shifted by one, spaces behind, then the SSID.
std::optional<std::string> read_callsign(std::string_view address) {
    std::string callsign;
    bool ended = false;
    for (std::size_t at = 0; at + 1 < kAddressSize; ++at) {
        const char letter = static_cast<char>(byte_at(address, at) >> 1);
        const bool is_space = letter == ' ';
        const bool is_name = (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        if ((byte_at(address, at) & 1) != 0 || (!is_space && (!is_name || ended)))
            return std::nullopt;
        ended = is_space;
        if (is_name)
            callsign += letter;
    }
    if (callsign.empty())
        return std::nullopt;
    const unsigned ssid = byte_at(address, kAddressSize - 1) >> 1 & 15;
    return ssid == 0 ? callsign : callsign + "-" + std::to_string(ssid);
}

} // namespace

std::optional<Ax25Header> read_ax25_header(std::string_view frame) {
    std::vector<std::string> callsigns;
    std::size_t size = 0;
    for (bool last = false; !last; size += kAddressSize) {
        if (callsigns.size() == kAddressesMax || frame.size() < size + kAddressSize)
            return std::nullopt;
        const auto callsign = read_callsign(frame.substr(size, kAddressSize));
        if (!callsign)
            return std::nullopt;
        callsigns.push_back(*callsign);
        last = (byte_at(frame, size + kAddressSize - 1) & 1) != 0;
    }
    if (callsigns.size() < 2 || frame.size() == size)
        return std::nullopt;
    const unsigned control = byte_at(frame, size++);
    const bool is_information = (control & 1) == 0 || (control & 0xEF) == 0x03; // I, or UI
    if (is_information && frame.size() == size)
        return std::nullopt;
    size += is_information ? 1 : 0;

    std::string path = callsigns[1] + ">" + callsigns[0];
    for (std::size_t at = 2; at < callsigns.size(); ++at)
        path += "," + callsigns[at];
    return Ax25Header{path, size};
}

} // namespace telemetry::sub
