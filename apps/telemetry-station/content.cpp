// SPDX-License-Identifier: GPL-3.0-or-later
#include "content.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <random>

#include "host.h"
#include "telemetry/base/text.h"

namespace telemetry::app {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// An address of AX.25 v2.2 §3.12: six characters shifted by one, SSID, and whether it is the last.
Result<Bytes> ax25_address(const std::string& text, std::uint8_t flags) {
    const auto parts = split(text, '-');
    int ssid = 0;
    bool good = !parts.empty() && parts.size() <= 2 && !parts[0].empty() && parts[0].size() <= 6;
    if (good && parts.size() == 2) {
        const auto end = parts[1].data() + parts[1].size();
        good = std::from_chars(parts[1].data(), end, ssid).ptr == end && ssid >= 0 && ssid <= 15;
    }
    if (!good)
        return fail("'" + text +
                    "' is not a callsign: expected up to 6 letters and digits and -0 to -15");
    Bytes address;
    for (std::size_t k = 0; k < 6; ++k) {
        char letter = k < parts[0].size() ? parts[0][k] : ' ';
        if (letter >= 'a' && letter <= 'z')
            letter = static_cast<char>(letter - 'a' + 'A');
        address.push_back(static_cast<std::uint8_t>(letter << 1));
    }
    address.push_back(static_cast<std::uint8_t>(flags | ssid << 1));
    return address;
}

class HostContent final : public Content {
public:
    std::optional<Bytes> next() override { return host_packet(reader_.read(), counter_++); }

private:
    HostReader reader_;
    std::uint32_t counter_ = 0;
};

class RandomContent final : public Content {
public:
    RandomContent(std::uint64_t seed, std::size_t size) : random_(seed), size_(size) {}
    std::optional<Bytes> next() override {
        Bytes bytes(size_);
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random_() >> 56);
        return bytes;
    }

private:
    std::mt19937_64 random_;
    std::size_t size_;
};

class ListedContent final : public Content {
public:
    explicit ListedContent(std::vector<Bytes> frames) : frames_(std::move(frames)) {}
    std::optional<Bytes> next() override {
        if (next_ == frames_.size())
            return std::nullopt;
        return frames_[next_++];
    }

private:
    std::vector<Bytes> frames_;
    std::size_t next_ = 0;
};

/// Header in front, padding behind.
class WrappedContent final : public Content {
public:
    WrappedContent(std::unique_ptr<Content> inner, Bytes header, std::size_t least)
        : inner_(std::move(inner)), header_(std::move(header)), least_(least) {}
    std::optional<Bytes> next() override {
        auto bytes = inner_->next();
        if (!bytes)
            return std::nullopt;
        bytes->insert(bytes->begin(), header_.begin(), header_.end());
        bytes->resize(std::max(bytes->size(), least_));
        return bytes;
    }

private:
    std::unique_ptr<Content> inner_;
    Bytes header_;
    std::size_t least_;
};

Result<std::unique_ptr<Content>> read_list(const std::string& path, std::size_t most) {
    std::ifstream file(path);
    if (!file)
        return fail(
            Error{.message = "cannot read: expected host, random, or a file of frames in hex",
                  .file = path});
    std::vector<Bytes> frames;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line[0] == '#')
            continue;
        auto bytes = from_hex(line);
        if (!bytes || bytes->empty())
            return fail(Error{
                .message = "expected the bytes of a frame in hex", .file = path, .line = number});
        if (bytes->size() > most)
            return fail(Error{.message = "a frame of " + std::to_string(bytes->size()) +
                                         " bytes, but this framing carries at most " +
                                         std::to_string(most),
                              .file = path,
                              .line = number});
        frames.push_back(std::move(*bytes));
    }
    return std::make_unique<ListedContent>(std::move(frames));
}

} // namespace

Result<std::unique_ptr<Content>> make_content(const ContentOptions& options) {
    if (options.kind != "host" && options.kind != "random") {
        auto list = read_list(options.kind, options.most);
        if (!list)
            return list;
        return std::make_unique<WrappedContent>(std::move(*list), Bytes{}, options.least);
    }

    // AX.25 v2.2 section 3: destination (command), source (last address), UI frame, no layer 3.
    Bytes header;
    if (options.ax25) {
        auto to = ax25_address(options.to, 0xe0);
        if (!to)
            return fail(to.error());
        auto from = ax25_address(options.from, 0x61);
        if (!from)
            return fail(from.error());
        header = *to;
        header.insert(header.end(), from->begin(), from->end());
        header.push_back(0x03);
        header.push_back(0xf0);
    }
    const std::size_t size = options.kind == "host" ? kHostPacketSize : options.size;
    if (header.size() + size > options.most)
        return fail("a frame of " + std::to_string(header.size() + size) +
                    " bytes, but this framing carries at most " + std::to_string(options.most));
    std::unique_ptr<Content> inner;
    if (options.kind == "host")
        inner = std::make_unique<HostContent>();
    else
        inner = std::make_unique<RandomContent>(options.seed, size);
    return std::make_unique<WrappedContent>(std::move(inner), std::move(header), options.least);
}

} // namespace telemetry::app
