// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Conversion/DescribedTargets.h"

#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Support/File.h"
#include "pr/Target/Described.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cstdlib>
#include <dlfcn.h>

using namespace mlir;
using namespace mlir::pr;
namespace path = llvm::sys::path;

/// share/pr/architectures of the installation that `binary`, a program in bin
/// or a library in lib, belongs to.
static std::string installedFolder(StringRef binary) {
  SmallString<128> folder(path::parent_path(path::parent_path(binary)));
  path::append(folder, "share", "pr", "architectures");
  return folder.str().str();
}

static std::string architecturesFolder() {
  if (const char *folder = std::getenv("PR_ARCHITECTURES_DIR"))
    return folder;
  SmallVector<std::string> candidates;
  if (auto program = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
      !program.empty())
    candidates.push_back(installedFolder(program));
  Dl_info library;
  if (dladdr(reinterpret_cast<void *>(&architecturesFolder), &library) &&
      library.dli_fname)
    candidates.push_back(installedFolder(library.dli_fname));
  candidates.push_back(PR_SOURCE_ARCHITECTURES_DIR);
  auto found = llvm::find_if(candidates, [](const std::string &folder) {
    return llvm::sys::fs::is_directory(folder);
  });
  return found == candidates.end() ? candidates.back() : *found;
}

std::vector<BuiltinArchitecture> mlir::pr::builtinArchitectures() {
  std::vector<BuiltinArchitecture> result;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(architecturesFolder(), error), end;
       it != end && !error; it.increment(error))
    if (path::extension(it->path()) == ".mlir")
      result.push_back({path::stem(it->path()).str(), it->path()});
  llvm::sort(result,
             [](const BuiltinArchitecture &a, const BuiltinArchitecture &b) {
               return a.name < b.name;
             });
  return result;
}

::pr::Expected<std::string>
mlir::pr::findArchitecture(const std::string &nameOrPath) {
  if (StringRef(nameOrPath).ends_with(".mlir") ||
      StringRef(nameOrPath).contains('/'))
    return nameOrPath;
  std::string known;
  for (const BuiltinArchitecture &architecture : builtinArchitectures()) {
    if (architecture.name == nameOrPath)
      return architecture.path;
    known += (known.empty() ? "" : ", ") + architecture.name;
  }
  return ::pr::invalidInput("no architecture '" + nameOrPath + "' in '" +
                            architecturesFolder() + "', which has " +
                            (known.empty() ? "none" : known));
}

/// `evaluator` among the parameters is about how, not what.
static ::pr::Expected<::pr::arch::EvaluatorKind>
takeEvaluator(std::map<std::string, int64_t> &parameters) {
  auto found = parameters.find("evaluator");
  if (found == parameters.end())
    return ::pr::arch::EvaluatorKind::Automatic;
  int64_t kind = found->second;
  parameters.erase(found);
  if (kind < 0 || kind > 2)
    return ::pr::invalidInput(
        "'evaluator' is " + std::to_string(kind) +
        ", expected 0 (automatic), 1 (graph) or 2 (simulator)");
  return ::pr::arch::EvaluatorKind(kind);
}

static ::pr::Expected<acadl::ImportedArchitecture>
load(const std::string &nameOrPath,
     const std::map<std::string, int64_t> &parameters) {
  auto file = findArchitecture(nameOrPath);
  if (!file)
    return file.takeError();
  auto text = ::pr::readFile(*file);
  if (!text)
    return text.takeError();
  return acadl::importArchitecture(*text, *file, parameters);
}

::pr::Expected<std::vector<::pr::TargetParameter>>
mlir::pr::architectureParameters(const std::string &nameOrPath) {
  auto imported = load(nameOrPath, {});
  if (!imported)
    return imported.takeError();
  return std::move(imported->parameters);
}

::pr::Expected<std::unique_ptr<::pr::Target>> mlir::pr::makeDescribedTarget(
    const std::string &nameOrPath,
    const std::map<std::string, int64_t> &parameters) {
  std::map<std::string, int64_t> ofArchitecture = parameters;
  auto kind = takeEvaluator(ofArchitecture);
  if (!kind)
    return kind.takeError();
  auto imported = load(nameOrPath, ofArchitecture);
  if (!imported)
    return imported.takeError();
  return std::unique_ptr<::pr::Target>(std::make_unique<::pr::DescribedTarget>(
      std::move(imported->diagram), std::move(imported->mappings),
      std::move(imported->info), *kind));
}
