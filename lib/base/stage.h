// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <utility>

namespace telemetry {

/// Takes what a stage yields. What it is given is a view that dies when accept() returns.
template <class T>
struct Sink {
    virtual ~Sink() = default;
    virtual void accept(const T& item) noexcept = 0;
};

/// A sink made of a callable: `auto sink = make_sink<Frame>([&](const Frame& f) { ... });`
template <class T, class F>
struct CallSink final : Sink<T> {
    explicit CallSink(F f) : f_(std::move(f)) {}
    void accept(const T& item) noexcept override { f_(item); }

private:
    F f_;
};
template <class T, class F>
CallSink<T, F> make_sink(F f) {
    return CallSink<T, F>(std::move(f));
}

/// One step of the chain.
///
/// - Chunking never changes the result: the items yielded (values, positions, order, boundaries)
///   depend on the input alone, not on how it was cut into calls of process().
/// - process() allocates nothing from the heap once warmed up, and never throws.
/// - finish() says that no more input follows (end of file, or a gap): what is complete inside is
///   yielded, filters are flushed with silence. Follow it by reset() or destruction.
/// - reset() forgets lock and history; the next input may have any position.
template <class In, class Out>
struct Stage {
    virtual ~Stage() = default;
    virtual void process(const In& input, Sink<Out>& sink) noexcept = 0;
    virtual void finish(Sink<Out>& sink) noexcept = 0;
    virtual void reset() noexcept = 0;
};

} // namespace telemetry
