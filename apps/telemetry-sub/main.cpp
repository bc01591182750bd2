// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "describe.h"
#include "options.h"
#include "screen.h"
#include "status_table.h"
#include "telemetry/publish/responder.h"

namespace telemetry::sub {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
using publish::Message;

volatile std::sig_atomic_t stop_asked = 0;

std::string text_of_error(const nlohmann::ordered_json& answer) {
    const auto& error = answer.at("error");
    return error.is_string() ? printable(error.get<std::string>()) : error.dump();
}

constexpr auto kPatience = 3s; ///< without any message or heartbeat, before saying so

/// Prints what comes: text with a live table, or JSON Lines. Notes go to standard error, and
/// through the screen when both are the same terminal.
class Printer final : public publish::SubscriberSink {
public:
    Printer(const Options& options, Format format, std::FILE* file)
        : options_(options), format_(format), screen_(file),
          paint_(options.colour == "always" || (options.colour == "auto" && screen_.is_terminal() &&
                                                std::getenv("NO_COLOR") == nullptr)
                     ? Paint::Colour::on
                     : Paint::Colour::off) {}

    void on_message(const Message& message) override {
        if (done())
            return;
        ended_ = false;
        ++messages_;
        if (format_ == Format::jsonl) {
            screen_.print(to_json_line(message));
        } else if (message.topic.kind == "metric" && screen_.is_terminal()) {
            table_.update(message);
            screen_.show_block(
                table_.lines(paint_, std::max<std::size_t>(screen_.height() / 2, 4)));
        } else {
            screen_.print(describe(message, paint_, options_.dump_bytes));
        }
    }

    void on_gap(const std::string& endpoint, const publish::Gap& gap) override {
        note(Ink::red, "lost " + std::to_string(gap.count()) + " of " + printable(gap.topic) +
                           ", numbers " + std::to_string(gap.first) + " to " +
                           std::to_string(gap.last) + ", from " + endpoint);
    }
    void on_restart(const std::string& endpoint) override {
        note(Ink::yellow, "the publisher at " + endpoint + " restarted");
    }
    void on_end(const std::string& endpoint) override {
        note(Ink::dim, "the publisher at " + endpoint + " closed down");
        ended_ = true;
    }
    void on_malformed(const std::string& endpoint, const std::string& why) override {
        note(Ink::yellow, "malformed message from " + endpoint + ": " + printable(why));
    }

    void note(Ink ink, const std::string& text) {
        if (options_.quiet)
            return;
        if (screen_.is_terminal()) {
            screen_.print(paint_(ink, "telemetry-sub: " + text));
        } else {
            std::cerr << "telemetry-sub: " << text << std::endl;
        }
    }

    bool done() const { return options_.count > 0 && messages_ >= options_.count; }
    bool ended() const { return ended_; } ///< the last word was a publisher's goodbye
    Screen& screen() { return screen_; }

private:
    const Options& options_;
    Format format_;
    Screen screen_;
    Paint paint_;
    StatusTable table_;
    std::uint64_t messages_ = 0;
    bool ended_ = false;
};

std::string endpoints_of(const Options& options) {
    std::string text;
    for (const std::string& endpoint : options.subscriber.endpoints)
        text += (text.empty() ? "" : ", ") + endpoint;
    return text;
}

/// Until the count, the time, a signal or the end of the reader.
void follow(publish::Subscriber& subscriber, Printer& printer, const Options& options) {
    const auto start = Clock::now();
    auto last_heard = start;
    auto flushed = start;
    bool silent = false;
    while (stop_asked == 0 && !printer.done() && printer.screen().good()) {
        const auto now = Clock::now();
        auto wait = 100ms;
        if (options.seconds > 0) {
            const auto left = std::chrono::duration<double>(options.seconds) - (now - start);
            if (left <= 0s)
                return;
            wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(left));
        }
        if (subscriber.receive(0ms, printer)) {
            last_heard = now;
            silent = false;
            if (now - flushed < 100ms)
                continue; // a burst: flush it as a whole
        }
        printer.screen().flush();
        flushed = now;
        if (subscriber.receive(wait, printer)) {
            last_heard = Clock::now();
            silent = false;
        } else if (!silent && !printer.ended() && Clock::now() - last_heard > kPatience) {
            silent = true;
            const auto stats = subscriber.stats();
            printer.note(Ink::dim, stats.heartbeats + stats.received == 0
                                       ? "nothing heard yet at " + endpoints_of(options) +
                                             "; is a receiver publishing there?"
                                       : "silence: no heartbeat from " + endpoints_of(options));
        }
    }
}

void summarise(Printer& printer, const publish::SubscriberStats& stats) {
    for (const auto& [topic, counts] : stats.topics)
        if (counts.lost > 0)
            printer.note(Ink::red, printable(topic) + ": " + std::to_string(counts.received) +
                                       " received, " + std::to_string(counts.lost) + " lost");
    const std::string loss = stats.lost > 0 ? std::to_string(stats.lost) + " lost"
                             : stats.heartbeats > 0
                                 ? "none lost"
                                 : "no heartbeat came, so nothing is known of loss at the end";
    std::string text = std::to_string(stats.received) + " messages received, " + loss;
    if (stats.malformed > 0)
        text += ", " + std::to_string(stats.malformed) + " malformed";
    if (stats.restarts > 0)
        text += ", publishers restarted " + std::to_string(stats.restarts) + " times";
    printer.note(stats.lost > 0 ? Ink::red : Ink::dim, text);
}

/// One request and its answer.
int ask(const Options& options) {
    const auto refuse = [](const std::string& why) {
        std::cerr << "telemetry-sub: " << why << "\n";
        return exit_refused;
    };
    auto requester = publish::Requester::open(options.control);
    if (!requester)
        return refuse(requester.error().message);
    const std::string request = options.ask.front() == '{'
                                    ? options.ask
                                    : nlohmann::json{{"request", options.ask}}.dump(
                                          -1, ' ', false, nlohmann::json::error_handler_t::replace);
    const double seconds = options.seconds > 0 ? options.seconds : 5;
    const auto answer = (*requester)->ask(request, std::llround(seconds * 1e9));
    if (!answer)
        return refuse(answer.error().message +
                      "; is a receiver running with --control, and at that address?");
    const auto json = nlohmann::ordered_json::parse(*answer, nullptr, false);
    if (json.is_discarded())
        return refuse("the answer is no JSON");
    if (json.contains("error"))
        return refuse(text_of_error(json));
    std::cout << json.dump(2) << std::endl;
    return exit_good;
}

extern "C" void ask_to_stop(int) {
    stop_asked = 1;
}

int run(const Options& options) {
    auto subscriber = publish::Subscriber::open(options.subscriber);
    if (!subscriber) {
        std::cerr << "telemetry-sub: " << subscriber.error().to_string() << "\n";
        return exit_usage;
    }
    std::FILE* file = stdout;
    if (!options.output.empty())
        file = std::fopen(options.output.c_str(), "w");
    if (file == nullptr) {
        std::cerr << "telemetry-sub: " << options.output << ": " << std::strerror(errno) << "\n";
        return exit_usage;
    }
    const bool terminal = Screen(file).is_terminal();
    Printer printer(options, options.format.value_or(terminal ? Format::text : Format::jsonl),
                    file);
    follow(**subscriber, printer, options);
    const auto stats = (*subscriber)->stats();
    printer.screen().leave_block();
    summarise(printer, stats);
    printer.screen().flush();
    // A reader that goes away has seen what it wanted.
    const int trouble = printer.screen().trouble();
    if (trouble != 0 && trouble != EPIPE) {
        std::cerr << "telemetry-sub: cannot write to "
                  << (options.output.empty() ? "standard output" : options.output) << ": "
                  << std::strerror(trouble) << "\n";
        return exit_usage;
    }
    if (options.fail_on_loss && stats.lost > 0)
        return exit_loss;
    return options.count > 0 && !printer.done() && stop_asked == 0 && options.seconds > 0
               ? exit_few
               : exit_good;
}

} // namespace
} // namespace telemetry::sub

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    struct sigaction action {};
    action.sa_handler = telemetry::sub::ask_to_stop;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    try {
        const auto options = telemetry::sub::read_options(argc, argv);
        return options.ask.empty() ? telemetry::sub::run(options) : telemetry::sub::ask(options);
    } catch (const std::exception& error) {
        std::cerr << "telemetry-sub: " << error.what() << "\n";
        return telemetry::sub::exit_usage;
    }
}
