// SPDX-License-Identifier: GPL-3.0-or-later
#include "recorder.h"

#include <algorithm>
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

/// What may wait for the disk: half a minute of usual hardware.
constexpr std::size_t kMostQueuedValues = (64U << 20) / sizeof(float);

/// More captures go into a further recording, since the metadata is written whole each time.
constexpr std::size_t kMostCaptures = 1000;

/// "rx-2026-11-23T01-29-48.123Z": sorts by time, and has no colon, which some file systems refuse.
std::string free_path(const std::string& folder) {
    std::string name = "rx-" + to_rfc3339(utc_now()).substr(0, 23) + "Z";
    std::replace(name.begin(), name.end(), ':', '-');
    const std::string path = (std::filesystem::path(folder) / name).string();
    std::string free = path;
    std::error_code unknown;
    for (int i = 2; i < 100 && std::filesystem::exists(free + ".sigmf-data", unknown); ++i)
        free = path + "-" + std::to_string(i);
    return free;
}

} // namespace

Result<Recorder::Pointer> Recorder::make(const std::string& folder, const SampleFormat& format,
                                         double frequency_hz, const std::string& description,
                                         WhenFull when_full) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem)
        return fail(Error{"cannot be made: " + problem.message(), folder});
    auto recorder =
        gnuradio::make_block_sptr<Recorder>(folder, format, frequency_hz, description, when_full);
    if (auto begun = recorder->begin(0, format.rate_hz); !begun)
        return fail(begun.error());
    return recorder;
}

Recorder::Recorder(const std::string& folder, const SampleFormat& format, double frequency_hz,
                   const std::string& description, WhenFull when_full)
    : gr::sync_block(
          "telemetry_recorder",
          gr::io_signature::make(1, 1, format.kind == SampleKind::iq ? sizeof(Iq) : sizeof(float)),
          gr::io_signature::make(0, 0, 0)),
      folder_(folder), kind_(format.kind), description_(description),
      components_(format.kind == SampleKind::iq ? 2 : 1), when_full_(when_full),
      rate_hz_(format.rate_hz), frequency_hz_(frequency_hz),
      back_off_(kFirstRetryNs, kMostRetryNs) {
    message_port_register_out(keys::events());
}

Recorder::~Recorder() {
    finish_writing();
}

bool Recorder::start() {
    finishing_ = false;
    thread_ = std::thread([this] { run(); });
    return gr::sync_block::start();
}

bool Recorder::stop() {
    finish_writing();
    writer_.reset();
    return gr::sync_block::stop();
}

void Recorder::finish_writing() {
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard lock(mutex_);
        finishing_ = true;
    }
    changed_.notify_all();
    thread_.join();
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
    } else if (pmt::eq(tag.key, keys::rx_rate()) && pmt::is_real(tag.value)) {
        rate_hz_ = pmt::to_double(tag.value);
    } else if (pmt::eq(tag.key, keys::rx_freq()) && pmt::is_real(tag.value)) {
        frequency_hz_ = pmt::to_double(tag.value);
        new_capture_ = true;
    }
}

void Recorder::take(const float* values, std::int64_t samples) {
    if (samples <= 0)
        return;
    const std::size_t count = static_cast<std::size_t>(samples) * components_;
    Chunk chunk{{}, index_, kUnknownTime, frequency_hz_, rate_hz_, new_capture_};
    if (anchor_utc_ns_ != kUnknownTime)
        chunk.utc_ns = anchor_utc_ns_ +
                       std::llround(static_cast<double>(index_ - anchor_index_) / rate_hz_ * 1e9);
    index_ += samples;
    new_capture_ = false;
    std::unique_lock lock(mutex_);
    const auto has_room = [&] {
        return queue_.empty() || queued_values_ + count <= kMostQueuedValues;
    };
    if (when_full_ == WhenFull::wait)
        changed_.wait(lock, has_room);
    if (!has_room()) {
        dropped_ += static_cast<std::uint64_t>(samples);
        new_capture_ |= chunk.new_capture;
        return;
    }
    queued_values_ += count;
    chunk.values.assign(values, values + count);
    queue_.push_back(std::move(chunk));
    lock.unlock();
    changed_.notify_all();
}

void Recorder::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return finishing_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        const Chunk chunk = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        write(chunk);
        lock.lock();
        queued_values_ -= chunk.values.size();
        changed_.notify_all();
    }
}

void Recorder::write(const Chunk& chunk) {
    const auto samples = static_cast<std::int64_t>(chunk.values.size() / components_);
    const std::uint64_t before = recorded_;
    if (writer_ || steady_ns() >= next_try_ns_) {
        if (const auto done = write_now(chunk); !done)
            on_failure(done.error());
        else if (next_try_ns_ == 0 || steady_ns() - next_try_ns_ > kFirstRetryNs)
            back_off_.reset();
    }
    next_index_ = chunk.index + samples;
    dropped_ += static_cast<std::uint64_t>(samples) - (recorded_ - before);
}

Result<void> Recorder::write_now(const Chunk& chunk) {
    const bool gap = chunk.new_capture || chunk.index != next_index_;
    if (writer_ && writer_->samples() > 0 &&
        (chunk.rate_hz != writer_->rate_hz() || (gap && writer_->captures() >= kMostCaptures)))
        writer_.reset();
    if (writer_)
        writer_->set_rate(chunk.rate_hz);
    else if (auto begun = begin(chunk.index, chunk.rate_hz); !begun)
        return begun;
    const std::int64_t before = writer_->samples();
    if (gap || before == 0)
        if (auto begun = writer_->begin_capture(
                {before, chunk.index - first_index_, chunk.utc_ns, chunk.frequency_hz});
            !begun)
            return begun;
    auto done = writer_->write(chunk.values);
    recorded_ += static_cast<std::uint64_t>(writer_->samples() - before);
    return done;
}

Result<void> Recorder::begin(std::int64_t index, double rate_hz) {
    auto writer = SigmfWriter::create(free_path(folder_), {kind_, rate_hz}, description_);
    if (!writer)
        return fail(writer.error());
    writer_ = std::move(*writer);
    first_index_ = index;
    return {};
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
