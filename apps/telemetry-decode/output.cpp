// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace telemetry::decode {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

/// The unfinished file, for the signal handler.
std::atomic<const char*> unfinished{nullptr};
static_assert(std::atomic<const char*>::is_always_lock_free);

/// Removes it and lets the signal end the process, as its action is the default again.
extern "C" void remove_unfinished(int signal) {
    if (const char* path = unfinished.load())
        ::unlink(path);
    ::raise(signal);
}

void remove_on_signals(const std::string& path) {
    static std::string kept;
    kept = path;
    unfinished = kept.c_str();
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN)
            continue; // nohup's wish
        action = {};
        action.sa_handler = &remove_unfinished;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(signal, &action, nullptr);
    }
}

} // namespace

Result<Output> Output::open(const std::string& path) {
    if (path == "-") {
        // A closed standard output is found by its first use, not by what was opened in its place.
        const int descriptor = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (descriptor < 0)
            return fail(Error{std::string("cannot be written: ") + std::strerror(errno),
                              "standard output"});
        return Output(descriptor, "standard output", "");
    }
    struct stat about {};
    const bool there = ::stat(path.c_str(), &about) == 0;
    const std::string written = there && !S_ISREG(about.st_mode) ? "" : path + ".part";
    if (!written.empty())
        remove_on_signals(written);
    const int descriptor = ::open(written.empty() ? path.c_str() : written.c_str(),
                                  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        unfinished = nullptr;
        return fail(Error{std::string("cannot be written: ") + std::strerror(errno), path});
    }
    return Output(descriptor, path, written);
}

Output::Output(Output&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)),
      written_path_(std::exchange(other.written_path_, "")), buffer_(std::move(other.buffer_)),
      error_(other.error_) {}

Output::~Output() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
    if (written_path_.empty())
        return;
    ::unlink(written_path_.c_str());
    unfinished = nullptr;
}

void Output::write(std::string_view bytes) noexcept {
    buffer_ += bytes;
    if (buffer_.size() >= kBufferBytes)
        flush();
}

void Output::flush() noexcept {
    std::string_view left = buffer_;
    while (!left.empty() && error_ == 0) {
        const ssize_t count = ::write(descriptor_, left.data(), left.size());
        if (count >= 0)
            left.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR)
            error_ = errno;
    }
    buffer_.clear();
}

Error Output::trouble(int error) const {
    return {std::string("cannot be written: ") + std::strerror(error), path_};
}

Result<void> Output::close() {
    flush();
    if (::close(std::exchange(descriptor_, -1)) != 0 && error_ == 0)
        error_ = errno;
    if (error_ != 0)
        return fail(trouble(error_));
    if (!written_path_.empty() && ::rename(written_path_.c_str(), path_.c_str()) != 0)
        return fail(trouble(errno));
    written_path_.clear();
    unfinished = nullptr;
    return {};
}

} // namespace telemetry::decode
