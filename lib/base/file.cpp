// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace telemetry {
namespace {

tl::unexpected<Error> trouble(const std::string& path, const char* what) {
    return fail(Error{std::string(what) + ": " + std::strerror(errno), path});
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Result<void> write_file_atomically(const std::string& path, std::string_view text) {
    const std::string beside = path + ".new";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return trouble(beside, "cannot write");
    const bool written = write_all(file, text) && ::fsync(file) == 0;
    const int why = errno;
    const bool closed = ::close(file) == 0;
    if (!written || !closed) {
        errno = written ? errno : why;
        auto error = trouble(beside, "cannot write");
        ::unlink(beside.c_str());
        return error;
    }
    if (::rename(beside.c_str(), path.c_str()) != 0)
        return trouble(path, "cannot replace");
    return {};
}

Result<std::optional<std::string>> read_file_if_there(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return std::optional<std::string>();
    if (file < 0)
        return trouble(path, "cannot read");
    std::string text;
    char block[65536];
    ssize_t count = 0;
    while ((count = ::read(file, block, sizeof block)) > 0 || (count < 0 && errno == EINTR))
        if (count > 0)
            text.append(block, static_cast<std::size_t>(count));
    const int why = errno;
    ::close(file);
    if (count < 0) {
        errno = why;
        return trouble(path, "cannot read");
    }
    return std::optional(std::move(text));
}

} // namespace telemetry
