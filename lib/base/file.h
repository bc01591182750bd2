// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/base/result.h"

namespace telemetry {

/// Replaces the file as a whole or not at all, whatever happens meanwhile: written beside it,
/// synced to the disk, renamed. The error names the file.
Result<void> write_file_atomically(const std::string& path, std::string_view text);

/// Nothing when there is no such file; an error when there is one that cannot be read.
Result<std::optional<std::string>> read_file_if_there(const std::string& path);

} // namespace telemetry
