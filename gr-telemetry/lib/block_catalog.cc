// SPDX-License-Identifier: GPL-3.0-or-later
#include <gnuradio/telemetry/block_catalog.h>

#include <vector>

#include "frame_codec.h"
#include "frame_synchronizer_impl.h"
#include "telemetry/packet/packet_settings.h"
#include "viterbi_decoder_impl.h"

namespace gr {
namespace telemetry {

std::span<const block_entry> step_blocks() {
    static const std::vector<block_entry> all = [] {
        std::vector<block_entry> blocks = {
            {"viterbi_decoder", "Viterbi Decoder",
             "Soft symbols to bits, through the convolutional codes of CCSDS 131.0-B.",
             viterbi_fields(), "float", "byte"},
            {"frame_synchronizer", "Frame Synchroniser",
             "Cuts a stream of soft symbols or bits at its sync markers, in either polarity: PDUs "
             "of floats or packed bytes.",
             synchronizer_fields(), "type", "frames"},
        };
        for (const codec_entry& codec : frame_codecs())
            blocks.push_back(
                {codec.name, codec.label, codec.summary, codec.fields, "frames", "frames"});
        blocks.push_back({"packet_receiver", "CCSDS Packet Receiver",
                          "TM, AOS or USLP transfer frames to Space Packets and Encapsulation "
                          "Packets; events tell what is missing or broken.",
                          ::telemetry::packet::packet_fields(), "frames", "packets"});
        return blocks;
    }();
    return all;
}

} // namespace telemetry
} // namespace gr
