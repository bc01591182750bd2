// SPDX-License-Identifier: GPL-3.0-or-later
// The mission database in memory: what XTCE (CCSDS 660.0-B, OMG XTCE 1.1 to 1.3), our YAML and our
// CSV tables all become, and what compile() (program.h) turns into a decode program.
//
// Plain data, and indices instead of pointers: a database is copied, compared and written back as
// one value, and no reader needs to know what a decoder does with it. A reader resolves every name;
// indices always point into the vectors or are kNone. check() tells whether they do.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/base/result.h"
#include "telemetry/parameter/container.h"

namespace telemetry::parameter {

enum class DataSource : std::uint8_t {
    telemetered,
    derived, ///< by an algorithm
    constant,
    local,
    ground,
    argument ///< of a command: `name` is "COMMAND.argument"
};

struct Parameter : Named {
    TypeIndex type = kNone;
    DataSource source = DataSource::telemetered;
    std::string initial_value = {};
    ConditionIndex valid_if = kNone; ///< XTCE's ValidityCondition
    AlarmIndex alarm = kNone;        ///< instead of its type's
    Significance significance = {};
    bool is_read_only = false;
    /// XTCE's TimeAssociation: the parameter that dates this one, and what to add to it.
    std::optional<ParameterReference> dated_by = {};
    double date_offset_s = 0;
    std::vector<std::string> physical_addresses = {};
    std::string system_name = {};
};

/// What makes an algorithm run.
struct Trigger {
    enum class Kind : std::uint8_t { parameter_update, container_update, periodic };
    Kind kind = Kind::parameter_update;
    ParameterReference parameter = {};
    ContainerIndex container = kNone;
    std::int64_t period_ns = 0;
};

/// How a derived parameter comes about. `math` writes to outputs[0]; `expression` is an infix text
/// over the inputs' names; `custom` is another language, kept and reported.
struct Algorithm : Named {
    enum class Kind : std::uint8_t { math, expression, custom };
    struct Input {
        std::string name; ///< in the text; empty: the parameter's own name
        ParameterReference reference = {};
    };
    struct Output {
        std::string name;
        ParameterIndex parameter = kNone;
    };
    struct Constant {
        std::string name;
        std::string value;
    };
    Kind kind = Kind::custom;
    MathOperation math = {};
    std::string language = {};
    std::string text = {};
    std::vector<Input> inputs = {};
    std::vector<Output> outputs = {};
    std::vector<Constant> constants = {};
    std::vector<Trigger> triggers = {}; ///< empty: each time an input changes
};

/// A command, as far as telling telecommand packets apart needs it.
struct MetaCommand : Named {
    std::uint32_t base = kNone; ///< index into Database::commands
    bool is_abstract = false;
    ContainerIndex container = kNone;
    std::vector<ParameterIndex> arguments = {}; ///< parameters with DataSource::argument
    struct Assignment {
        std::string argument;
        std::string value;
    };
    std::vector<Assignment> assignments = {};
    Significance significance = {};
};

/// XTCE's Message: a container told by its own condition.
struct Message : Named {
    ConditionIndex condition = kNone;
    ContainerIndex container = kNone;
};

struct Service : Named {
    std::vector<ContainerIndex> containers = {};
    std::vector<std::uint32_t> messages = {};
};

struct Header {
    std::string version = {};
    std::string date = {};
    std::string classification = {};
    std::string validation_status = {};
    std::vector<std::string> authors = {};
    std::vector<std::string> notes = {};
    std::vector<std::string> history = {};
};

/// A SpaceSystem. The first is the root; parents come before children.
struct System : Named { ///< `system` is the parent; kNone for the root
    std::string operational_status = {};
    std::optional<Header> header = {};
};

/// What a reader met and could not use, or doubts.
struct Diagnostic {
    enum class Severity : std::uint8_t { note, unsupported, warning, error };
    Severity severity = Severity::unsupported;
    SourcePosition where = {};
    std::string element = {}; ///< "FloatDataEncoding@encoding", "downlinks.hk.fields[3].bits"
    std::string message = {};
};

struct Database {
    std::vector<std::string> files = {};
    std::vector<System> systems = {};
    std::vector<ParameterType> types = {};
    std::vector<Parameter> parameters = {};
    std::vector<Container> containers = {};
    std::vector<Condition> conditions = {};
    std::vector<Algorithm> algorithms = {};
    std::vector<AlarmDefinition> alarms = {};
    std::vector<AlarmRule> alarm_rules = {};
    std::vector<MetaCommand> commands = {};
    std::vector<Message> messages = {};
    std::vector<Service> services = {};
    std::vector<Diagnostic> diagnostics = {};
};

/// "/Root/Sub/name"; "/Root/Sub" for a system itself.
std::string qualified_name(const Database& database, const Named& named);
std::string qualified_name(const Database& database, SystemIndex system);

/// "file:line"; empty when not known.
std::string to_string(const Database& database, SourcePosition where);

/// Finds things by qualified name, by "Sub/name" and by plain name or alias where only one thing
/// has it. kNone: none, or more than one.
class Dictionary {
public:
    explicit Dictionary(const Database& database);
    ParameterIndex parameter(std::string_view name) const { return find(parameters_, name); }
    ContainerIndex container(std::string_view name) const { return find(containers_, name); }

private:
    using Table = std::unordered_map<std::string, std::uint32_t>;
    static std::uint32_t find(const Table& table, std::string_view name);
    Table parameters_;
    Table containers_;
};

/// Everything that compile() and the decoder take for granted: indices in range, no cycle of base
/// containers, container entries or types, sizes within their limits. The first fault, with its
/// place.
Result<void> check(const Database& database);

} // namespace telemetry::parameter
