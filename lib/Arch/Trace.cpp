// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Trace.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
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
    return "the unit";
  }
  return "";
}

namespace {
class Writer {
public:
  Writer(const ObjectDiagram &diagram, const Program &program,
         const Trace &trace)
      : diagram(diagram), program(program), trace(trace) {}

  std::string run();

private:
  /// Tracks of a stage: its instructions in and through it, one for each
  /// instruction that is there at the same time.
  int64_t trackOf(const TraceRecord &record);
  void name(const char *what, uint32_t stage, int64_t track, std::string text);
  void add(const TraceRecord &record);
  void span(const TraceRecord &record, int64_t track, const std::string &name,
            const char *category, int64_t begin, int64_t end);
  void arrow(const TraceRecord &from, const TraceRecord &to);
  void arrows();

  const ObjectDiagram &diagram;
  const Program &program;
  const Trace &trace;
  Json events = Json::array();
  std::set<uint32_t> namedStages;
  /// By stage and member: until when each track is taken.
  std::map<std::pair<uint32_t, uint32_t>, std::vector<int64_t>> taken;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<int64_t>> tracks;
  std::map<uint32_t, int64_t> tracksOfStage;
  std::vector<int64_t> trackOfRecord;
};
} // namespace

void Writer::name(const char *what, uint32_t stage, int64_t track,
                  std::string text) {
  events.push_back({{"name", what},
                    {"ph", "M"},
                    {"pid", stage},
                    {"tid", track},
                    {"args", {{"name", std::move(text)}}}});
}

int64_t Writer::trackOf(const TraceRecord &record) {
  auto key = std::make_pair(record.stage, record.member);
  std::vector<int64_t> &until = taken[key];
  std::vector<int64_t> &ids = tracks[key];
  auto free = std::find_if(until.begin(), until.end(), [&](int64_t time) {
    return time <= record.entered;
  });
  size_t index = size_t(free - until.begin());
  if (free == until.end()) {
    until.push_back(0);
    ids.push_back(tracksOfStage[record.stage]++);
    const Stage &stage = diagram.stages[record.stage];
    std::string label = stage.name;
    if (!stage.instances.empty())
      label += " " + std::to_string(record.member);
    name("thread_name", record.stage, ids.back(),
         label + " slot " + std::to_string(index));
  }
  until[index] = std::max(record.left, record.done);
  return ids[index];
}

void Writer::span(const TraceRecord &record, int64_t track,
                  const std::string &name, const char *category, int64_t begin,
                  int64_t end) {
  Json event = {{"name", name},        {"cat", category}, {"ph", "X"},
                {"pid", record.stage}, {"tid", track},    {"ts", begin},
                {"dur", end - begin}};
  event["args"] = {{"instruction", record.number},
                   {"mapping", program.locations[record.location]},
                   {"waited for", causeName(record.cause)}};
  if (record.unit != kNone)
    event["args"]["unit"] = diagram.units[record.unit].name;
  if (record.blocker >= 0)
    event["args"]["waited for instruction"] = record.blocker;
  events.push_back(std::move(event));
}

void Writer::add(const TraceRecord &record) {
  if (namedStages.insert(record.stage).second)
    name("process_name", record.stage, 0, diagram.stages[record.stage].name);
  int64_t track = trackOf(record);
  trackOfRecord[size_t(&record - trace.records.data())] = track;
  const std::string &operation = diagram.operations[record.operation];
  int64_t done = std::min(record.done, record.left);
  if (record.started > record.entered)
    span(record, track,
         operation + " waits for " +
             (record.cause == TraceRecord::Cause::None
                  ? "its turn"
                  : causeName(record.cause)),
         "wait", record.entered, record.started);
  span(record, track, operation, "run", record.started, done);
  if (record.left > done)
    span(record, track, operation + " waits for room", "blocked", done,
         record.left);
}

/// From the end of what was waited for to the start of what waited.
void Writer::arrow(const TraceRecord &from, const TraceRecord &to) {
  int64_t id = int64_t(to.number);
  auto end = [&](const TraceRecord &record, const char *phase, int64_t time) {
    int64_t track = trackOfRecord[size_t(&record - trace.records.data())];
    events.push_back({{"name", "data"},
                      {"cat", "data"},
                      {"ph", phase},
                      {"bp", "e"},
                      {"id", id},
                      {"pid", record.stage},
                      {"tid", track},
                      {"ts", time}});
  };
  end(from, "s", std::min(from.done, to.started));
  end(to, "f", to.started);
}

void Writer::arrows() {
  std::map<uint64_t, const TraceRecord *> last; ///< by instruction
  for (const TraceRecord &record : trace.records)
    if (record.unit != kNone)
      last[record.number] = &record;
  for (const TraceRecord &record : trace.records) {
    auto from = last.find(uint64_t(record.blocker));
    if (record.blocker >= 0 && from != last.end())
      arrow(*from->second, record);
  }
}

std::string Writer::run() {
  // In the order of coming, so that few tracks do.
  std::vector<const TraceRecord *> order;
  for (const TraceRecord &record : trace.records)
    order.push_back(&record);
  std::stable_sort(order.begin(), order.end(),
                   [](const TraceRecord *a, const TraceRecord *b) {
                     return a->entered < b->entered;
                   });
  trackOfRecord.resize(trace.records.size());
  for (const TraceRecord *record : order)
    add(*record);
  arrows();
  Json file = {{"displayTimeUnit", "ms"},
               {"otherData",
                {{"architecture", diagram.name},
                 {"time", "a cycle is shown as a microsecond"},
                 {"records left out", trace.dropped}}},
               {"traceEvents", std::move(events)}};
  return file.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string arch::toChromeTrace(const ObjectDiagram &diagram,
                                const Program &program, const Trace &trace) {
  return Writer(diagram, program, trace).run();
}
