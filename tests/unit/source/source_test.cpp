// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/source.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "telemetry/base/time.h"

namespace telemetry::source {
namespace {

using test::f32;
using test::Files;
using test::little;
using test::Wav;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// All of a source, IQ as I and Q by turns.
struct Content {
    std::string error;
    SampleFormat format;
    std::vector<float> numbers;
    std::vector<std::int64_t> starts; ///< first_index of each read that did not follow on the last
    std::vector<std::pair<std::int64_t, UtcNs>> anchors;
    std::string remark;
    std::optional<std::int64_t> length;
    UtcNs start = kUnknownTime;
};

Content read_all(const std::string& path, const SourceOptions& options = {},
                 std::size_t most = 1000) {
    Content content;
    auto source = open_source(path, options);
    if (!source) {
        content.error = source.error().to_string();
        return content;
    }
    content.format = (*source)->format();
    content.length = (*source)->length();
    content.start = (*source)->start_utc_ns();
    std::int64_t expected = -1;
    while (true) {
        const auto samples = (*source)->read(most);
        if (!samples) {
            content.error = samples.error().to_string();
            break;
        }
        if (const auto anchor = (*source)->time_anchor())
            content.anchors.push_back(*anchor);
        if (samples->size() == 0)
            break;
        EXPECT_LE(samples->size(), most);
        if (samples->first_index != expected)
            content.starts.push_back(samples->first_index);
        expected = samples->first_index + static_cast<std::int64_t>(samples->size());
        content.numbers.insert(content.numbers.end(), samples->real.begin(), samples->real.end());
        for (const Iq sample : samples->iq) {
            content.numbers.push_back(sample.real());
            content.numbers.push_back(sample.imag());
        }
    }
    content.remark = (*source)->remark();
    return content;
}

SourceOptions raw(double rate_hz) {
    SourceOptions options;
    options.rate_hz = rate_hz;
    return options;
}

class WavSource : public Files {};

TEST_F(WavSource, ReadsEveryEncoding) {
    const std::string numbers16 = little(0, 2) + little(0x4000, 2) + little(0x8000, 2);
    EXPECT_THAT(read_all(write("a.wav", Wav{.data = numbers16}.bytes())).numbers,
                ElementsAre(0, 0.5F, -1));
    EXPECT_THAT(read_all(write("b.wav", Wav{.bits = 8, .data = "\x80\xc0\x40"}.bytes())).numbers,
                ElementsAre(0, 0.5F, -0.5F));
    EXPECT_THAT(
        read_all(write("c.wav",
                       Wav{.bits = 24, .data = little(0x400000, 3) + little(0xc00000, 3)}.bytes()))
            .numbers,
        ElementsAre(0.5F, -0.5F));
    EXPECT_THAT(
        read_all(write("d.wav", Wav{.bits = 32, .data = little(0x40000000, 4)}.bytes())).numbers,
        ElementsAre(0.5F));
    EXPECT_THAT(
        read_all(write("e.wav", Wav{.tag = 3, .bits = 32, .data = f32(0.25F) + f32(-2)}.bytes()))
            .numbers,
        ElementsAre(0.25F, -2));
    EXPECT_THAT(read_all(write("f.wav", Wav{.tag = 0xfffe, .data = numbers16}.bytes())).numbers,
                ElementsAre(0, 0.5F, -1));
    EXPECT_THAT(
        read_all(write("g.wav",
                       Wav{.tag = 0xfffe, .bits = 32, .data = f32(0.125F), .sub_tag = 3}.bytes()))
            .numbers,
        ElementsAre(0.125F));
    EXPECT_THAT(read_all(write("h.wav", Wav{.data = numbers16, .rf64 = true}.bytes())).numbers,
                ElementsAre(0, 0.5F, -1));
}

TEST_F(WavSource, TwoChannelsAreIq) {
    const auto content = read_all(
        write("iq.wav",
              Wav{.channels = 2, .rate_hz = 250000, .data = little(0x4000, 2) + little(0xc000, 2)}
                  .bytes()));
    EXPECT_EQ(content.error, "");
    EXPECT_EQ(content.format.kind, SampleKind::iq);
    EXPECT_EQ(content.format.rate_hz, 250000);
    EXPECT_EQ(content.length, 1);
    EXPECT_THAT(content.numbers, ElementsAre(0.5F, -0.5F));
}

TEST_F(WavSource, PassesOverOtherChunks) {
    const std::string list = "LIST" + little(5, 4) + "odd!!" + std::string(1, '\0');
    EXPECT_THAT(
        read_all(write("a.wav", Wav{.data = little(0x4000, 2), .before_data = list}.bytes()))
            .numbers,
        ElementsAre(0.5F));
}

TEST_F(WavSource, SaysThatTheFileEndsEarly) {
    const auto lying =
        read_all(write("a.wav", Wav{.data = std::string(2000, '\0'), .promised = 100000}.bytes()));
    EXPECT_EQ(lying.error, "");
    EXPECT_EQ(lying.numbers.size(), 1000U);
    EXPECT_THAT(lying.remark, HasSubstr("promises 100000 bytes of samples, the file holds 2000"));
    const auto long_one = read_all(
        write("b.wav",
              Wav{.data = std::string(2000, '\0'), .promised = std::uint64_t{1} << 33, .rf64 = true}
                  .bytes()));
    EXPECT_EQ(long_one.numbers.size(), 1000U);
    EXPECT_THAT(read_all(write("c.wav", Wav{.data = std::string(2000, '\0')}.bytes())).remark,
                IsEmpty());
}

TEST_F(WavSource, ReadsAllWhenTheHeaderSaysTooLittle) {
    std::string data;
    for (int i = 0; i < 1000; ++i)
        data += little(0x4000, 2) + little(0xc000, 2);
    int count = 0;
    for (const std::uint32_t channels : {1U, 2U})
        for (const bool rf64 : {false, true})
            for (const std::uint64_t promised : {0, 100, 101, 3990}) {
                std::string bytes =
                    Wav{.channels = channels, .data = data, .promised = promised, .rf64 = rf64}
                        .bytes();
                if (promised == 0 && !rf64)
                    bytes.replace(4, 4, 4, '\0'); // as a killed recorder may leave it
                const auto content = read_all(write("k" + std::to_string(count++) + ".wav", bytes));
                EXPECT_EQ(content.error, "");
                EXPECT_EQ(content.numbers.size(), 2000U) << promised << (rf64 ? " RF64" : "");
                EXPECT_EQ(content.length, 2000 / channels);
                EXPECT_EQ(content.numbers.front(), 0.5F);
                EXPECT_EQ(content.numbers.back(), -0.5F);
                EXPECT_THAT(content.remark,
                            HasSubstr(".wav: header says " + std::to_string(promised) + " bytes"));
                EXPECT_THAT(content.remark, HasSubstr("the file holds 4000"));
            }
}

TEST_F(WavSource, ChunksBehindTheSamplesAreNone) {
    for (const std::string& after :
         {"LIST" + little(4, 4) + "abcd", "id3 " + little(3, 4) + std::string("abc\0", 4),
          std::string("\0", 1)}) {
        const auto content = read_all(write(
            "a.wav",
            Wav{.data = little(0x4000, 2) + little(0xc000, 2), .promised = 4, .after_data = after}
                .bytes()));
        EXPECT_THAT(content.numbers, ElementsAre(0.5F, -0.5F));
        EXPECT_THAT(content.remark, IsEmpty());
    }
    // Padded to an even place, and where that was forgotten.
    for (const std::string& pad : {std::string(1, '\0'), std::string()}) {
        const auto content = read_all(
            write("b.wav",
                  Wav{.bits = 8, .data = "\xc0", .after_data = pad + "LIST" + little(4, 4) + "abcd"}
                      .bytes()));
        EXPECT_THAT(content.numbers, ElementsAre(0.5F));
        EXPECT_THAT(content.remark, IsEmpty());
    }
}

TEST_F(WavSource, ReadsWhatWasStreamed) {
    // Programs that write into a pipe leave the size open.
    for (const std::uint64_t promised : {std::uint64_t{0xffffffff}, std::uint64_t{0x7ffff000}}) {
        const auto content = read_all(
            write("a.wav", Wav{.data = std::string(2000, '\0'), .promised = promised}.bytes()));
        EXPECT_EQ(content.error, "");
        EXPECT_EQ(content.numbers.size(), 1000U) << promised;
        EXPECT_THAT(content.remark, IsEmpty());
    }
}

TEST_F(WavSource, EveryTruncationIsAnErrorOrIsRead) {
    const std::string whole = Wav{.data = std::string(40, '\x11')}.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto content = read_all(write("t.wav", whole.substr(0, size)));
        EXPECT_TRUE(!content.error.empty() || content.numbers.size() <= 20) << size;
        if (size < 44) {
            EXPECT_TRUE(!content.error.empty() || content.numbers.empty()) << size;
        }
    }
}

TEST_F(WavSource, RefusesNonsense) {
    const std::string data(400, '\0');
    EXPECT_THAT(read_all(write("a.wav", Wav{.rate_hz = 0, .data = data}.bytes())).error,
                HasSubstr("a.wav"));
    EXPECT_THAT(read_all(write("a.wav", Wav{.rate_hz = 3, .data = data}.bytes())).error,
                HasSubstr("sample rate of 3 Hz makes no sense"));
    EXPECT_THAT(read_all(write("a.wav", Wav{.channels = 0, .data = data}.bytes())).error,
                HasSubstr("a.wav"));
    EXPECT_THAT(read_all(write("a.wav", Wav{.channels = 3, .data = data}.bytes())).error,
                HasSubstr("has 3 channels; expected one"));
    EXPECT_THAT(read_all(write("a.wav", "")).error, HasSubstr("a.wav: is empty"));
    EXPECT_THAT(read_all(write("a.wav", "no audio at all, but long enough to look for some")).error,
                HasSubstr("not a readable WAV file"));
    EXPECT_THAT(read_all(write("a.wav", Wav{.data = data}.bytes()), raw(44100)).error,
                HasSubstr("48000 Hz in its header, which --rate contradicts"));
    SourceOptions iq;
    iq.iq = true;
    EXPECT_THAT(read_all(write("a.wav", Wav{.data = data}.bytes()), iq).error,
                HasSubstr("one channel, but --iq needs two"));
    EXPECT_THAT(read_all("/nowhere/x.wav").error,
                HasSubstr("/nowhere/x.wav: cannot be opened: No such file"));
    std::filesystem::create_directory(folder_ / "d.wav");
    EXPECT_THAT(read_all((folder_ / "d.wav").string()).error, HasSubstr("is a directory"));
}

class RawSource : public Files {};

TEST_F(RawSource, ReadsEveryFormat) {
    EXPECT_THAT(read_all(write("a.cf32", f32(0.5F) + f32(-0.25F)), raw(1e6)).numbers,
                ElementsAre(0.5F, -0.25F));
    EXPECT_THAT(read_all(write("a.ci16", little(0x4000, 2) + little(0x8000, 2)), raw(1e6)).numbers,
                ElementsAre(0.5F, -1));
    EXPECT_THAT(read_all(write("a.ci8", "\x40\x80"), raw(1e6)).numbers, ElementsAre(0.5F, -1));
    EXPECT_THAT(read_all(write("a.cu8", "\xc0\x40"), raw(1e6)).numbers, ElementsAre(0.5F, -0.5F));
    EXPECT_THAT(read_all(write("a.f32", f32(0.5F)), raw(1e6)).numbers, ElementsAre(0.5F));
    const auto real = read_all(write("a.s16", little(0x4000, 2)), raw(11025));
    EXPECT_THAT(real.numbers, ElementsAre(0.5F));
    EXPECT_EQ(real.format.kind, SampleKind::real);
    EXPECT_EQ(read_all(write("a.cf32", f32(0) + f32(0)), raw(250000.5)).format.rate_hz, 250000.5);

    SourceOptions iq = raw(1e6);
    iq.iq = true;
    const auto pairs = read_all(write("a.s16", little(0x4000, 2) + little(0, 2)), iq);
    EXPECT_EQ(pairs.format.kind, SampleKind::iq);
    EXPECT_THAT(pairs.numbers, ElementsAre(0.5F, 0));

    SourceOptions named = raw(1e6);
    named.format = "CU8";
    EXPECT_THAT(read_all(write("unnamed", "\xc0\x40"), named).numbers, ElementsAre(0.5F, -0.5F));
}

TEST_F(RawSource, ChunksDoNotMatter) {
    std::string bytes;
    for (int i = 0; i < 5000; ++i)
        bytes += static_cast<char>(i * 7);
    const std::string path = write("a.ci16", bytes);
    const auto whole = read_all(path, raw(1e6), 100000);
    EXPECT_EQ(whole.length, 1250);
    EXPECT_THAT(whole.remark, IsEmpty());
    for (const std::size_t most : {1U, 7U, 1250U})
        EXPECT_EQ(read_all(path, raw(1e6), most).numbers, whole.numbers);
}

TEST_F(RawSource, SaysThatItEndsWithinASample) {
    const auto content = read_all(write("a.cf32", f32(0) + f32(0) + f32(0)), raw(1e6));
    EXPECT_EQ(content.numbers.size(), 2U);
    EXPECT_THAT(content.remark, HasSubstr("ends within a sample (4 bytes over)"));
}

TEST_F(RawSource, RefusesNonsense) {
    const std::string path = write("a.cf32", f32(0) + f32(0));
    EXPECT_THAT(read_all(path).error, HasSubstr("--rate: raw samples need their sample rate"));
    for (const double rate : {0.0, -48000.0, std::nan(""), HUGE_VAL, 1e-3})
        EXPECT_THAT(read_all(path, raw(rate)).error, HasSubstr("makes no sense")) << rate;
    EXPECT_THAT(read_all(write("b.cf32", ""), raw(1e6)).error, HasSubstr("is empty"));
    EXPECT_THAT(read_all(write("b.cf32", "abc"), raw(1e6)).error,
                HasSubstr("shorter than one sample"));
    EXPECT_THAT(read_all(write("b.xyz", "abc"), raw(1e6)).error,
                HasSubstr("its name does not tell its format"));
    EXPECT_THAT(read_all("-", raw(1e6)).error,
                HasSubstr("standard input: --input-format: needed, one of wav"));
    SourceOptions unknown = raw(1e6);
    unknown.format = "mp3";
    EXPECT_THAT(read_all(path, unknown).error,
                HasSubstr("'mp3' is not known; expected one of wav"));
    EXPECT_THAT(read_all("/tmp", unknown).error, HasSubstr("not known"));
    unknown.format = "cf32";
    EXPECT_THAT(read_all("/tmp", unknown).error, HasSubstr("/tmp: is a directory"));
}

class SigmfSource : public Files {
protected:
    std::string write_both(const std::string& captures, const std::string& data,
                           const std::string& datatype = "ci8",
                           const std::string& global = "") const {
        write("r.sigmf-data", data);
        return write("r.sigmf-meta", R"({"global": {"core:datatype": ")" + datatype +
                                         R"(", "core:sample_rate": 1000, "core:version": "1.0.0")" +
                                         global + R"(}, "captures": )" + captures +
                                         R"(, "annotations": []})");
    }
};

TEST_F(SigmfSource, ReadsRecording) {
    const std::string path = write_both(
        R"([{"core:sample_start": 0, "core:frequency": 437500000.0, "core:datetime": "2026-01-31T12:00:00.5Z"}])",
        "\x40\x20\xc0\xe0");
    for (const std::string& name : {path, folder_.string() + "/r.sigmf-data"}) {
        const auto content = read_all(name);
        ASSERT_EQ(content.error, "");
        EXPECT_EQ(content.format.kind, SampleKind::iq);
        EXPECT_EQ(content.format.rate_hz, 1000);
        EXPECT_EQ(content.length, 2);
        EXPECT_EQ(to_rfc3339(content.start), "2026-01-31T12:00:00.500000000Z");
        EXPECT_THAT(content.numbers, ElementsAre(0.5F, 0.25F, -0.5F, -0.25F));
    }
    EXPECT_EQ((*open_source(path, {}))->frequency_hz(), 437.5e6);
}

TEST_F(SigmfSource, ReadsDatatypes) {
    const auto read = [&](const char* datatype, const std::string& data) {
        const auto content = read_all(write_both("[]", data, datatype));
        EXPECT_EQ(content.error, "") << datatype;
        return content.numbers;
    };
    EXPECT_THAT(read("rf32_le", f32(0.5F)), ElementsAre(0.5F));
    EXPECT_THAT(read("rf32_be", std::string("\x3f\x00\x00\x00", 4)), ElementsAre(0.5F));
    EXPECT_THAT(read("rf64_le", little(std::bit_cast<std::uint64_t>(0.5), 8)), ElementsAre(0.5F));
    EXPECT_THAT(read("ri16_be", std::string("\x40\x00", 2)), ElementsAre(0.5F));
    EXPECT_THAT(read("ri32_le", little(0x40000000, 4)), ElementsAre(0.5F));
    EXPECT_THAT(read("ru16_le", little(0xc000, 2)), ElementsAre(0.5F));
    EXPECT_THAT(read("ru32_le", little(0x40000000, 4)), ElementsAre(-0.5F));
    EXPECT_THAT(read("ru8", "\xc0"), ElementsAre(0.5F));
    EXPECT_THAT(read("cu8_le", "\xc0\x40"), ElementsAre(0.5F, -0.5F));
}

TEST_F(SigmfSource, GapsAreJumps) {
    const std::string data(16, '\0');
    // By global index, then by time, then without either.
    const auto indexed = read_all(write_both(
        R"([{"core:sample_start": 0, "core:global_index": 100}, {"core:sample_start": 3, "core:global_index": 203}])",
        data));
    EXPECT_THAT(indexed.starts, ElementsAre(0, 103));
    const auto timed = read_all(write_both(
        R"([{"core:sample_start": 0, "core:datetime": "2026-01-01T00:00:00Z"},
            {"core:sample_start": 4, "core:datetime": "2026-01-01T00:00:01Z"}])",
        data));
    EXPECT_THAT(timed.starts, ElementsAre(0, 1000));
    ASSERT_EQ(timed.anchors.size(), 2U);
    EXPECT_EQ(timed.anchors[1].first, 1000);
    EXPECT_EQ(timed.anchors[1].second - timed.anchors[0].second, 1'000'000'000);
    const auto plain =
        read_all(write_both(R"([{"core:sample_start": 0}, {"core:sample_start": 4}])", data));
    EXPECT_THAT(plain.starts, ElementsAre(0));
    EXPECT_EQ(plain.numbers.size(), 16U);
}

TEST_F(SigmfSource, SkipsHeaderBytes) {
    const auto content = read_all(write_both(
        R"([{"core:sample_start": 0, "core:header_bytes": 3}, {"core:sample_start": 1, "core:header_bytes": 1}])",
        std::string("xyz\x40\x40y\x20\x20", 8)));
    EXPECT_EQ(content.error, "");
    EXPECT_EQ(content.length, 2);
    EXPECT_THAT(content.numbers, ElementsAre(0.5F, 0.5F, 0.25F, 0.25F));
}

TEST_F(SigmfSource, IndicesCountFromTheOffset) {
    const auto content = read_all(write_both(
        R"([{"core:sample_start": 1000, "core:datetime": "2026-01-01T00:00:00Z", "core:global_index": 1000},
            {"core:sample_start": 1001, "core:global_index": 3001}])",
        "\x40\x40\x20\x20", "ci8", R"(, "core:offset": 1000)"));
    EXPECT_EQ(content.error, "");
    EXPECT_EQ(content.remark, "");
    EXPECT_EQ(to_rfc3339(content.start), "2026-01-01T00:00:00.000000000Z");
    EXPECT_THAT(content.starts, ElementsAre(0, 2001));
    EXPECT_THAT(content.numbers, ElementsAre(0.5F, 0.5F, 0.25F, 0.25F));
}

TEST_F(SigmfSource, TrailingBytesAreNoSamples) {
    const auto read = [&](const std::string& data) {
        return read_all(write_both(R"([{"core:sample_start": 0, "core:header_bytes": 1}])", data,
                                   "ci8", R"(, "core:trailing_bytes": 3)"));
    };
    const auto whole = read("h\x40\x40\x20\x20xyz");
    EXPECT_EQ(whole.error, "");
    EXPECT_EQ(whole.remark, "");
    EXPECT_EQ(whole.length, 2);
    EXPECT_THAT(whole.numbers, ElementsAre(0.5F, 0.5F, 0.25F, 0.25F));
    const auto cut = read("h\x40\x40\x20xyz");
    EXPECT_THAT(cut.numbers, ElementsAre(0.5F, 0.5F));
    EXPECT_THAT(cut.remark, HasSubstr("ends within a sample"));
    EXPECT_THAT(read("hxyz").numbers, ElementsAre());
    EXPECT_THAT(read("xy").numbers, ElementsAre());
}

TEST_F(SigmfSource, TimesOutOfRangeAreUnknown) {
    SourceOptions options;
    options.start_utc_ns = from_rfc3339("2200-01-01T00:00:00Z");
    const auto content =
        read_all(write_both(R"([{"core:sample_start": 0, "core:datetime": "1700-01-01T00:00:00Z"},
                       {"core:sample_start": 1, "core:datetime": "2200-01-01T00:00:00Z"}])",
                            std::string(16, '\0')),
                 options);
    EXPECT_EQ(content.error, "");
    EXPECT_EQ(content.start, *options.start_utc_ns);
    EXPECT_EQ(content.anchors.size(), 1U);
}

TEST_F(SigmfSource, TakesTheRateWhereItTellsNone) {
    write("r.sigmf-data", std::string("\x40\x20\x40\x20", 4));
    const std::string path = write("r.sigmf-meta", R"({"global": {"core:datatype": "ci8"}})");
    const auto content = read_all(path, raw(48000));
    EXPECT_EQ(content.error, "");
    EXPECT_EQ(content.format.rate_hz, 48000);
    EXPECT_EQ(content.numbers.size(), 4U);
    EXPECT_THAT(read_all(path).error, HasSubstr("core:sample_rate: not given; give --rate"));
    EXPECT_THAT(read_all(path, raw(-1)).error, HasSubstr("--rate: a sample rate of -1 Hz makes"));
    EXPECT_THAT(read_all(write_both("[]", "abcd"), raw(48000)).error,
                HasSubstr("core:sample_rate contradicts --rate"));
}

TEST_F(SigmfSource, StartTimeOverrides) {
    SourceOptions options;
    options.start_utc_ns = 5'000'000'000;
    const auto content =
        read_all(write_both(R"([{"core:sample_start": 0, "core:datetime": "2026-01-01T00:00:00Z"},
                       {"core:sample_start": 4, "core:datetime": "2026-01-01T00:00:01Z"}])",
                            std::string(16, '\0')),
                 options);
    EXPECT_EQ(content.start, 5'000'000'000);
    EXPECT_EQ(content.anchors[1].second, 6'000'000'000);
}

TEST_F(SigmfSource, RefusesNonsense) {
    const auto error = [&](const std::string& meta) {
        write("r.sigmf-data", "abcd");
        return read_all(write("r.sigmf-meta", meta)).error;
    };
    EXPECT_THAT(error("{"), HasSubstr("not valid JSON"));
    EXPECT_THAT(error("[]"), HasSubstr("global: required"));
    EXPECT_THAT(error(R"({"global": {}})"), HasSubstr("core:datatype: required"));
    EXPECT_THAT(error(R"({"global": {"core:datatype": "cx7"}})"), HasSubstr("'cx7' is not known"));
    EXPECT_THAT(error(R"({"global": {"core:datatype": "cf32"}})"),
                HasSubstr("'cf32' is not known"));
    EXPECT_THAT(error(R"({"global": {"core:datatype": "ci8"}})"),
                HasSubstr("core:sample_rate: not given; give --rate"));
    EXPECT_THAT(error(R"({"global": {"core:datatype": "ci8", "core:sample_rate": -1}})"),
                HasSubstr("makes no sense"));
    const std::string global = R"({"global": {"core:datatype": "ci8", "core:sample_rate": 1000)";
    EXPECT_THAT(error(global + R"(, "core:num_channels": 2}})"), HasSubstr("one channel"));
    EXPECT_THAT(error(global + R"(}, "captures": 3})"), HasSubstr("captures: expected a list"));
    EXPECT_THAT(error(global + R"(}, "captures": [3]})"),
                HasSubstr("captures: expected a list of objects"));
    EXPECT_THAT(error(global + R"(}, "captures": [{"core:sample_start": -1}]})"),
                HasSubstr("core:sample_start: expected a count"));
    EXPECT_THAT(error(global + R"(}, "captures": [{"core:sample_start": 1e300}]})"),
                HasSubstr("expected a count"));
    EXPECT_THAT(
        error(global + R"(}, "captures": [{"core:sample_start": 5}, {"core:sample_start": 2}]})"),
        HasSubstr("rising order"));
    EXPECT_THAT(error(global + R"(}, "captures": [{"core:datetime": "noon"}]})"),
                HasSubstr("core:datetime: expected"));
    EXPECT_THAT(error(global + R"(, "core:offset": 7}, "captures": [{"core:sample_start": 3}]})"),
                HasSubstr("core:sample_start: lies before core:offset"));
    EXPECT_THAT(error(global + R"(, "core:trailing_bytes": -7}})"),
                HasSubstr("core:trailing_bytes: expected a count"));
    // Each is within bounds, but not their sum.
    std::string jumps, headers;
    for (int k = 0; k < 5000; ++k) {
        const std::string year = k % 2 == 0 ? "1700" : "2200", comma = k == 0 ? "" : ", ";
        jumps += comma + R"({"core:sample_start": 0, "core:datetime": ")" + year +
                 R"(-01-01T00:00:00Z"})";
        headers += comma + R"({"core:sample_start": 0, "core:header_bytes": 1000000000000000})";
    }
    EXPECT_THAT(error(global + R"(}, "captures": [)" + jumps + "]}"),
                HasSubstr("captures: their gaps add up"));
    EXPECT_THAT(error(global + R"(}, "captures": [)" + headers + "]}"),
                HasSubstr("core:header_bytes: more bytes in all"));
    EXPECT_THAT(read_all(folder_.string() + "/missing.sigmf-meta").error,
                HasSubstr("cannot be opened"));
}

} // namespace
} // namespace telemetry::source
