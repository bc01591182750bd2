// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/sigmf_meta.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "telemetry/base/time.h"
#include "telemetry/source/open.h"

namespace telemetry::source {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostIndex = std::int64_t{1} << 52; // exact in a double

class Reader {
public:
    explicit Reader(const std::string& file) : file_(file) {}

    Result<SigmfMeta> read(const Json& root, std::optional<double> rate_hz) const;

private:
    tl::unexpected<Error> wrong(const std::string& key, const std::string& message) const {
        return fail(Error{message, file_, 0, 0, key});
    }
    Result<std::int64_t> count(const Json& map, const char* key, std::int64_t fallback) const;
    /// `offset`: the index of the file's first sample, as all indices are the whole dataset's.
    Result<void> read_captures(const Json& list, std::int64_t offset, SigmfMeta& meta) const;
    Result<UtcNs> time_of(const Json& capture) const;

    const std::string& file_;
};

Result<std::int64_t> Reader::count(const Json& map, const char* key, std::int64_t fallback) const {
    const auto at = map.find(key);
    if (at == map.end())
        return fallback;
    if (!at->is_number_integer() ||
        (at->is_number_unsigned() && at->get<std::uint64_t>() > kMostIndex) ||
        at->get<std::int64_t>() < 0 || at->get<std::int64_t>() > kMostIndex)
        return wrong(key, "expected a count of samples or bytes");
    return at->get<std::int64_t>();
}

Result<UtcNs> Reader::time_of(const Json& capture) const {
    const auto at = capture.find("core:datetime");
    if (at == capture.end())
        return kUnknownTime;
    const auto time = at->is_string() ? from_rfc3339(at->get<std::string>()) : std::nullopt;
    if (!time)
        return wrong("core:datetime", "expected an ISO 8601 time such as 2026-01-31T12:00:00.5Z");
    return *time;
}

Result<void> Reader::read_captures(const Json& list, std::int64_t offset, SigmfMeta& meta) const {
    std::int64_t first_global = -1, header_bytes = 0;
    for (const Json& item : list) {
        if (!item.is_object())
            return wrong("captures", "expected a list of objects");
        SigmfCapture capture;
        const auto start = count(item, "core:sample_start", offset);
        const auto header = count(item, "core:header_bytes", 0);
        const auto global = count(item, "core:global_index", -1);
        const auto time = time_of(item);
        for (const auto* part : {&start, &header, &global, &time})
            if (!*part)
                return fail(part->error());
        if (*start < offset)
            return wrong("core:sample_start", "lies before core:offset, the file's first sample");
        capture.sample_start = *start - offset;
        capture.header_bytes = *header;
        header_bytes += *header;
        if (header_bytes > kMostIndex)
            return wrong("core:header_bytes", "more bytes in all than a file has");
        capture.utc_ns = *time;
        if (meta.captures.empty()) {
            if (const auto at = item.find("core:frequency"); at != item.end() && at->is_number())
                meta.frequency_hz = at->get<double>();
            if (capture.sample_start != 0) // what stands before is not described
                meta.captures.push_back({});
        }
        if (!meta.captures.empty()) {
            const SigmfCapture& before = meta.captures.back();
            if (capture.sample_start < before.sample_start)
                return wrong("core:sample_start", "captures must be in rising order");
            const std::int64_t nominal = before.index + capture.sample_start - before.sample_start;
            capture.index = nominal;
            if (*global >= 0 && first_global >= 0) {
                capture.index = std::max(nominal, *global - first_global);
            } else if (capture.utc_ns != kUnknownTime && before.utc_ns != kUnknownTime) {
                const double elapsed_s =
                    (static_cast<double>(capture.utc_ns) - static_cast<double>(before.utc_ns)) *
                    1e-9;
                const double gap_s =
                    elapsed_s - static_cast<double>(nominal - before.index) / meta.rate_hz;
                if (gap_s > 1e-3 && gap_s * meta.rate_hz < static_cast<double>(kMostIndex))
                    capture.index += std::llround(gap_s * meta.rate_hz);
                else if (gap_s < -1e-3)
                    meta.remark = file_ + ": the times of its captures overlap";
            }
            if (capture.index > kMostIndex)
                return wrong("captures", "their gaps add up to more samples than can be counted");
        } else {
            first_global = *global;
        }
        meta.captures.push_back(capture);
    }
    if (meta.captures.empty())
        meta.captures.push_back({});
    return {};
}

Result<SigmfMeta> Reader::read(const Json& root, std::optional<double> rate_hz) const {
    if (!root.is_object() || !root.contains("global") || !root["global"].is_object())
        return wrong("global", "required and not given; expected SigMF metadata");
    const Json& global = root["global"];
    SigmfMeta meta;

    const auto datatype = global.find("core:datatype");
    if (datatype == global.end() || !datatype->is_string())
        return wrong("core:datatype", "required and not given; expected one such as cf32_le");
    const auto encoding = encoding_of_datatype(datatype->get<std::string>());
    if (!encoding)
        return wrong("core:datatype",
                     "'" + datatype->get<std::string>() +
                         "' is not known; expected one such as cf32_le, ci16_le, cu8, rf32_le");
    meta.encoding = *encoding;

    const auto rate = global.find("core:sample_rate");
    if (rate == global.end() && !rate_hz)
        return wrong("core:sample_rate", "not given; give --rate");
    if (rate != global.end() && !rate->is_number())
        return wrong("core:sample_rate", "expected a sample rate in Hz");
    const auto checked = rate == global.end()
                             ? check_rate(*rate_hz, "", "--rate")
                             : check_rate(rate->get<double>(), file_, "core:sample_rate");
    if (!checked)
        return fail(checked.error());
    meta.rate_hz = *checked;

    const auto channels = count(global, "core:num_channels", 1);
    if (!channels || *channels != 1)
        return wrong("core:num_channels", "only recordings of one channel can be read");
    if (const auto name = global.find("core:dataset"); name != global.end() && name->is_string())
        meta.data_file = name->get<std::string>();

    const auto offset = count(global, "core:offset", 0);
    const auto trailing = count(global, "core:trailing_bytes", 0);
    for (const auto* part : {&offset, &trailing})
        if (!*part)
            return fail(part->error());
    meta.trailing_bytes = *trailing;

    static const Json none = Json::array();
    const Json& captures = root.contains("captures") ? root["captures"] : none;
    if (!captures.is_array())
        return wrong("captures", "expected a list");
    if (const auto done = read_captures(captures, *offset, meta); !done)
        return fail(done.error());
    return meta;
}

} // namespace

Result<SigmfMeta> parse_sigmf_meta(const std::string& text, const std::string& file,
                                   std::optional<double> rate_hz) {
    const Json root = Json::parse(text, nullptr, false);
    if (root.is_discarded())
        return fail(Error{"not valid JSON; expected SigMF metadata", file});
    return Reader(file).read(root, rate_hz);
}

} // namespace telemetry::source
