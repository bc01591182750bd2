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
    bool good() const { return trouble_ == 0; }
    int trouble() const {
        return trouble_;
    } ///< errno of the first failed write; EPIPE: the reader left

private:
    void write(std::string_view text);
    void note_trouble();
    void clear_block();
    void draw_block();

    std::FILE* file_;
    bool terminal_;
    int trouble_ = 0;
    std::vector<std::string> block_;
    std::size_t drawn_ = 0; ///< lines of the block that stand on the terminal now
};

} // namespace telemetry::sub
