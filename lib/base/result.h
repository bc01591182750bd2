// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include <tl/expected.hpp>

namespace telemetry {

/// Why a configuration or an input was refused, told to a person who wants to mend it.
struct Error {
    std::string message;   ///< what is wrong, what was expected, what is near
    std::string file = {}; ///< path as the user gave it; empty when there is none
    int line = 0;          ///< from 1; 0 when unknown
    int column = 0;        ///< from 1; 0 when unknown
    std::string key = {};  ///< "downlinks.9k6.baudrate"; empty when no key is at fault

    /// "file:line:column: key: message" with the parts that are known.
    std::string to_string() const;
};

/// Value or Error. Used wherever a configuration can be wrong; never in the signal path.
template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(std::string message) {
    return tl::unexpected<Error>(Error{std::move(message)});
}

} // namespace telemetry
