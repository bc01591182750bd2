// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/xml_writer.h"

namespace telemetry::parameter {

void XmlWriter::open(std::string_view name) {
    end_tag();
    if (!open_.empty()) {
        open_.back().has_children = true;
        if (out_.back() != '\n')
            out_ += '\n';
    }
    out_.append(open_.size() * 2, ' ');
    out_ += '<';
    out_ += name;
    open_.push_back({std::string(name), false});
    in_tag_ = true;
}

void XmlWriter::close() {
    const Open last = std::move(open_.back());
    open_.pop_back();
    if (in_tag_) {
        out_ += "/>\n";
        in_tag_ = false;
        return;
    }
    if (last.has_children)
        out_.append(open_.size() * 2, ' ');
    out_ += "</" + last.name + ">\n";
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    escape(value, true);
    out_ += '"';
}

void XmlWriter::text(std::string_view text) {
    if (text.empty())
        return;
    end_tag();
    escape(text, false);
}

void XmlWriter::end_tag() {
    if (in_tag_)
        out_ += '>';
    in_tag_ = false;
}

void XmlWriter::escape(std::string_view text, bool in_attribute) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto code = static_cast<unsigned char>(c);
        const bool outermost = !in_attribute && (i == 0 || i + 1 == text.size());
        if (c == '&')
            out_ += "&amp;";
        else if (c == '<')
            out_ += "&lt;";
        else if (c == '>')
            out_ += "&gt;";
        else if (c == '"' && in_attribute)
            out_ += "&quot;";
        else if (outermost && c == '\t')
            out_ += "&#09;"; // five characters, as XmlDocument knows references by
        else if (code == '\r' || (in_attribute && (code == '\n' || code == '\t')) ||
                 (outermost && (c == ' ' || c == '\n'))) // readers trim what surrounds a text
            out_ += "&#" + std::to_string(code) + ";";
        else if (code < 0x20 && code != '\n' && code != '\t')
            out_ += "\xEF\xBF\xBD"; // XML 1.0 cannot hold it
        else
            out_ += c;
    }
}

} // namespace telemetry::parameter
