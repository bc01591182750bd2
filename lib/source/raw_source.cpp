// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/encoded_stream.h"
#include "telemetry/source/open.h"

namespace telemetry::source {
namespace {

class RawSource final : public Source {
public:
    RawSource(EncodedStream stream, double rate_hz, UtcNs start)
        : stream_(std::move(stream)), rate_hz_(rate_hz), start_(start) {}

    SampleFormat format() const override {
        const bool iq = stream_.encoding().layout == Encoding::Layout::iq;
        return {iq ? SampleKind::iq : SampleKind::real, rate_hz_};
    }
    UtcNs start_utc_ns() const override { return start_; }
    std::optional<double> frequency_hz() const override { return std::nullopt; }
    std::optional<std::int64_t> length() const override {
        const auto bytes = stream_.stream().size();
        if (!bytes)
            return std::nullopt;
        return *bytes / static_cast<std::int64_t>(stream_.encoding().sample_bytes());
    }
    std::optional<std::pair<std::int64_t, UtcNs>> time_anchor() const override {
        return std::nullopt;
    }
    std::string remark() const override { return remark_; }

    Result<Samples> read(std::size_t most) override {
        auto samples = stream_.read(most);
        if (!samples)
            return samples;
        samples->first_index = position_;
        position_ += static_cast<std::int64_t>(samples->size());
        if (samples->size() == 0 && stream_.odd_bytes() != 0)
            remark_ = stream_.stream().name() + ": ends within a sample (" +
                      std::to_string(stream_.odd_bytes()) + " bytes over); is the format right?";
        return samples;
    }

private:
    EncodedStream stream_;
    double rate_hz_;
    UtcNs start_;
    std::int64_t position_ = 0;
    std::string remark_;
};

} // namespace

Result<std::unique_ptr<Source>> open_raw(const std::string& path, const Encoding& encoding,
                                         const SourceOptions& options) {
    auto stream = ByteStream::open(path);
    if (!stream)
        return fail(stream.error());
    if (!options.rate_hz)
        return fail(Error{"raw samples need their sample rate", stream->name(), 0, 0, "--rate"});
    const auto rate = check_rate(*options.rate_hz, "", "--rate");
    if (!rate)
        return fail(rate.error());
    if (stream->size() && *stream->size() < static_cast<std::int64_t>(encoding.sample_bytes()))
        return fail(Error{*stream->size() == 0 ? "is empty" : "is shorter than one sample",
                          stream->name()});
    return std::make_unique<RawSource>(EncodedStream(std::move(*stream), encoding), *rate,
                                       options.start_utc_ns.value_or(kUnknownTime));
}

} // namespace telemetry::source
