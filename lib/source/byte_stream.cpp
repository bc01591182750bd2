// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/byte_stream.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace telemetry::source {

Result<ByteStream> ByteStream::open(const std::string& path) {
    const bool standard = path == "-";
    const std::string name = standard ? "standard input" : path;
    const int descriptor =
        standard ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail(Error{std::string("cannot be opened: ") + std::strerror(errno), name});
    ByteStream stream(descriptor, name, std::nullopt);
    struct stat about {};
    if (::fstat(descriptor, &about) != 0)
        return fail(Error{std::string("cannot be read: ") + std::strerror(errno), name});
    if (S_ISDIR(about.st_mode))
        return fail(Error{"is a directory; expected a file of samples", name});
    if (S_ISREG(about.st_mode)) {
        stream.size_ = about.st_size;
        ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return stream;
}

ByteStream::ByteStream(ByteStream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)),
      size_(other.size_) {}

ByteStream::~ByteStream() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

Result<std::size_t> ByteStream::read_some(std::span<std::uint8_t> out) {
    while (true) {
        const ssize_t count = ::read(descriptor_, out.data(), out.size());
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            return fail(Error{std::string("cannot be read: ") + std::strerror(errno), name_});
    }
}

Result<std::size_t> ByteStream::read(std::span<std::uint8_t> out) {
    std::size_t have = 0;
    while (have < out.size()) {
        auto count = read_some(out.subspan(have));
        if (!count)
            return count;
        if (*count == 0)
            break;
        have += *count;
    }
    return have;
}

bool ByteStream::seek(std::int64_t offset) {
    return ::lseek(descriptor_, offset, SEEK_SET) >= 0;
}

} // namespace telemetry::source
