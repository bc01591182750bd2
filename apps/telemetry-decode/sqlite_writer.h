// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <string>

#include "parameter_output.h"
#include "telemetry/parameter/value_records.h"

struct sqlite3;
struct sqlite3_stmt;

namespace telemetry::decode {

/// An SQLite file with one table, `parameters`, one row a value. The file appears when it is
/// complete: everything is one transaction on a file beside it, without a journal.
class SqliteWriter final : public ValueWriter {
public:
    static Result<std::unique_ptr<SqliteWriter>>
    open(const std::string& path, std::shared_ptr<const parameter::Program> program,
         parameter::NameStyle names);
    ~SqliteWriter() override; ///< without finish(): the unfinished file is removed

    void accept(const parameter::ValueBatch& batch) noexcept override;
    Result<void> finish() override;

private:
    SqliteWriter(std::string path, std::shared_ptr<const parameter::Program> program,
                 parameter::NameStyle names);
    bool run(const char* sql);
    void bind_value(int column, const parameter::ValueBatch& batch, std::size_t at,
                    std::uint64_t bits, parameter::Form form);
    void bind_text(int column, std::string_view text);
    Error trouble() const;

    std::string path_;
    std::string written_path_;
    std::shared_ptr<const parameter::Program> program_;
    parameter::Names names_;
    sqlite3* file_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    std::string error_; ///< the first; empty: none
};

} // namespace telemetry::decode
