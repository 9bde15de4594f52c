// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostKernel.h"

#include "HostNetwork.h"

#include "pr/Conversion/HostPipeline.h"
#include "pr/Conversion/MaterializeLayer.h"
#include "pr/Support/CheckedMath.h"

#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"

#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::ErrorKind;
using ::pr::Expected;
using ::pr::Layer;

static constexpr const char *kEntry = "bench";

//===----------------------------------------------------------------------===//
// Machine
//===----------------------------------------------------------------------===//

HostMachine HostMachine::detect() {
  HostMachine machine;
  machine.cpu = llvm::sys::getHostCPUName().str();
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx512f") && features.lookup("avx512vl"))
    machine.vectorBits = 512;
  else if (features.lookup("avx2") && features.lookup("fma"))
    machine.vectorBits = 256;
  return machine;
}

HostMachine HostMachine::counted() { return {"x86-64-v3", 256, true}; }

//===----------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------===//

HostKernel::HostKernel() = default;
HostKernel::~HostKernel() = default;

void HostKernel::run(float *const *buffers) const {
  // The engine's wrapper takes a pointer to each argument.
  SmallVector<void *, ::pr::kMaxTypes + 1> arguments;
  for (size_t i = 0; i < tensors.size(); ++i)
    arguments.push_back(const_cast<float **>(&buffers[i]));
  entry(arguments.data());
}

//===----------------------------------------------------------------------===//
// Compiler
//===----------------------------------------------------------------------===//

static std::unique_ptr<MLIRContext> makeContext() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  DialectRegistry registry;
  registerMaterializeDialects(registry);
  registry.insert<LLVM::LLVMDialect>();
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

HostCompiler::HostCompiler(HostMachine machine, HostWorkerHooks hooks)
    : machine(std::move(machine)), hooks(std::move(hooks)),
      context(makeContext()) {}
HostCompiler::~HostCompiler() = default;

static ::pr::Error unsupported(std::string message) {
  return ::pr::makeError(ErrorKind::Unsupported, std::move(message));
}

static Expected<int64_t> countElements(RankedTensorType type) {
  if (!type.getElementType().isF32())
    return unsupported("the host target computes in f32 only");
  ::pr::Checked elements = 1;
  for (int64_t extent : type.getShape())
    elements = elements * ::pr::Checked(extent);
  if (!elements.ok() || elements.value() > HostCompiler::kMostBytes / 4)
    return unsupported(
        "a tensor of this layer needs more than 2 GiB of memory");
  return elements.value();
}

/// Bytes of static memory that the kernel uses beside its tensors.
static int64_t scratchBytes(ModuleOp module) {
  int64_t bytes = 0;
  module.walk([&](LLVM::GlobalOp global) {
    Type type = global.getGlobalType();
    int64_t elements = 1;
    while (auto array = dyn_cast<LLVM::LLVMArrayType>(type)) {
      elements *= array.getNumElements();
      type = array.getElementType();
    }
    bytes += 4 * elements;
  });
  return bytes;
}

/// The tile sizes of a layer's schedule as those of a contraction. Rows are
/// those of the scalar side: of a matrix product m, of a convolution with the
/// channels first oc.
static Expected<void> readSchedule(const Layer &layer,
                                   const HostMachine &machine,
                                   LowerToHostOptions &options) {
  if (layer.schedule.empty())
    return {};
  bool isConv = layer.kind == ::pr::LayerKind::Conv1D ||
                layer.kind == ::pr::LayerKind::Conv2D;
  if (!isConv && layer.kind != ::pr::LayerKind::MatMul)
    return unsupported("no schedule of a " + std::string(layer.info().name) +
                       " can be given");
  if (!layer.schedule.nest.empty())
    return unsupported("a loop nest cannot be given, only tile sizes");
  if (isConv && layer.layout != ::pr::Layout::ChannelsFirst &&
      layer.layout != ::pr::Layout::Any)
    return unsupported("schedules of convolutions are for channels first");
  int64_t lanes = machine.vectorBits / 32;
  for (const ::pr::ScheduleLoop &loop : layer.schedule.tile) {
    std::string_view name = layer.info().dims[loop.dim].name;
    if (name == "m" || name == "oc")
      options.tileRows = loop.extent;
    else if (name == "n")
      options.tileVectors = ::pr::ceilDiv(loop.extent, lanes);
    else if (name == "k" || name == "ic")
      options.tileSteps = loop.extent < layer[loop.dim] ? loop.extent : 0;
    else
      return unsupported("no tile size of '" + std::string(name) +
                         "' can be given");
  }
  return {};
}

/// Lowers to the LLVM dialect; the error is the first diagnostic.
static Expected<void> lower(ModuleOp module,
                            const LowerToHostOptions &options) {
  std::string message;
  ScopedDiagnosticHandler diagnostics(module.getContext(),
                                      [&](Diagnostic &diagnostic) {
                                        if (message.empty())
                                          message = diagnostic.str();
                                      });
  PassManager pm(module.getContext());
  // Each pass is verified by the tests; here once is enough, and four times
  // faster.
  pm.enableVerifier(false);
  buildLowerToHostPipeline(pm, options);
  if (succeeded(verify(module)) && succeeded(pm.run(module)))
    return {};
  return unsupported("cannot be lowered for this CPU: " + message);
}

/// LLVM's standard pipeline without what the schedules have done: loops are
/// unrolled and vectorized where that pays. Unrolling on top makes blocks on
/// which instruction selection spends minutes (40 s for one convolution whose
/// padding LLVM wrote out store by store).
static llvm::Error optimize(llvm::Module *module, bool reference,
                            llvm::TargetMachine *machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  auto level =
      reference ? llvm::OptimizationLevel::O1 : llvm::OptimizationLevel::O2;
  builder.buildPerModuleDefaultPipeline(level).run(*module, modules);
  return llvm::Error::success();
}

/// This processor, or the least one of its level.
static llvm::Expected<llvm::orc::JITTargetMachineBuilder>
codeFor(const HostMachine &machine) {
  if (!machine.isLevel)
    return llvm::orc::JITTargetMachineBuilder::detectHost();
  llvm::orc::JITTargetMachineBuilder builder{
      llvm::Triple(llvm::sys::getProcessTriple())};
  builder.setCPU(machine.cpu);
  return builder;
}

static Expected<std::unique_ptr<ExecutionEngine>>
makeEngine(ModuleOp module, const HostMachine &host, bool reference) {
  auto failed = [](llvm::Error error) {
    return ::pr::makeError(ErrorKind::Measurement,
                           "cannot compile: " +
                               llvm::toString(std::move(error)));
  };
  auto builder = codeFor(host);
  if (!builder)
    return failed(builder.takeError());
  auto machine = builder->createTargetMachine();
  if (!machine)
    return failed(machine.takeError());
  llvm::TargetMachine *target = machine->get();
  auto transformer = [=](llvm::Module *code) {
    return optimize(code, reference, target);
  };
  ExecutionEngineOptions options;
  options.transformer = transformer;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Default;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto engine = ExecutionEngine::create(module, options, std::move(*machine));
  if (!engine)
    return failed(engine.takeError());
  return std::move(*engine);
}

Expected<std::unique_ptr<HostKernel>> HostCompiler::compile(const Layer &layer,
                                                            bool reference) {
  Layer computation = layer;
  computation.schedule = {};
  auto program = planLayer(context.get(), computation);
  if (!program)
    return program.error();
  std::unique_ptr<HostKernel> kernel(new HostKernel());
  kernel->exact = program->exact;
  SmallVector<RankedTensorType> tensors(program->arguments);
  tensors.push_back(program->result);
  for (RankedTensorType type : tensors) {
    auto elements = countElements(type);
    if (!elements)
      return elements.error();
    kernel->tensors.push_back(*elements);
  }

  OpBuilder builder(context.get());
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToStart(module->getBody());
  buildLayerFunction(builder, builder.getUnknownLoc(), kEntry, *program);
  LowerToHostOptions options;
  options.vectorBits = machine.vectorBits;
  options.reference = reference;
  if (auto ok = readSchedule(layer, machine, options); !ok)
    return ok.error();
  if (auto ok = build(*kernel, *module, options, &layer); !ok)
    return ok.error();
  return kernel;
}

Expected<std::unique_ptr<HostKernel>>
HostCompiler::compileNetwork(const std::string &module,
                             const std::string &function, bool reference) {
  auto network = readNetwork(context.get(), module, function, kEntry);
  if (!network)
    return network.error();
  std::unique_ptr<HostKernel> kernel(new HostKernel());
  kernel->tensors = network->elements;
  kernel->results = network->results;
  kernel->positives = network->positives;
  kernel->exact = false;
  LowerToHostOptions options;
  options.vectorBits = machine.vectorBits;
  options.reference = reference;
  if (auto ok = build(*kernel, *network->module, options, nullptr); !ok)
    return ok.error();
  return kernel;
}

/// Linalg on tensors to machine code. `layer`: what it is, if it is one.
Expected<void> HostCompiler::build(HostKernel &kernel, ModuleOp module,
                                   const LowerToHostOptions &options,
                                   const Layer *layer) {
  if (auto ok = lower(module, options); !ok)
    return ok;
  int64_t elements = 0;
  for (int64_t count : kernel.tensors)
    elements += count;
  if (4 * elements + scratchBytes(module) > kMostBytes)
    return unsupported(std::string(layer ? "this layer" : "the network") +
                       " needs more than 2 GiB of memory");
  if (hooks.editModule && layer && !options.reference)
    hooks.editModule(*layer, module);
  auto engine = makeEngine(module, machine, options.reference);
  if (!engine)
    return engine.error();
  kernel.engine = std::move(*engine);
  auto entry = kernel.engine->lookupPacked(kEntry);
  if (!entry)
    return ::pr::makeError(ErrorKind::Measurement,
                           "cannot compile: " +
                               llvm::toString(entry.takeError()));
  kernel.entry = *entry;
  return {};
}
