// SPDX-License-Identifier: GPL-3.0-or-later
// How the XTCE reader takes an element apart. Internal to the stage.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "telemetry/parameter/model.h"
#include "telemetry/parameter/xml_tree.h"

namespace telemetry::parameter {

using Severity = Diagnostic::Severity;

/// Collects what a reader has to tell, in bounded memory. The same note about the same kind of
/// element is told once, with its count.
class Report {
public:
    static constexpr std::size_t kMost = 10'000;

    void add(Severity severity, SourcePosition where, std::string element, std::string message);

    /// Near names cost a search through all names, so only the first mistakes get them.
    bool may_suggest() { return suggestions_++ < 200; }
    std::vector<Diagnostic> take();

private:
    struct Repeated {
        std::size_t index;
        std::size_t count;
    };
    std::vector<Diagnostic> list_;
    std::map<std::pair<std::string, std::string>, Repeated> notes_; ///< by element and message
    std::size_t dropped_ = 0;
    std::size_t suggestions_ = 0;
};

/// ", did you mean 'x'?" or "; expected one of a, b".
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);

std::optional<std::int64_t> read_integer(std::string_view text); ///< decimal, 0x, 0o, 0b
std::optional<double> read_real(std::string_view text);          ///< xs:double, INF and NaN too
std::optional<bool> read_flag(std::string_view text);            ///< xs:boolean

/// A callable that is not kept.
template <class Signature>
class FunctionRef;
template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
public:
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
        FunctionRef(F&& function) // NOLINT(google-explicit-constructor): it stands for the callable
        : target_(const_cast<void*>(static_cast<const void*>(&function))),
          call_([](void* target, Arguments... arguments) -> Result {
              return (*static_cast<std::remove_reference_t<F>*>(target))(
                  std::forward<Arguments>(arguments)...);
          }) {}
    Result operator()(Arguments... arguments) const {
        return call_(target_, std::forward<Arguments>(arguments)...);
    }

private:
    void* target_;
    Result (*call_)(void*, Arguments...);
};

/// One element while it is read. What nobody asked for is told of when the visit ends, so that
/// nothing of a database can be passed over in silence: an attribute or element that XTCE knows and
/// we do not use is in one table with the reason; any other is a mistake.
class Visit {
public:
    struct Rule {
        std::string_view name;
        FunctionRef<void(const XmlElement&)> handler;
    };
    template <class Value>
    using Choice = std::pair<std::string_view, Value>;

    Visit(const XmlDocument& document, Report& report, const XmlElement& element)
        : document_(document), report_(report), element_(element) {}
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    const XmlElement& element() const { return element_; }
    SourcePosition where() const { return {0, element_.line}; }

    std::optional<std::string_view> attribute(std::string_view name);
    std::string text_of(std::string_view name) { return std::string(attribute(name).value_or("")); }
    /// Nothing and an error when it is not there.
    std::optional<std::string_view> required(std::string_view name);
    bool flag(std::string_view name, bool fallback);
    std::int64_t integer(std::string_view name, std::int64_t fallback);
    double real(std::string_view name, double fallback);
    template <class Value, std::size_t count>
    Value choice(std::string_view name, const Choice<Value> (&choices)[count], Value fallback) {
        const auto given = attribute(name);
        if (!given)
            return fallback;
        std::vector<std::string_view> names;
        for (const auto& [text, value] : choices) {
            if (text == *given)
                return value;
            names.push_back(text);
        }
        wrong(Severity::error, "@" + std::string(name),
              "'" + std::string(*given) + "'" + suggestion(*given, names));
        return fallback;
    }

    /// The characters of the element.
    std::string_view text() {
        text_read_ = true;
        return element_.text;
    }

    /// Hands each child to the rule of its name. With `named`, the children and attributes that
    /// every named thing has are read into it.
    void children(std::initializer_list<Rule> rules, Named* named = nullptr);

    /// Children and attributes are another's business.
    void leave_all();

    void wrong(Severity severity, const std::string& part, std::string message);

private:
    void unused_child(const XmlElement& child, std::initializer_list<Rule> rules, bool named);
    void read_names(Named& named);
    void read_aliases(const XmlElement& set, Named& named);
    void read_ancillary(const XmlElement& set, Named& named);

    const XmlDocument& document_;
    Report& report_;
    const XmlElement& element_;
    std::uint64_t read_ = 0; ///< a bit an attribute
    std::vector<std::string_view> asked_;
    bool text_read_ = false;
    bool children_read_ = false;
};

} // namespace telemetry::parameter
