// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>
#include <zmq.hpp>

#include "sample_format.h"
#include "telemetry/base/time.h"

namespace telemetry::app {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Takes encoded bytes, and what there is to do at the end.
class Carrier {
public:
    virtual ~Carrier() = default;
    virtual Result<bool> send(const Bytes& bytes) = 0;
    virtual Result<void> close() { return {}; }
};

std::string system_message() {
    return std::strerror(errno);
}

class FileCarrier : public Carrier {
public:
    FileCarrier(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
    FileCarrier(const FileCarrier&) = delete;
    FileCarrier& operator=(const FileCarrier&) = delete;
    ~FileCarrier() override {
        if (file_ != nullptr && file_ != stdout)
            std::fclose(file_);
    }

    Result<bool> send(const Bytes& bytes) override {
        if (std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size() &&
            std::fflush(file_) == 0)
            return true;
        if (errno == EPIPE)
            return false;
        return fail(Error{.message = "cannot write: " + system_message(), .file = path_});
    }

    Result<void> close() override {
        if (file_ == stdout)
            return {};
        std::FILE* file = std::exchange(file_, nullptr);
        if (std::fclose(file) != 0)
            return fail(Error{.message = "cannot write: " + system_message(), .file = path_});
        return {};
    }

protected:
    std::FILE* file() { return file_; }

private:
    std::string path_;
    std::FILE* file_;
};

void put(std::uint32_t value, int bytes, Bytes& out) {
    for (int byte = 0; byte < bytes; ++byte)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
}

/// RIFF/WAVE of 16-bit samples: one channel of real ones, or I and Q. The lengths are not known
/// until the end; a pipe keeps the greatest there is, as other writers of endless WAV do.
class WavCarrier final : public FileCarrier {
public:
    WavCarrier(std::string path, std::FILE* file, const OutputOptions& options)
        : FileCarrier(std::move(path), file), options_(options) {}

    Result<bool> send(const Bytes& bytes) override {
        if (written_ == 0) {
            auto begun = FileCarrier::send(header(0xffffffffU - 36));
            if (!begun || !*begun)
                return begun;
        }
        written_ += bytes.size();
        return FileCarrier::send(bytes);
    }

    Result<void> close() override {
        const auto length =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(written_, 0xffffffffU - 36));
        if (file() != stdout && std::fseek(file(), 0, SEEK_SET) == 0)
            if (const auto done = FileCarrier::send(header(length)); !done)
                return fail(done.error());
        return FileCarrier::close();
    }

private:
    Bytes header(std::uint32_t data_bytes) const {
        const std::uint32_t channels = options_.kind == SampleKind::iq ? 2 : 1;
        const auto rate = static_cast<std::uint32_t>(std::lround(options_.rate_hz));
        const auto text = [](const char* letters, Bytes& out) {
            out.insert(out.end(), letters, letters + 4);
        };
        Bytes out;
        text("RIFF", out);
        put(data_bytes + 36, 4, out);
        text("WAVE", out);
        text("fmt ", out);
        put(16, 4, out);
        put(1, 2, out); // PCM
        put(channels, 2, out);
        put(rate, 4, out);
        put(rate * channels * 2, 4, out);
        put(channels * 2, 2, out);
        put(16, 2, out);
        text("data", out);
        put(data_bytes, 4, out);
        return out;
    }

    OutputOptions options_;
    std::uint64_t written_ = 0;
};

/// Plain datagrams, a whole number of samples each and no header: what GNU Radio's UDP Source
/// reads.
class UdpCarrier final : public Carrier {
public:
    explicit UdpCarrier(int socket) : socket_(socket) {}
    UdpCarrier(const UdpCarrier&) = delete;
    UdpCarrier& operator=(const UdpCarrier&) = delete;
    ~UdpCarrier() override { ::close(socket_); }

    Result<bool> send(const Bytes& bytes) override {
        constexpr std::size_t kPayload =
            1472; // of an Ethernet frame; a multiple of every sample size
        pending_.insert(pending_.end(), bytes.begin(), bytes.end());
        std::size_t sent = 0;
        for (; pending_.size() - sent >= kPayload; sent += kPayload)
            transmit(sent, kPayload);
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(sent));
        return true;
    }
    Result<void> close() override {
        if (!pending_.empty())
            transmit(0, pending_.size());
        return {};
    }

private:
    /// Nobody listening is no error: a transmitter does not know.
    void transmit(std::size_t from, std::size_t size) {
        [[maybe_unused]] const auto sent = ::send(socket_, pending_.data() + from, size, 0);
    }

    int socket_;
    Bytes pending_;
};

/// A ZeroMQ PUB socket whose messages are samples: what GNU Radio's ZMQ SUB Source reads.
class ZmqCarrier final : public Carrier {
public:
    explicit ZmqCarrier(const std::string& endpoint) : socket_(context_, zmq::socket_type::pub) {
        socket_.set(zmq::sockopt::linger, 1000);
        socket_.bind(endpoint);
    }
    Result<bool> send(const Bytes& bytes) override {
        socket_.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
        return true;
    }

private:
    zmq::context_t context_;
    zmq::socket_t socket_;
};

class EncodedOutput final : public Output {
public:
    EncodedOutput(const RawFormat& format, std::unique_ptr<Carrier> carrier)
        : format_(format), carrier_(std::move(carrier)) {}
    Result<bool> write(std::span<const Iq> iq, std::span<const float> real) override {
        bytes_.clear();
        encode(format_, iq, real, bytes_);
        return bytes_.empty() ? Result<bool>(true) : carrier_->send(bytes_);
    }
    Result<void> close() override { return carrier_->close(); }

private:
    const RawFormat& format_;
    std::unique_ptr<Carrier> carrier_;
    Bytes bytes_;
};

Result<std::unique_ptr<Carrier>> open_udp(const std::string& target) {
    const std::string address = target.substr(6);
    const auto colon = address.rfind(':');
    if (colon == std::string::npos)
        return fail("'" + target + "': expected udp://host:port");
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const int problem = getaddrinfo(address.substr(0, colon).c_str(),
                                    address.substr(colon + 1).c_str(), &hints, &found);
    if (problem != 0)
        return fail("'" + target + "': " + gai_strerror(problem));
    const int descriptor = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    const bool good =
        descriptor >= 0 && connect(descriptor, found->ai_addr, found->ai_addrlen) == 0;
    const std::string why = good ? "" : system_message();
    freeaddrinfo(found);
    if (!good)
        return fail("'" + target + "': " + why);
    return std::make_unique<UdpCarrier>(descriptor);
}

std::string replaced_ending(const std::string& path, std::string_view ending) {
    for (const std::string_view old : {".sigmf-data", ".sigmf-meta", ".sigmf"})
        if (path.ends_with(old))
            return path.substr(0, path.size() - old.size()) + std::string(ending);
    return path + std::string(ending);
}

/// The description beside the samples (SigMF 1.0).
Result<void> write_sigmf_meta(const OutputOptions& options, const RawFormat& format) {
    nlohmann::ordered_json capture{{"core:sample_start", 0}};
    if (options.frequency_hz > 0)
        capture["core:frequency"] = options.frequency_hz;
    if (options.start_utc_ns != kUnknownTime)
        capture["core:datetime"] = to_rfc3339(options.start_utc_ns);
    const nlohmann::ordered_json meta{{"global",
                                       {{"core:datatype", format.sigmf},
                                        {"core:sample_rate", options.rate_hz},
                                        {"core:version", "1.0.0"},
                                        {"core:recorder", "telemetry-station"}}},
                                      {"captures", nlohmann::json::array({capture})},
                                      {"annotations", nlohmann::json::array()}};
    const std::string path = replaced_ending(options.target, ".sigmf-meta");
    std::ofstream file(path);
    file << meta.dump(2) << '\n';
    file.close();
    if (!file)
        return fail(Error{.message = "cannot write: " + system_message(), .file = path});
    return {};
}

std::string format_by_name(const OutputOptions& options) {
    const auto ends = [&](std::string_view ending) { return options.target.ends_with(ending); };
    if (ends(".wav"))
        return "wav";
    if (ends(".sigmf") || ends(".sigmf-data") || ends(".sigmf-meta"))
        return "sigmf";
    for (const char* name : {"cf32", "ci16", "ci8", "cu8", "f32", "s16"})
        if (ends("." + std::string(name)))
            return name;
    return options.kind == SampleKind::iq ? "cf32" : "f32";
}

bool has_scheme(const std::string& target, std::initializer_list<std::string_view> schemes) {
    for (const auto scheme : schemes)
        if (target.starts_with(scheme))
            return true;
    return false;
}

} // namespace

Result<std::unique_ptr<Output>> open_output(const OutputOptions& options) {
    const std::string name = options.format.empty() ? format_by_name(options) : options.format;
    const bool wav = name == "wav";
    const bool sigmf = name == "sigmf";
    const bool iq = options.kind == SampleKind::iq;
    const auto* format = find_raw_format(wav     ? (iq ? "ci16" : "s16")
                                         : sigmf ? (iq ? "cf32" : "f32")
                                                 : name);
    if (format == nullptr)
        return fail("unknown sample format '" + name +
                    "', expected one of cf32, ci16, ci8, cu8, f32, s16, wav, sigmf");
    if (format->kind != options.kind)
        return fail("the format " + name +
                    (iq ? " holds real samples, not IQ: expected cf32, ci16, ci8 or cu8"
                        : " holds IQ, not real samples: expected f32 or s16"));
    const bool network = has_scheme(options.target, {"udp://", "tcp://", "ipc://"});
    if (network && (wav || sigmf))
        return fail("a stream to " + options.target + " has no header: choose a raw format");

    std::unique_ptr<Carrier> carrier;
    if (has_scheme(options.target, {"udp://"})) {
        auto udp = open_udp(options.target);
        if (!udp)
            return fail(udp.error());
        carrier = std::move(*udp);
    } else if (network) {
        try {
            carrier = std::make_unique<ZmqCarrier>(options.target);
        } catch (const zmq::error_t& error) {
            return fail("cannot bind " + options.target + ": " + error.what());
        }
    } else {
        const std::string path =
            sigmf ? replaced_ending(options.target, ".sigmf-data") : options.target;
        if (sigmf && options.target == "-")
            return fail("SigMF is two files: give a path");
        std::FILE* file = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
        if (file == nullptr)
            return fail(Error{.message = "cannot create: " + system_message(), .file = path});
        if (sigmf) {
            if (const auto done = write_sigmf_meta(options, *format); !done) {
                std::fclose(file);
                return fail(done.error());
            }
        }
        if (wav)
            carrier = std::make_unique<WavCarrier>(path, file, options);
        else
            carrier = std::make_unique<FileCarrier>(path, file);
    }
    return std::make_unique<EncodedOutput>(*format, std::move(carrier));
}

} // namespace telemetry::app
