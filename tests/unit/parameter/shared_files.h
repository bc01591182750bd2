// SPDX-License-Identifier: GPL-3.0-or-later
// Sample files that lie beside the source tree, not in it.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace telemetry::parameter {

/// In $TELEMETRY_SHARED, ../shared or ../../shared of the source tree; nothing when absent.
inline std::optional<std::string> shared_file(const std::string& name) {
    namespace fs = std::filesystem;
    const fs::path root = fs::path(TELEMETRY_VECTORS).parent_path().parent_path();
    const char* given = std::getenv("TELEMETRY_SHARED");
    for (const fs::path& folder : {fs::path(given ? given : ""), root.parent_path() / "shared",
                                   root.parent_path().parent_path() / "shared"})
        if (!folder.empty() && fs::exists(folder / name))
            return (folder / name).string();
    return std::nullopt;
}

} // namespace telemetry::parameter
