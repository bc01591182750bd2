// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "paint.h"
#include "telemetry/publish/message.h"

namespace telemetry::sub {

/// One line for a person. What a payload lacks is left out; nothing in it is trusted.
std::string describe(const publish::Message& message, const Paint& paint, int dump_bytes);

/// "AO-73 1k2"; a '-' stands for no one in particular and is left out.
std::string name_of(const std::string& station, const std::string& source);

/// A number with fixed digits, or `absent` when the JSON is no number.
std::string fixed(const nlohmann::ordered_json& json, int digits, const char* absent = "-");

/// The member, or null.
const nlohmann::ordered_json& member(const nlohmann::ordered_json& json, const char* key);

} // namespace telemetry::sub
