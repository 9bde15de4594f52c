// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text form of layers, both ways. See Layer.h for its shape.
#include "pr/Layer/Layer.h"

#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

#include <charconv>
#include <map>
#include <optional>

using namespace pr;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static constexpr std::string_view kEpilogueNames[] = {
    "bias",       "scale",      "relu",         "clamp",
    "activation", "requantize", "residual_add", "pool"};

static_assert(std::size(kEpilogueNames) == kNumEpilogueOps, "one name each");

std::string_view pr::toString(EpilogueOp op) {
  return kEpilogueNames[static_cast<size_t>(op)];
}

std::optional<EpilogueOp> pr::parseEpilogueOp(std::string_view name) {
  for (size_t i = 0; i < std::size(kEpilogueNames); ++i)
    if (kEpilogueNames[i] == name)
      return static_cast<EpilogueOp>(i);
  return std::nullopt;
}

/// The spatial letters of a window kind, as they stand in a layout's name.
static std::string spatialLetters(const KindInfo &info) {
  std::string letters;
  for (int axis = 0; axis < 3; ++axis)
    if (info.findDim(DimRole::Output, axis))
      letters += "dhw"[axis];
  return letters.empty() ? "hw" : letters;
}

static std::string layoutName(Layout layout, const KindInfo &info) {
  std::string spatial = spatialLetters(info);
  switch (layout) {
  case Layout::Any:
    return "any";
  case Layout::ChannelsFirst:
    return "nc" + spatial;
  case Layout::ChannelsLast:
    return "n" + spatial + "c";
  case Layout::ChannelsLastFilterFirst:
    return "n" + spatial + "c_f" + spatial + "c";
  case Layout::NN:
    return "nn";
  case Layout::NT:
    return "nt";
  case Layout::TN:
    return "tn";
  case Layout::TT:
    return "tt";
  }
  return "any";
}

static std::vector<Layout> layoutsOf(LayerKind kind) {
  if (kind == LayerKind::MatMul)
    return {Layout::Any, Layout::NN, Layout::NT, Layout::TN, Layout::TT};
  if (hasWindow(kind) || kind == LayerKind::TransposeConv2D)
    return {Layout::Any, Layout::ChannelsFirst, Layout::ChannelsLast,
            Layout::ChannelsLastFilterFirst};
  return {Layout::Any};
}

std::string pr::toString(Layout layout, LayerKind kind) {
  return layoutName(layout, kindInfo(kind));
}

std::optional<Layout> pr::parseLayout(std::string_view name, LayerKind kind) {
  for (Layout layout : layoutsOf(kind))
    if (layoutName(layout, kindInfo(kind)) == name)
      return layout;
  // A canonicalised layer may have lost an axis: the names of the other ranks
  // mean the same.
  for (const KindInfo &other : allLayerKinds())
    if (hasWindow(kind) && hasWindow(other.kind))
      for (Layout layout : layoutsOf(other.kind))
        if (layoutName(layout, other) == name)
          return layout;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static void appendTypes(std::string &text, const TypeList &types) {
  for (unsigned i = 0; i < types.size(); ++i) {
    if (i > 0)
      text += ", ";
    text += toString(types[i]);
  }
}

static void appendTypes(std::string &text, const TypeList &operands,
                        const TypeList &results) {
  appendTypes(text, operands);
  text += " -> ";
  appendTypes(text, results);
}

std::string pr::printTypes(const TypeList &operands, const TypeList &results) {
  std::string text;
  appendTypes(text, operands, results);
  return text;
}

static void appendNumber(std::string &text, int64_t value) {
  char digits[24];
  text.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
}

static std::string printLoops(const Layer &layer,
                              const std::vector<ScheduleLoop> &loops) {
  std::string text;
  for (const ScheduleLoop &loop : loops) {
    if (!text.empty())
      text += ',';
    text += layer.info().dims[loop.dim].name;
    text += ':' + std::to_string(loop.extent) + (loop.spatial ? "x" : "");
  }
  return text;
}

static std::string printSchedule(const Layer &layer) {
  std::string text;
  if (!layer.schedule.tile.empty())
    text += " tile=" + printLoops(layer, layer.schedule.tile);
  for (size_t i = 0; i < layer.schedule.nest.size(); ++i)
    text +=
        (i == 0 ? " nest=" : "|") + printLoops(layer, layer.schedule.nest[i]);
  return text;
}

std::string pr::printLayer(const Layer &layer) {
  const KindInfo &info = layer.info();
  std::string text;
  text.reserve(256);
  text += info.name;
  for (unsigned i = 0; i < info.dims.size(); ++i) {
    const DimInfo &dim = info.dims[i];
    text += ' ';
    text += dim.name;
    text += '=';
    if (dim.role == DimRole::Option)
      text += dim.values[layer[i]];
    else
      appendNumber(text, layer[i]);
  }
  if (layer.layout != Layout::Any)
    text += " layout=" + layoutName(layer.layout, info);
  for (unsigned i = 0; i < layer.epilogue.size(); ++i) {
    text += i == 0 ? " epilogue=" : "+";
    text += toString(layer.epilogue[i]);
  }
  text += printSchedule(layer);
  text += " : ";
  appendTypes(text, layer.operands, layer.results);
  return text;
}

//===----------------------------------------------------------------------===//
// Building from named fields
//===----------------------------------------------------------------------===//

static std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

static std::string_view trim(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

static std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text = text.substr(end + 1);
  }
}

static std::optional<int64_t> parseInteger(std::string_view text) {
  int64_t value = 0;
  auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size() || text.empty())
    return std::nullopt;
  return value;
}

static std::string knownDims(const KindInfo &info) {
  std::string names;
  for (const DimInfo &dim : info.dims)
    names += (names.empty() ? "" : " ") + std::string(dim.name);
  return names;
}

namespace {
/// Puts named values into the places of one kind.
class LayerBuilder {
public:
  explicit LayerBuilder(const KindInfo &info) : info(info) {
    layer.kind = info.kind;
  }

  Expected<void> setDim(std::string_view name, int64_t value);
  Expected<void> setOption(std::string_view name, std::string_view value);
  Expected<void> setTypes(std::string_view text);
  Expected<Layer> finish();

private:
  Expected<void> setOnce(std::string_view name, int64_t value);
  Expected<void> setLayout(std::string_view name);
  Expected<void> setEpilogue(std::string_view text);
  Expected<std::vector<ScheduleLoop>> parseLoops(std::string_view text);
  Expected<void> resolveAxis(int axis);
  std::optional<int64_t> take(const std::string &name);

  const KindInfo &info;
  Layer layer;
  std::map<std::string, int64_t, std::less<>> given;
};
} // namespace

Expected<void> LayerBuilder::setOnce(std::string_view name, int64_t value) {
  if (!given.emplace(std::string(name), value).second)
    return invalidInput("dimension " + quoted(name) + " is given twice");
  return {};
}

/// `ih`, `pw` ... : 'i' or 'p' and the letter of an axis that the kind has.
static bool isAxisAlias(const KindInfo &info, std::string_view name) {
  if (name.size() != 2 || (name[0] != 'i' && name[0] != 'p'))
    return false;
  size_t axis = std::string_view("dhw").find(name[1]);
  return axis != std::string_view::npos &&
         info.findDim(DimRole::Output, int(axis)).has_value();
}

Expected<void> LayerBuilder::setDim(std::string_view name, int64_t value) {
  auto index = info.findDim(name);
  if (!index && !isAxisAlias(info, name))
    return invalidInput("unknown dimension " + quoted(name) + " of " +
                        std::string(info.name) +
                        ", which has: " + knownDims(info));
  if (index && info.dims[*index].role == DimRole::Option)
    return invalidInput("option " + quoted(name) + " of " +
                        std::string(info.name) + " is the number " +
                        std::to_string(value) + ", expected a name");
  return setOnce(name, value);
}

Expected<void> LayerBuilder::setLayout(std::string_view name) {
  if (auto layout = parseLayout(name, info.kind)) {
    layer.layout = *layout;
    return {};
  }
  std::string known;
  for (Layout layout : layoutsOf(info.kind))
    known += (known.empty() ? "" : ", ") + layoutName(layout, info);
  return invalidInput("unknown layout " + quoted(name) + " of " +
                      std::string(info.name) + ", expected one of: " + known);
}

Expected<void> LayerBuilder::setEpilogue(std::string_view text) {
  for (std::string_view name : split(text, '+')) {
    auto op = parseEpilogueOp(name);
    if (!op)
      return invalidInput("unknown epilogue operation " + quoted(name));
    if (layer.epilogue.full())
      return invalidInput("more than " + std::to_string(kMaxEpilogueOps) +
                          " epilogue operations");
    layer.epilogue.push_back(*op);
  }
  return {};
}

Expected<std::vector<ScheduleLoop>>
LayerBuilder::parseLoops(std::string_view text) {
  std::vector<ScheduleLoop> loops;
  if (text.empty())
    return loops;
  for (std::string_view entry : split(text, ',')) {
    size_t colon = entry.find(':');
    ScheduleLoop loop;
    auto index = info.findDim(entry.substr(0, colon));
    std::string_view extent =
        colon == std::string_view::npos ? "" : entry.substr(colon + 1);
    if (!extent.empty() && extent.back() == 'x') {
      loop.spatial = true;
      extent.remove_suffix(1);
    }
    auto value = parseInteger(extent);
    if (!index || !value)
      return invalidInput("schedule entry " + quoted(entry) +
                          " is not of the form dimension:extent or "
                          "dimension:extentx");
    loop.dim = *index;
    loop.extent = *value;
    loops.push_back(loop);
  }
  return loops;
}

Expected<void> LayerBuilder::setOption(std::string_view name,
                                       std::string_view value) {
  if (name == "layout")
    return setLayout(value);
  if (name == "epilogue")
    return setEpilogue(value);
  if (name == "tile") {
    auto loops = parseLoops(value);
    if (!loops)
      return loops.error();
    layer.schedule.tile = std::move(*loops);
    return {};
  }
  if (name == "nest") {
    for (std::string_view level : split(value, '|')) {
      auto loops = parseLoops(level);
      if (!loops)
        return loops.error();
      layer.schedule.nest.push_back(std::move(*loops));
    }
    return {};
  }
  auto index = info.findDim(name);
  if (!index || info.dims[*index].role != DimRole::Option)
    return invalidInput("value " + quoted(value) + " of " + quoted(name) +
                        " is not an integer");
  const auto &values = info.dims[*index].values;
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] == value)
      return setOnce(name, i);
  std::string known;
  for (std::string_view candidate : values)
    known += (known.empty() ? "" : ", ") + std::string(candidate);
  return invalidInput("unknown value " + quoted(value) + " of option " +
                      quoted(name) + ", expected one of: " + known);
}

static Expected<void> parseTypeList(std::string_view text, TypeList &types) {
  for (std::string_view name : split(text, ',')) {
    auto type = parseElementType(trim(name));
    if (!type)
      return invalidInput("unknown element type " + quoted(trim(name)));
    if (types.full())
      return invalidInput("more than " + std::to_string(kMaxTypes) +
                          " element types");
    types.push_back(*type);
  }
  return {};
}

Expected<void> LayerBuilder::setTypes(std::string_view text) {
  size_t arrow = text.find("->");
  if (arrow == std::string_view::npos)
    return invalidInput("types " + quoted(trim(text)) +
                        " have no '->' between operands and results");
  if (auto ok = parseTypeList(text.substr(0, arrow), layer.operands); !ok)
    return ok;
  return parseTypeList(text.substr(arrow + 2), layer.results);
}

std::optional<int64_t> LayerBuilder::take(const std::string &name) {
  auto found = given.find(name);
  if (found == given.end())
    return std::nullopt;
  int64_t value = found->second;
  given.erase(found);
  return value;
}

/// Turns the input extent and symmetric padding of one axis, where given, into
/// the output extent and the padding that windows read.
Expected<void> LayerBuilder::resolveAxis(int axis) {
  std::string letter(1, "dhw"[axis]);
  auto name = [&](DimRole role) {
    return std::string(info.dims[*info.findDim(role, axis)].name);
  };
  if (auto both = take("p" + letter))
    for (DimRole role : {DimRole::PadLow, DimRole::PadHigh})
      if (auto ok = setOnce(name(role), *both); !ok)
        return invalidInput("both 'p" + letter + "' and " + quoted(name(role)) +
                            " are given");
  auto input = take("i" + letter);
  if (!input)
    return {};
  auto get = [&](DimRole role, int64_t otherwise) {
    auto found = given.find(name(role));
    return found == given.end() ? otherwise : found->second;
  };
  int64_t kernel = get(DimRole::Kernel, 0), stride = get(DimRole::Stride, 1);
  int64_t dilation = get(DimRole::Dilation, 1);
  int64_t low = get(DimRole::PadLow, 0), high = get(DimRole::PadHigh, 0);
  for (int64_t value : {*input, kernel, stride, dilation})
    if (value < 1 || value > (int64_t(1) << 30))
      return invalidInput("'i" + letter +
                          "' needs the input extent, kernel, "
                          "stride and dilation of its axis within 1..2^30");
  for (int64_t value : {low, high})
    if (value < 0 || value > (int64_t(1) << 30))
      return invalidInput("padding along " + letter + " is " +
                          std::to_string(value) + ", expected 0..2^30");
  WindowAxis fitted =
      WindowAxis::fromInput(*input, kernel, stride, dilation, low, high);
  if (fitted.output < 1)
    return invalidInput(
        "a kernel spanning " + std::to_string((kernel - 1) * dilation + 1) +
        " does not fit the padded input of " +
        std::to_string(*input + low + high) + " along " + letter);
  int64_t output = get(DimRole::Output, fitted.output);
  if (output != fitted.output)
    return invalidInput("'i" + letter + "' gives " +
                        std::to_string(fitted.output) + " outputs, but " +
                        quoted(name(DimRole::Output)) + " is " +
                        std::to_string(output));
  given[name(DimRole::Output)] = fitted.output;
  given[name(DimRole::PadHigh)] = fitted.padHigh;
  return {};
}

Expected<Layer> LayerBuilder::finish() {
  for (int axis = 0; axis < 3; ++axis)
    if (info.findDim(DimRole::Output, axis))
      if (auto ok = resolveAxis(axis); !ok)
        return ok.error();
  for (unsigned i = 0; i < info.dims.size(); ++i) {
    const DimInfo &dim = info.dims[i];
    auto found = given.find(dim.name);
    if (found == given.end() && dim.defaultValue == kRequired)
      return invalidInput(std::string(info.name) + " lacks '" +
                          std::string(dim.name) + "' (" + std::string(dim.doc) +
                          ")");
    layer[i] = found == given.end() ? dim.defaultValue : found->second;
  }
  return checkedLayer(std::move(layer));
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

static std::string knownKinds() {
  std::string names;
  for (const KindInfo &info : allLayerKinds())
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  return names;
}

Expected<Layer> pr::buildLayer(const LayerFields &fields) {
  const KindInfo *info = findLayerKind(fields.kind);
  if (!info)
    return invalidInput("unknown layer kind " + quoted(fields.kind) +
                        ", expected one of: " + knownKinds());
  LayerBuilder builder(*info);
  for (const auto &[name, value] : fields.dims)
    if (auto ok = builder.setDim(name, value); !ok)
      return ok.error();
  for (const auto &[name, value] : fields.options)
    if (auto ok = builder.setOption(name, value); !ok)
      return ok.error();
  if (auto ok = builder.setTypes(fields.types); !ok)
    return ok.error();
  return builder.finish();
}

/// The text in front of the types holds blank-separated words; the types begin
/// at the colon that stands alone.
static size_t findTypes(std::string_view text) {
  for (size_t i = 1; i + 1 < text.size(); ++i)
    if (text[i] == ':' && text[i - 1] == ' ' && text[i + 1] == ' ')
      return i;
  return std::string_view::npos;
}

static Expected<LayerFields> splitLayerText(std::string_view text) {
  size_t colon = findTypes(text);
  if (colon == std::string_view::npos)
    return invalidInput("no ' : ' before the element types");
  LayerFields fields;
  fields.types = std::string(trim(text.substr(colon + 1)));
  for (std::string_view word : split(trim(text.substr(0, colon)), ' ')) {
    if (word.empty())
      continue;
    if (fields.kind.empty()) {
      fields.kind = std::string(word);
      continue;
    }
    size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return invalidInput(quoted(word) + " is not of the form name=value");
    std::string name(word.substr(0, equals));
    std::string value(word.substr(equals + 1));
    if (auto number = parseInteger(value))
      fields.dims.emplace_back(std::move(name), *number);
    else
      fields.options.emplace_back(std::move(name), std::move(value));
  }
  return fields;
}

/// Long garbage is cut in messages.
static std::string excerpt(std::string_view text) {
  constexpr size_t limit = 160;
  return quoted(text.size() <= limit
                    ? std::string(text)
                    : std::string(text.substr(0, limit)) + "...");
}

Expected<Layer> pr::parseLayer(std::string_view text) {
  auto fields = splitLayerText(trim(text));
  auto layer = fields ? buildLayer(*fields) : Expected<Layer>(fields.error());
  if (!layer)
    return makeError(layer.error().kind, "layer " + excerpt(trim(text)) + ": " +
                                             layer.error().message);
  return layer;
}
