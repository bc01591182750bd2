// SPDX-License-Identifier: GPL-3.0-or-later
// Headers of sample files. The first byte chooses the format, the rest is the file: WAV and raw as
// they are, SigMF as metadata beside a little data.
#include <cstdlib>
#include <fstream>
#include <string>

#include <unistd.h>

#include "telemetry/source/source.h"

namespace {

std::string scratch() {
    static const std::string folder = [] {
        char name[] = "/tmp/telemetry-fuzz-XXXXXX";
        if (!mkdtemp(name))
            std::abort();
        return std::string(name);
    }();
    return folder;
}

void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace telemetry;
    if (size == 0)
        return 0;
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    source::SourceOptions options;
    std::string path = scratch() + "/file";
    static constexpr const char* formats[] = {"wav", "sigmf", "cf32", "ci8"};
    options.format = formats[data[0] % std::size(formats)];
    if (options.format == "sigmf") {
        write(path + ".sigmf-meta", bytes);
        write(path + ".sigmf-data", std::string(100, 'x'));
        path += ".sigmf-meta";
    } else {
        write(path, bytes);
        if (options.format != "wav")
            options.rate_hz = 48000;
    }
    auto opened = source::open_source(path, options);
    if (!opened)
        return 0;
    source::Source& source = **opened;
    std::int64_t next = 0;
    for (int reads = 0; reads < 100; ++reads) {
        const auto samples = source.read(37);
        if (!samples || samples->size() == 0)
            break;
        if (samples->size() > 37 || samples->first_index < next)
            std::abort();
        next = samples->first_index + static_cast<std::int64_t>(samples->size());
        const double last =
            samples->real.empty() ? samples->iq.back().real() : samples->real.back();
        if (last > 1e300) // reads it, so that a bad view shows
            std::abort();
    }
    source.remark();
    return 0;
}
