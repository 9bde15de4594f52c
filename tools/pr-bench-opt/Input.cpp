// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Input.h"

#include "pr/Dialect/PR/PROps.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::ErrorKind;
using ::pr::Expected;

using Buffer = std::unique_ptr<llvm::MemoryBuffer>;

static Expected<Buffer> openInput(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/true);
  if (buffer)
    return std::move(*buffer);
  return ::pr::makeError(ErrorKind::Io, "cannot read '" + path + "': " +
                                            buffer.getError().message());
}

static InputLayer parseLine(StringRef line) {
  InputLayer input;
  input.text = line.str();
  if (auto layer = ::pr::parseLayer(input.text))
    input.layer = std::move(*layer);
  else
    input.error = layer.error().message;
  return input;
}

static std::vector<InputLayer> readLines(StringRef text) {
  std::vector<InputLayer> inputs;
  for (StringRef line : llvm::split(text, '\n')) {
    line = line.split('#').first.trim();
    if (!line.empty())
      inputs.push_back(parseLine(line));
  }
  return inputs;
}

static Expected<std::vector<InputLayer>>
readModule(Buffer buffer, const std::string &path, DialectRegistry &registry) {
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler diagnostics(sources, &context);
  auto module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return ::pr::invalidInput("'" + path + "' does not parse");
  std::vector<InputLayer> inputs;
  module->walk([&](BenchOp bench) {
    inputs.push_back(
        {bench.getLayer().getLayer(), bench.getLayer().getText().str(), ""});
  });
  if (inputs.empty())
    return ::pr::invalidInput("'" + path + "' has no pr.bench");
  return inputs;
}

Expected<std::vector<InputLayer>>
mlir::pr::readInput(const CommandLine &options, DialectRegistry &registry) {
  bool asText = !options.layersFile.empty();
  const std::string &path = asText ? options.layersFile : options.inputFile;
  auto buffer = openInput(path);
  if (!buffer)
    return buffer.error();
  if (!asText)
    return readModule(std::move(*buffer), path, registry);
  std::vector<InputLayer> inputs = readLines((*buffer)->getBuffer());
  if (inputs.empty())
    return ::pr::invalidInput("'" + path + "' has no layer");
  return inputs;
}
