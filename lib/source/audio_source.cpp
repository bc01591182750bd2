// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include <sndfile.h>
#include <volk/volk.h>

#include "telemetry/source/byte_stream.h"
#include "telemetry/source/open.h"

namespace telemetry::source {
namespace {

std::uint64_t little_endian(const std::uint8_t* bytes, int count) {
    std::uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i)
        value = value << 8 | bytes[i];
    return value;
}

struct WavPromise {
    std::uint64_t data_bytes = 0; ///< as the header says
    std::uint64_t data_at = 0;    ///< where they begin
};

/// What a WAV header promises; libsndfile silently cuts it down to what is there.
/// RIFF: 4-byte name, 4-byte size, content padded to even; RF64 (EBU Tech 3306) has the true size
/// of `data` in its `ds64` chunk and FFFFFFFFh in place.
std::optional<WavPromise> read_promise(ByteStream& stream) {
    std::array<std::uint8_t, 12> head{};
    if (stream.read(head).value_or(0) != head.size() ||
        (std::memcmp(head.data(), "RIFF", 4) != 0 && std::memcmp(head.data(), "RF64", 4) != 0) ||
        std::memcmp(head.data() + 8, "WAVE", 4) != 0)
        return std::nullopt;
    std::uint64_t at = head.size();
    std::uint64_t long_size = 0;
    for (int chunk = 0; chunk < 64; ++chunk) {
        std::array<std::uint8_t, 24> bytes{};
        if (!stream.seek(static_cast<std::int64_t>(at)))
            return std::nullopt;
        const std::size_t have = stream.read(bytes).value_or(0);
        if (have < 8)
            return std::nullopt;
        const std::uint64_t size = little_endian(bytes.data() + 4, 4);
        if (std::memcmp(bytes.data(), "data", 4) == 0)
            return WavPromise{size == 0xffffffff && long_size ? long_size : size, at + 8};
        if (std::memcmp(bytes.data(), "ds64", 4) == 0 && have >= 24)
            long_size = little_endian(bytes.data() + 16, 8);
        at += 8 + size + size % 2;
    }
    return std::nullopt;
}

class AudioSource final : public Source {
public:
    AudioSource(ByteStream stream, SNDFILE* file, const SF_INFO& info, UtcNs start)
        : stream_(std::move(stream)), file_(file), info_(info), start_(start) {}
    ~AudioSource() override { sf_close(file_); }
    AudioSource(const AudioSource&) = delete;
    AudioSource& operator=(const AudioSource&) = delete;

    SampleFormat format() const override {
        return {info_.channels == 2 ? SampleKind::iq : SampleKind::real,
                static_cast<double>(info_.samplerate)};
    }
    UtcNs start_utc_ns() const override { return start_; }
    std::optional<double> frequency_hz() const override { return std::nullopt; }
    std::optional<std::int64_t> length() const override {
        if (!stream_.size())
            return std::nullopt;
        return info_.frames;
    }
    std::optional<std::pair<std::int64_t, UtcNs>> time_anchor() const override {
        return std::nullopt;
    }
    std::string remark() const override { return remark_; }

    void set_remark(std::string text) { remark_ = std::move(text); }

    Result<Samples> read(std::size_t most) override {
        const auto channels = static_cast<std::size_t>(info_.channels);
        numbers_.resize(most * channels);
        const sf_count_t count = read_numbers(static_cast<sf_count_t>(most));
        Samples samples{.first_index = position_};
        position_ += count;
        if (count == 0 && remark_.empty())
            remark_at_end();
        const auto size = static_cast<std::size_t>(count);
        if (channels == 2)
            samples.iq = {reinterpret_cast<const Iq*>(numbers_.data()), size};
        else
            samples.real = {numbers_.data(), size};
        return samples;
    }

private:
    sf_count_t read_numbers(sf_count_t frames) {
        if ((info_.format & SF_FORMAT_SUBMASK) != SF_FORMAT_PCM_16)
            return std::max<sf_count_t>(0, sf_readf_float(file_, numbers_.data(), frames));
        // libsndfile's own conversion is scalar; 16 bit is what most recordings have.
        shorts_.resize(numbers_.size());
        const sf_count_t count =
            std::max<sf_count_t>(0, sf_readf_short(file_, shorts_.data(), frames));
        volk_16i_s32f_convert_32f(numbers_.data(), shorts_.data(), 32768.0F,
                                  static_cast<unsigned>(count * info_.channels));
        return count;
    }

    void remark_at_end() {
        if (sf_error(file_) != SF_ERR_NO_ERROR)
            remark_ = std::string("damaged: ") + sf_strerror(file_);
        else if (!stream_.size() && position_ < info_.frames && info_.frames < 0x10000000)
            remark_ = "ends early: its header promises " + std::to_string(info_.frames) +
                      " samples, it holds " + std::to_string(position_);
        if (!remark_.empty())
            remark_ = stream_.name() + ": " + remark_;
    }

    ByteStream stream_;
    SNDFILE* file_;
    SF_INFO info_;
    UtcNs start_;
    std::int64_t position_ = 0;
    std::string remark_;
    std::vector<float> numbers_;
    std::vector<short> shorts_;
};

} // namespace

Result<std::unique_ptr<Source>> open_audio(const std::string& path, const SourceOptions& options) {
    auto stream = ByteStream::open(path);
    if (!stream)
        return fail(stream.error());
    const std::string name = stream->name();
    const std::int64_t file_bytes = stream->size().value_or(0);
    std::optional<WavPromise> promise;
    if (stream->size()) {
        if (*stream->size() == 0)
            return fail(Error{"is empty", name});
        promise = read_promise(*stream);
        stream->seek(0);
    }

    SF_INFO info{};
    SNDFILE* file = sf_open_fd(stream->descriptor(), SFM_READ, &info, SF_FALSE);
    if (!file) {
        std::string why = sf_strerror(nullptr);
        while (!why.empty() && (why.back() == '.' || why.back() == '\n'))
            why.pop_back();
        return fail(Error{"not a readable WAV file: " + why +
                              "; for raw samples give --input-format and --rate",
                          name});
    }
    // From here on the source closes the file.
    auto source = std::make_unique<AudioSource>(std::move(*stream), file, info,
                                                options.start_utc_ns.value_or(kUnknownTime));
    const auto rate = check_rate(info.samplerate, name, "");
    if (!rate)
        return fail(rate.error());
    if (options.rate_hz && *options.rate_hz != info.samplerate)
        return fail(Error{"has a sample rate of " + std::to_string(info.samplerate) +
                              " Hz in its header, which --rate contradicts; leave --rate away",
                          name});
    if (info.channels < 1 || info.channels > 2)
        return fail(Error{"has " + std::to_string(info.channels) +
                              " channels; expected one (real samples) or two (I and Q)",
                          name});
    if (options.iq && info.channels != 2)
        return fail(Error{"has one channel, but --iq needs two (I and Q)", name});
    if (promise && source->length()) {
        const auto size = static_cast<std::uint64_t>(file_bytes);
        const std::uint64_t there = size > promise->data_at ? size - promise->data_at : 0;
        // 0 and the largest number are what programs write that stream into a pipe.
        const bool streamed = promise->data_bytes == 0 || promise->data_bytes >= 0x7ffff000;
        if (promise->data_bytes > there && !streamed)
            source->set_remark(name + ": header promises " + std::to_string(promise->data_bytes) +
                               " bytes of samples, the file holds " + std::to_string(there));
    }
    return source;
}

} // namespace telemetry::source
