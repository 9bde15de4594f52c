// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Core.h"

#include "pr/Lattice/TargetInfo.h"
#include "pr/Lattice/TileSpace.h"

#include <map>
#include <optional>

namespace py = pybind11;
using namespace pr;
using namespace pr::python;

namespace {
/// A step whose dimension has a name but no kind yet.
struct NamedStep {
  std::string dim;
  Step step;
};
} // namespace

static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

static NamedStep makeStep(std::string dim, int64_t width, int64_t offset,
                          int64_t regionLow, std::optional<int64_t> regionHigh,
                          const std::string &resource,
                          const std::string &plateau,
                          const std::string &knowledge, std::string evidence) {
  Step step;
  step.width = width;
  step.offset = offset;
  step.regionLow = regionLow;
  step.regionHigh = regionHigh.value_or(kNoLimit);
  step.resource = unwrap(parseResource(resource));
  step.plateau = unwrap(parsePlateau(plateau));
  step.knowledge = unwrap(parseKnowledge(knowledge));
  step.evidence = std::move(evidence);
  return {std::move(dim), std::move(step)};
}

static std::vector<NamedStep> stepsOf(const Lattice &lattice) {
  std::vector<NamedStep> steps;
  for (const Step &step : lattice.steps)
    steps.push_back(
        {std::string(kindInfo(lattice.kind).dims[step.dim].name), step});
  return steps;
}

static Lattice makeLattice(const std::string &kind,
                           const std::vector<NamedStep> &steps,
                           const std::map<std::string, int64_t> &maximum) {
  Lattice lattice;
  lattice.kind = kindOf(kind);
  for (const NamedStep &named : steps) {
    lattice.steps.push_back(named.step);
    lattice.steps.back().dim = dimOf(lattice.kind, named.dim);
  }
  for (const auto &[name, value] : maximum)
    lattice.maximum[dimOf(lattice.kind, name)] = value;
  unwrap(checkLattice(lattice));
  return lattice;
}

static const Layer &ofKind(const Lattice &lattice, const Layer &layer) {
  if (layer.kind != lattice.kind)
    raise(invalidInput(
        "a lattice of " + std::string(kindInfo(lattice.kind).name) +
        " was asked about a layer of kind " + std::string(layer.info().name)));
  return layer;
}

static py::dict maximumOf(const Lattice &lattice) {
  py::dict result;
  const KindInfo &info = kindInfo(lattice.kind);
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (lattice.maximum[i] > 0)
      result[py::str(std::string(info.dims[i].name))] = lattice.maximum[i];
  return result;
}

static py::list headroomOf(const Lattice &lattice, const Layer &layer) {
  py::list result;
  for (const Headroom &room : lattice.headroom(ofKind(lattice, layer)))
    result.append(
        py::make_tuple(std::string(kindInfo(lattice.kind).dims[room.dim].name),
                       room.extent, room.lastPoint));
  return result;
}

static void defineStep(py::module_ &module) {
  py::class_<NamedStep>(module, "Step", "One staircase of one resource.")
      .def(py::init(&makeStep), py::arg("dim"), py::arg("width"),
           py::arg("offset") = 0, py::arg("region_low") = 1,
           py::arg("region_high") = std::nullopt,
           py::arg("resource") = "compute", py::arg("plateau") = "unknown",
           py::arg("knowledge") = "stated", py::arg("evidence") = "")
      .def_readonly("dim", &NamedStep::dim)
      .def_property_readonly("width",
                             [](const NamedStep &s) { return s.step.width; })
      .def_property_readonly("offset",
                             [](const NamedStep &s) { return s.step.offset; })
      .def_property_readonly(
          "region_low", [](const NamedStep &s) { return s.step.regionLow; })
      .def_property_readonly("region_high",
                             [](const NamedStep &s) {
                               return s.step.regionHigh == kNoLimit
                                          ? std::nullopt
                                          : std::optional(s.step.regionHigh);
                             })
      .def_property_readonly("resource",
                             [](const NamedStep &s) {
                               return std::string(toString(s.step.resource));
                             })
      .def_property_readonly("plateau",
                             [](const NamedStep &s) {
                               return std::string(toString(s.step.plateau));
                             })
      .def_property_readonly("knowledge",
                             [](const NamedStep &s) {
                               return std::string(toString(s.step.knowledge));
                             })
      .def_property_readonly("evidence",
                             [](const NamedStep &s) { return s.step.evidence; })
      .def("last_point",
           [](const NamedStep &s, int64_t extent) {
             return s.step.lastPoint(extent);
           })
      .def("__eq__", [](const NamedStep &a, const NamedStep &b) {
        return a.dim == b.dim && a.step == b.step;
      });
}

static void defineLattice(py::module_ &module) {
  py::class_<Lattice>(module, "Lattice", "All steps of one kind on a target.")
      .def(py::init(&makeLattice), py::arg("kind"),
           py::arg("steps") = std::vector<NamedStep>(),
           py::arg("maximum") = std::map<std::string, int64_t>())
      .def_property_readonly("kind",
                             [](const Lattice &lattice) {
                               return std::string(kindInfo(lattice.kind).name);
                             })
      .def_property_readonly("steps", stepsOf)
      .def_property_readonly("maximum", maximumOf)
      .def("representative",
           [](const Lattice &lattice, const Layer &layer) {
             return lattice.representative(ofKind(lattice, layer));
           })
      .def("query_point",
           [](const Lattice &lattice, const Layer &layer) {
             return lattice.queryPoint(ofKind(lattice, layer));
           })
      .def("rounded_for",
           [](const Lattice &lattice, const std::string &resource,
              const Layer &layer) {
             return lattice.roundedFor(unwrap(parseResource(resource)),
                                       ofKind(lattice, layer));
           })
      .def("waste",
           [](const Lattice &lattice, const Layer &layer) {
             return lattice.waste(ofKind(lattice, layer));
           })
      .def("headroom", headroomOf)
      .def_property_readonly("is_trivial", &Lattice::isTrivial)
      .def("to_json", &Lattice::toJson)
      .def_static("from_json",
                  [](const std::string &text) {
                    return unwrap(Lattice::fromJson(text));
                  })
      .def("__eq__", [](const Lattice &a, const Lattice &b) { return a == b; });
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

static Lattice latticeOf(const TargetInfo &target, const std::string &kind) {
  if (const KindSupport *support = target.find(kindOf(kind)))
    return support->lattice;
  Lattice trivial;
  trivial.kind = kindOf(kind);
  return trivial;
}

static py::dict domainOf(const TargetInfo &target, const std::string &kind) {
  py::dict result;
  const KindSupport *support = target.find(kindOf(kind));
  if (!support)
    return result;
  const KindInfo &info = kindInfo(support->kind);
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (support->domain[i] != std::pair<int64_t, int64_t>())
      result[py::str(std::string(info.dims[i].name))] =
          py::make_tuple(support->domain[i].first, support->domain[i].second);
  return result;
}

static std::vector<std::string> freeEpilogueOf(const TargetInfo &target,
                                               const std::string &kind) {
  std::vector<std::string> names;
  if (const KindSupport *support = target.find(kindOf(kind)))
    for (EpilogueOp op : support->freeEpilogue)
      names.emplace_back(toString(op));
  return names;
}

static std::vector<std::string> tileDimsOf(const TargetInfo &target,
                                           const std::string &kind) {
  std::vector<std::string> names;
  if (const KindSupport *support = target.find(kindOf(kind)))
    for (unsigned dim : support->tileDims)
      names.emplace_back(kindInfo(support->kind).dims[dim].name);
  return names;
}

static std::vector<Layer> tileCandidatesOf(const TargetInfo &target,
                                           const Layer &layer, size_t most) {
  return unwrap(tileCandidates(target, layer, most));
}

static TargetInfo withLattice(TargetInfo target, const Lattice &lattice) {
  for (KindSupport &support : target.kinds)
    if (support.kind == lattice.kind) {
      auto unitWork = support.lattice.unitWork;
      support.lattice = lattice;
      // Another opinion about steps does not change what units do.
      if (!support.lattice.unitWork)
        support.lattice.unitWork = std::move(unitWork);
      return target;
    }
  raise(makeError(ErrorKind::Unsupported,
                  "target '" + target.name + "' has no " +
                      std::string(kindInfo(lattice.kind).name)));
}

static void defineTarget(py::module_ &module) {
  py::class_<TargetInfo>(module, "TargetInfo", "What is known of a target.")
      .def_static("from_json",
                  [](const std::string &text) {
                    return unwrap(TargetInfo::fromJson(text));
                  })
      .def("to_json", &TargetInfo::toJson)
      .def_readonly("name", &TargetInfo::name)
      .def_readonly("parameters", &TargetInfo::parameters)
      .def_readonly("description_hash", &TargetInfo::descriptionHash)
      .def_readonly("clock_khz", &TargetInfo::clockKhz)
      .def_readonly("counts_cycles", &TargetInfo::countsCycles)
      .def_property_readonly("kinds",
                             [](const TargetInfo &target) {
                               std::vector<std::string> names;
                               for (const KindSupport &kind : target.kinds)
                                 names.emplace_back(kindInfo(kind.kind).name);
                               return names;
                             })
      .def("supports",
           [](const TargetInfo &target, const std::string &kind) {
             return target.find(kindOf(kind)) != nullptr;
           })
      .def("why_illegal",
           [](const TargetInfo &target, const Layer &layer) {
             auto ok = target.checkLegal(layer);
             return ok ? std::string() : ok.error().message;
           })
      .def("types",
           [](const TargetInfo &target, const std::string &kind) {
             const KindSupport *support = target.find(kindOf(kind));
             return support ? support->types : std::vector<std::string>();
           })
      .def("free_epilogue", freeEpilogueOf)
      .def("tile_dims", tileDimsOf)
      .def("tile_candidates", tileCandidatesOf, py::arg("layer"),
           py::arg("most") = 512)
      .def("lattice", latticeOf)
      .def("domain", domainOf)
      .def("with_lattice", withLattice)
      .def("__eq__",
           [](const TargetInfo &a, const TargetInfo &b) {
             return a.toJson() == b.toJson();
           })
      .def(py::pickle([](const TargetInfo &target) { return target.toJson(); },
                      [](const std::string &text) {
                        return unwrap(TargetInfo::fromJson(text));
                      }));
}

void python::defineLattices(py::module_ &module) {
  defineStep(module);
  defineLattice(module);
  defineTarget(module);
}
