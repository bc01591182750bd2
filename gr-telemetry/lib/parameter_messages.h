// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <pmt/pmt.h>

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telemetry/alarm/alarm.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/value.h"
#include "telemetry/parameter/value_records.h"
#include "telemetry/pus/report.h"
#include "telemetry/station/parameter_chain.h"

namespace gr {
namespace telemetry {

//! Where the packets come from; empty: not known.
struct packet_origin {
    std::string station;
    std::string downlink;
};

/*!
 * \brief Values, alarms and reports as PMT dictionaries; docs/gnuradio.md has the tables.
 *
 * Symbols are never freed: names, units and labels are interned once, and what changes from packet
 * to packet is no symbol (times are tuples), but for texts that packets carry.
 */
class parameter_messages {
public:
    parameter_messages(const ::telemetry::parameter::Program& program,
                       ::telemetry::parameter::NameStyle style);

    pmt::pmt_t values(const ::telemetry::parameter::ValueBatch& batch,
                      const ::telemetry::parameter::PacketRecord& packet,
                      const packet_origin& origin);
    pmt::pmt_t alarm(const ::telemetry::alarm::Transition& transition,
                     const packet_origin& origin) const;
    static pmt::pmt_t remark(const ::telemetry::station::PacketRemark& remark,
                             const packet_origin& origin);
    //! One for each thing that the report tells; of reports that are values: none.
    static std::vector<pmt::pmt_t> report(const ::telemetry::pus::Message& message,
                                          ::telemetry::UtcNs reception_ns,
                                          const packet_origin& origin);

private:
    using item_index = ::telemetry::parameter::ItemIndex;
    struct entry {
        pmt::pmt_t name;
        pmt::pmt_t value;
        size_t batch_index;               // of the latest
        std::vector<pmt::pmt_t> all = {}; // when it came more than once
    };

    entry* place_of(item_index item, ::telemetry::parameter::ElementIndices element);
    pmt::pmt_t value_of(const ::telemetry::parameter::ValueBatch& batch, size_t at) const;

    const ::telemetry::parameter::Program& d_program;
    const ::telemetry::parameter::Names d_names;
    std::vector<pmt::pmt_t> d_items, d_units, d_containers, d_labels; // by index
    std::unordered_map<std::string, std::string> d_short_names;
    // Of the packet at hand; kept for their memory.
    std::vector<entry> d_entries;
    std::vector<std::pair<uint64_t, size_t>> d_places; // by item: packet, place in d_entries
    std::map<std::pair<item_index, uint64_t>, size_t> d_element_places;
    uint64_t d_packet = 0;
};

} // namespace telemetry
} // namespace gr
