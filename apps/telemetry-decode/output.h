// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "telemetry/base/result.h"

namespace telemetry::decode {

/// A file that is either complete or not there, or standard output.
///
/// A regular file is written under another name beside its place and renamed at the end; a device
/// or pipe is written as it is. A signal that ends the process removes the unfinished file, so
/// there is one Output at a time. Errors are kept until someone asks, as no frame can be lost
/// silently: close() tells the first.
class Output {
public:
    /// "-" is standard output.
    static Result<Output> open(const std::string& path);

    Output(Output&& other) noexcept;
    Output& operator=(Output&&) = delete;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output(); ///< without close(): the unfinished file is removed

    void write(std::string_view bytes) noexcept;
    void flush() noexcept;
    bool failed() const noexcept { return error_ != 0; }

    Result<void> close();

private:
    Output(int descriptor, std::string path, std::string written_path)
        : descriptor_(descriptor), path_(std::move(path)), written_path_(std::move(written_path)) {}
    Error trouble(int error) const;

    int descriptor_;
    std::string path_;
    std::string written_path_; ///< empty: written in place
    std::string buffer_;
    int error_ = 0; ///< errno of the first failure
};

} // namespace telemetry::decode
