// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/csv_table.h"

#include <algorithm>

namespace telemetry::parameter {
namespace {

constexpr std::size_t kMostCells = std::size_t{8} << 20;

char separator_of(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size() && text[begin] == '#') // comments come first
        begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    char best = ',';
    for (const char candidate : {';', '\t'})
        if (std::count(line.begin(), line.end(), candidate) >
            std::count(line.begin(), line.end(), best))
            best = candidate;
    return best;
}

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

} // namespace

Result<CsvTable> parse_csv(std::string_view text, const std::string& file) {
    if (text.find('\0') != std::string_view::npos)
        return fail(Error{"not a text file: it holds a zero byte", file});
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    const char separator = separator_of(text);
    CsvTable table;
    bool has_header = false;
    std::size_t count = 0;
    int line = 1;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size() - 1) + 1;
            ++line;
            continue;
        }
        CsvRow row;
        const int row_line = line;
        std::size_t line_begin = at;
        bool more = true;
        while (more) {
            CsvCell cell;
            cell.line = line;
            cell.column = static_cast<int>(at - line_begin) + 1;
            std::size_t from = at;
            while (from < text.size() && text[from] == ' ')
                ++from;
            if (from < text.size() && text[from] == '"') {
                at = from + 1;
                while (true) {
                    if (at >= text.size())
                        return fail(Error{"a quote that is not closed; expected '\"'", file,
                                          cell.line, cell.column});
                    if (text[at] == '"') {
                        if (at + 1 < text.size() && text[at + 1] == '"') {
                            ++at;
                        } else {
                            break;
                        }
                    }
                    if (text[at] == '\n') {
                        ++line;
                        line_begin = at + 1;
                    }
                    cell.text += text[at++];
                }
                ++at;
                while (at < text.size() && (text[at] == ' ' || text[at] == '\r'))
                    ++at;
                if (at < text.size() && text[at] != separator && text[at] != '\n')
                    return fail(Error{"text behind a closed quote; expected '" +
                                          std::string(1, separator) + "' or the end of the line",
                                      file, line, static_cast<int>(at - line_begin) + 1});
            } else {
                const std::size_t end =
                    std::min(text.find_first_of(std::string{separator, '\n'}, at), text.size());
                cell.text = trimmed(std::string(text.substr(at, end - at)));
                at = end;
            }
            row.cells.push_back(std::move(cell));
            if (++count > kMostCells)
                return fail(Error{"more than " + std::to_string(kMostCells) +
                                      " cells, which no mission database has",
                                  file, line});
            more = at < text.size() && text[at] == separator;
            at += at < text.size() ? 1 : 0;
        }
        ++line;
        const bool empty = std::all_of(row.cells.begin(), row.cells.end(),
                                       [](const CsvCell& cell) { return cell.text.empty(); });
        if (empty)
            continue;
        if (!has_header) {
            has_header = true;
            table.header = std::move(row);
            continue;
        }
        if (row.cells.size() > table.header.cells.size())
            return fail(Error{"has " + std::to_string(row.cells.size()) + " cells; expected " +
                                  std::to_string(table.header.cells.size()) +
                                  ", one for each column of the header",
                              file, row_line});
        table.rows.push_back(std::move(row));
    }
    if (!has_header)
        return fail(Error{"empty; expected a line with the names of the columns", file, 1, 1});
    return table;
}

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",;\t\"\n#") == std::string_view::npos && !text.starts_with(' ') &&
        !text.ends_with(' '))
        return std::string(text);
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"')
            result += '"';
        result += c;
    }
    return result + "\"";
}

} // namespace telemetry::parameter
