// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/telemetry/types.h>

#include <optional>
#include <string>
#include <vector>

namespace gr {
namespace telemetry {

//! How parameters are called: by their last name where only one has it, or with their systems.
enum class name_style { SHORTEST, QUALIFIED };

//! Which clock delays and staleness of alarms run by: that of the packets, for recordings, or the
//! computer's, which tells of silence too.
enum class alarm_clock { PACKETS, SYSTEM };

struct packet_to_parameters_options {
    //! What packets begin with; empty: the database says so.
    std::string root_container = {};
    name_style names = name_style::SHORTEST;
    alarm_clock clock = alarm_clock::PACKETS;
    //! A file that keeps the state of the alarms over restarts; empty: none does.
    std::string alarm_state = {};
    //! Sizes of PUS packets, as in the `pus` section of a station file; nothing: no PUS packets.
    std::optional<settings_map> pus = {};
};

/*!
 * \brief Packets to the values of parameters and to alarms, by a mission database.
 * \ingroup telemetry
 *
 * In: PDUs of bytes on `packets`, one packet each, of this module or any other. Out: a dictionary
 * for each packet on `parameters`, for each change of an alarm on `alarms`, and on `events` what is
 * wrong with packets and what PUS packets report; docs/gnuradio.md has the tables. On `records`
 * the same values and alarms ready for a publisher.
 *
 * A packet whose metadata says that nothing vouches for its bytes (`confirmed` false) yields no
 * value and no alarm.
 */
class TELEMETRY_API packet_to_parameters : virtual public gr::block {
public:
    typedef std::shared_ptr<packet_to_parameters> sptr;

    //! std::invalid_argument names the file and line of the database, or the option, that is wrong.
    static sptr make(const std::string& database, const packet_to_parameters_options& options = {});

    virtual uint64_t packets() const = 0;     //!< taken so far; any thread
    virtual uint64_t unconfirmed() const = 0; //!< left out as nothing vouches for them; any thread
    virtual uint64_t values() const = 0;      //!< yielded so far; any thread
    //! What of the database is not understood, with its place.
    virtual const std::vector<std::string>& notes() const = 0;
};

} // namespace telemetry
} // namespace gr
