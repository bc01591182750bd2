// SPDX-License-Identifier: GPL-3.0-or-later
// Texts that the writers of a mission database share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// The shortest decimal that reads back to the same double.
std::string number_text(double value);

std::string_view name_of(AlarmLevel level);
std::string_view name_of(Comparator comparator); ///< "==", "!=", …
std::string_view name_of(Charset charset);       ///< "UTF-8", …

std::string_view name_of(AlarmBehaviour::Latching latching); ///< "until_reset"

/// What XTCE and XML have no word for, as AncillaryData in our names ("telemetry:on_delay"). Those
/// that `given` holds already are left out. `suppressed_while`: that condition as text.
std::vector<AncillaryData> behaviour_texts(const AlarmDefinition& alarm,
                                           const std::vector<AncillaryData>& given,
                                           const std::string& suppressed_while);

/// Paths of a database's things, made once.
class Paths {
public:
    explicit Paths(const Database& database);
    /// "name" from within the same system, else "/Root/Sub/name".
    std::string of(const Named& named, SystemIndex from) const;
    std::string of(const ParameterReference& reference, SystemIndex from) const;
    std::string parameter(ParameterIndex index, SystemIndex from) const;
    std::string container(ContainerIndex index, SystemIndex from) const;
    std::string type(TypeIndex index, SystemIndex from) const;

private:
    const Database& database_;
    std::vector<std::string> systems_;
};

} // namespace telemetry::parameter
