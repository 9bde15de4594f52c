// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The extension module mlir_pr._core. Its contract is mlir_pr/_core.pyi.
#include "Core.h"

namespace py = pybind11;
using namespace pr;

namespace {
/// Carries an error to the exception translator.
struct CoreError {
  Error error;
};
} // namespace

void python::raise(const Error &error) { throw CoreError{error}; }

LayerKind python::kindOf(const std::string &name) {
  const KindInfo *info = findLayerKind(name);
  if (!info)
    raise(invalidInput("unknown layer kind '" + name + "'"));
  return info->kind;
}

unsigned python::dimOf(LayerKind kind, const std::string &name) {
  auto index = kindInfo(kind).findDim(name);
  if (!index)
    raise(invalidInput(std::string(kindInfo(kind).name) +
                       " has no dimension '" + name + "'"));
  return *index;
}

static void defineErrors(py::module_ &module) {
  // Borrowed by the translator for as long as the interpreter lives.
  static PyObject *inputError, *unsupportedError, *overflowError, *fileError;
  auto define = [&](const char *name, PyObject *base, PyObject *&place) {
    py::object type = py::exception<CoreError>(module, name, base);
    place = type.release().ptr();
  };
  define("InputError", PyExc_ValueError, inputError);
  define("UnsupportedError", PyExc_ValueError, unsupportedError);
  define("OverflowedError", PyExc_ValueError, overflowError);
  define("FileError", PyExc_OSError, fileError);
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer)
        std::rethrow_exception(pointer);
    } catch (const CoreError &failure) {
      PyObject *type =
          failure.error.kind == ErrorKind::Unsupported ? unsupportedError
          : failure.error.kind == ErrorKind::Overflow  ? overflowError
          : failure.error.kind == ErrorKind::Io        ? fileError
                                                       : inputError;
      PyErr_SetString(type, failure.error.message.c_str());
    }
  });
}

PYBIND11_MODULE(_core, module) {
  module.doc() = "Layers, lattices and models: the C++ definitions.";
  defineErrors(module);
  python::defineLayers(module);
  python::defineLattices(module);
  python::defineStepFitter(module);
  python::defineModels(module);
  python::defineEstimator(module);
}
