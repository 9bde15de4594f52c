// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Trace.h"

#include <nlohmann/json.hpp>

#include <set>

using namespace pr;
using namespace pr::arch;
using Json = nlohmann::ordered_json;

static const char *causeName(TraceRecord::Cause cause) {
  switch (cause) {
  case TraceRecord::Cause::None:
    return "nothing";
  case TraceRecord::Cause::Data:
    return "data";
  case TraceRecord::Cause::Unit:
    return "unit";
  case TraceRecord::Cause::Room:
    return "room in the next stage";
  }
  return "";
}

std::string arch::toChromeTrace(const Machine &machine, const Program &program,
                                const Trace &trace) {
  Json events = Json::array();
  // A stage is a process of the viewer, a member of its array a thread.
  std::set<uint32_t> named;
  auto span = [&](const TraceRecord &record, const std::string &name,
                  int64_t begin, int64_t end) {
    Json event = {{"name", name},         {"ph", "X"},   {"pid", record.stage},
                  {"tid", record.member}, {"ts", begin}, {"dur", end - begin}};
    event["args"] = {{"instruction", record.number},
                     {"mapping", program.locations[record.location]},
                     {"entered", record.entered},
                     {"waited for", causeName(record.cause)}};
    if (record.blocker >= 0)
      event["args"]["waited for instruction"] = record.blocker;
    events.push_back(std::move(event));
  };
  for (const TraceRecord &record : trace.records) {
    if (named.insert(record.stage).second)
      events.push_back(
          {{"name", "process_name"},
           {"ph", "M"},
           {"pid", record.stage},
           {"args", {{"name", machine.stage(record.stage).name}}}});
    const std::string &name = machine.diagram().operations[record.operation];
    if (record.started > record.entered)
      span(record, name + " waits", record.entered, record.started);
    span(record, name, record.started, record.left);
  }
  Json file = {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}};
  return file.dump();
}
