// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/block.h>
#include <gnuradio/hier_block2.h>

#include <span>
#include <vector>

namespace gr {
namespace telemetry {

/*!
 * \brief A stage that takes a stream and yields messages, and yields the last ones too.
 *
 * A block without stream outputs is a sink to the scheduler, and a sink is ended without being
 * asked once its input has ended (see end_of_stream.h). So this one has an output, on which nothing
 * is ever sent; seal() hides it.
 */
class message_stage : public gr::block {
public:
    bool start() override;
    bool stop() override;

protected:
    message_stage(const std::string& name, size_t item_size);

    //! The next `count` items and their tags, sorted by offset; first_offset is the offset of the
    //! first item in the numbering of the tags.
    virtual void work_off(const void* items, int count, uint64_t first_offset,
                          std::span<const tag_t> tags) = 0;

    //! No more items follow: yield what is in flight. Called once for each start().
    virtual void finish() = 0;

private:
    void forecast(int noutput_items, gr_vector_int& ninput_items_required) override;
    int general_work(int noutput_items, gr_vector_int& ninput_items,
                     gr_vector_const_void_star& input_items,
                     gr_vector_void_star& output_items) override;

    bool d_finished = true;
    std::vector<tag_t> d_tags;
};

//! Connects `outer`, a block of one input, to `stage`, its only content.
void seal(gr::hier_block2& outer, const std::shared_ptr<message_stage>& stage,
          std::span<const pmt::pmt_t> ports);

} // namespace telemetry
} // namespace gr
