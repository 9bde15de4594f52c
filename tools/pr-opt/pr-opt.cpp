// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mlir-opt with the project's dialects and passes built in, for tests and
// debugging. Users load the plugin into their own mlir-opt.
#include "pr/InitAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#ifdef PR_INCLUDE_TESTS
namespace mlir::pr::test {
void registerTestLayerDialect(DialectRegistry &registry);
void registerTestPrintLatency();
void registerTestPrintLayers();
} // namespace mlir::pr::test
#endif

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  mlir::pr::registerPR(registry);
  mlir::pr::registerPRPasses();
#ifdef PR_INCLUDE_TESTS
  mlir::pr::test::registerTestLayerDialect(registry);
  mlir::pr::test::registerTestPrintLatency();
  mlir::pr::test::registerTestPrintLayers();
#endif
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "performance representatives optimizer driver\n", registry));
}
