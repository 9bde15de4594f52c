// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LayerText.h"

#include <charconv>
#include <map>
#include <set>
#include <sstream>

using namespace systolic;

const char *const systolic::kSupportedLayers =
    "supported are matmul, conv1d and conv2d of i8, i8 -> i32 without epilogue "
    "and schedule";

namespace {

using Dims = std::map<std::string, int64_t>;

/// The dimensions of a kind and their defaults, 0 being: must be given; -1 is
/// a default of zero.
const std::map<std::string, Dims> &kinds() {
  static const Dims conv1d = {{"n", 1},   {"g", 1},  {"oc", 0}, {"ic", 0},
                              {"ow", 0},  {"kw", 0}, {"sw", 1}, {"dw", 1},
                              {"pl", -1}, {"pr", -1}};
  static const Dims conv2d = [] {
    Dims dims = conv1d;
    dims.insert(
        {{"oh", 0}, {"kh", 0}, {"sh", 1}, {"dh", 1}, {"pt", -1}, {"pb", -1}});
    return dims;
  }();
  static const std::map<std::string, Dims> all = {
      {"matmul", {{"b", 1}, {"m", 0}, {"n", 0}, {"k", 0}}},
      {"conv1d", conv1d},
      {"conv2d", conv2d}};
  return all;
}

bool isPadding(const std::string &dim) { return dim[0] == 'p'; }

constexpr int64_t kMaxExtent = 0x7fffffff;

class Parser {
public:
  Parser(const std::string &text, std::string &error)
      : text(text), error(error) {}

  bool run(Problem &problem) {
    if (!splitTypes() || !parseDims())
      return false;
    return kind == "matmul" ? makeMatmul(problem) : makeConv(problem);
  }

private:
  bool fail(const std::string &message) {
    error = message + "; " + kSupportedLayers;
    return false;
  }

  /// Only one list of types will do, so it is compared without its spaces.
  bool splitTypes() {
    size_t colon = text.rfind(" : ");
    if (colon == std::string::npos)
      return fail("no element types in '" + text + "'");
    std::string types;
    for (char c : text.substr(colon + 3))
      if (c != ' ')
        types += c;
    if (types != "i8,i8->i32")
      return fail("element types '" + text.substr(colon + 3) + "'");
    front = text.substr(0, colon);
    return true;
  }

  bool parseDims() {
    std::istringstream words(front);
    std::string word;
    words >> kind;
    auto found = kinds().find(kind);
    if (found == kinds().end())
      return fail("layer kind '" + kind + "'");
    while (words >> word)
      if (!parseWord(found->second, word))
        return false;
    return applyDefaults(found->second);
  }

  bool parseWord(const Dims &known, const std::string &word) {
    size_t equal = word.find('=');
    std::string name = word.substr(0, equal);
    // The operands are put into the hardware's own layout whatever theirs is.
    if (name == "layout" && equal != std::string::npos)
      return true;
    if (equal == std::string::npos || !known.count(name))
      return fail("'" + word + "' in a " + kind);
    const char *begin = word.data() + equal + 1,
               *end = word.data() + word.size();
    int64_t value = 0;
    auto [stop, status] = std::from_chars(begin, end, value);
    if (status != std::errc() || stop != end ||
        value < (isPadding(name) ? 0 : 1) || value > kMaxExtent)
      return fail("the extent in '" + word + "'");
    if (!dims.emplace(name, value).second)
      return fail("'" + name + "' given twice");
    return true;
  }

  bool applyDefaults(const Dims &known) {
    for (auto [name, value] : known) {
      if (value == 0 && !dims.count(name))
        return fail("a " + kind + " without '" + name + "'");
      dims.emplace(name, value < 0 ? 0 : value);
    }
    return true;
  }

  bool makeMatmul(Problem &p) {
    p = Problem();
    p.groups = dims["b"];
    p.separateGroups = true;
    p.outW = p.inW = dims["m"];
    p.channels = dims["k"];
    p.outChannels = dims["n"];
    return checkSizes(p);
  }

  bool makeConv(Problem &p) {
    // A conv1d is a conv2d of height 1.
    for (const char *name : {"oh", "kh", "sh", "dh"})
      dims.emplace(name, 1);
    p = Problem();
    p.groups = dims["g"];
    p.images = dims["n"];
    p.outH = dims["oh"], p.outW = dims["ow"];
    p.kernelH = dims["kh"], p.kernelW = dims["kw"];
    p.strideH = dims["sh"], p.strideW = dims["sw"];
    p.dilationH = dims["dh"], p.dilationW = dims["dw"];
    p.padTop = dims["pt"], p.padLeft = dims["pl"];
    p.inH = inputExtent(p.outH, p.kernelH, p.strideH, p.dilationH) - p.padTop -
            dims["pb"];
    p.inW = inputExtent(p.outW, p.kernelW, p.strideW, p.dilationW) - p.padLeft -
            dims["pr"];
    if (dims["ic"] % p.groups || dims["oc"] % p.groups)
      return fail("channels that 'g' does not divide");
    p.channels = dims["ic"] / p.groups;
    p.outChannels = dims["oc"] / p.groups;
    if (p.inH < 1 || p.inW < 1)
      return fail("padding that leaves no input");
    return checkSizes(p);
  }

  static int64_t inputExtent(int64_t out, int64_t kernel, int64_t stride,
                             int64_t dilation) {
    return (out - 1) * stride + (kernel - 1) * dilation + 1;
  }

  /// Keeps every later product far from overflow.
  bool checkSizes(const Problem &p) {
    const std::initializer_list<int64_t> tensors[] = {
        {p.groups, p.images, p.inH, p.inW, p.channels},
        {p.groups, p.kernelH, p.kernelW, p.channels, p.outChannels},
        {p.groups, p.images, p.outH, p.outW, p.outChannels}};
    for (const auto &extents : tensors) {
      int64_t size = 1;
      for (int64_t extent : extents)
        if (__builtin_mul_overflow(size, extent, &size) || size > kMaxExtent)
          return fail("a tensor of more than 2^31 elements");
    }
    return true;
  }

  const std::string &text;
  std::string &error;
  std::string front, kind;
  Dims dims;
};

} // namespace

bool systolic::parseLayerText(const std::string &text, Problem &problem,
                              std::string &error) {
  return Parser(text, error).run(problem);
}
