// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>

#include "telemetry/base/time.h"
#include "telemetry/source/encoded_stream.h"
#include "telemetry/source/open.h"
#include "telemetry/source/sigmf_meta.h"

namespace telemetry::source {
namespace {

namespace fs = std::filesystem;

class SigmfSource final : public Source {
public:
    SigmfSource(EncodedStream stream, SigmfMeta meta)
        : stream_(std::move(stream)), meta_(std::move(meta)), remark_(meta_.remark) {}

    SampleFormat format() const override {
        const bool iq = meta_.encoding.layout == Encoding::Layout::iq;
        return {iq ? SampleKind::iq : SampleKind::real, meta_.rate_hz};
    }
    UtcNs start_utc_ns() const override { return meta_.captures.front().utc_ns; }
    std::optional<double> frequency_hz() const override { return meta_.frequency_hz; }
    std::optional<std::int64_t> length() const override {
        const auto bytes = stream_.stream().size();
        if (!bytes)
            return std::nullopt;
        std::int64_t headers = 0;
        for (const SigmfCapture& capture : meta_.captures)
            headers += capture.header_bytes;
        return std::max<std::int64_t>(0, *bytes - headers - meta_.trailing_bytes) /
               static_cast<std::int64_t>(meta_.encoding.sample_bytes());
    }
    std::string remark() const override { return remark_; }

    std::optional<std::pair<std::int64_t, UtcNs>> time_anchor() const override { return anchor_; }

    Result<Samples> read(std::size_t most) override {
        anchor_.reset();
        const auto sample_bytes = static_cast<std::int64_t>(meta_.encoding.sample_bytes());
        // Captures without samples are passed over, so that the next one begins a read of its own.
        while (next_ < meta_.captures.size() && meta_.captures[next_].sample_start == position_) {
            const SigmfCapture& capture = meta_.captures[next_++];
            headers_ += capture.header_bytes;
            index_ = capture.index;
            if (capture.utc_ns != kUnknownTime)
                anchor_ = {capture.index, capture.utc_ns};
            if (capture.header_bytes != 0) {
                if (!stream_.seek(headers_ + position_ * sample_bytes))
                    return fail(Error{"cannot be read from its middle", stream_.stream().name()});
            }
        }
        std::size_t count = most;
        if (next_ < meta_.captures.size())
            count = static_cast<std::size_t>(std::min<std::int64_t>(
                static_cast<std::int64_t>(most), meta_.captures[next_].sample_start - position_));
        if (meta_.trailing_bytes != 0) {
            const std::int64_t left = stream_.stream().size().value_or(0) - meta_.trailing_bytes -
                                      headers_ - position_ * sample_bytes;
            cut_ = left > 0 && left < sample_bytes;
            count = std::min(
                count, static_cast<std::size_t>(std::max<std::int64_t>(0, left) / sample_bytes));
        }
        auto samples = stream_.read(count);
        if (!samples)
            return samples;
        samples->first_index = index_;
        const auto size = static_cast<std::int64_t>(samples->size());
        index_ += size;
        position_ += size;
        if (size == 0)
            remark_at_end();
        return samples;
    }

private:
    void remark_at_end() {
        if (cut_ || stream_.odd_bytes() != 0)
            remark_ = stream_.stream().name() + ": ends within a sample";
        else if (next_ < meta_.captures.size())
            remark_ =
                stream_.stream().name() + ": ends before the last capture that its metadata names";
    }

    EncodedStream stream_;
    SigmfMeta meta_;
    std::size_t next_ = 0;      ///< capture that comes next
    std::int64_t position_ = 0; ///< samples read from the file
    std::int64_t index_ = 0;
    std::int64_t headers_ = 0; ///< bytes of capture headers so far
    bool cut_ = false;         ///< what is left before the trailing bytes is less than a sample
    std::optional<std::pair<std::int64_t, UtcNs>> anchor_;
    std::string remark_;
};

Result<std::string> read_metadata(const std::string& path) {
    constexpr std::size_t most = std::size_t{64} << 20;
    auto stream = ByteStream::open(path);
    if (!stream)
        return fail(stream.error());
    std::string text(
        std::min<std::size_t>(most, static_cast<std::size_t>(stream->size().value_or(0)) + 1),
        '\0');
    const auto count = stream->read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (!count)
        return fail(count.error());
    if (*count == most)
        return fail(Error{"too large for SigMF metadata", path});
    text.resize(*count);
    return text;
}

} // namespace

Result<std::unique_ptr<Source>> open_sigmf(const std::string& path, const SourceOptions& options) {
    const fs::path given(path);
    const std::string extension = given.extension().string();
    fs::path stem = given;
    if (extension == ".sigmf-meta" || extension == ".sigmf-data")
        stem.replace_extension();
    const std::string meta_path = stem.string() + ".sigmf-meta";
    const auto text = read_metadata(meta_path);
    if (!text)
        return fail(text.error());
    auto meta = parse_sigmf_meta(*text, meta_path, options.rate_hz);
    if (!meta)
        return fail(meta.error());
    if (options.rate_hz && *options.rate_hz != meta->rate_hz)
        return fail(Error{"its core:sample_rate contradicts --rate; leave --rate away", meta_path});
    if (options.iq && meta->encoding.layout != Encoding::Layout::iq)
        return fail(Error{"its core:datatype is real, but --iq needs I and Q", meta_path});
    if (options.start_utc_ns) {
        // The given start counts; the file's own times keep their distances from it.
        const UtcNs first = meta->captures.front().utc_ns;
        if (first != kUnknownTime)
            for (SigmfCapture& capture : meta->captures)
                capture.utc_ns = moved_time(capture.utc_ns, first, *options.start_utc_ns);
        meta->captures.front().utc_ns = *options.start_utc_ns;
    }
    const std::string data_path =
        meta->data_file.empty()
            ? stem.string() + ".sigmf-data"
            : (stem.parent_path() / fs::path(meta->data_file).filename()).string();
    auto stream = ByteStream::open(data_path);
    if (!stream)
        return fail(stream.error());
    if (meta->trailing_bytes != 0 && !stream->size())
        return fail(
            Error{"is no regular file, so its core:trailing_bytes cannot be found", data_path});
    if (stream->size() &&
        *stream->size() < static_cast<std::int64_t>(meta->encoding.sample_bytes()))
        return fail(
            Error{*stream->size() == 0 ? "is empty" : "is shorter than one sample", data_path});
    return std::make_unique<SigmfSource>(EncodedStream(std::move(*stream), meta->encoding),
                                         std::move(*meta));
}

} // namespace telemetry::source
