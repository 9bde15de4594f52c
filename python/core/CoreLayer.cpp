// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Core.h"

#include "pr/Layer/Work.h"
#include "pr/Support/Hash.h"

#include <map>
#include <optional>

namespace py = pybind11;
using namespace pr;
using namespace pr::python;

static py::dict dimsOf(const Layer &layer) {
  py::dict dims;
  for (unsigned i = 0; i < layer.numDims(); ++i)
    if (layer.info().dims[i].role != DimRole::Option)
      dims[py::str(std::string(layer.info().dims[i].name))] = layer[i];
  return dims;
}

/// The words `name=value` of the text whose value is no number.
static std::map<std::string, std::string> optionsOf(const Layer &layer) {
  std::map<std::string, std::string> options;
  std::string text = printLayer(layer);
  size_t end = text.find(" : ");
  for (size_t start = text.find(' '); start < end;) {
    size_t next = text.find(' ', start + 1);
    std::string word = text.substr(start + 1, next - start - 1);
    size_t equals = word.find('=');
    auto index = layer.info().findDim(word.substr(0, equals));
    if (!index || layer.info().dims[*index].role == DimRole::Option)
      options[word.substr(0, equals)] = word.substr(equals + 1);
    start = next;
  }
  return options;
}

static std::string allF32(const KindInfo &info) {
  std::string operands = "f32";
  for (int i = 1; i < info.operandTypes; ++i)
    operands += ", f32";
  return operands + " -> f32";
}

static Layer fromFields(const std::string &kind,
                        const std::map<std::string, int64_t> &dims,
                        const std::map<std::string, std::string> &options,
                        const std::string &types) {
  LayerFields fields;
  fields.kind = kind;
  fields.dims.assign(dims.begin(), dims.end());
  fields.options.assign(options.begin(), options.end());
  fields.types = types.empty() ? allF32(kindInfo(kindOf(kind))) : types;
  return unwrap(buildLayer(fields));
}

static Layer replaceDims(Layer layer, const py::kwargs &changes) {
  for (auto [name, value] : changes)
    layer[dimOf(layer.kind, py::cast<std::string>(name))] =
        py::cast<int64_t>(value);
  return unwrap(checkedLayer(std::move(layer)));
}

static std::string shapeKey(Layer layer) {
  layer.layout = Layout::Any;
  layer.epilogue.clear();
  layer.schedule = {};
  return printLayer(layer);
}

static py::dict workOf(const Layer &layer) {
  Work work = unwrap(computeWork(layer));
  py::dict result;
  result["macs"] = work.macs;
  result["useful_macs"] = work.usefulMacs;
  result["operations"] = work.operations;
  result["input_elements"] = work.inputElements;
  result["weight_elements"] = work.weightElements;
  result["output_elements"] = work.outputElements;
  result["input_bytes"] = work.inputBytes;
  result["weight_bytes"] = work.weightBytes;
  result["output_bytes"] = work.outputBytes;
  return result;
}

static const char *roleName(DimRole role) {
  switch (role) {
  case DimRole::Extent:
    return "extent";
  case DimRole::Output:
    return "output";
  case DimRole::Kernel:
    return "kernel";
  case DimRole::Stride:
    return "stride";
  case DimRole::Dilation:
    return "dilation";
  case DimRole::PadLow:
    return "pad_low";
  case DimRole::PadHigh:
    return "pad_high";
  case DimRole::Count:
    return "count";
  case DimRole::Option:
    return "option";
  }
  return "";
}

static py::dict describeDim(const DimInfo &dim) {
  py::dict result;
  result["name"] = std::string(dim.name);
  result["role"] = roleName(dim.role);
  result["axis"] = dim.axis;
  result["default"] = dim.defaultValue == kRequired
                          ? py::object(py::none())
                          : py::object(py::int_(dim.defaultValue));
  result["minimum"] = dim.minimum();
  result["doc"] = std::string(dim.doc);
  result["values"] =
      std::vector<std::string>(dim.values.begin(), dim.values.end());
  return result;
}

static py::list layerKinds() {
  py::list kinds;
  for (const KindInfo &info : allLayerKinds()) {
    py::dict kind;
    kind["name"] = std::string(info.name);
    kind["doc"] = std::string(info.doc);
    kind["operand_types"] = info.operandTypes;
    kind["result_types"] = info.resultTypes;
    py::list dims;
    for (const DimInfo &dim : info.dims)
      dims.append(describeDim(dim));
    kind["dims"] = dims;
    kinds.append(kind);
  }
  return kinds;
}

static Layer parse(const std::string &text) { return unwrap(parseLayer(text)); }

void python::defineLayers(py::module_ &module) {
  py::class_<Layer>(module, "Layer", "One layer in canonical form.")
      .def_static("parse", parse, py::arg("text"))
      .def_static("from_fields", fromFields, py::arg("kind"), py::arg("dims"),
                  py::arg("options") = std::map<std::string, std::string>(),
                  py::arg("types") = "")
      .def_property_readonly("text", printLayer)
      .def_property_readonly(
          "key", [](const Layer &layer) { return toHex(layerKey(layer)); })
      .def_property_readonly("shape_key", shapeKey)
      .def_property_readonly(
          "kind",
          [](const Layer &layer) { return std::string(layer.info().name); })
      .def_property_readonly("dims", dimsOf)
      .def_property_readonly("options", optionsOf)
      .def_property_readonly("types",
                             [](const Layer &layer) {
                               return printTypes(layer.operands, layer.results);
                             })
      .def_property_readonly("work", workOf)
      .def("replace", replaceDims)
      .def("__eq__",
           [](const Layer &a, const py::object &other) {
             return py::isinstance<Layer>(other) && a == py::cast<Layer>(other);
           })
      .def(
          "__hash__",
          [](const Layer &layer) { return py::ssize_t(hashValue(layer) >> 1); })
      .def("__repr__",
           [](const Layer &layer) {
             return "Layer.parse('" + printLayer(layer) + "')";
           })
      .def(py::pickle([](const Layer &layer) { return printLayer(layer); },
                      [](const std::string &text) { return parse(text); }));
  module.def("layer_kinds", layerKinds);
}
