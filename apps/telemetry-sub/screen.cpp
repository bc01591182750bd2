// SPDX-License-Identifier: GPL-3.0-or-later
#include "screen.h"

#include <cerrno>

#include <sys/ioctl.h>
#include <unistd.h>

#include "paint.h"

namespace telemetry::sub {
namespace {

struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
};

Size size_of(std::FILE* file) {
    winsize size{};
    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {};
    return {size.ws_col, size.ws_row};
}

} // namespace

Screen::Screen(std::FILE* file) : file_(file), terminal_(isatty(fileno(file)) == 1) {}

std::size_t Screen::height() const {
    return size_of(file_).rows;
}

void Screen::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size())
        note_trouble();
}

void Screen::note_trouble() {
    if (trouble_ == 0)
        trouble_ = errno != 0 ? errno : EIO;
}

void Screen::print(std::string_view line) {
    clear_block();
    write(terminal_ ? cut(line, size_of(file_).columns) : std::string(line));
    write("\n");
}

void Screen::show_block(std::vector<std::string> lines) {
    clear_block();
    block_ = std::move(lines);
}

void Screen::clear_block() {
    if (drawn_ > 0)
        write("\x1b[" + std::to_string(drawn_) + "A\r\x1b[J");
    drawn_ = 0;
}

void Screen::leave_block() {
    draw_block();
    block_.clear();
    drawn_ = 0;
}

void Screen::draw_block() {
    if (!terminal_ || drawn_ > 0)
        return;
    const std::size_t columns = size_of(file_).columns;
    for (const std::string& line : block_)
        write(cut(line, columns) + "\n");
    drawn_ = block_.size();
}

void Screen::flush() {
    draw_block();
    if (std::fflush(file_) != 0)
        note_trouble();
}

} // namespace telemetry::sub
