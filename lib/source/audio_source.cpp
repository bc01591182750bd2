// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

#include <sndfile.h>
#include <volk/volk.h>

#include "telemetry/source/byte_stream.h"
#include "telemetry/source/open.h"
#include "telemetry/source/wav_header.h"

namespace telemetry::source {
namespace {

/// The file as libsndfile is to see it.
struct MendedFile {
    ByteStream stream;
    WavHeader header;
    sf_count_t position = 0;
};

SNDFILE* open_mended(MendedFile& mended, SF_INFO& info) {
    SF_VIRTUAL_IO calls{};
    calls.get_filelen = [](void* user) -> sf_count_t {
        return *static_cast<MendedFile*>(user)->stream.size();
    };
    calls.seek = [](sf_count_t offset, int whence, void* user) -> sf_count_t {
        auto& file = *static_cast<MendedFile*>(user);
        if (whence == SEEK_CUR)
            offset += file.position;
        else if (whence == SEEK_END)
            offset += *file.stream.size();
        if (!file.stream.seek(offset))
            return -1;
        return file.position = offset;
    };
    calls.read = [](void* out, sf_count_t count, void* user) -> sf_count_t {
        auto& file = *static_cast<MendedFile*>(user);
        const std::span bytes(static_cast<std::uint8_t*>(out), static_cast<std::size_t>(count));
        const std::size_t have = file.stream.read(bytes).value_or(0);
        file.header.mend(bytes.first(have), static_cast<std::uint64_t>(file.position));
        file.position += static_cast<sf_count_t>(have);
        return static_cast<sf_count_t>(have);
    };
    calls.tell = [](void* user) { return static_cast<MendedFile*>(user)->position; };
    return sf_open_virtual(&calls, SFM_READ, &info, &mended);
}

class AudioSource final : public Source {
public:
    AudioSource(std::unique_ptr<MendedFile> input, SNDFILE* file, const SF_INFO& info, UtcNs start)
        : input_(std::move(input)), stream_(input_->stream), file_(file), info_(info),
          start_(start) {}
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

    std::unique_ptr<MendedFile> input_; // libsndfile may keep its address
    const ByteStream& stream_;
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
    if (stream->size() == 0)
        return fail(Error{"is empty", name});
    const auto header = read_wav_header(*stream);
    stream->seek(0);
    auto input = std::make_unique<MendedFile>(
        MendedFile{.stream = std::move(*stream), .header = header.value_or(WavHeader{})});

    SF_INFO info{};
    SNDFILE* file = header && header->says_too_little()
                        ? open_mended(*input, info)
                        : sf_open_fd(input->stream.descriptor(), SFM_READ, &info, SF_FALSE);
    if (!file) {
        std::string why = sf_strerror(nullptr);
        while (!why.empty() && (why.back() == '.' || why.back() == '\n'))
            why.pop_back();
        return fail(Error{"not a readable WAV file: " + why +
                              "; for raw samples give --input-format and --rate",
                          name});
    }
    // From here on the source closes the file.
    auto source = std::make_unique<AudioSource>(std::move(input), file, info,
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
    if (header && !header->remark().empty())
        source->set_remark(name + ": " + header->remark());
    return source;
}

} // namespace telemetry::source
