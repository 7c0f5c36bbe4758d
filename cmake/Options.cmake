# Switches and compiler flags that every target shares.
option(HW_TESTS "build the tests" ON)
option(HW_BENCH "build the benchmarks" OFF)
option(HW_FUZZ "build the libFuzzer targets (clang)" OFF)
option(HW_DEBUG_CHECKS "HW_DCHECK and the changelog checker on every edge" ON)
set(HW_SANITIZE "" CACHE STRING "sanitizers, e.g. address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(HW_CCACHE ccache)
if(HW_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${HW_CCACHE})
endif()
find_program(HW_MOLD mold)
if(HW_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Same rounding and same instructions on every machine and in every baseline.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
  -march=x86-64-v3 -ffp-contract=off -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside libstdc++ and Arrow headers when inlining.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
    -Wno-restrict -Wno-dangling-reference)
endif()
if(HW_DEBUG_CHECKS)
  add_compile_definitions(HW_DEBUG_CHECKS=1)
endif()
if(HW_SANITIZE)
  add_compile_options(-fsanitize=${HW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HW_SANITIZE})
endif()
