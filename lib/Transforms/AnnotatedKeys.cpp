// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AnnotatedKeys.h"

#include "pr/Support/Hash.h"

#include "mlir/IR/Builders.h"

#include <map>

using namespace mlir;
using namespace mlir::pr;

/// A dictionary from layer kinds to the strings that `list` gives for them.
/// Kinds without any are in it only with `keepEmpty`; null where it is empty.
template <typename ListFn>
static DictionaryAttr perKind(Builder &builder, const ::pr::TargetInfo &target,
                              bool keepEmpty, ListFn list) {
  SmallVector<NamedAttribute> entries;
  for (const ::pr::KindSupport &support : target.kinds) {
    SmallVector<Attribute> texts;
    for (const auto &text : list(support))
      texts.push_back(builder.getStringAttr(text));
    if (keepEmpty || !texts.empty())
      entries.push_back(builder.getNamedAttr(::pr::kindInfo(support.kind).name,
                                             builder.getArrayAttr(texts)));
  }
  return entries.empty() ? DictionaryAttr()
                         : builder.getDictionaryAttr(entries);
}

static SmallVector<StringRef> epilogueNames(const ::pr::KindSupport &support) {
  SmallVector<StringRef> names;
  for (::pr::EpilogueOp op : support.freeEpilogue)
    names.push_back(::pr::toString(op));
  return names;
}

static SmallVector<StringRef> tiledDims(const ::pr::KindSupport &support) {
  SmallVector<StringRef> names;
  for (unsigned dim : support.tileDims)
    names.push_back(::pr::kindInfo(support.kind).dims[dim].name);
  return names;
}

/// From the key of each layer, in hexadecimal digits, to how often it occurs.
static DictionaryAttr countKeys(Builder &builder,
                                const FunctionEstimates &estimates) {
  llvm::DenseMap<const LayerEstimate *, int64_t> byLayer;
  for (const OpEstimate &estimate : estimates)
    if (estimate.layer)
      ++byLayer[estimate.layer];
  // Digits sort like numbers, so that the dictionary need not compare texts.
  std::map<uint64_t, int64_t> counts;
  for (auto [layer, count] : byLayer)
    counts[layer->layer.getKey()] += count;
  llvm::SmallDenseMap<int64_t, IntegerAttr> numbers;
  SmallVector<NamedAttribute> keys;
  for (auto [key, count] : counts) {
    IntegerAttr &number = numbers[count];
    if (!number)
      number = builder.getI64IntegerAttr(count);
    keys.push_back(builder.getNamedAttr(::pr::toHex(key), number));
  }
  return DictionaryAttr::getWithSorted(builder.getContext(), keys);
}

AnnotatedKeysAttr mlir::pr::annotatedKeys(const FunctionEstimator &estimator,
                                          const FunctionEstimates &estimates,
                                          MLIRContext *context) {
  Builder builder(context);
  const Model &model = estimator.model();
  const ::pr::TargetInfo &target = model.estimator.target();
  auto typesOf = [](const ::pr::KindSupport &support) -> const auto & {
    return support.types;
  };
  return AnnotatedKeysAttr::get(
      context, model.target(), model.estimator.modelId(),
      estimator.asQuantized(), estimator.options().assumedExtent,
      perKind(builder, target, /*keepEmpty=*/true, epilogueNames),
      perKind(builder, target, /*keepEmpty=*/false, typesOf),
      perKind(builder, target, /*keepEmpty=*/false, tiledDims),
      countKeys(builder, estimates));
}

/// The entry of one kind, made where there is none yet.
static ::pr::KindSupport &supportFor(::pr::TargetInfo &target, StringRef name) {
  ::pr::LayerKind kind = ::pr::findLayerKind(std::string_view(name))->kind;
  for (::pr::KindSupport &support : target.kinds)
    if (support.kind == kind)
      return support;
  ::pr::KindSupport support;
  support.kind = kind;
  support.lattice.kind = kind;
  target.kinds.push_back(std::move(support));
  return target.kinds.back();
}

::pr::TargetInfo mlir::pr::rememberedTarget(AnnotatedKeysAttr keys) {
  ::pr::TargetInfo target;
  target.name = keys.getTarget().str();
  if (DictionaryAttr fused = keys.getFused())
    for (NamedAttribute entry : fused) {
      ::pr::KindSupport &support = supportFor(target, entry.getName());
      for (auto name :
           cast<ArrayAttr>(entry.getValue()).getAsRange<StringAttr>())
        if (auto op = ::pr::parseEpilogueOp(std::string_view(name.strref())))
          support.freeEpilogue.push_back(*op);
    }
  if (DictionaryAttr types = keys.getTypes())
    for (NamedAttribute entry : types) {
      ::pr::KindSupport &support = supportFor(target, entry.getName());
      for (auto text :
           cast<ArrayAttr>(entry.getValue()).getAsRange<StringAttr>())
        support.types.push_back(text.str());
    }
  if (DictionaryAttr tiles = keys.getTiles())
    for (NamedAttribute entry : tiles) {
      ::pr::KindSupport &support = supportFor(target, entry.getName());
      for (auto name :
           cast<ArrayAttr>(entry.getValue()).getAsRange<StringAttr>())
        if (auto dim = ::pr::kindInfo(support.kind)
                           .findDim(std::string_view(name.strref())))
          support.tileDims.push_back(*dim);
    }
  return target;
}
