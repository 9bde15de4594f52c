# The two kinds of library of this project, and the rule that keeps them apart.

function(pr_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter)
  if(PR_ENABLE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  # Forest sums must equal XGBoost's to the bit (shared by every target, so that
  # inlined code has one meaning).
  target_compile_options(${target} PRIVATE -ffp-contract=off)
endfunction()

# add_pr_library(NAME sources... LINK_LIBS libs...)
# A plain C++ library: sees neither MLIR nor LLVM.
function(add_pr_library name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:include>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS})
  target_compile_features(${name} PUBLIC cxx_std_17)
  pr_set_warnings(${name})
  install(TARGETS ${name} EXPORT PRCoreTargets ARCHIVE DESTINATION lib)
endfunction()

# MLIR's headers cost 15 s a translation unit; precompiled they cost 3 s.
function(pr_reuse_mlir_headers target)
  if(NOT PR_ENABLE_PCH)
    return()
  endif()
  if(NOT TARGET PRMLIRHeaders)
    file(WRITE ${PROJECT_BINARY_DIR}/PRMLIRHeaders.cpp "// Carries the precompiled MLIR headers.\n")
    add_library(PRMLIRHeaders OBJECT ${PROJECT_BINARY_DIR}/PRMLIRHeaders.cpp)
    pr_mlir_compile_settings(PRMLIRHeaders)
    target_precompile_headers(PRMLIRHeaders PRIVATE
      <mlir/Dialect/Linalg/IR/Linalg.h> <mlir/Dialect/Tosa/IR/TosaOps.h>
      <mlir/Dialect/Tensor/IR/Tensor.h> <mlir/Dialect/Func/IR/FuncOps.h>
      <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/MemRef/IR/MemRef.h>
      <mlir/IR/Builders.h> <mlir/IR/BuiltinTypes.h> <mlir/Pass/Pass.h>)
  endif()
  target_precompile_headers(${target} REUSE_FROM PRMLIRHeaders)
endfunction()

function(pr_mlir_compile_settings target)
  target_include_directories(${target} SYSTEM PRIVATE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_include_directories(${target} PRIVATE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
  target_compile_definitions(${target} PRIVATE ${PR_LLVM_DEFINITIONS})
  llvm_update_compile_flags(${target})
  pr_set_warnings(${target})
  # MLIR recognises traits and interfaces by the address of a static in its
  # headers, which must be one object in the whole process; hidden, each library
  # has its own, and an op of ours does not see that a module is a symbol table.
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET default)
endfunction()

# add_pr_mlir_library(NAME sources... LINK_LIBS libs... DEPENDS tablegen targets...)
# A library of the MLIR side. It links MLIR and LLVM as the two shared libraries
# of the package, and no other name of theirs: a second copy of MLIR in one
# process does not work. NO_INSTALL: part of the tests.
function(add_pr_mlir_library name)
  cmake_parse_arguments(ARG "NO_PCH;NO_INSTALL" "" "LINK_LIBS;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:include>)
  pr_mlir_compile_settings(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS} MLIR LLVM)
  if(NOT ARG_NO_PCH)
    pr_reuse_mlir_headers(${name})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(NOT ARG_NO_INSTALL)
    install(TARGETS ${name} EXPORT PRMLIRTargets ARCHIVE DESTINATION lib)
  endif()
endfunction()

# add_pr_tool(NAME sources... LINK_LIBS libs...): an executable that sees MLIR.
function(add_pr_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  pr_mlir_compile_settings(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# add_pr_unittest(NAME sources... LINK_LIBS libs...): a gtest binary in unittests/.
function(add_pr_unittest name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} GTest::gtest GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
  target_compile_definitions(${name} PRIVATE PR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/unittests)
  pr_set_warnings(${name})
  set_property(GLOBAL APPEND PROPERTY PR_UNITTESTS ${name})
endfunction()
