// SPDX-License-Identifier: GPL-3.0-or-later
// ZeroMQ's threads hand messages over with atomics that ThreadSanitizer does not see, since the
// library is not built with it.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race:libzmq.so\ncalled_from_lib:libzmq.so\n";
}
