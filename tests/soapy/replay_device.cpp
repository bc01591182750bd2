// SPDX-License-Identifier: GPL-3.0-or-later
// driver=replay: a receiver for tests that plays a file of complex floats and misbehaves as told.
//
//   file=PATH       what to play; cf32
//   time=NS         time stamp of the file's first sample; without it, readings have no time stamps
//   drop=AT:COUNT   COUNT samples from index AT on are missing, told by the time stamps alone
//   overflow=AT:COUNT  the same, and the read before tells of an overflow
//   fail=AT         reading fails for good at this index: the device has gone away
//   silent=AT       nothing comes from this index on: reads time out
//   absent=N        the first N attempts to open a device of this file fail
//   again=AT        the next device of this file that is opened begins at this index
//   actual=RATE     the sample rate it has, whatever it is set to
//   pace=1          samples come at the sample rate rather than as fast as possible
//   end=fail|silent what follows the last sample (default silent)
//
// drop, overflow and fail may be lists with ';' between. fail and silent happen once for a file,
// so that a device opened again lives; all state lives as long as the process.
#include <SoapySDR/Device.hpp>
#include <SoapySDR/Errors.hpp>
#include <SoapySDR/Formats.hpp>
#include <SoapySDR/Registry.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Sample = std::complex<float>;
using SoapySDR::Kwargs;

/// What outlives a device: a file's mishaps happen once.
struct History {
    int opened = 0;
    std::set<std::int64_t> happened;
    std::optional<std::int64_t> next_start;
};

std::mutex history_mutex;

History& history_of(const std::string& file) {
    static std::map<std::string, History> histories;
    return histories[file];
}

struct Gap {
    std::int64_t at;
    std::int64_t count;
    bool told; ///< by an overflow
};

std::string text_of(const Kwargs& args, const std::string& key) {
    const auto found = args.find(key);
    return found == args.end() ? "" : found->second;
}

std::vector<std::string> list_of(const Kwargs& args, const std::string& key) {
    std::vector<std::string> items;
    std::istringstream text(text_of(args, key));
    for (std::string item; std::getline(text, item, ';');)
        items.push_back(item);
    return items;
}

class ReplayDevice final : public SoapySDR::Device {
public:
    explicit ReplayDevice(const Kwargs& args) : file_(text_of(args, "file")) {
        {
            const std::lock_guard lock(history_mutex);
            History& history = history_of(file_);
            const std::string absent = text_of(args, "absent");
            if (history.opened++ < (absent.empty() ? 0 : std::stoi(absent)))
                throw std::runtime_error("replay: not plugged in yet");
            if (history.next_start)
                position_ = *history.next_start;
            if (const std::string again = text_of(args, "again"); !again.empty())
                history.next_start = std::stoll(again);
        }
        std::ifstream stream(file_, std::ios::binary);
        if (!stream)
            throw std::runtime_error("replay: cannot read '" + file_ + "'");
        stream.seekg(0, std::ios::end);
        samples_.resize(static_cast<std::size_t>(stream.tellg()) / sizeof(Sample));
        stream.seekg(0);
        stream.read(reinterpret_cast<char*>(samples_.data()),
                    static_cast<std::streamsize>(samples_.size() * sizeof(Sample)));
        if (const std::string time = text_of(args, "time"); !time.empty())
            time_ns_ = std::stoll(time);
        for (const char* key : {"drop", "overflow"})
            for (const std::string& item : list_of(args, key)) {
                const auto colon = item.find(':');
                gaps_.push_back({std::stoll(item.substr(0, colon)),
                                 std::stoll(item.substr(colon + 1)),
                                 key == std::string("overflow")});
            }
        std::sort(gaps_.begin(), gaps_.end(),
                  [](const Gap& a, const Gap& b) { return a.at < b.at; });
        std::erase_if(gaps_, [this](const Gap& gap) { return gap.at < position_; });
        for (const std::string& item : list_of(args, "fail"))
            failures_.push_back(std::stoll(item));
        if (const std::string silent = text_of(args, "silent"); !silent.empty())
            silent_ = std::stoll(silent);
        if (const std::string actual = text_of(args, "actual"); !actual.empty())
            actual_rate_hz_ = std::stod(actual);
        paced_ = text_of(args, "pace") == "1";
        fails_at_end_ = text_of(args, "end") == "fail";
    }

    std::string getDriverKey() const override { return "replay"; }
    std::string getHardwareKey() const override { return "file"; }
    std::size_t getNumChannels(const int direction) const override {
        return direction == SOAPY_SDR_RX ? 1 : 0;
    }

    std::vector<std::string> getStreamFormats(const int, const std::size_t) const override {
        return {SOAPY_SDR_CF32};
    }
    std::string getNativeStreamFormat(const int, const std::size_t,
                                      double& full_scale) const override {
        full_scale = 1;
        return SOAPY_SDR_CF32;
    }
    SoapySDR::Stream* setupStream(const int, const std::string& format,
                                  const std::vector<std::size_t>&, const Kwargs&) override {
        if (format != SOAPY_SDR_CF32)
            throw std::runtime_error("replay: only " SOAPY_SDR_CF32);
        return reinterpret_cast<SoapySDR::Stream*>(this);
    }
    void closeStream(SoapySDR::Stream*) override {}
    std::size_t getStreamMTU(SoapySDR::Stream*) const override { return kMtu; }
    int activateStream(SoapySDR::Stream*, const int, const long long, const std::size_t) override {
        began_ = Clock::now();
        began_at_ = position_;
        return 0;
    }
    int deactivateStream(SoapySDR::Stream*, const int, const long long) override { return 0; }

    int readStream(SoapySDR::Stream*, void* const* buffers, const std::size_t most, int& flags,
                   long long& time_ns, const long timeout_us) override {
        flags = 0;
        const auto length = static_cast<std::int64_t>(samples_.size());
        if (happens(failures_) || (fails_at_end_ && position_ >= length))
            return SOAPY_SDR_STREAM_ERROR;
        if (position_ >= length || is_silent()) {
            std::this_thread::sleep_for(std::chrono::microseconds(timeout_us));
            return SOAPY_SDR_TIMEOUT;
        }
        if (!gaps_.empty() && position_ == gaps_.front().at) {
            const Gap gap = gaps_.front();
            gaps_.erase(gaps_.begin());
            position_ += gap.count;
            if (gap.told)
                return SOAPY_SDR_OVERFLOW;
        }
        std::int64_t count =
            std::min<std::int64_t>({static_cast<std::int64_t>(std::min(most, kMtu)),
                                    length - position_, next_mishap() - position_});
        if (paced_)
            count = std::min(count, wait_for_samples(timeout_us));
        if (count <= 0)
            return paced_ ? SOAPY_SDR_TIMEOUT : 0;
        std::copy_n(samples_.begin() + position_, count, static_cast<Sample*>(buffers[0]));
        if (time_ns_) {
            flags |= SOAPY_SDR_HAS_TIME;
            time_ns = *time_ns_ + std::llround(static_cast<double>(position_) / rate_hz_ * 1e9);
        }
        position_ += count;
        return static_cast<int>(count);
    }

    void setSampleRate(const int, const std::size_t, const double rate) override {
        rate_hz_ = actual_rate_hz_.value_or(std::clamp(rate, 1e3, 1e7));
    }
    double getSampleRate(const int, const std::size_t) const override { return rate_hz_; }
    SoapySDR::RangeList getSampleRateRange(const int, const std::size_t) const override {
        return {SoapySDR::Range(1e3, 1e7)};
    }
    std::vector<std::string> listAntennas(const int, const std::size_t) const override {
        return {"RX", "AUX"};
    }
    std::vector<std::string> listGains(const int, const std::size_t) const override {
        return {"LNA"};
    }
    std::vector<std::string> listFrequencies(const int, const std::size_t) const override {
        return {"RF"};
    }
    void setFrequency(const int, const std::size_t, const std::string&, const double frequency,
                      const Kwargs&) override {
        frequency_hz_ = frequency;
    }
    double getFrequency(const int, const std::size_t, const std::string&) const override {
        return frequency_hz_;
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kMtu = 1024;

    bool happens(const std::vector<std::int64_t>& mishaps) {
        if (std::find(mishaps.begin(), mishaps.end(), position_) == mishaps.end())
            return false;
        const std::lock_guard lock(history_mutex);
        return history_of(file_).happened.insert(position_).second;
    }

    bool is_silent() {
        if (silent_now_ || (silent_ >= 0 && position_ == silent_ && happens({silent_})))
            silent_now_ = true;
        return silent_now_;
    }

    std::int64_t next_mishap() const {
        std::int64_t next = static_cast<std::int64_t>(samples_.size());
        if (!gaps_.empty())
            next = std::min(next, gaps_.front().at);
        for (const std::int64_t at : failures_)
            if (at > position_)
                next = std::min(next, at);
        if (silent_ > position_)
            next = std::min(next, silent_);
        return next;
    }

    /// How many samples are due; waits for the first of them.
    std::int64_t wait_for_samples(long timeout_us) const {
        const auto deadline = Clock::now() + std::chrono::microseconds(timeout_us);
        while (true) {
            const double passed_s = std::chrono::duration<double>(Clock::now() - began_).count();
            const auto due = began_at_ + static_cast<std::int64_t>(passed_s * rate_hz_) - position_;
            if (due > 0 || Clock::now() >= deadline)
                return due;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }

    std::string file_;
    std::vector<Sample> samples_;
    std::int64_t position_ = 0;
    std::optional<std::int64_t> time_ns_;
    std::vector<Gap> gaps_; ///< still to come
    std::vector<std::int64_t> failures_;
    std::int64_t silent_ = -1;
    bool silent_now_ = false;
    bool paced_ = false;
    bool fails_at_end_ = false;
    double rate_hz_ = 48000;
    std::optional<double> actual_rate_hz_;
    double frequency_hz_ = 0;
    Clock::time_point began_;
    std::int64_t began_at_ = 0;
};

/// Only asked for by name: a search for devices must not find one that is not there.
SoapySDR::KwargsList find_replay(const Kwargs& args) {
    if (text_of(args, "driver") != "replay" || text_of(args, "file").empty())
        return {};
    return {args};
}

SoapySDR::Device* make_replay(const Kwargs& args) {
    return new ReplayDevice(args);
}

const SoapySDR::Registry registration("replay", &find_replay, &make_replay, SOAPY_SDR_ABI_VERSION);

} // namespace
