// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/dsp/psk_demodulator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "telemetry/dsp/carrier_line.h"
#include "telemetry/dsp/limits.h"
#include "telemetry/dsp/psk_bits.h"
#include "telemetry/dsp/psk_front_end.h"
#include "telemetry/dsp/psk_symbols.h"

namespace telemetry::dsp {
namespace {

enum class LineCode { nrz, manchester };
enum class Precoding { none, differential };

struct PskPlan {
    LineCode code;
    Precoding precoding;
    SampleFormat format;
    double symbol_rate_hz;  ///< of what is sent: twice the bit rate with Manchester
    double carrier_hz;      ///< 0 for IQ
    double offset_range_hz; ///< ±
    double pass_hz;         ///< ±, from the carrier
    double roll_off;
    int samples_per_symbol; ///< behind the front end
};

/// Front end → carrier line → symbols → bits, on a grid of hops of 64 symbols counted from the
/// first sample, so that how the input is cut cannot matter.
class PskDemodulator final : public Demodulator {
public:
    explicit PskDemodulator(const PskPlan& plan);

    void process(const Samples& input, Sink<SoftSymbols>& sink) noexcept override;
    void finish(Sink<SoftSymbols>& sink) noexcept override;
    void reset() noexcept override;

private:
    static constexpr int kMargin = 4; ///< nodes behind a hop that tell whether it is locked
    static constexpr std::size_t kRecords = 64;
    static constexpr float kWeakLine = 25; ///< at Es/N0 of 1 to 2 dB

    struct Record {
        float offset_hz = 0;
        bool locked = false;
    };

    void take(const Samples& part, Sink<SoftSymbols>& sink) noexcept;
    float remove_dc(float* hop, float dc) const noexcept;
    double frequency_at(std::int64_t node) const noexcept;
    PskSymbols::PhaseWindow phase_window_of(std::int64_t hop) const noexcept;
    void turn_hop(std::int64_t hop) noexcept;
    void yield(const PskSymbols::Hop& hop, Sink<SoftSymbols>& sink) noexcept;
    void measure(const Samples& part) noexcept;
    float level_db(std::int64_t hop) const noexcept;
    double step_of_symbol() const { return front_.step() * plan_.samples_per_symbol; }

    PskPlan plan_;
    double rate_hz_;
    double nominal_; ///< carrier behind the front end, cycles a sample
    PskFrontEnd front_;
    CarrierLine carrier_;
    PskSymbols symbols_;
    ManchesterPairs pairs_;
    DifferentialBits differential_;

    SlidingBuffer<float> x_i_, x_q_;
    std::vector<float> scratch_i_, scratch_q_, turned_i_, turned_q_;
    std::vector<float> silence_;
    std::vector<Iq> silence_iq_;
    std::array<Record, kRecords> records_{};
    std::array<std::int8_t, PskSymbols::kMostSymbols> values_{};
    std::vector<PskSymbols::Symbol> bits_;

    /// Of the input, by hop.
    struct InputPower {
        double sum = 0;
        std::int64_t count = 0;
    };
    static constexpr std::int64_t kPowers = 128; ///< more than there are between input and output
    std::array<InputPower, kPowers> powers_{};
    std::int64_t measured_hop_ = 0;

    std::int64_t first_index_ = 0;
    std::int64_t inputs_ = 0;
    std::int64_t limit_ = -1;  ///< inputs there are, once that is known
    std::int64_t turned_ = 0;  ///< hops
    std::int64_t yielded_ = 0; ///< hops
    double phase_ = 0;         ///< cycles, at the begin of hop turned_
    float dc_i_ = 0, dc_q_ = 0;
};

/// Carriers behind the front end are known modulo its rate.
double wrapped(double cycles) {
    return cycles - std::round(cycles);
}

PskDemodulator::PskDemodulator(const PskPlan& plan)
    : plan_(plan), rate_hz_(plan.symbol_rate_hz * plan.samples_per_symbol),
      nominal_(wrapped(plan.carrier_hz / rate_hz_)),
      front_(plan.format, plan.carrier_hz, plan.pass_hz, rate_hz_),
      carrier_(plan.samples_per_symbol, nominal_, plan.offset_range_hz / rate_hz_,
               // 100 Hz/s is more than the Doppler of a low orbit at 450 MHz
               200.0 * 4 * CarrierLine::kHopSymbols * CarrierLine::kHopSymbols /
                   (plan.symbol_rate_hz * plan.symbol_rate_hz)),
      symbols_(plan.samples_per_symbol, plan.roll_off),
      x_i_(static_cast<std::size_t>(carrier_.hop_samples()) * (CarrierLine::kLookAhead + 12),
           front_.most_outputs()),
      x_q_(x_i_), scratch_i_(front_.most_outputs()), scratch_q_(front_.most_outputs()),
      turned_i_(static_cast<std::size_t>(carrier_.hop_samples())), turned_q_(turned_i_),
      silence_(plan.format.kind == SampleKind::real ? PskFrontEnd::kBlock : 0),
      silence_iq_(plan.format.kind == SampleKind::iq ? PskFrontEnd::kBlock : 0) {
    bits_.reserve(PskSymbols::kMostSymbols);
    reset();
}

void PskDemodulator::reset() noexcept {
    front_.reset();
    carrier_.reset();
    symbols_.reset();
    pairs_.reset();
    differential_.reset();
    x_i_.reset();
    x_q_.reset();
    first_index_ = inputs_ = turned_ = yielded_ = measured_hop_ = 0;
    powers_ = {};
    limit_ = -1;
    phase_ = 0;
    dc_i_ = dc_q_ = 0;
}

void PskDemodulator::process(const Samples& input, Sink<SoftSymbols>& sink) noexcept {
    if (inputs_ == 0)
        first_index_ = input.first_index;
    for (std::size_t at = 0; at < input.size(); at += PskFrontEnd::kBlock) {
        const std::size_t count = std::min(PskFrontEnd::kBlock, input.size() - at);
        Samples part;
        if (plan_.format.kind == SampleKind::real)
            part.real = input.real.subspan(at, count);
        else
            part.iq = input.iq.subspan(at, count);
        measure(part);
        inputs_ += static_cast<std::int64_t>(count);
        take(part, sink);
    }
}

void PskDemodulator::finish(Sink<SoftSymbols>& sink) noexcept {
    limit_ = inputs_;
    const double hop = step_of_symbol() * PskSymbols::kHopSymbols;
    while (static_cast<double>(yielded_) * hop <= static_cast<double>(limit_) + step_of_symbol()) {
        Samples part;
        part.real = silence_;
        part.iq = silence_iq_;
        take(part, sink);
    }
}

/// One sample after the other, so that it does not matter how the input is cut.
void PskDemodulator::measure(const Samples& part) noexcept {
    const double hop_length = step_of_symbol() * PskSymbols::kHopSymbols;
    const auto of = [](float x) {
        const double power = static_cast<double>(x) * x;
        return power < 1e12 ? power : 0; // not what is no sample
    };
    const std::size_t size = part.size();
    for (std::size_t n = 0; n < size;) {
        const double hop_end = static_cast<double>(measured_hop_ + 1) * hop_length;
        const double left =
            std::ceil(hop_end) - static_cast<double>(inputs_) - static_cast<double>(n);
        if (left <= 0) {
            powers_[static_cast<std::size_t>(++measured_hop_ % kPowers)] = {};
            continue;
        }
        const std::size_t end = n + std::min(size - n, static_cast<std::size_t>(left));
        InputPower& power = powers_[static_cast<std::size_t>(measured_hop_ % kPowers)];
        power.count += static_cast<std::int64_t>(end - n);
        for (; n < end; ++n)
            power.sum += plan_.format.kind == SampleKind::real
                             ? of(part.real[n])
                             : of(part.iq[n].real()) + of(part.iq[n].imag());
    }
}

float PskDemodulator::level_db(std::int64_t hop) const noexcept {
    const InputPower& power = powers_[static_cast<std::size_t>(hop % kPowers)];
    if (hop > measured_hop_ || !(power.sum > 0))
        return kUnknown;
    return static_cast<float>(10 * std::log10(power.sum / static_cast<double>(power.count)));
}

void PskDemodulator::take(const Samples& part, Sink<SoftSymbols>& sink) noexcept {
    const std::size_t count = front_.process(part, scratch_i_.data(), scratch_q_.data());
    // Not more than a hop at a time: what the buffers keep is counted from their end.
    const std::int64_t hop = carrier_.hop_samples();
    for (std::size_t at = 0; at < count;) {
        const std::int64_t to_next = hop - x_i_.end() % hop;
        const std::size_t some = std::min(count - at, static_cast<std::size_t>(to_next));
        std::copy_n(scratch_i_.data() + at, some, x_i_.append(some));
        std::copy_n(scratch_q_.data() + at, some, x_q_.append(some));
        at += some;
        if (x_i_.end() % hop != 0)
            continue;
        if (plan_.format.kind == SampleKind::iq) {
            dc_i_ = remove_dc(x_i_.newest(static_cast<std::size_t>(hop)), dc_i_);
            dc_q_ = remove_dc(x_q_.newest(static_cast<std::size_t>(hop)), dc_q_);
        }
        const std::int64_t window = x_i_.end() - 2 * hop;
        carrier_.push(x_i_.at(window), x_q_.at(window));
        for (; turned_ + kMargin < carrier_.decided(); ++turned_) {
            turn_hop(turned_);
            if (!symbols_.push(turned_i_.data(), turned_q_.data(), phase_window_of(turned_)))
                continue;
            if (plan_.code == LineCode::nrz)
                yield(symbols_.hop(), sink);
            else if (pairs_.push(symbols_.hop()))
                yield(pairs_.bits(), sink);
        }
    }
}

float PskDemodulator::remove_dc(float* hop, float dc) const noexcept {
    // A receiver's own carrier at 0 Hz, squared, is a line too. The notch is so narrow (a 2000th of
    // the symbol rate) that a signal on top of it keeps all but a 4000th of its power.
    constexpr float speed = static_cast<float>(PskSymbols::kHopSymbols) / 2000;
    constexpr std::size_t kLanes = 16;
    const auto count = static_cast<std::size_t>(carrier_.hop_samples());
    float sums[kLanes] = {}, sum = 0;
    for (std::size_t n = 0; n < count; n += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l)
            sums[l] += hop[n + l];
    for (const float part : sums)
        sum += part;
    dc += (sum / static_cast<float>(count) - dc) * speed;
    for (std::size_t n = 0; n < count; ++n)
        hop[n] -= dc;
    return dc;
}

double PskDemodulator::frequency_at(std::int64_t node) const noexcept {
    // A weak line's place is known better from several nodes: as many after as before, so that a
    // drift does not matter, and none beyond a jump.
    double sum = carrier_.node(node).cycles_per_sample;
    int count = 1;
    for (int away = 1; away < kMargin && away <= node; ++away) {
        const CarrierLine::Node &before = carrier_.node(node - away),
                                &after = carrier_.node(node + away);
        const bool weak =
            before.power < CarrierLine::kMostGain && after.power < CarrierLine::kMostGain;
        if (!weak || after.jump || carrier_.node(node - away + 1).jump)
            break;
        sum += before.cycles_per_sample + after.cycles_per_sample;
        count += 2;
    }
    return sum / count;
}

PskSymbols::PhaseWindow PskDemodulator::phase_window_of(std::int64_t hop) const noexcept {
    float sum = 0;
    for (std::int64_t n = hop - kMargin + 1; n <= hop + kMargin; ++n)
        sum += carrier_.node(n).power;
    return sum / (2 * kMargin) < kWeakLine ? PskSymbols::PhaseWindow::extended
                                           : PskSymbols::PhaseWindow::brief;
}

void PskDemodulator::turn_hop(std::int64_t hop) noexcept {
    const auto node = [&](std::int64_t n) -> const CarrierLine::Node& { return carrier_.node(n); };
    const CarrierLine::Node &before = node(hop), &after = node(hop + 1);
    double first = frequency_at(hop), last = frequency_at(hop + 1);
    // Between two signals there is no line to follow: the stronger one reaches further.
    if (after.jump)
        first = last = after.power > before.power ? last : first;

    const auto count = static_cast<std::size_t>(carrier_.hop_samples());
    const double slope = (last - first) / static_cast<double>(count);
    constexpr std::size_t kLanes = 16;
    float z_i[kLanes], z_q[kLanes], s_i[kLanes], s_q[kLanes];
    // phase(n) = phase_ + first·n + slope·n²/2, by second differences in steps of kLanes.
    const auto phase_at = [&](double n) { return first * n + slope * n * n / 2; };
    const auto angle = [](double cycles) { return 2 * std::numbers::pi * wrapped(cycles); };
    for (std::size_t l = 0; l < kLanes; ++l) {
        const auto n = static_cast<double>(l);
        const double at = angle(phase_ + phase_at(n));
        const double step = angle(phase_at(n + kLanes) - phase_at(n));
        z_i[l] = static_cast<float>(std::cos(at));
        z_q[l] = static_cast<float>(-std::sin(at));
        s_i[l] = static_cast<float>(std::cos(step));
        s_q[l] = static_cast<float>(-std::sin(step));
    }
    const double bend = angle(slope * kLanes * kLanes);
    const auto a_i = static_cast<float>(std::cos(bend)), a_q = static_cast<float>(-std::sin(bend));

    const float* x_i = x_i_.at(hop * static_cast<std::int64_t>(count));
    const float* x_q = x_q_.at(hop * static_cast<std::int64_t>(count));
    for (std::size_t n = 0; n < count; n += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l) {
            const float i = x_i[n + l], q = x_q[n + l];
            turned_i_[n + l] = i * z_i[l] - q * z_q[l];
            turned_q_[n + l] = i * z_q[l] + q * z_i[l];
            const float z = z_i[l] * s_i[l] - z_q[l] * s_q[l];
            z_q[l] = z_i[l] * s_q[l] + z_q[l] * s_i[l];
            z_i[l] = z;
            const float s = s_i[l] * a_i - s_q[l] * a_q;
            s_q[l] = s_i[l] * a_q + s_q[l] * a_i;
            s_i[l] = s;
        }
    phase_ = wrapped(phase_ + phase_at(static_cast<double>(count)));

    float around = 0; // a strong line for a moment must not stand for all of its surroundings
    for (std::int64_t n = hop - kMargin + 1; n <= hop + kMargin; ++n)
        around += std::min(node(n).power, CarrierLine::kMostGain) / (2 * kMargin);
    const float here = (before.power + after.power) / 2;
    Record& record = records_[static_cast<std::size_t>(hop) % kRecords];
    record.locked = around > CarrierLine::kLineToNoise && here > CarrierLine::kLineToNoise / 2;
    record.offset_hz = static_cast<float>(wrapped((first + last) / 2 - nominal_) * rate_hz_);
}

void PskDemodulator::yield(const PskSymbols::Hop& hop, Sink<SoftSymbols>& sink) noexcept {
    yielded_ = hop.index + 1;
    const Record& record = records_[static_cast<std::size_t>(hop.index) % kRecords];
    bits_.assign(hop.symbols.begin(), hop.symbols.end());
    if (plan_.precoding == Precoding::differential)
        differential_.decode(bits_, hop.signal, hop.noise);

    std::size_t count = bits_.size();
    const auto position = [&](std::size_t n) { return bits_[n].position * step_of_symbol(); };
    while (limit_ >= 0 && count > 0 && position(count - 1) > static_cast<double>(limit_) - 0.5)
        --count;
    if (count == 0)
        return;
    for (std::size_t n = 0; n < count; ++n) {
        const float value = std::clamp(32 * bits_[n].i, -127.0f, 127.0f);
        values_[n] = static_cast<std::int8_t>(value < 0 ? value - 0.5f : value + 0.5f);
    }
    SoftSymbols out;
    out.values = {values_.data(), count};
    out.first_position = static_cast<double>(first_index_) + position(0);
    out.samples_per_symbol = hop.period * step_of_symbol();
    out.quality.locked = record.locked;
    out.quality.signal_level_db = level_db(hop.index);
    if (record.locked) {
        if (hop.es_n0 > 0)
            out.quality.snr_db = static_cast<float>(10 * std::log10(hop.es_n0));
        out.quality.carrier_offset_hz = record.offset_hz;
        out.quality.symbol_rate_error_ppm = -1e6f * hop.rate_error;
    }
    sink.accept(out);
}

constexpr Field kFields[] = {
    {"baudrate", Field::Type::real, "Bd", 10, 50e6, "", "", "Bits a second."},
    {"af_carrier", Field::Type::real, "Hz", 0, 1e9, "0", "",
     "Centre of the carrier in a real input; 0: 1500 Hz up to 2400 Bd, 12000 Hz above."},
    {"offset_range", Field::Type::real, "Hz", 0, 1e9, "0", "",
     "The carrier is searched this far either side; 0: 3000 Hz or 0.55 of the symbol rate, "
     "as far as it fits into the input's band."},
    {"roll_off", Field::Type::real, "1", 0.05, 1, "0.35", "",
     "Excess bandwidth of the root-raised-cosine pulses."},
};

Result<std::unique_ptr<Demodulator>> make_psk(const Settings& settings, const SampleFormat& format,
                                              LineCode code, Precoding precoding) {
    const double baudrate = settings.real("baudrate");
    PskPlan plan{};
    plan.code = code;
    plan.precoding = precoding;
    plan.format = format;
    plan.symbol_rate_hz = code == LineCode::manchester ? 2 * baudrate : baudrate;
    plan.roll_off = settings.real("roll_off");
    if (const auto checked = check_samples_per_symbol(format.rate_hz, plan.symbol_rate_hz);
        !checked)
        return fail(checked.error());
    double room = format.rate_hz / 2;
    if (format.kind == SampleKind::real) {
        plan.carrier_hz = settings.real("af_carrier");
        if (plan.carrier_hz == 0)
            plan.carrier_hz = baudrate <= 2400 ? 1500 : 12000;
        room = std::min(plan.carrier_hz, format.rate_hz / 2 - plan.carrier_hz);
    }
    // The outermost tenth of the roll-off may be lost without harm.
    const double half = (1 + plan.roll_off) / 2 * plan.symbol_rate_hz;
    const double most = room - (1 + 0.8 * plan.roll_off) / 2 * plan.symbol_rate_hz;
    if (room < plan.symbol_rate_hz / 2)
        return fail(Error{"a carrier at " + to_text(plan.carrier_hz) + " Hz with " +
                              to_text(plan.symbol_rate_hz) +
                              " symbols a second does not fit into an input of " +
                              to_text(format.rate_hz) + " samples a second",
                          {},
                          0,
                          0,
                          "af_carrier"});
    const double least = 0.02 * plan.symbol_rate_hz;
    plan.offset_range_hz = settings.real("offset_range");
    if (const auto checked =
            check_symbol_rates("offset_range", plan.offset_range_hz, plan.symbol_rate_hz);
        !checked)
        return fail(checked.error());
    if (plan.offset_range_hz == 0)
        plan.offset_range_hz =
            std::clamp(std::max(3000.0, 0.55 * plan.symbol_rate_hz), least, std::max(most, least));
    else if (plan.offset_range_hz > std::max(most, least))
        return fail(Error{"a carrier so far off does not fit into the input's band; at most " +
                              to_text(std::floor(std::max(most, least))) + " Hz",
                          {},
                          0,
                          0,
                          "offset_range"});
    plan.pass_hz = std::min(half + plan.offset_range_hz, 0.97 * room);
    plan.samples_per_symbol = 4;
    while (plan.samples_per_symbol * plan.symbol_rate_hz * 0.95 < 4 * plan.offset_range_hz)
        plan.samples_per_symbol *= 2;
    return std::unique_ptr<Demodulator>(std::make_unique<PskDemodulator>(plan));
}

} // namespace

std::span<const Field> psk_fields() {
    return kFields;
}

Result<std::unique_ptr<Demodulator>> make_bpsk(const Settings& s, const SampleFormat& f) {
    return make_psk(s, f, LineCode::nrz, Precoding::none);
}
Result<std::unique_ptr<Demodulator>> make_dbpsk(const Settings& s, const SampleFormat& f) {
    return make_psk(s, f, LineCode::nrz, Precoding::differential);
}
Result<std::unique_ptr<Demodulator>> make_bpsk_manchester(const Settings& s,
                                                          const SampleFormat& f) {
    return make_psk(s, f, LineCode::manchester, Precoding::none);
}
Result<std::unique_ptr<Demodulator>> make_dbpsk_manchester(const Settings& s,
                                                           const SampleFormat& f) {
    return make_psk(s, f, LineCode::manchester, Precoding::differential);
}

} // namespace telemetry::dsp
