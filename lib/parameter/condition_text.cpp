// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/condition_text.h"

#include <algorithm>

#include "telemetry/parameter/name_table.h"
#include "telemetry/parameter/xtce_visit.h"

namespace telemetry::parameter {
namespace {

constexpr std::string_view kWhite = " \t\r\n";
constexpr int kMostNesting = 60;

constexpr std::pair<std::string_view, Comparator> kComparators[] = {
    {"==", Comparator::equal},         {"!=", Comparator::not_equal},
    {"<=", Comparator::less_or_equal}, {">=", Comparator::greater_or_equal},
    {"<", Comparator::less},           {">", Comparator::greater},
};

/// A parameter of this name is written in back quotes, a text in quotes.
constexpr std::string_view kReserved[] = {"and", "or", "raw", "value", "algorithm", "never"};

bool is_reserved(std::string_view word) {
    return std::find(std::begin(kReserved), std::end(kReserved), word) != std::end(kReserved);
}

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("_./-[]:@%+#$").find(c) != std::string_view::npos;
}

bool is_word(std::string_view text) {
    return !text.empty() && !is_reserved(text) && std::all_of(text.begin(), text.end(), in_word);
}

std::string quoted(std::string_view text, char quote) {
    std::string result(1, quote);
    for (const char c : text) {
        if (c == quote)
            result += quote;
        result += c;
    }
    return result + quote;
}

} // namespace

ConditionReader::Token ConditionReader::next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kWhite), rest_.size()));
    if (rest_.empty())
        return {};
    const char first = rest_[0];
    if (first == '\'' || first == '`') {
        Token token{first == '`' ? Token::Kind::name : Token::Kind::quoted, {}};
        std::size_t at = 1;
        while (at < rest_.size()) {
            if (rest_[at] == first) {
                if (at + 1 < rest_.size() && rest_[at + 1] == first) {
                    ++at;
                } else {
                    rest_.remove_prefix(at + 1);
                    return token;
                }
            }
            token.text += rest_[at++];
        }
        rest_ = {};
        return {Token::Kind::symbol, "an open quote"};
    }
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "<", ">", "(", ")", "*", "="})
        if (rest_.starts_with(symbol)) {
            rest_.remove_prefix(symbol.size());
            return {Token::Kind::symbol, std::string(symbol)};
        }
    std::size_t size = 0;
    while (size < rest_.size() && in_word(rest_[size]))
        ++size;
    if (size == 0) {
        const std::string bad(1, first);
        rest_.remove_prefix(1);
        return {Token::Kind::symbol, bad};
    }
    Token token{Token::Kind::word, std::string(rest_.substr(0, size))};
    rest_.remove_prefix(size);
    return token;
}

ConditionReader::Token ConditionReader::peek() {
    const std::string_view before = rest_;
    Token token = next();
    rest_ = before;
    return token;
}

bool ConditionReader::take(std::string_view symbol) {
    const std::string_view before = rest_;
    const Token token = next();
    if (token.kind != Token::Kind::quoted && token.kind != Token::Kind::name &&
        token.text == symbol)
        return true;
    rest_ = before;
    return false;
}

tl::unexpected<std::string> ConditionReader::expected(const std::string& what) {
    const Token token = peek();
    return tl::unexpected<std::string>(
        "expected " + what + ", found " +
        (token.kind == Token::Kind::end ? "the end" : "'" + token.text + "'"));
}

tl::expected<Condition, std::string> ConditionReader::condition() {
    auto result = any(0);
    if (result && peek().kind != Token::Kind::end)
        return expected("'and', 'or' or the end");
    return result;
}

tl::expected<Condition, std::string> ConditionReader::any(int depth) {
    auto first = all(depth);
    if (!first || !take("or"))
        return first;
    Condition group;
    group.kind = Condition::Kind::any_of;
    group.operands.push_back(std::move(*first));
    do {
        auto each = all(depth);
        if (!each)
            return each;
        group.operands.push_back(std::move(*each));
    } while (take("or"));
    return group;
}

tl::expected<Condition, std::string> ConditionReader::all(int depth) {
    auto first = one(depth);
    if (!first || !take("and"))
        return first;
    Condition group;
    group.kind = Condition::Kind::all_of;
    group.operands.push_back(std::move(*first));
    do {
        auto each = one(depth);
        if (!each)
            return each;
        group.operands.push_back(std::move(*each));
    } while (take("and"));
    return group;
}

tl::expected<Condition, std::string> ConditionReader::one(int depth) {
    if (depth > kMostNesting)
        return expected("fewer parentheses");
    if (take("(")) {
        auto inner = any(depth + 1);
        if (inner && !take(")"))
            return expected("')'");
        return inner;
    }
    Condition condition;
    if (take("never")) {
        condition.kind = Condition::Kind::any_of;
        return condition;
    }
    if (take("algorithm")) {
        if (!take("("))
            return expected("'(' and the name of an algorithm");
        condition.kind = Condition::Kind::algorithm;
        condition.algorithm = names_.algorithm(next().text);
        if (!take(")"))
            return expected("')'");
        return condition;
    }
    auto left = operand();
    if (!left)
        return tl::unexpected<std::string>(left.error());
    condition.comparison.left = std::move(*left);
    const auto comparator = std::find_if(std::begin(kComparators), std::end(kComparators),
                                         [&](const auto& each) { return take(each.first); });
    if (comparator == std::end(kComparators))
        return expected("==, !=, <, <=, > or >=");
    condition.comparison.comparator = comparator->second;
    const Token right = peek();
    if (right.kind == Token::Kind::word && (right.text == "raw" || right.text == "value")) {
        auto reference = operand();
        if (!reference)
            return tl::unexpected<std::string>(reference.error());
        condition.comparison.right = std::move(*reference);
        return condition;
    }
    if ((right.kind != Token::Kind::word && right.kind != Token::Kind::quoted) ||
        (right.kind == Token::Kind::word && is_reserved(right.text)))
        return expected("a value");
    condition.comparison.right = next().text;
    return condition;
}

/// name, name@-1, raw(name), value(name)
tl::expected<ParameterReference, std::string> ConditionReader::operand() {
    bool raw = false;
    bool wrapped = false;
    const std::string_view before = rest_;
    const Token word = next();
    if (word.kind == Token::Kind::word && (word.text == "raw" || word.text == "value") &&
        take("(")) {
        raw = word.text == "raw";
        wrapped = true;
    } else {
        rest_ = before;
    }
    const Token name = peek();
    if ((name.kind != Token::Kind::word && name.kind != Token::Kind::name) ||
        (name.kind == Token::Kind::word && is_reserved(name.text)))
        return expected("a parameter");
    next();
    std::string path = name.text;
    int instance = 0;
    std::string suffix;
    if (name.kind == Token::Kind::word) {
        if (const std::size_t at = path.find('@'); at != std::string::npos) {
            suffix = path.substr(at + 1);
            path.resize(at);
        }
    } else if (rest_.starts_with("@")) {
        suffix = next().text.substr(1);
    }
    if (wrapped && !take(")"))
        return expected("')'");
    if (wrapped && suffix.empty() && rest_.starts_with("@"))
        suffix = next().text.substr(1);
    if (!suffix.empty()) {
        const auto number = read_integer(suffix);
        if (!number || *number > 0 || *number < -1'000'000)
            return tl::unexpected<std::string>("expected @0, @-1 and so on, found '@" + suffix +
                                               "'");
        instance = static_cast<int>(*number);
    }
    ParameterReference reference = names_.parameter(path);
    reference.instance = instance;
    reference.kind = raw ? ValueKind::raw : ValueKind::calibrated;
    return reference;
}

tl::expected<ParameterReference, std::string> ConditionReader::reference() {
    auto result = operand();
    if (result && peek().kind != Token::Kind::end)
        return expected("the end");
    return result;
}

/// [factor *] parameter [* factor] [+ or - offset]
tl::expected<DynamicValue, std::string> ConditionReader::number() {
    DynamicValue value;
    const auto factor = [&](const Token& token) -> bool {
        const auto number = read_real(token.text);
        if (token.kind != Token::Kind::word || !number)
            return false;
        value.slope = *number;
        return true;
    };
    const std::string_view before = rest_;
    const Token first = next();
    if (factor(first) && take("*")) {
        auto reference = operand();
        if (!reference)
            return tl::unexpected<std::string>(reference.error());
        value.reference = std::move(*reference);
    } else {
        value.slope = 1;
        rest_ = before;
        auto reference = operand();
        if (!reference)
            return tl::unexpected<std::string>(reference.error());
        value.reference = std::move(*reference);
        if (take("*") && !factor(next()))
            return tl::unexpected<std::string>("expected a number behind '*'");
    }
    const Token sign = next();
    if (sign.kind == Token::Kind::end)
        return value;
    std::string offset = sign.text;
    if (offset == "+" || offset == "-")
        offset += next().text;
    const auto number = read_real(offset);
    if (!number || (offset[0] != '+' && offset[0] != '-') || peek().kind != Token::Kind::end)
        return tl::unexpected<std::string>("expected '+' or '-' and a number, found '" + offset +
                                           "'");
    value.intercept = *number;
    return value;
}

std::string to_text(const ParameterReference& reference, const Paths& paths, SystemIndex from) {
    std::string path = paths.of(reference, from);
    const bool plain = is_word(path) && path.find('@') == std::string::npos &&
                       !read_real(path).has_value() && path != "+" && path != "-";
    std::string text = plain ? path : quoted(path, '`');
    if (reference.instance != 0)
        text += "@" + std::to_string(reference.instance);
    return reference.kind == ValueKind::raw ? "raw(" + text + ")" : text;
}

std::string to_text(const DynamicValue& value, const Paths& paths, SystemIndex from) {
    std::string text = to_text(value.reference, paths, from);
    if (value.slope != 1)
        text += " * " + number_text(value.slope);
    if (value.intercept > 0)
        text += " + " + number_text(value.intercept);
    else if (value.intercept < 0)
        text += " - " + number_text(-value.intercept);
    return text;
}

std::string to_text(const Condition& condition, const Database& database, const Paths& paths,
                    SystemIndex from) {
    if (condition.kind == Condition::Kind::algorithm) {
        const std::string name = paths.of(database.algorithms[condition.algorithm], from);
        return "algorithm(" + (is_word(name) ? name : quoted(name, '`')) + ")";
    }
    if (condition.kind == Condition::Kind::comparison) {
        const Comparison& comparison = condition.comparison;
        std::string text = to_text(comparison.left, paths, from) + " " +
                           std::string(name_of(comparison.comparator)) + " ";
        if (const auto* literal = std::get_if<std::string>(&comparison.right))
            return text + (is_word(*literal) ? *literal : quoted(*literal, '\''));
        const auto& right = std::get<ParameterReference>(comparison.right);
        const std::string other = to_text(right, paths, from);
        return text + (right.kind == ValueKind::raw ? other : "value(" + other + ")");
    }
    if (condition.operands.empty())
        return "never";
    std::string text;
    for (const Condition& each : condition.operands) {
        if (!text.empty())
            text += condition.kind == Condition::Kind::all_of ? " and " : " or ";
        const bool simple = each.kind == Condition::Kind::comparison ||
                            each.kind == Condition::Kind::algorithm || each.operands.empty();
        // 'and' binds first, so a list of its own kind needs parentheses to stay a list.
        const std::string inner = to_text(each, database, paths, from);
        text += simple ? inner : "(" + inner + ")";
    }
    return text;
}

std::optional<std::vector<PathStep>> read_steps(std::string_view text) {
    std::vector<PathStep> path;
    while (!text.empty()) {
        const bool index = text[0] == '[';
        const std::size_t end =
            index ? text.find(']') : std::min(text.find_first_of(".[", 1), text.size());
        if (end == std::string_view::npos || end < 2)
            return std::nullopt;
        if (index) {
            const auto number = read_integer(text.substr(1, end - 1));
            if (!number || *number < 0 || *number > 0xffff)
                return std::nullopt;
            path.push_back({"", static_cast<int>(*number)});
            text.remove_prefix(end + 1);
        } else {
            if (text[0] != '.' || text.substr(0, end).find('/') != std::string_view::npos)
                return std::nullopt;
            path.push_back({std::string(text.substr(1, end - 1)), 0});
            text.remove_prefix(end);
        }
    }
    return path;
}

ParameterReference TableNames::parameter(std::string_view path) {
    ParameterReference reference;
    for (std::size_t end = path.size(); end != std::string_view::npos && end != 0;
         end = path.find_last_of(".[", end - 1)) {
        reference.parameter = table_.find(NameTable::Kind::parameter, from_, path.substr(0, end));
        const auto steps = read_steps(path.substr(end));
        if (reference.parameter != kNone && steps) {
            reference.path = *steps;
            return reference;
        }
    }
    lost_ = path;
    reference.parameter = kNone;
    return reference;
}

AlgorithmIndex TableNames::algorithm(std::string_view path) {
    const AlgorithmIndex found = table_.find(NameTable::Kind::algorithm, from_, path);
    if (found == kNone)
        lost_ = path;
    return found;
}

} // namespace telemetry::parameter
