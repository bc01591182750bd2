// SPDX-License-Identifier: GPL-3.0-or-later
#include "sigmf_writer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "telemetry/base/time.h"

namespace telemetry::rx {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMetaIntervalNs = 1'000'000'000;

tl::unexpected<Error> failed(const std::string& what, const std::string& file) {
    return fail(Error{what + ": " + std::strerror(errno), file});
}

/// Bytes written before something went wrong; errno tells what.
std::size_t write_bytes(int file, const void* bytes, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t step = ::write(file, static_cast<const char*>(bytes) + done, count - done);
        if (step > 0)
            done += static_cast<std::size_t>(step);
        else if (step == 0 || errno != EINTR)
            break;
    }
    return done;
}

} // namespace

Result<std::unique_ptr<SigmfWriter>> SigmfWriter::create(const std::string& path,
                                                         const SampleFormat& format,
                                                         const std::string& description) {
    const std::string file = path + ".sigmf-data";
    Descriptor data(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!data)
        return failed("cannot be made", file);
    return std::unique_ptr<SigmfWriter>(
        new SigmfWriter(path, std::move(data), format, description));
}

Result<void> SigmfWriter::begin_capture(const Capture& capture) {
    if (!captures_.empty() && captures_.back().sample_start == capture.sample_start)
        captures_.back() = capture;
    else
        captures_.push_back(capture);
    meta_due_ = true;
    return write_meta_when_due();
}

SigmfWriter::~SigmfWriter() {
    if (meta_due_) [[maybe_unused]]
        const auto written = write_meta(); // nobody is left to tell
}

Result<void> SigmfWriter::write_meta_when_due() {
    if (!meta_due_ || (meta_written_ns_ != 0 && steady_ns() - meta_written_ns_ < kMetaIntervalNs))
        return {};
    meta_due_ = false;
    meta_written_ns_ = steady_ns();
    return write_meta();
}

Result<void> SigmfWriter::write(std::span<const float> values) {
    if (auto written = write_meta_when_due(); !written)
        return written;
    const std::size_t sample_bytes = format_.kind == SampleKind::iq ? sizeof(Iq) : sizeof(float);
    const std::size_t done = write_bytes(data_.get(), values.data(), values.size_bytes());
    samples_ += static_cast<std::int64_t>(done / sample_bytes);
    if (done == values.size_bytes())
        return {};
    auto error = failed("cannot be written", path_ + ".sigmf-data");
    if (::ftruncate(data_.get(), samples_ * static_cast<std::int64_t>(sample_bytes)) != 0)
        error.value().message += "; its end is no whole sample";
    return error;
}

Result<void> SigmfWriter::write_meta() const {
    Json captures = Json::array();
    for (const Capture& capture : captures_) {
        Json entry = {{"core:sample_start", capture.sample_start},
                      {"core:global_index", capture.global_index}};
        if (capture.frequency_hz > 0)
            entry["core:frequency"] = capture.frequency_hz;
        if (capture.utc_ns != kUnknownTime)
            entry["core:datetime"] = to_rfc3339(capture.utc_ns);
        captures.push_back(std::move(entry));
    }
    const Json meta = {{"global",
                        {{"core:datatype", format_.kind == SampleKind::iq ? "cf32_le" : "rf32_le"},
                         {"core:sample_rate", format_.rate_hz},
                         {"core:version", "1.0.0"},
                         {"core:num_channels", 1},
                         {"core:recorder", std::string("telemetry-rx ") + TELEMETRY_VERSION},
                         {"core:description", description_}}},
                       {"captures", std::move(captures)},
                       {"annotations", Json::array()}};
    const std::string text = meta.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";

    const std::string target = path_ + ".sigmf-meta";
    const std::string draft = target + ".new";
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file)
        return failed("cannot be made", draft);
    if (write_bytes(file.get(), text.data(), text.size()) != text.size() ||
        ::rename(draft.c_str(), target.c_str()) != 0) {
        auto error = failed("cannot be written", target);
        ::unlink(draft.c_str());
        return error;
    }
    return {};
}

} // namespace telemetry::rx
