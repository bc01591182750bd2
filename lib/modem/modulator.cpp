// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/modulator.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/modem/cpm.h"
#include "telemetry/modem/linear.h"
#include "telemetry/modem/option.h"

namespace telemetry::modem {
namespace {

Iq unit_vector(double phase) {
    return {static_cast<float>(std::cos(phase)), static_cast<float>(std::sin(phase))};
}

/// FSK, GFSK, GMSK.
class FskModulator final : public Modulator {
public:
    explicit FskModulator(const CpmOptions& options) : phase_(options) {}

    void modulate(std::span<const std::uint8_t> bits, std::vector<Iq>& out) override {
        phase_.modulate(bits, phases_);
        flush(out);
    }
    void finish(std::vector<Iq>& out) override {
        phase_.finish(phases_);
        flush(out);
    }

private:
    void flush(std::vector<Iq>& out) {
        for (const double phase : phases_)
            out.push_back(unit_vector(phase));
        phases_.clear();
    }

    CpmPhase phase_;
    std::vector<double> phases_;
};

/// Two tones, themselves frequency-modulated onto the carrier, as a voice transmitter sends them.
class AfskModulator final : public Modulator {
public:
    AfskModulator(const CpmOptions& tones, double fm_deviation_hz)
        : tones_(tones), turns_per_sample_(fm_deviation_hz / tones.rate_hz) {}

    void modulate(std::span<const std::uint8_t> bits, std::vector<Iq>& out) override {
        tones_.modulate(bits, phases_);
        flush(out);
    }
    void finish(std::vector<Iq>& out) override {
        tones_.finish(phases_);
        flush(out);
    }

private:
    void flush(std::vector<Iq>& out) {
        for (const double phase : phases_) {
            turns_ += turns_per_sample_ * std::cos(phase);
            turns_ -= std::floor(turns_);
            out.push_back(unit_vector(2 * std::numbers::pi * turns_));
        }
        phases_.clear();
    }

    CpmPhase tones_;
    double turns_per_sample_;
    double turns_ = 0;
    std::vector<double> phases_;
};

enum class Differential { no, yes };
enum class Manchester { no, yes };

/// BPSK and its kin. Differential: a 1 changes the phase (NRZ-M, CCSDS 401.0-B §2.4.17A).
/// Manchester: a 1 is the pair of pulses − +, a 0 is + − (as IEEE 802.3 has it), at twice the rate.
class PskModulator final : public Modulator {
public:
    PskModulator(const LinearOptions& options, Differential differential, Manchester manchester)
        : pulses_(options), differential_(differential), manchester_(manchester) {}

    void modulate(std::span<const std::uint8_t> bits, std::vector<Iq>& out) override {
        amplitudes_.clear();
        for (const std::uint8_t bit : bits) {
            if (differential_ == Differential::yes)
                sign_ = bit != 0 ? -sign_ : sign_;
            else
                sign_ = bit != 0 ? 1.0F : -1.0F;
            if (manchester_ == Manchester::yes)
                amplitudes_.push_back(-sign_);
            amplitudes_.push_back(sign_);
        }
        pulses_.modulate(amplitudes_, out);
    }
    void finish(std::vector<Iq>& out) override { pulses_.finish(out); }

private:
    PulseTrain pulses_;
    Differential differential_;
    Manchester manchester_;
    float sign_ = 1;
    std::vector<float> amplitudes_;
};

enum class Family { fsk, afsk, psk };

struct Modulation {
    std::string_view name;
    Family family;
    double bt;
    Differential differential;
    Manchester manchester;
};

constexpr std::array<Modulation, 8> kModulations{{
    {"FSK", Family::fsk, 0, Differential::no, Manchester::no},
    {"GFSK", Family::fsk, 0.5, Differential::no, Manchester::no},
    {"GMSK", Family::fsk, 0.5, Differential::no, Manchester::no},
    {"AFSK", Family::afsk, 0, Differential::no, Manchester::no},
    {"BPSK", Family::psk, 0, Differential::no, Manchester::no},
    {"DBPSK", Family::psk, 0, Differential::yes, Manchester::no},
    {"BPSK Manchester", Family::psk, 0, Differential::no, Manchester::yes},
    {"DBPSK Manchester", Family::psk, 0, Differential::yes, Manchester::yes},
}};

Error unknown_modulation(std::string_view name) {
    std::array<std::string_view, kModulations.size()> names;
    std::string list;
    for (std::size_t k = 0; k < names.size(); ++k) {
        names[k] = kModulations[k].name;
        list += (k == 0 ? "" : ", ") + std::string(names[k]);
    }
    std::string message = "unknown modulation '" + std::string(name) + "', expected one of " + list;
    if (const auto near = nearest(name, names); !near.empty())
        message += "; did you mean '" + std::string(near) + "'?";
    return Error{std::move(message)};
}

} // namespace

Result<std::unique_ptr<Modulator>> make_modulator(std::string_view modulation,
                                                  const Settings& settings, double rate_hz) {
    const Modulation* found = nullptr;
    for (const auto& candidate : kModulations)
        if (equal_ignoring_case(candidate.name, modulation))
            found = &candidate;
    if (found == nullptr)
        return fail(unknown_modulation(modulation));

    const double baudrate = number_or(settings, "baudrate", 9600);
    const double pulses_hz = found->manchester == Manchester::yes ? 2 * baudrate : baudrate;
    if (!(rate_hz >= 2 * pulses_hz) || !(baudrate > 0))
        return fail("a sample rate of " + std::to_string(rate_hz) + " Hz is too low for " +
                    std::to_string(baudrate) + " Bd " + std::string(found->name) +
                    ": at least two samples a symbol are needed");

    CpmOptions cpm;
    cpm.rate_hz = rate_hz;
    cpm.symbol_rate_hz = baudrate;
    cpm.bt = number_or(settings, "bt", found->bt);
    switch (found->family) {
    case Family::fsk: {
        const double deviation = number_or(settings, "deviation", 0);
        cpm.deviation_hz = deviation != 0 ? deviation : baudrate / 4;
        return std::make_unique<FskModulator>(cpm);
    }
    case Family::afsk:
        cpm.deviation_hz = number_or(settings, "deviation", -500);
        cpm.centre_hz = number_or(settings, "af_carrier", 1700);
        return std::make_unique<AfskModulator>(cpm, number_or(settings, "fm_deviation", 3000));
    case Family::psk:
        break;
    }
    LinearOptions linear;
    linear.rate_hz = rate_hz;
    linear.symbol_rate_hz = pulses_hz;
    linear.rolloff = number_or(settings, "roll_off", 0.35);
    return std::make_unique<PskModulator>(linear, found->differential, found->manchester);
}

} // namespace telemetry::modem
