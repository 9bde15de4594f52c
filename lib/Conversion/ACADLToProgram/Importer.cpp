// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The whole way from text to an ImportedArchitecture.
#include "pr/Conversion/ACADLToProgram.h"

#include "Elaborator.h"

#include "pr/Support/Hash.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace mlir::pr::acadl;
using namespace ::pr::arch;

//===----------------------------------------------------------------------===//
// What a mapping says of the layers it takes
//===----------------------------------------------------------------------===//

/// `dim <= constant`, or a conjunction with such a part, bounds the dimension.
static void collectMaxima(const ::pr::Expr &rule, ::pr::Lattice &lattice) {
  if (rule.op() == ::pr::ExprOp::And) {
    for (const ::pr::Expr &part : rule.operands())
      collectMaxima(part, lattice);
    return;
  }
  if (rule.operands().size() != 2 ||
      rule.operands()[0].op() != ::pr::ExprOp::Variable ||
      rule.operands()[1].op() != ::pr::ExprOp::Constant)
    return;
  unsigned dim = rule.operands()[0].variableIndex();
  int64_t bound = rule.operands()[1].constantValue();
  if (rule.op() == ::pr::ExprOp::Lt)
    --bound;
  else if (rule.op() != ::pr::ExprOp::Le && rule.op() != ::pr::ExprOp::Eq)
    return;
  if (dim >= ::pr::kindInfo(lattice.kind).dims.size() || bound < 1)
    return;
  int64_t &maximum = lattice.maximum[dim];
  maximum = maximum == 0 ? bound : std::min(maximum, bound);
}

/// A campaign may draw what is legal, unless the mapping says otherwise.
static void collectDomain(MappingOp op, const MappingProgram &mapping,
                          ::pr::KindSupport &support) {
  const ::pr::KindInfo &info = ::pr::kindInfo(support.kind);
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (support.lattice.maximum[i] > 1)
      support.domain[i] = {info.dims[i].minimum(), support.lattice.maximum[i]};
  for (auto domain : op.getBody().getOps<DomainOp>()) {
    unsigned input = cast<BlockArgument>(domain.getDimension()).getArgNumber();
    LayerProperty property = mapping.properties[input];
    if (property.kind == LayerProperty::Kind::Number &&
        property.index < info.dims.size())
      support.domain[property.index] = {domain.getLow(), domain.getHigh()};
  }
}

static std::vector<std::string> strings(std::optional<ArrayAttr> array) {
  std::vector<std::string> result;
  if (array)
    for (auto text : array->getAsRange<StringAttr>())
      result.push_back(text.str());
  return result;
}

/// The conditions as expressions over the numbers a legality rule sees.
static LogicalResult collectRules(ArrayRef<TranslatedRule> rules,
                                  const MappingProgram &mapping,
                                  ::pr::KindSupport &support) {
  std::vector<std::string> names = ::pr::legalityVariables(support.kind);
  std::vector<::pr::Expr> inputs;
  for (auto [property, name] :
       llvm::zip_equal(mapping.properties, mapping.inputNames)) {
    bool isTile = property.kind == LayerProperty::Kind::TileSize;
    unsigned variable = isTile
                            ? ::pr::tileVariable(support.kind, property.index)
                            : property.index;
    inputs.push_back(::pr::Expr::variable(variable, name));
    if (isTile)
      support.tileDims.push_back(property.index);
  }
  for (TranslatedRule rule : rules) {
    auto expr = toExpr(mapping.program, rule.condition, inputs);
    if (!expr)
      return RequireOp(rule.op).emitOpError(expr.error().message);
    // Refuses names that are not those of layers: the order of loops.
    if (auto parsed = ::pr::Expr::parse(expr->print(), names); !parsed)
      return RequireOp(rule.op).emitOpError(
                 "is no condition on a layer alone: ")
             << parsed.error().message;
    collectMaxima(*expr, support.lattice);
    support.rules.push_back({*expr, RequireOp(rule.op).getReason().str()});
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Mappings
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral kTilePrefix = "tile_";
static constexpr llvm::StringLiteral kNestPrefix = "nest_";

/// Names are known: the verifier saw them.
static LayerProperty findProperty(::pr::LayerKind kind, StringRef name) {
  StringRef dim = name;
  if (dim.consume_front(kNestPrefix))
    return {LayerProperty::Kind::NestPosition,
            ::pr::kindInfo(kind).findDim(std::string_view(dim)).value_or(0)};
  if (dim.consume_front(kTilePrefix))
    return {LayerProperty::Kind::TileSize,
            ::pr::kindInfo(kind).findDim(std::string_view(dim)).value_or(0)};
  std::vector<std::string> numbers = ::pr::legalityVariables(kind);
  auto it = llvm::find(numbers, name.str());
  return {LayerProperty::Kind::Number, uint32_t(it - numbers.begin())};
}

static LogicalResult importMapping(MappingOp op, const Elaborator &elaborator,
                                   ImportedArchitecture &result) {
  MappingProgram mapping;
  mapping.kind = ::pr::findLayerKind(std::string_view(op.getKind()))->kind;
  for (auto name : op.getArgumentNames().getAsRange<StringAttr>()) {
    mapping.inputNames.push_back(name.str());
    mapping.properties.push_back(findProperty(mapping.kind, name.getValue()));
  }
  ProgramTranslator translator(elaborator.names(), elaborator.values());
  if (failed(translator.translate(op.getBody().front(), op.getLoc())))
    return failure();
  mapping.program = translator.take();

  ::pr::KindSupport support;
  support.kind = support.lattice.kind = mapping.kind;
  support.types = strings(op.getTypes());
  for (const std::string &name : strings(op.getFreeEpilogues()))
    support.freeEpilogue.push_back(*::pr::parseEpilogueOp(name));
  if (failed(collectRules(translator.rules(), mapping, support)))
    return failure();
  collectDomain(op, mapping, support);
  mapping.program.removeDeadComputes();
  result.mappings.push_back(std::move(mapping));
  result.info.kinds.push_back(std::move(support));
  return success();
}

//===----------------------------------------------------------------------===//
// The architecture
//===----------------------------------------------------------------------===//

/// "ultratrail", with the parameters that differ from their defaults behind it.
static std::string targetName(ArchitectureOp architecture,
                              const std::map<std::string, int64_t> &chosen) {
  std::map<std::string, int64_t> changed = chosen;
  for (auto parameter : architecture.getBody().getOps<ParameterOp>()) {
    auto it = changed.find(parameter.getParameter().str());
    if (it->second == int64_t(parameter.getDefaultValue()))
      changed.erase(it);
  }
  std::string list;
  for (const auto &[name, value] : changed)
    list += (list.empty() ? "" : ",") + name + "=" + std::to_string(value);
  return architecture.getSymName().str() +
         (list.empty() ? "" : "[" + list + "]");
}

static LogicalResult import(ArchitectureOp architecture,
                            const std::map<std::string, int64_t> &parameters,
                            ImportedArchitecture &result) {
  Elaborator elaborator(architecture);
  if (failed(elaborator.run(parameters)))
    return failure();
  for (auto mapping : architecture.getBody().getOps<MappingOp>())
    if (failed(importMapping(mapping, elaborator, result)))
      return failure();
  for (auto parameter : architecture.getBody().getOps<ParameterOp>())
    result.parameters.push_back(
        {parameter.getParameter().str(), int64_t(parameter.getDefaultValue()),
         int64_t(parameter.getMinimum()), int64_t(parameter.getMaximum())});
  result.info.name = targetName(architecture, elaborator.parameters());
  result.info.parameters = elaborator.parameters();
  result.info.countsCycles = true;
  result.info.clockKhz = elaborator.clock();
  result.diagram = elaborator.takeDiagram();
  return success();
}

namespace {
/// The first error of a run and its notes, as one text.
class FirstError {
public:
  explicit FirstError(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
              text.empty())
            record(diagnostic);
          return success();
        }) {}

  ::pr::Error take(StringRef fallback) {
    return ::pr::invalidInput(text.empty() ? fallback.str() : text);
  }

private:
  void record(Diagnostic &diagnostic) {
    text = locationText(diagnostic.getLocation()) + ": " + diagnostic.str();
    for (Diagnostic &note : diagnostic.getNotes())
      text += "; " + locationText(note.getLocation()) + ": " + note.str();
  }

  std::string text;
  ScopedDiagnosticHandler handler;
};
} // namespace

::pr::Expected<ImportedArchitecture> mlir::pr::acadl::importArchitecture(
    std::string_view text, const std::string &fileName,
    const std::map<std::string, int64_t> &parameters) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<ACADLDialect, affine::AffineDialect, arith::ArithDialect,
                      func::FuncDialect, scf::SCFDialect>();
  context.printOpOnDiagnostic(false);
  FirstError error(&context);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
      StringRef(text), ParserConfig(&context), fileName);
  if (!module)
    return error.take(fileName + ": not an MLIR file");
  auto architectures = module->getOps<ArchitectureOp>();
  if (llvm::range_size(architectures) != 1)
    return ::pr::invalidInput(fileName + ": has " +
                              std::to_string(llvm::range_size(architectures)) +
                              " architectures, expected one");
  ImportedArchitecture result;
  if (failed(import(*architectures.begin(), parameters, result)))
    return error.take(fileName + ": cannot be imported");
  result.info.descriptionHash = ::pr::stableDigest(text);
  return result;
}
