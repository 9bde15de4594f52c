// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Actions are arrays whose first entry says what they are: there are many, and
// a person reads the description instead.
//
//   ["ceildiv", result, a, b]                      a computation
//   ["split", pieces, address, size, repeat, stride, accessor]
//   ["add", unit, busy, latency, members]    and 1 or 2, of a read or a write
//   ["for", induction, lower, upper, step, carried, body]
//                                            and 1, of a stream's outermost
//   ["if", condition, then, else, copies, copies]
//   ["while", condition, before, body, copies, copies, copies, copies]
//
// Accessors: [words of a port, [bursts]]. Caches: [unit, sets, ways, bytes of a
// line, "random" or "oldest"].
#include "Lattice/UnitWorkJson.h"

#include "Lattice/LatticeJson.h"
#include "pr/Lattice/TargetInfo.h"
#include "pr/Layer/ExprOps.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <limits>

using namespace pr;
using nlohmann::json;

using Action = UnitWork::Action;
using ActionKind = UnitWork::ActionKind;

/// Of loops and decisions: beyond this no description goes.
static constexpr unsigned kMaxNesting = 64;

static constexpr const char *kOpNames[] = {
    "constant", "variable", "+",   "-",  "*",   "floordiv", "ceildiv",
    "mod",      "min",      "max", "==", "!=",  "<",        "<=",
    ">",        ">=",       "and", "or", "not", "select"};

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json copiesToJson(const std::vector<UnitWork::Copy> &copies) {
  json result = json::array();
  for (const UnitWork::Copy &copy : copies)
    result.push_back({copy.to, copy.from});
  return result;
}

static json actionsToJson(const std::vector<Action> &actions);

static json computeToJson(const Action &action) {
  json result = {kOpNames[static_cast<unsigned>(action.op)], action.result};
  for (unsigned i = 0; i < numOperands(action.op); ++i)
    result.push_back(action.operands[i]);
  return result;
}

/// Left out where it is 0: most actions have none.
static json withFlag(json action, unsigned flag) {
  if (flag != 0)
    action.push_back(flag);
  return action;
}

static json actionToJson(const Action &action) {
  const auto &at = action.operands;
  switch (action.kind) {
  case ActionKind::Compute:
    return computeToJson(action);
  case ActionKind::Split:
    return {"split", action.result, at[0],          at[1],
            at[2],   at[3],         action.accessor};
  case ActionKind::Add: {
    json add = {"add", action.result, at[0], at[1], action.members};
    return withFlag(std::move(add), unsigned(action.traffic));
  }
  case ActionKind::For: {
    json carried = json::array();
    for (const UnitWork::Carried &one : action.carried)
      carried.push_back({one.initial, one.argument, one.yielded, one.result});
    json loop = {"for",
                 action.result,
                 at[0],
                 at[1],
                 at[2],
                 std::move(carried),
                 actionsToJson(action.body)};
    return withFlag(std::move(loop), action.isOfStream);
  }
  case ActionKind::If:
    return {"if",
            at[0],
            actionsToJson(action.body),
            actionsToJson(action.otherwise),
            copiesToJson(action.thenCopies),
            copiesToJson(action.elseCopies)};
  case ActionKind::While:
    break;
  }
  return {"while",
          at[0],
          actionsToJson(action.body),
          actionsToJson(action.otherwise),
          copiesToJson(action.thenCopies),
          copiesToJson(action.elseCopies),
          copiesToJson(action.again),
          copiesToJson(action.end)};
}

static json actionsToJson(const std::vector<Action> &actions) {
  json result = json::array();
  for (const Action &action : actions)
    result.push_back(actionToJson(action));
  return result;
}

json pr::unitWorkToJson(const UnitWork &work, LayerKind kind) {
  std::vector<std::string> variables = legalityVariables(kind);
  json inputs = json::array();
  for (uint32_t input : work.inputs)
    inputs.push_back(variables[input]);
  json result = {{"units", work.unitNames},
                 {"inputs", std::move(inputs)},
                 {"constants", work.constants},
                 {"values", work.numValues},
                 {"actions", actionsToJson(work.actions)}};
  for (const UnitWork::Accessor &accessor : work.accessors)
    result["accessors"].push_back({accessor.portWidth, accessor.bursts});
  for (const UnitWork::Hold &hold : work.holds)
    result["holds"].push_back({hold.unit, hold.last});
  for (const UnitWork::Cache &cache : work.caches)
    result["caches"].push_back({cache.unit, cache.sets, cache.ways, cache.line,
                                cache.isRandom ? "random" : "oldest"});
  return result;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static uint32_t placeFrom(const JsonReader &reader) {
  return uint32_t(reader.integer(0, std::numeric_limits<uint32_t>::max()));
}

/// An array of at least so many elements.
static std::vector<JsonReader> atLeast(const JsonReader &reader, size_t count) {
  std::vector<JsonReader> elements = reader.elements();
  if (elements.size() < count)
    reader.fail("an array of " + std::to_string(count) + " elements");
  return elements;
}

static unsigned flagFrom(const std::vector<JsonReader> &parts, size_t place,
                         unsigned largest) {
  return parts.size() > place ? unsigned(parts[place].integer(1, largest)) : 0;
}

static std::vector<UnitWork::Copy> copiesFrom(const JsonReader &reader) {
  std::vector<UnitWork::Copy> result;
  for (const JsonReader &copy : reader.elements()) {
    auto pair = atLeast(copy, 2);
    result.push_back({placeFrom(pair[0]), placeFrom(pair[1])});
  }
  return result;
}

static std::vector<Action> actionsFrom(const JsonReader &reader,
                                       unsigned nesting);

static Action loopFrom(const JsonReader &reader, unsigned nesting) {
  auto parts = atLeast(reader, 7);
  Action action;
  action.kind = ActionKind::For;
  action.result = placeFrom(parts[1]);
  for (unsigned i = 0; i < 3; ++i)
    action.operands[i] = placeFrom(parts[2 + i]);
  for (const JsonReader &carried : parts[5].elements()) {
    auto four = atLeast(carried, 4);
    action.carried.push_back({placeFrom(four[0]), placeFrom(four[1]),
                              placeFrom(four[2]), placeFrom(four[3])});
  }
  action.body = actionsFrom(parts[6], nesting);
  action.isOfStream = flagFrom(parts, 7, 1) == 1;
  return action;
}

static Action choiceFrom(const JsonReader &reader, ActionKind kind,
                         unsigned nesting) {
  auto parts = atLeast(reader, kind == ActionKind::If ? 6 : 8);
  Action action;
  action.kind = kind;
  action.operands[0] = placeFrom(parts[1]);
  action.body = actionsFrom(parts[2], nesting);
  action.otherwise = actionsFrom(parts[3], nesting);
  action.thenCopies = copiesFrom(parts[4]);
  action.elseCopies = copiesFrom(parts[5]);
  if (kind == ActionKind::While) {
    action.again = copiesFrom(parts[6]);
    action.end = copiesFrom(parts[7]);
  }
  return action;
}

static Action addFrom(const JsonReader &reader) {
  auto parts = atLeast(reader, 5);
  Action action;
  action.kind = ActionKind::Add;
  action.result = placeFrom(parts[1]);
  action.operands = {placeFrom(parts[2]), placeFrom(parts[3]), 0};
  action.members = parts[4].integer(1, kMaxCount);
  action.traffic = static_cast<UnitWork::Traffic>(flagFrom(parts, 5, 2));
  return action;
}

static Action splitFrom(const JsonReader &reader) {
  auto parts = atLeast(reader, 7);
  Action action;
  action.kind = ActionKind::Split;
  action.result = placeFrom(parts[1]);
  for (unsigned i = 0; i < 4; ++i)
    action.operands[i] = placeFrom(parts[2 + i]);
  action.accessor = placeFrom(parts[6]);
  return action;
}

static Action computeFrom(const JsonReader &reader, const std::string &name) {
  auto found = std::find(std::begin(kOpNames), std::end(kOpNames), name);
  auto op = static_cast<ExprOp>(found - std::begin(kOpNames));
  if (found == std::end(kOpNames) || op == ExprOp::Constant ||
      op == ExprOp::Variable)
    reader.fail("an action of a known kind");
  unsigned operands = numOperands(op);
  auto parts = atLeast(reader, 2 + operands);
  Action action;
  action.op = op;
  action.result = placeFrom(parts[1]);
  for (unsigned i = 0; i < operands; ++i)
    action.operands[i] = placeFrom(parts[2 + i]);
  return action;
}

static Action actionFrom(const JsonReader &reader, unsigned nesting) {
  std::string name = atLeast(reader, 1)[0].string();
  if (name == "add")
    return addFrom(reader);
  if (name == "split")
    return splitFrom(reader);
  if (name == "for")
    return loopFrom(reader, nesting);
  if (name == "if" || name == "while")
    return choiceFrom(reader, name == "if" ? ActionKind::If : ActionKind::While,
                      nesting);
  return computeFrom(reader, name);
}

static std::vector<Action> actionsFrom(const JsonReader &reader,
                                       unsigned nesting) {
  if (nesting == kMaxNesting)
    reader.fail("less nesting");
  std::vector<Action> actions;
  for (const JsonReader &action : reader.elements())
    actions.push_back(actionFrom(action, nesting + 1));
  return actions;
}

/// Words, sets and the like: products of them fit.
static constexpr int64_t kMost = int64_t(1) << 40;

static UnitWork::Accessor accessorFrom(const JsonReader &reader) {
  auto parts = atLeast(reader, 2);
  UnitWork::Accessor accessor;
  accessor.portWidth = parts[0].integer(1, kMost);
  for (const JsonReader &burst : parts[1].elements())
    accessor.bursts.push_back(burst.integer(1, kMost));
  return accessor;
}

static UnitWork::Cache cacheFrom(const JsonReader &reader) {
  auto parts = atLeast(reader, 5);
  std::string replaced = parts[4].string();
  if (replaced != "random" && replaced != "oldest")
    parts[4].fail("\"random\" or \"oldest\"");
  return {uint32_t(parts[0].integer(0, kMaxUnits)), parts[1].integer(1, kMost),
          parts[2].integer(1, kMost), parts[3].integer(1, kMost),
          replaced == "random"};
}

UnitWork pr::unitWorkFromJson(const JsonReader &reader, LayerKind kind) {
  UnitWork work;
  for (const JsonReader &name : reader.at("units").elements())
    work.unitNames.push_back(name.string());
  if (auto accessors = reader.find("accessors"))
    for (const JsonReader &accessor : accessors->elements())
      work.accessors.push_back(accessorFrom(accessor));
  if (auto caches = reader.find("caches"))
    for (const JsonReader &cache : caches->elements())
      work.caches.push_back(cacheFrom(cache));
  if (auto holds = reader.find("holds"))
    for (const UnitWork::Copy &hold : copiesFrom(*holds))
      work.holds.push_back({hold.to, hold.from});
  std::vector<std::string> variables = legalityVariables(kind);
  for (const JsonReader &input : reader.at("inputs").elements()) {
    auto found = std::find(variables.begin(), variables.end(), input.string());
    if (found == variables.end())
      input.fail("a variable of legality rules");
    work.inputs.push_back(uint32_t(found - variables.begin()));
  }
  for (const JsonReader &constant : reader.at("constants").elements()) {
    auto pair = atLeast(constant, 2);
    work.constants.emplace_back(placeFrom(pair[0]),
                                pair[1].integer(-kMaxCount, kMaxCount));
  }
  // More than a description needs would only cost memory.
  work.numValues = uint32_t(reader.at("values").integer(1, 1 << 16));
  work.actions = actionsFrom(reader.at("actions"), 0);
  reader.check(work.check(kind));
  work.simplify();
  return work;
}
