// SPDX-License-Identifier: GPL-3.0-or-later
#include "record_reader.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "byte_window.h"
#include "json_records.h"
#include "telemetry/base/text.h"

namespace telemetry::decode {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 24; ///< of one record, decoded

using Next = Result<std::optional<Record>>;

/// A reader whose records are numbered, and which knows how to complain.
class NumberedReader : public RecordReader {
public:
    explicit NumberedReader(source::ByteStream stream) : window_(std::move(stream)) {}

protected:
    Record number(std::span<const std::uint8_t> bytes, UtcNs utc_ns = kUnknownTime) {
        Record record;
        record.frame.bytes = bytes;
        record.frame.utc_ns = utc_ns;
        record.frame.sample_index = count_;
        record.origin.confirmed = false;
        record.origin.utc_ns = utc_ns;
        record.origin.sample_index = count_++;
        return record;
    }
    tl::unexpected<Error> broken(const std::string& message) const {
        return fail(Error{.message = message, .file = window_.name()});
    }

    ByteWindow window_;
    std::int64_t count_ = 0;
};

class RawReader final : public NumberedReader {
public:
    RawReader(source::ByteStream stream, const RawLayout& layout)
        : NumberedReader(std::move(stream)), layout_(layout) {}

    Next next() override {
        window_.skip(std::exchange(size_, 0));
        const std::string what(layout_.what);
        std::size_t wanted = layout_.size;
        for (std::size_t need = 1; wanted == 0;) {
            const auto bytes = window_.peek(need);
            if (!bytes)
                return fail(bytes.error());
            if (bytes->empty())
                return std::nullopt;
            if (bytes->size() < need)
                return cut(bytes->size(), need);
            const RecordExtent extent = layout_.measure(*bytes);
            if (extent.total == 0 && extent.need <= need)
                return broken("byte " + std::to_string(window_.position()) + ": no " + what +
                              " begins here: " + std::string(extent.problem));
            wanted = extent.total;
            need = extent.need;
        }
        const auto bytes = window_.peek(wanted);
        if (!bytes)
            return fail(bytes.error());
        if (bytes->size() < wanted)
            return cut(bytes->size(), wanted);
        size_ = wanted;
        return number(*bytes);
    }

    std::string remark() const override { return remark_; }

private:
    Next cut(std::size_t there, std::size_t wanted) {
        if (there != 0 && layout_.rest == RawLayout::Rest::kept) {
            const auto bytes = window_.peek(there);
            if (!bytes)
                return fail(bytes.error());
            size_ = there;
            return number(*bytes);
        }
        if (there != 0)
            remark_ = window_.name() + ": ends within a " + std::string(layout_.what) + ": of " +
                      std::to_string(wanted) + " bytes " + std::to_string(there) + " are there";
        return std::nullopt;
    }

    RawLayout layout_;
    std::size_t size_ = 0; ///< of the last record
    std::string remark_;
};

class HexReader final : public NumberedReader {
public:
    using NumberedReader::NumberedReader;

    Next next() override {
        while (true) {
            const auto line = window_.peek_until('\n', 3 * kMostBytes);
            if (!line)
                return fail(line.error());
            if (line->empty() && window_.at_end())
                return std::nullopt;
            ++line_;
            auto bytes = from_hex({reinterpret_cast<const char*>(line->data()), line->size()});
            if (!bytes)
                return fail(Error{.message = "expected hex digits, two a byte",
                                  .file = window_.name(),
                                  .line = line_});
            window_.skip(line->size());
            window_.skip(window_.at_end() ? 0 : 1);
            if (bytes->empty())
                continue;
            bytes_ = std::move(*bytes);
            return number(bytes_);
        }
    }

private:
    std::vector<std::uint8_t> bytes_;
    int line_ = 0;
};

/// KISS: what append_kiss() writes. Commands other than data (port settings) are skipped.
class KissReader final : public NumberedReader {
public:
    using NumberedReader::NumberedReader;

    Next next() override {
        constexpr std::uint8_t fend = 0xC0;
        constexpr std::uint8_t fesc = 0xDB;
        while (true) {
            const auto part = window_.peek_until(fend, 2 * kMostBytes);
            if (!part)
                return fail(part.error());
            if (part->empty() && window_.at_end())
                return std::nullopt;
            bytes_.clear();
            for (std::size_t i = 0; i < part->size(); ++i) {
                std::uint8_t byte = (*part)[i];
                if (byte == fesc) {
                    const std::uint8_t next = ++i < part->size() ? (*part)[i] : 0;
                    if (next != 0xDC && next != 0xDD)
                        return broken(
                            "byte " +
                            std::to_string(window_.position() + static_cast<std::int64_t>(i)) +
                            ": no KISS: the escape is followed by neither DCh nor DDh");
                    byte = next == 0xDC ? fend : fesc;
                }
                bytes_.push_back(byte);
            }
            window_.skip(part->size());
            window_.skip(window_.at_end() ? 0 : 1);
            if (bytes_.size() > 1 && (bytes_[0] & 15) == 0)
                return number(std::span(bytes_).subspan(1));
        }
    }

private:
    std::vector<std::uint8_t> bytes_;
};

/// The classic pcap file, either byte order, micro- or nanoseconds.
class PcapReader final : public NumberedReader {
public:
    using NumberedReader::NumberedReader;

    Result<void> read_head() {
        const auto head = window_.peek(24);
        if (!head)
            return fail(head.error());
        const std::span<const std::uint8_t> bytes = *head;
        if (bytes.size() < 24)
            return broken("is no pcap file: too short");
        for (const bool big : {false, true}) {
            big_endian_ = big;
            const std::uint32_t magic = word(bytes, 0);
            if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
                continue;
            unit_ns_ = magic == 0xa1b23c4d ? 1 : 1000;
            kiss_ = (word(bytes, 20) & 0xffff) == 202;
            window_.skip(24);
            return {};
        }
        return broken("is no pcap file: it does not begin with A1B2C3D4h or A1B23C4Dh");
    }

    Next next() override {
        window_.skip(std::exchange(size_, 0));
        const auto head = window_.peek(16);
        if (!head)
            return fail(head.error());
        if (head->empty())
            return std::nullopt;
        if (head->size() < 16)
            return cut();
        const std::uint32_t seconds = word(*head, 0);
        const std::uint32_t fraction = word(*head, 4);
        const std::size_t size = word(*head, 8);
        if (size > kMostBytes)
            return broken("byte " + std::to_string(window_.position()) + ": a record claims " +
                          std::to_string(size) + " bytes");
        const auto whole = window_.peek(16 + size);
        if (!whole)
            return fail(whole.error());
        if (whole->size() < 16 + size)
            return cut();
        size_ = 16 + size;
        auto bytes = whole->subspan(16);
        if (kiss_ && !bytes.empty()) // the KISS command byte
            bytes = bytes.subspan(1);
        return number(bytes,
                      std::int64_t{seconds} * 1000000000 + std::int64_t{fraction} * unit_ns_);
    }

    std::string remark() const override { return remark_; }

private:
    Next cut() {
        remark_ = window_.name() + ": ends within a record";
        return std::nullopt;
    }
    std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t at) const {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value |= static_cast<std::uint32_t>(bytes[at + i]) << 8 * (big_endian_ ? 3 - i : i);
        return value;
    }

    bool big_endian_ = false;
    bool kiss_ = false;
    std::int64_t unit_ns_ = 1000;
    std::size_t size_ = 0; ///< of the last record
    std::string remark_;
};

class JsonReader final : public NumberedReader {
public:
    JsonReader(source::ByteStream stream, std::string_view key)
        : NumberedReader(std::move(stream)), key_(key) {}

    Next next() override {
        while (true) {
            const auto line = window_.peek_until('\n', 3 * kMostBytes);
            if (!line)
                return fail(line.error());
            if (line->empty() && window_.at_end())
                return std::nullopt;
            ++line_;
            auto record = read_json_record(
                {reinterpret_cast<const char*>(line->data()), line->size()}, key_, bytes_);
            if (!record) {
                Error error = record.error();
                error.file = window_.name();
                error.line = line_;
                return fail(std::move(error));
            }
            window_.skip(line->size());
            window_.skip(window_.at_end() ? 0 : 1);
            if (*record)
                return record;
        }
    }

private:
    std::string key_;
    std::vector<std::uint8_t> bytes_;
    int line_ = 0;
};

std::string format_by_name(const std::string& path) {
    for (const char* format : {"hex", "kiss", "pcap", "jsonl"})
        if (to_lower(path).ends_with(std::string(".") + format))
            return format;
    return "raw";
}

} // namespace

Result<std::unique_ptr<RecordReader>>
open_records(const std::string& path, const std::string& format, const RawLayout& layout) {
    const std::string wanted = format.empty() ? format_by_name(path) : format;
    static constexpr std::array<std::string_view, 5> kFormats = {"raw", "hex", "kiss", "pcap",
                                                                 "jsonl"};
    if (std::find(kFormats.begin(), kFormats.end(), wanted) == kFormats.end())
        return fail(Error{.message = "'" + wanted +
                                     "' is not a format of this input stage; "
                                     "expected raw, hex, kiss, pcap or jsonl",
                          .key = "--input-format"});
    if (wanted == "raw" && layout.size == 0 && layout.measure == nullptr)
        return fail(Error{.message = "raw frames need it, as neither framing nor frames say it",
                          .key = "--frame-size"});
    auto stream = source::ByteStream::open(path);
    if (!stream)
        return fail(stream.error());
    if (wanted == "raw")
        return std::make_unique<RawReader>(std::move(*stream), layout);
    if (wanted == "hex")
        return std::make_unique<HexReader>(std::move(*stream));
    if (wanted == "kiss")
        return std::make_unique<KissReader>(std::move(*stream));
    if (wanted == "jsonl")
        return std::make_unique<JsonReader>(std::move(*stream), layout.what);
    auto pcap = std::make_unique<PcapReader>(std::move(*stream));
    if (const auto read = pcap->read_head(); !read)
        return fail(read.error());
    return pcap;
}

} // namespace telemetry::decode
