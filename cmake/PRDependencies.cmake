# Every package the build needs. Debian 12's names are in scripts/packages.txt.

# Debian keeps LLVM 22 in its own prefix, which is not searched by default.
list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
# The version file wants major.minor: plain "22" is refused.
find_package(MLIR 22.1 REQUIRED CONFIG)
message(STATUS "Using MLIR ${MLIR_VERSION} from ${MLIR_DIR}")

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions)
separate_arguments(PR_LLVM_DEFINITIONS NATIVE_COMMAND ${LLVM_DEFINITIONS})

find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
find_path(PR_XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_package(Threads REQUIRED)

# libxgboost is the oracle of the parity tests and of the benchmarks; nothing
# that is installed links it. (Debian's xgboost-config.cmake names a file that its
# package does not hold, so the library is looked up by hand.)
find_path(PR_XGBOOST_INCLUDE_DIR xgboost/c_api.h)
find_library(PR_XGBOOST_LIBRARY xgboost)
if(PR_XGBOOST_INCLUDE_DIR AND PR_XGBOOST_LIBRARY)
  set(PR_HAVE_XGBOOST ON)
  add_library(PRXGBoost INTERFACE)
  target_include_directories(PRXGBoost SYSTEM INTERFACE ${PR_XGBOOST_INCLUDE_DIR})
  target_link_libraries(PRXGBoost INTERFACE ${PR_XGBOOST_LIBRARY})
  message(STATUS "Using XGBoost ${PR_XGBOOST_LIBRARY} (tests and benchmarks only)")
else()
  set(PR_HAVE_XGBOOST OFF)
  message(STATUS "XGBoost not found: its parity tests are left out")
endif()

# A python3 that comes first on PATH (pyenv, conda) does not see Debian's
# python3-* modules; the interpreter is chosen once, here.
set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH
    "The interpreter that sees Debian's python3-* modules")
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter OPTIONAL_COMPONENTS Development.Module)
if(PR_ENABLE_PYTHON)
  set(PYBIND11_PYTHON_VERSION 3)
  set(PYTHON_EXECUTABLE ${Python3_EXECUTABLE})
  find_package(pybind11 2.10 REQUIRED)
endif()

if(PR_ENABLE_TESTS)
  find_package(GTest REQUIRED)
  # llvm-lit is not in Debian's package, its lit is.
  find_program(PR_LIT NAMES lit lit-22 HINTS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH REQUIRED)
endif()
if(PR_ENABLE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
