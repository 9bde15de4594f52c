# What `cmake --install` lays down, and the package config for projects that use it:
#   find_package(pr)                  pr::PRModel and the other plain C++ libraries
#   find_package(pr COMPONENTS MLIR)  the libraries of the MLIR side too
include(CMakePackageConfigHelpers)

set(PR_CONFIG_DIR lib/cmake/pr)
install(DIRECTORY include/pr ${PROJECT_BINARY_DIR}/include/pr DESTINATION include
        FILES_MATCHING PATTERN "*.h" PATTERN "*.def" PATTERN "*.td" PATTERN "*.inc")
foreach(folder architectures models examples)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${folder} DESTINATION share/pr)
  endif()
endforeach()

foreach(set PRCoreTargets PRMLIRTargets)
  install(EXPORT ${set} NAMESPACE pr:: DESTINATION ${PR_CONFIG_DIR})
endforeach()
configure_package_config_file(cmake/prConfig.cmake.in ${PROJECT_BINARY_DIR}/prConfig.cmake
                              INSTALL_DESTINATION ${PR_CONFIG_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/prConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/prConfig.cmake ${PROJECT_BINARY_DIR}/prConfigVersion.cmake
        DESTINATION ${PR_CONFIG_DIR})
