// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/xml_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>

#include <expat.h>

namespace telemetry::parameter {
namespace {

/// Between the URI and the local name in the names that expat gives; no URI holds it.
constexpr char kSeparator = '\n';
constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::string_view kXml = "http://www.w3.org/XML/1998/namespace";

struct Name {
    std::string_view name_space;
    std::string_view local;
};

Name split_name(const char* qualified) {
    const std::string_view all(qualified);
    const std::size_t at = all.find(kSeparator);
    if (at == std::string_view::npos)
        return {{}, all};
    return {all.substr(0, at), all.substr(at + 1)};
}

} // namespace

/// Takes expat's events and grows the tree.
class XmlBuilder {
public:
    XmlBuilder(const std::string& file, const XmlLimits& limits) : limits_(limits) {
        document_.file_ = file;
        parser_.reset(XML_ParserCreateNS(nullptr, kSeparator));
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), &XmlBuilder::start_element, &XmlBuilder::end_element);
        XML_SetCharacterDataHandler(parser_.get(), &XmlBuilder::characters);
        XML_SetStartDoctypeDeclHandler(parser_.get(), &XmlBuilder::doctype);
    }

    Result<void> feed(std::string_view piece) {
        bytes_ += piece.size();
        if (bytes_ > limits_.bytes)
            return fail(Error{"larger than " + std::to_string(limits_.bytes) +
                                  " bytes, which no mission database is",
                              document_.file_});
        return give(piece, XML_FALSE);
    }

    Result<XmlDocument> finish() {
        if (bytes_ == 0)
            return fail(Error{"empty; expected an XML document", document_.file_, 1, 1});
        if (const auto fine = give({}, XML_TRUE); !fine)
            return fail(fine.error());
        return std::move(document_);
    }

private:
    struct Free {
        void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
    };
    struct Open {
        std::uint32_t element = 0;
        std::uint32_t last_child = 0;
        std::size_t text_begin = 0;
        std::size_t kept_begin = std::string::npos; ///< from the first character by reference
        std::size_t kept_end = 0;                   ///< to behind the last one
    };

    static XmlBuilder& self(void* data) { return *static_cast<XmlBuilder*>(data); }

    static void start_element(void* data, const XML_Char* name, const XML_Char** attributes) {
        self(data).start(name, attributes);
    }
    static void end_element(void* data, const XML_Char*) { self(data).end(); }
    static void characters(void* data, const XML_Char* text, int length) {
        XmlBuilder& builder = self(data);
        if (builder.open_.empty())
            return;
        Open& open = builder.open_.back();
        // "&#32;" is the shortest that yields one octet from five; no encoding spells out one so.
        const bool by_reference =
            length == 1 && XML_GetCurrentByteCount(builder.parser_.get()) >= 5;
        if (by_reference)
            open.kept_begin = std::min(open.kept_begin, builder.text_.size());
        builder.text_.append(text, static_cast<std::size_t>(length));
        if (by_reference)
            open.kept_end = builder.text_.size();
    }
    static void doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        self(data).stop("a document type declaration (DOCTYPE), which a mission database never "
                        "needs and which could declare entities; remove it");
    }

    int line() const { return static_cast<int>(XML_GetCurrentLineNumber(parser_.get())); }
    int column() const { return static_cast<int>(XML_GetCurrentColumnNumber(parser_.get())) + 1; }

    void stop(std::string message) {
        if (!refused_)
            refused_ = Error{std::move(message), document_.file_, line(), column()};
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    Result<void> give(std::string_view piece, XML_Bool last) {
        const auto status =
            XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), last);
        if (refused_)
            return fail(*refused_);
        if (status == XML_STATUS_ERROR)
            return fail(
                Error{"not well-formed XML: " + reason(), document_.file_, line(), column()});
        return {};
    }

    std::string reason() const {
        const XML_Error code = XML_GetErrorCode(parser_.get());
        std::string text = XML_ErrorString(code);
        switch (code) {
        case XML_ERROR_TAG_MISMATCH:
            if (!open_.empty()) {
                const XmlElement& open = document_.elements_[open_.back().element];
                text += "; expected </" + std::string(open.name) + ">, which line " +
                        std::to_string(open.line) + " opened";
            }
            break;
        case XML_ERROR_NO_ELEMENTS:
            if (!open_.empty()) {
                const XmlElement& open = document_.elements_[open_.back().element];
                text = "it ends inside <" + std::string(open.name) + ">, which line " +
                       std::to_string(open.line) + " opened";
            }
            break;
        case XML_ERROR_UNBOUND_PREFIX:
            text += "; expected xmlns:PREFIX=\"…\" on this element or around it";
            break;
        case XML_ERROR_UNKNOWN_ENCODING:
            text += "; expected UTF-8, UTF-16, ISO-8859-1 or US-ASCII";
            break;
        default:
            break;
        }
        return text;
    }

    std::string_view keep(std::string_view text) {
        if (text.empty())
            return {};
        if (text.size() > kBlockBytes / 4) { // a block of its own
            document_.blocks_.push_back(std::make_unique<char[]>(text.size()));
            std::memcpy(document_.blocks_.back().get(), text.data(), text.size());
            return {document_.blocks_.back().get(), text.size()};
        }
        if (text.size() > block_left_) {
            document_.blocks_.push_back(std::make_unique<char[]>(kBlockBytes));
            block_ = document_.blocks_.back().get();
            block_left_ = kBlockBytes;
        }
        char* at = block_;
        std::memcpy(at, text.data(), text.size());
        block_ += text.size();
        block_left_ -= text.size();
        return {at, text.size()};
    }

    /// Names come by the ten thousand and are a few hundred.
    std::string_view intern(std::string_view name) {
        const auto known = names_.find(name);
        if (known != names_.end())
            return *known;
        return *names_.insert(keep(name)).first;
    }

    void start(const XML_Char* name, const XML_Char** attributes) {
        if (open_.size() >= limits_.depth)
            return stop("elements nested more than " + std::to_string(limits_.depth) +
                        " deep, which no mission database does");
        const Name split = split_name(name);
        XmlElement element;
        element.name = intern(split.local);
        element.name_space = intern(split.name_space);
        element.line = line();
        element.column = column();
        const bool is_root = document_.elements_.empty();
        element.foreign = !is_root && element.name_space != document_.elements_[0].name_space;
        element.first_attribute = static_cast<std::uint32_t>(document_.attributes_.size());
        for (; attributes && attributes[0]; attributes += 2) {
            const Name of = split_name(attributes[0]);
            // xsi:schemaLocation, xsi:nil, xml:lang, xml:base: about the document, not in it.
            if (of.name_space == kSchemaInstance || of.name_space == kXml) {
                if (is_root && of.local == "schemaLocation")
                    document_.schema_location_ = attributes[1];
                continue;
            }
            XmlAttribute attribute;
            attribute.name = intern(of.local);
            attribute.value = keep(attributes[1]);
            attribute.foreign =
                !of.name_space.empty() &&
                of.name_space != (is_root ? element : document_.elements_[0]).name_space;
            document_.attributes_.push_back(attribute);
            ++element.attribute_count;
        }
        const auto index = static_cast<std::uint32_t>(document_.elements_.size());
        if (document_.elements_.size() + document_.attributes_.size() > limits_.items)
            return stop("more than " + std::to_string(limits_.items) +
                        " elements and attributes, which no mission database has");
        if (!open_.empty()) {
            Open& parent = open_.back();
            if (parent.last_child)
                document_.elements_[parent.last_child].next_sibling = index;
            else
                document_.elements_[parent.element].first_child = index;
            parent.last_child = index;
        }
        document_.elements_.push_back(element);
        open_.push_back({index, 0, text_.size()});
    }

    void end() {
        // Text of an element around its children is at the front of what belongs to it here, for
        // each child has taken its own.
        const Open open = open_.back();
        open_.pop_back();
        // White space by reference was meant, as in attributes; the rest around a text is layout.
        const std::string_view all(text_);
        constexpr std::string_view white = " \t\r\n";
        const auto first =
            std::min({all.find_first_not_of(white, open.text_begin), open.kept_begin, all.size()});
        const std::size_t last = all.find_last_not_of(white);
        const std::size_t end =
            std::max({last == std::string_view::npos ? 0 : last + 1, open.kept_end, first});
        document_.elements_[open.element].text = keep(all.substr(first, end - first));
        text_.resize(open.text_begin);
    }

    XmlLimits limits_;
    XmlDocument document_;
    std::unique_ptr<XML_ParserStruct, Free> parser_;
    std::vector<Open> open_;
    std::string text_; ///< of all open elements, the innermost last
    std::set<std::string_view, std::less<>> names_;
    char* block_ = nullptr;
    std::size_t block_left_ = 0;
    std::size_t bytes_ = 0;
    std::optional<Error> refused_;
};

Result<XmlDocument> XmlDocument::parse(std::string_view text, const std::string& file,
                                       const XmlLimits& limits) {
    XmlBuilder builder(file, limits);
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, kPieceBytes);
        if (const auto fine = builder.feed(piece); !fine)
            return fail(fine.error());
        text.remove_prefix(piece.size());
    }
    return builder.finish();
}

Result<XmlDocument> XmlDocument::load(const std::string& path, const XmlLimits& limits) {
    std::error_code trouble;
    if (std::filesystem::is_directory(path, trouble))
        return fail(Error{"is a directory; expected a file", path});
    errno = 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file)
        return fail(Error{std::string("cannot be read: ") + std::strerror(errno), path});
    XmlBuilder builder(path, limits);
    std::vector<char> piece(kPieceBytes);
    while (true) {
        const std::size_t count = std::fread(piece.data(), 1, piece.size(), file.get());
        if (count > 0)
            if (const auto fine = builder.feed({piece.data(), count}); !fine)
                return fail(fine.error());
        if (count < piece.size())
            break;
    }
    if (std::ferror(file.get()))
        return fail(Error{std::string("cannot be read: ") + std::strerror(errno), path});
    return builder.finish();
}

} // namespace telemetry::parameter
