// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace telemetry::sub {

/// Lines that scroll by, and below them a block that is drawn anew in its place. The block is only
/// drawn where the file is a terminal.
class Screen {
public:
    explicit Screen(std::FILE* file);

    bool is_terminal() const { return terminal_; }
    std::size_t height() const; ///< lines of the terminal

    void print(std::string_view line);
    void show_block(std::vector<std::string> lines);
    void leave_block(); ///< it stays as it is, and later lines stand below it
    void flush();
    bool good() const { return good_; } ///< false: the reader is gone, or the disk full

private:
    void write(std::string_view text);
    void clear_block();
    void draw_block();

    std::FILE* file_;
    bool terminal_;
    bool good_ = true;
    std::vector<std::string> block_;
    std::size_t drawn_ = 0; ///< lines of the block that stand on the terminal now
};

} // namespace telemetry::sub
