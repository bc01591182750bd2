// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/source.h"

#include <cmath>
#include <filesystem>

#include "telemetry/base/fields.h"
#include "telemetry/base/text.h"
#include "telemetry/source/open.h"

namespace telemetry::source {
namespace {

/// The format by the file's name; empty when the name does not tell.
std::string format_of_name(const std::string& path) {
    std::string extension = to_lower(std::filesystem::path(path).extension().string());
    if (extension.empty())
        return "";
    extension.erase(0, 1);
    if (extension == "sigmf-meta" || extension == "sigmf-data")
        return "sigmf";
    for (const char* audio :
         {"wav", "wave", "w64", "rf64", "flac", "ogg", "oga", "au", "aif", "aiff", "caf"})
        if (extension == audio)
            return "wav";
    return encoding_of_format(extension) ? extension : "";
}

} // namespace

Result<double> check_rate(double rate_hz, const std::string& file, const std::string& key) {
    if (std::isfinite(rate_hz) && rate_hz >= kLeastRateHz && rate_hz <= kMostRateHz)
        return rate_hz;
    return fail(Error{"a sample rate of " + to_text(Settings::Value(rate_hz)) +
                          " Hz makes no sense; expected 100 Hz to 20 GHz",
                      file, 0, 0, key});
}

Result<std::unique_ptr<Source>> open_source(const std::string& path, const SourceOptions& options) {
    static constexpr const char* formats = "wav, sigmf, cf32, ci16, ci8, cu8, f32, s16";
    const std::string format =
        options.format.empty() ? format_of_name(path) : to_lower(options.format);
    if (format.empty())
        return fail(Error{
            path == "-" ? std::string("needed, one of ") + formats
                        : std::string("its name does not tell its format; give one of ") + formats,
            path == "-" ? "standard input" : path, 0, 0, "--input-format"});
    if (format == "wav")
        return open_audio(path, options);
    if (format == "sigmf")
        return open_sigmf(path, options);
    auto encoding = encoding_of_format(format);
    if (!encoding)
        return fail(Error{"'" + options.format + "' is not known; expected one of " + formats, "",
                          0, 0, "--input-format"});
    if (options.iq)
        encoding->layout = Encoding::Layout::iq;
    return open_raw(path, *encoding, options);
}

} // namespace telemetry::source
