// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace telemetry::parameter {

/// Writes indented XML; every element that is opened is closed by the scope that opened it.
class XmlWriter {
public:
    class Scope {
    public:
        Scope(XmlWriter& writer, std::string_view name) : writer_(writer) { writer.open(name); }
        ~Scope() { writer_.close(); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        /// Before any child or text.
        Scope& attribute(std::string_view name, std::string_view value) {
            writer_.attribute(name, value);
            return *this;
        }
        Scope& attribute_if(std::string_view name, std::string_view value) {
            return value.empty() ? *this : attribute(name, value);
        }
        Scope& text(std::string_view text) {
            writer_.text(text);
            return *this;
        }

    private:
        XmlWriter& writer_;
    };

    /// An element with nothing but text.
    void leaf(std::string_view name, std::string_view text) { Scope(*this, name).text(text); }

    std::string take() { return std::move(out_); }

private:
    void open(std::string_view name);
    void close();
    void attribute(std::string_view name, std::string_view value);
    void text(std::string_view text);
    void end_tag();
    void escape(std::string_view text, bool in_attribute);

    struct Open {
        std::string name;
        bool has_children = false;
    };
    std::string out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    std::vector<Open> open_;
    bool in_tag_ = false;
};

} // namespace telemetry::parameter
