// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/DiagramDot.h"

#include <set>

using namespace pr;
using namespace pr::arch;

/// For the labels, which are HTML-like.
static std::string escape(const std::string &text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

static std::string array(const std::vector<int64_t> &extents) {
  std::string text;
  for (int64_t extent : extents)
    text += (text.empty() ? " [" : " × ") + std::to_string(extent);
  return text.empty() ? "" : text + "]";
}

static std::string small(const std::string &text) {
  return "<BR/><FONT POINT-SIZE=\"9\">" + text + "</FONT>";
}

static std::string number(const char *what, int64_t value) {
  return std::string(what) + " " + std::to_string(value);
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static std::string numbersOf(const Stage &stage) {
  std::string text = number("latency", stage.latency) + ", " +
                     number("capacity", stage.capacity);
  if (stage.kind == StageKind::Fetch)
    text += ", " + number("issue width", stage.issueWidth);
  if (stage.holdUntilCompletion)
    text += ", held until completion";
  return text;
}

static std::string operationsOf(const ObjectDiagram &diagram,
                                const Unit &unit) {
  std::string text;
  for (const Process &process : unit.processes) {
    text += (text.empty() ? "" : ", ") +
            escape(diagram.operations[process.operation]);
    if (process.second != kNone)
      text += " + " + escape(diagram.operations[process.second]);
  }
  return text;
}

/// A table: the stage, then its units.
static std::string stageNode(const ObjectDiagram &diagram, uint32_t index) {
  const Stage &stage = diagram.stages[index];
  const char *color = stage.kind == StageKind::Fetch      ? "#dbe9f6"
                      : stage.kind == StageKind::Pipeline ? "#eeeeee"
                                                          : "#fdebd0";
  std::string text = "  stage" + std::to_string(index) +
                     " [shape=plain, label=<<TABLE BORDER=\"0\" "
                     "CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"5\">\n"
                     "    <TR><TD BGCOLOR=\"" +
                     color + "\"><B>" + escape(stage.name) +
                     array(stage.instances) + "</B>" + small(numbersOf(stage)) +
                     "</TD></TR>\n";
  for (uint32_t u : stage.units) {
    const Unit &unit = diagram.units[u];
    text += "    <TR><TD PORT=\"unit" + std::to_string(u) + "\">" +
            escape(unit.name) + small(operationsOf(diagram, unit)) +
            "</TD></TR>\n";
  }
  return text + "  </TABLE>>];\n";
}

static std::string numbersOf(const Storage &storage) {
  std::string text = number("words", storage.size);
  if (storage.kind == StorageKind::RegisterFile)
    return text;
  text += ", " + number("ports", storage.ports) + " of " +
          std::to_string(storage.portWidth) + ", " +
          number("latency", storage.readLatency) + "/" +
          std::to_string(storage.writeLatency);
  if (storage.kind == StorageKind::DRAM)
    text += ", " + number("banks", storage.banks) + ", " +
            number("row miss", storage.rowMiss);
  if (storage.kind == StorageKind::Cache)
    text += ", " + std::to_string(storage.sets) + " sets of " +
            std::to_string(storage.ways) + " × " + std::to_string(storage.line);
  if (storage.firstCome)
    text += ", first come";
  return text;
}

static std::string storageNode(const ObjectDiagram &diagram, uint32_t index) {
  const Storage &storage = diagram.storages[index];
  const char *shape =
      storage.kind == StorageKind::RegisterFile ? "box" : "cylinder";
  return "  storage" + std::to_string(index) + " [shape=" + shape +
         ", style=filled, fillcolor=\"#e2f0d9\", label=<<B>" +
         escape(storage.name) + array(storage.instances) + "</B>" +
         small(numbersOf(storage)) + ">];\n";
}

//===----------------------------------------------------------------------===//
// Edges
//===----------------------------------------------------------------------===//

static std::string edge(const std::string &from, const std::string &to,
                        const char *attributes) {
  return "  " + from + " -> " + to + " [" + attributes + "];\n";
}

static std::string edgesOfUnit(const Unit &unit, uint32_t index) {
  std::string text, place = "stage" + std::to_string(unit.stage) + ":unit" +
                            std::to_string(index);
  std::set<uint32_t> written(unit.writes.begin(), unit.writes.end());
  for (uint32_t storage : unit.reads) {
    bool both = written.erase(storage) > 0;
    text += edge("storage" + std::to_string(storage), place,
                 both ? "color=\"#7030a0\", dir=both" : "color=\"#2e75b6\"");
  }
  for (uint32_t storage : written)
    text +=
        edge(place, "storage" + std::to_string(storage), "color=\"#c55a11\"");
  return text;
}

std::string arch::toDot(const ObjectDiagram &diagram) {
  std::string text = "digraph \"" + escape(diagram.name) +
                     "\" {\n"
                     "  rankdir=LR;\n"
                     "  node [fontname=\"Helvetica\", fontsize=11];\n"
                     "  // black: forward, blue: read, orange: write, purple: "
                     "both, dashed: behind a cache\n";
  for (uint32_t i = 0; i < diagram.stages.size(); ++i)
    text += stageNode(diagram, i);
  for (uint32_t i = 0; i < diagram.storages.size(); ++i)
    text += storageNode(diagram, i);
  for (uint32_t i = 0; i < diagram.stages.size(); ++i) {
    const Stage &stage = diagram.stages[i];
    std::string name = "stage" + std::to_string(i);
    for (uint32_t next : stage.forwards)
      text += edge(name, "stage" + std::to_string(next), "penwidth=1.5");
    if (stage.instructionMemory != kNone)
      text += edge("storage" + std::to_string(stage.instructionMemory), name,
                   "color=\"#2e75b6\"");
  }
  for (uint32_t i = 0; i < diagram.units.size(); ++i)
    text += edgesOfUnit(diagram.units[i], i);
  for (uint32_t i = 0; i < diagram.storages.size(); ++i)
    if (diagram.storages[i].backing != kNone)
      text += edge("storage" + std::to_string(i),
                   "storage" + std::to_string(diagram.storages[i].backing),
                   "style=dashed, dir=both");
  return text + "}\n";
}
