// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/infix.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include <muParser.h>

namespace telemetry::parameter {
namespace {

constexpr std::size_t kLongest = 4096;

bool begins_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool in_name(char c) {
    return begins_name(c) || is_digit(c) || c == '.' || c == '[' || c == ']';
}

std::size_t index_in(std::vector<std::string>& list, std::string_view text) {
    const auto found = std::find(list.begin(), list.end(), text);
    if (found != list.end())
        return static_cast<std::size_t>(found - list.begin());
    list.emplace_back(text);
    return list.size() - 1;
}

double remainder_of(double a, double b) {
    return std::fmod(a, b);
}
double negation(double a) {
    return a == 0 ? 1 : 0;
}

/// Rewrites names and texts to v0, v1, … and t0, t1, …, which muParser takes.
class Rewriter {
public:
    explicit Rewriter(std::string_view text) : in_(text) {}

    Result<std::string> run() {
        while (at_ < in_.size())
            if (auto error = step(); !error.empty())
                return fail(error + " at column " + std::to_string(at_ + 1) + " of '" +
                            std::string(in_) + "'");
        return std::move(out_);
    }
    std::vector<std::string> names;
    std::vector<std::string> texts;

private:
    std::string step() {
        const char c = in_[at_];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            out_ += ' ';
            ++at_;
        } else if (c == '\'' || c == '"') {
            return delimited(c, texts, 't');
        } else if (c == '{') {
            return delimited('}', names, 'v');
        } else if (is_digit(c) || (c == '.' && !after_operand_)) {
            number();
        } else if (begins_name(c)) {
            word();
        } else if (c == '/' && !after_operand_) {
            std::size_t end = at_ + 1;
            while (end < in_.size() && (in_name(in_[end]) || in_[end] == '/'))
                ++end;
            variable(in_.substr(at_, end - at_));
            at_ = end;
        } else if (c == '=' && !compares()) {
            return "'=' assigns; '==' compares";
        } else {
            after_operand_ = c == ')';
            out_ += c;
            ++at_;
        }
        return {};
    }

    /// Whether the '=' here is a part of ==, !=, <= or >=.
    bool compares() const {
        const bool follows =
            at_ > 0 && std::string_view("=!<>").find(in_[at_ - 1]) != std::string_view::npos;
        return follows || (at_ + 1 < in_.size() && in_[at_ + 1] == '=');
    }

    std::string delimited(char closing, std::vector<std::string>& list, char letter) {
        const std::size_t end = in_.find(closing, at_ + 1);
        if (end == std::string_view::npos)
            return std::string("no closing ") + closing;
        put(letter, index_in(list, in_.substr(at_ + 1, end - at_ - 1)));
        at_ = end + 1;
        return {};
    }

    void number() {
        if (in_.substr(at_, 2) == "0x" || in_.substr(at_, 2) == "0X") {
            std::size_t end = at_ + 2;
            std::uint64_t value = 0;
            const auto digit = [&]() -> int {
                const char c = end < in_.size() ? in_[end] : ' ';
                return is_digit(c)            ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
            };
            for (; digit() >= 0; ++end)
                value = value << 4 | static_cast<std::uint64_t>(digit());
            out_ += std::to_string(value);
            at_ = end;
        } else {
            const auto part = [&](auto accepted) {
                while (at_ < in_.size() && accepted(in_[at_]))
                    out_ += in_[at_++];
            };
            part([](char c) { return is_digit(c) || c == '.'; });
            if (at_ < in_.size() && (in_[at_] == 'e' || in_[at_] == 'E')) {
                out_ += in_[at_++];
                if (at_ < in_.size() && (in_[at_] == '-' || in_[at_] == '+'))
                    out_ += in_[at_++];
                part(is_digit);
            }
        }
        after_operand_ = true;
    }

    void word() {
        std::size_t end = at_;
        while (end < in_.size() && in_name(in_[end]))
            ++end;
        const std::string_view text = in_.substr(at_, end - at_);
        std::size_t next = end;
        while (next < in_.size() && in_[next] == ' ')
            ++next;
        at_ = end;
        after_operand_ = false;
        if (text == "and")
            out_ += "&&";
        else if (text == "or")
            out_ += "||";
        else if (text == "not")
            out_ += "!";
        else if (next < in_.size() && in_[next] == '(')
            out_ += text; // a function
        else if (text == "true" || text == "false")
            out_ += text == "true" ? "1" : "0", after_operand_ = true;
        else
            variable(text);
    }

    void variable(std::string_view name) { put('v', index_in(names, name)); }
    void put(char letter, std::size_t number) {
        out_ += ' ';
        out_ += letter;
        out_ += std::to_string(number) + ' ';
        after_operand_ = true;
    }

    std::string_view in_;
    std::string out_;
    std::size_t at_ = 0;
    bool after_operand_ = false;
};

} // namespace

struct Infix::Compiled {
    mu::Parser parser;
    std::vector<std::string> names;
    std::vector<std::string> texts;
    std::vector<double> values; ///< muParser keeps pointers to them
};

Infix::Infix(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Infix::Infix(Infix&& other) noexcept = default;
Infix& Infix::operator=(Infix&& other) noexcept = default;
Infix::~Infix() = default;

std::span<const std::string> Infix::names() const {
    return compiled_->names;
}
std::span<const std::string> Infix::texts() const {
    return compiled_->texts;
}

Result<Infix> Infix::compile(std::string_view text) {
    if (text.size() > kLongest)
        return fail("an expression of " + std::to_string(text.size()) + " characters; at most " +
                    std::to_string(kLongest) + " are read");
    Rewriter rewriter(text);
    auto rewritten = rewriter.run();
    if (!rewritten)
        return tl::unexpected(rewritten.error());
    auto compiled = std::make_unique<Compiled>();
    compiled->names = std::move(rewriter.names);
    compiled->texts = std::move(rewriter.texts);
    compiled->values.resize(compiled->names.size() + compiled->texts.size());
    try {
        compiled->parser.DefineOprt("%", remainder_of, mu::prMUL_DIV, mu::oaLEFT, true);
        compiled->parser.DefineInfixOprt("!", negation, mu::prLOGIC + 100, false);
        for (std::size_t i = 0; i < compiled->values.size(); ++i) {
            const bool is_name = i < compiled->names.size();
            const std::size_t number = is_name ? i : i - compiled->names.size();
            compiled->parser.DefineVar((is_name ? "v" : "t") + std::to_string(number),
                                       &compiled->values[i]);
        }
        compiled->parser.SetExpr(*rewritten);
        compiled->parser.Eval();
        if (compiled->parser.GetNumResults() != 1)
            return fail("'" + std::string(text) + "' is more than one expression");
    } catch (const mu::Parser::exception_type& e) {
        return fail("'" + std::string(text) + "' is no expression: " + e.GetMsg());
    }
    return Infix(std::move(compiled));
}

double Infix::evaluate(std::span<const double> values) noexcept {
    std::copy_n(values.begin(), std::min(values.size(), compiled_->values.size()),
                compiled_->values.begin());
    try {
        return compiled_->parser.Eval();
    } catch (...) {
        return std::numeric_limits<double>::quiet_NaN();
    }
}

} // namespace telemetry::parameter
