// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who was where, when, and waited for whom; as a file that Perfetto and
// chrome://tracing show.
#ifndef PR_ARCH_TRACE_H
#define PR_ARCH_TRACE_H

#include "pr/Arch/ObjectDiagram.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pr::arch {

/// One instruction in one stage.
struct TraceRecord {
  enum class Cause : uint8_t { None, Data, Unit };
  uint64_t number = 0; ///< in issue order
  uint32_t operation = 0;
  LocationId location = 0;
  uint32_t stage = 0, member = 0;
  uint32_t unit = kNone; ///< kNone: it only passed
  /// Done: from then on only room in the next stage was missing.
  int64_t entered = 0, started = 0, done = 0, left = 0;
  Cause cause = Cause::None; ///< what it waited for last before it started
  int64_t blocker = -1;      ///< the instruction whose data it waited for
};

struct Trace {
  size_t limit = 1'000'000; ///< of records; later ones are dropped
  size_t dropped = 0;
  std::vector<TraceRecord> records;
  void add(const TraceRecord &record) {
    if (records.size() < limit)
      records.push_back(record);
    else
      ++dropped;
  }
};

/// JSON in the trace event format; a cycle is shown as a microsecond. Every
/// stage is a process of the viewer, its members and units are tracks; arrows
/// lead from the instruction that was waited for to the one that waited.
std::string toChromeTrace(const ObjectDiagram &diagram, const Program &program,
                          const Trace &trace);

} // namespace pr::arch

#endif // PR_ARCH_TRACE_H
