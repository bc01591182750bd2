// SPDX-License-Identifier: GPL-3.0-or-later
#include "recorder.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <vector>

#include <gnuradio/io_signature.h>
#include <gnuradio/telemetry/keys.h>
#include <gnuradio/telemetry/pdu.h>

#include "telemetry/base/time.h"

namespace telemetry::rx {
namespace {

namespace keys = gr::telemetry::keys;

constexpr std::int64_t kFirstRetryNs = 10'000'000'000;
constexpr std::int64_t kMostRetryNs = 600'000'000'000;

std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// "rx-2026-11-23T01-29-48.123Z": sorts by time, and has no colon, which some file systems refuse.
std::string recording_name() {
    std::string name = "rx-" + to_rfc3339(utc_now()).substr(0, 23) + "Z";
    std::replace(name.begin(), name.end(), ':', '-');
    return name;
}

} // namespace

Result<Recorder::Pointer> Recorder::make(const std::string& folder, const SampleFormat& format,
                                         double frequency_hz, const std::string& description) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem)
        return fail(Error{"cannot be made: " + problem.message(), folder});
    auto recorder = gnuradio::make_block_sptr<Recorder>(folder, format, frequency_hz, description);
    if (auto begun = recorder->begin(); !begun)
        return fail(begun.error());
    return recorder;
}

Recorder::Recorder(const std::string& folder, const SampleFormat& format, double frequency_hz,
                   const std::string& description)
    : gr::sync_block(
          "telemetry_recorder",
          gr::io_signature::make(1, 1, format.kind == SampleKind::iq ? sizeof(Iq) : sizeof(float)),
          gr::io_signature::make(0, 0, 0)),
      folder_(folder), format_(format), frequency_hz_(frequency_hz), description_(description),
      components_(format.kind == SampleKind::iq ? 2 : 1), back_off_(kFirstRetryNs, kMostRetryNs) {
    message_port_register_out(keys::events());
}

Result<void> Recorder::begin() {
    auto writer = SigmfWriter::create((std::filesystem::path(folder_) / recording_name()).string(),
                                      format_, description_);
    if (!writer)
        return fail(writer.error());
    writer_ = std::move(*writer);
    first_index_ = index_;
    new_capture_ = true;
    return {};
}

bool Recorder::stop() {
    writer_.reset();
    return gr::sync_block::stop();
}

int Recorder::work(int count, gr_vector_const_void_star& inputs, gr_vector_void_star&) {
    const auto* values = static_cast<const float*>(inputs[0]);
    std::vector<gr::tag_t> tags;
    get_tags_in_window(tags, 0, 0, static_cast<std::uint64_t>(count));
    std::stable_sort(tags.begin(), tags.end(), gr::tag_t::offset_compare);
    std::int64_t done = 0;
    for (const gr::tag_t& tag : tags) {
        const auto at = static_cast<std::int64_t>(tag.offset - nitems_read(0));
        take(values + done * static_cast<std::int64_t>(components_), at - done);
        done = at;
        heed(tag);
    }
    take(values + done * static_cast<std::int64_t>(components_), count - done);
    return count;
}

void Recorder::heed(const gr::tag_t& tag) {
    if (pmt::eq(tag.key, keys::samples_lost()) && pmt::is_uint64(tag.value)) {
        index_ += static_cast<std::int64_t>(pmt::to_uint64(tag.value));
        new_capture_ = true;
    } else if (pmt::eq(tag.key, keys::rx_time())) {
        if (const auto time = gr::telemetry::from_rx_time(tag.value)) {
            anchor_utc_ns_ = *time;
            anchor_index_ = index_;
            new_capture_ = true;
        }
    } else if (pmt::eq(tag.key, keys::rx_freq()) && pmt::is_real(tag.value)) {
        frequency_hz_ = pmt::to_double(tag.value);
        new_capture_ = true;
    }
}

void Recorder::take(const float* values, std::int64_t samples) {
    if (samples <= 0)
        return;
    if (!writer_ && steady_ns() >= next_try_ns_)
        if (const auto begun = begin(); !begun)
            on_failure(begun.error());
    std::int64_t written = 0;
    if (writer_) {
        const std::int64_t before = writer_->samples();
        Result<void> done;
        if (new_capture_) {
            Capture capture{before, index_ - first_index_, kUnknownTime, frequency_hz_};
            if (anchor_utc_ns_ != kUnknownTime)
                capture.utc_ns =
                    anchor_utc_ns_ + std::llround(static_cast<double>(index_ - anchor_index_) /
                                                  format_.rate_hz * 1e9);
            done = writer_->begin_capture(capture);
            new_capture_ = false;
        }
        if (done)
            done = writer_->write({values, static_cast<std::size_t>(samples) * components_});
        written = writer_->samples() - before;
        if (!done)
            on_failure(done.error());
        else if (next_try_ns_ == 0 || steady_ns() - next_try_ns_ > kFirstRetryNs)
            back_off_.reset();
    }
    index_ += samples;
    recorded_ += static_cast<std::uint64_t>(written);
    dropped_ += static_cast<std::uint64_t>(samples - written);
}

void Recorder::on_failure(const Error& error) {
    writer_.reset();
    const std::int64_t wait_ns = back_off_.next_ns();
    next_try_ns_ = steady_ns() + wait_ns;
    pmt::pmt_t dict = pmt::make_dict();
    dict = pmt::dict_add(dict, pmt::mp("event"), pmt::mp("recording_failed"));
    dict = pmt::dict_add(dict, pmt::mp("text"),
                         pmt::mp("recording: " + error.to_string() + "; next attempt in " +
                                 std::to_string(wait_ns / 1'000'000'000) + " s"));
    message_port_pub(keys::events(), dict);
}

} // namespace telemetry::rx
