// SPDX-License-Identifier: GPL-3.0-or-later
#include "sqlite_writer.h"

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include <sqlite3.h>
#include <unistd.h>

#include "telemetry/base/time.h"

namespace telemetry::decode {

using parameter::Form;
using parameter::ValueBatch;

SqliteWriter::SqliteWriter(std::string path, std::shared_ptr<const parameter::Program> program,
                           parameter::NameStyle names)
    : path_(std::move(path)),
      written_path_(path_ + "." + std::to_string(::getpid()) + ".unfinished"),
      program_(std::move(program)), names_(*program_, names) {}

SqliteWriter::~SqliteWriter() {
    sqlite3_finalize(insert_);
    sqlite3_close(file_);
    if (!written_path_.empty())
        std::remove(written_path_.c_str());
}

Result<std::unique_ptr<SqliteWriter>>
SqliteWriter::open(const std::string& path, std::shared_ptr<const parameter::Program> program,
                   parameter::NameStyle names) {
    if (path == "-")
        return fail(Error{.message = "an SQLite file cannot go to standard output; name one",
                          .key = "--output"});
    std::unique_ptr<SqliteWriter> writer(new SqliteWriter(path, std::move(program), names));
    const bool good =
        sqlite3_open(writer->written_path_.c_str(), &writer->file_) == SQLITE_OK &&
        writer->run("PRAGMA journal_mode = OFF") && writer->run("PRAGMA synchronous = OFF") &&
        writer->run("CREATE TABLE parameters (packet INTEGER NOT NULL, container TEXT,"
                    " parameter TEXT NOT NULL, raw, value, unit TEXT NOT NULL, time TEXT,"
                    " validity TEXT NOT NULL)") &&
        writer->run("BEGIN") &&
        sqlite3_prepare_v2(writer->file_, "INSERT INTO parameters VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           -1, &writer->insert_, nullptr) == SQLITE_OK;
    if (!good)
        return fail(writer->trouble());
    return writer;
}

Error SqliteWriter::trouble() const {
    return {.message = "cannot be written: " +
                       (error_.empty() ? std::string(sqlite3_errmsg(file_)) : error_),
            .file = path_};
}

bool SqliteWriter::run(const char* sql) {
    const bool good = sqlite3_exec(file_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    if (!good && error_.empty())
        error_ = sqlite3_errmsg(file_);
    return good;
}

void SqliteWriter::bind_text(int column, std::string_view text) {
    sqlite3_bind_text(insert_, column, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
}

void SqliteWriter::bind_value(int column, const ValueBatch& batch, std::size_t at,
                              std::uint64_t bits, Form form) {
    switch (form) {
    case Form::none:
        break;
    case Form::natural:
        // SQLite's integers are signed.
        if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return bind_text(column, std::to_string(bits));
        [[fallthrough]];
    case Form::integer:
        sqlite3_bind_int64(insert_, column, static_cast<std::int64_t>(bits));
        return;
    case Form::real:
        if (std::isfinite(std::bit_cast<double>(bits))) {
            sqlite3_bind_double(insert_, column, std::bit_cast<double>(bits));
            return;
        }
        break;
    case Form::boolean:
    case Form::label:
    case Form::text:
        return bind_text(column, batch.to_text(bits, form, batch.item[at]));
    case Form::bytes: {
        const auto octets = batch.to_text(bits, form, batch.item[at]);
        sqlite3_bind_blob(insert_, column, octets.data(), static_cast<int>(octets.size()),
                          SQLITE_TRANSIENT);
        return;
    }
    case Form::time:
        return bind_text(column, to_rfc3339(static_cast<UtcNs>(bits)));
    case Form::duration:
        sqlite3_bind_double(insert_, column, ValueBatch::to_real(bits, form));
        return;
    }
    sqlite3_bind_null(insert_, column);
}

void SqliteWriter::accept(const ValueBatch& batch) noexcept {
    for (const parameter::PacketRecord& record : batch.packets) {
        const std::string time =
            record.generation_ns != kUnknownTime ? to_rfc3339(record.generation_ns) : std::string();
        for (std::size_t i = record.first_value; i < record.first_value + record.value_count; ++i) {
            const parameter::ItemIndex item = batch.item[i];
            sqlite3_bind_int64(insert_, 1, record.number);
            bind_text(2, names_.container(record.container));
            bind_text(3, names_.item(item, batch.element[i]));
            bind_value(4, batch, i, batch.raw[i], batch.raw_form[i]);
            bind_value(5, batch, i, batch.value[i], batch.value_form[i]);
            bind_text(6, program_->items()[item].unit);
            if (time.empty())
                sqlite3_bind_null(insert_, 7);
            else
                bind_text(7, time);
            bind_text(8, name_of(batch.validity[i]));
            if (sqlite3_step(insert_) != SQLITE_DONE && error_.empty())
                error_ = sqlite3_errmsg(file_);
            sqlite3_reset(insert_);
        }
    }
}

Result<void> SqliteWriter::finish() {
    run("CREATE INDEX parameters_by_name ON parameters (parameter, packet)");
    run("COMMIT");
    sqlite3_finalize(insert_);
    insert_ = nullptr;
    if (sqlite3_close(file_) != SQLITE_OK && error_.empty())
        error_ = "it is in use";
    file_ = nullptr;
    if (error_.empty() && std::rename(written_path_.c_str(), path_.c_str()) != 0)
        error_ = std::strerror(errno);
    if (!error_.empty())
        return fail(Error{.message = "cannot be written: " + error_, .file = path_});
    written_path_.clear();
    return {};
}

} // namespace telemetry::decode
