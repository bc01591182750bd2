// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/xml_tree.h"

#include <chrono>

#include <gtest/gtest.h>

namespace telemetry::parameter {
namespace {

std::string refusal(const std::string& text, const XmlLimits& limits = {}) {
    const auto document = XmlDocument::parse(text, "x.xml", limits);
    return document ? "" : document.error().to_string();
}

TEST(XmlTree, KeepsPlacesAttributesAndText) {
    const auto document = XmlDocument::parse("<?xml version='1.0'?>\n"
                                             "<a:top xmlns:a='urn:x' one='1' a:two='&lt;2&#x26;'>\n"
                                             "  <a:in/> text &amp; more\n"
                                             "  <in xmlns='urn:other'>inner</in>\n"
                                             "</a:top>",
                                             "x.xml");
    ASSERT_TRUE(document) << document.error().to_string();
    const XmlElement& top = document->root();
    EXPECT_EQ(top.name, "top");
    EXPECT_EQ(top.name_space, "urn:x");
    EXPECT_EQ(top.line, 2);
    EXPECT_EQ(top.text, "text & more");
    ASSERT_EQ(top.attribute_count, 2U);
    EXPECT_EQ(document->attribute(0).name, "one");
    EXPECT_EQ(document->attribute(1).value, "<2&");
    EXPECT_FALSE(document->attribute(1).foreign);
    const XmlElement& first = document->element(top.first_child);
    EXPECT_FALSE(first.foreign);
    EXPECT_EQ(first.line, 3);
    EXPECT_EQ(first.column, 3);
    const XmlElement& second = document->element(first.next_sibling);
    EXPECT_TRUE(second.foreign);
    EXPECT_EQ(second.text, "inner");
    EXPECT_EQ(second.next_sibling, 0U);
}

TEST(XmlTree, KeepsWhiteSpaceThatReferencesWrite) {
    const auto document = XmlDocument::parse(
        "<a> &#32;x y&#10; \n<b>\n &#09; </b><c> \n</c><d>&#x20;</d></a>", "x.xml");
    ASSERT_TRUE(document) << document.error().to_string();
    const XmlElement& b = document->element(document->root().first_child);
    const XmlElement& c = document->element(b.next_sibling);
    const XmlElement& d = document->element(c.next_sibling);
    EXPECT_EQ(document->root().text, " x y\n");
    EXPECT_EQ(b.text, "\t");
    EXPECT_EQ(c.text, "");
    EXPECT_EQ(d.text, " ");
}

TEST(XmlTree, TellsWhereAndWhatIsMalformed) {
    EXPECT_EQ(refusal(""), "x.xml:1:1: empty; expected an XML document");
    EXPECT_EQ(refusal("<a>\n <b>\n</a>"),
              "x.xml:3:3: not well-formed XML: mismatched tag; expected </b>, which line 2 opened");
    EXPECT_EQ(refusal("<a>\n<b/>"), "x.xml:2:5: not well-formed XML: it ends inside <a>, which "
                                    "line 1 opened");
    EXPECT_NE(refusal("<a x='1' x='2'/>").find("duplicate attribute"), std::string::npos);
    EXPECT_NE(refusal("<p:a/>").find("unbound prefix"), std::string::npos);
    EXPECT_NE(refusal("<a>&no;</a>").find("undefined entity"), std::string::npos);
    EXPECT_NE(refusal("<a>\xff</a>").find("invalid token"), std::string::npos);
    EXPECT_NE(refusal("<?xml version='1.0' encoding='EBCDIC'?><a/>").find("expected UTF-8"),
              std::string::npos);
}

TEST(XmlTree, RefusesDocumentTypes) {
    // Entity expansion ("a billion laughs") and external entities both need one.
    for (const char* text :
         {"<!DOCTYPE a [<!ENTITY x 'xx'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>",
          "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
          "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'><a/>", "<!DOCTYPE a><a/>"})
        EXPECT_NE(refusal(text).find("DOCTYPE"), std::string::npos) << text;
}

TEST(XmlTree, BoundsDepthSizeAndCount) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";
    EXPECT_NE(refusal(deep).find("nested more than 256 deep"), std::string::npos);

    XmlLimits few;
    few.items = 100;
    std::string many = "<a>";
    for (int i = 0; i < 200; ++i)
        many += "<b/>";
    EXPECT_NE(refusal(many + "</a>", few).find("more than 100 elements"), std::string::npos);

    XmlLimits small;
    small.bytes = 100'000;
    EXPECT_NE(refusal("<a>" + std::string(200'000, ' ') + "</a>", small).find("larger than 100000"),
              std::string::npos);
}

TEST(XmlTree, RefusesAnEndlessFile) {
    XmlLimits small;
    small.bytes = 1 << 20;
    const auto zero = XmlDocument::load("/dev/zero", small);
    ASSERT_FALSE(zero);
    const auto folder = XmlDocument::load("/");
    ASSERT_FALSE(folder);
    EXPECT_NE(folder.error().message.find("directory"), std::string::npos);
}

} // namespace
} // namespace telemetry::parameter
