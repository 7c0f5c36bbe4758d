# Arrow C++ from the pinned pyarrow wheel in build/venv (made by `./dev setup`).
# Targets carry upstream's names, so that a system Arrow is a drop-in.
set(HW_ARROW_VERSION 26.0.1)
set(HW_ARROW_SONAME 2600)
set(HW_VENV ${CMAKE_SOURCE_DIR}/build/venv CACHE PATH "virtual environment that holds pyarrow")

file(GLOB HW_ARROW_ROOT ${HW_VENV}/lib/python3*/site-packages/pyarrow)
if(NOT HW_ARROW_ROOT)
  message(FATAL_ERROR "no pyarrow in ${HW_VENV}: run ./dev setup")
endif()
list(GET HW_ARROW_ROOT 0 HW_ARROW_ROOT)
file(STRINGS ${HW_ARROW_ROOT}/include/arrow/util/config.h version_line REGEX "ARROW_VERSION_STRING")
if(NOT version_line MATCHES "\"${HW_ARROW_VERSION}\"")
  message(FATAL_ERROR "Arrow ${HW_ARROW_VERSION} is needed, but ${HW_VENV} has: ${version_line}")
endif()

function(hw_arrow_library target file)
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION ${HW_ARROW_ROOT}/lib${file}.so.${HW_ARROW_SONAME}
    INTERFACE_INCLUDE_DIRECTORIES ${HW_ARROW_ROOT}/include
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${HW_ARROW_ROOT}/include
    INTERFACE_COMPILE_FEATURES cxx_std_20)
endfunction()
hw_arrow_library(Arrow::arrow_shared arrow)
hw_arrow_library(ArrowCompute::arrow_compute_shared arrow_compute)
hw_arrow_library(Parquet::parquet_shared parquet)
target_link_libraries(ArrowCompute::arrow_compute_shared INTERFACE Arrow::arrow_shared)
target_link_libraries(Parquet::parquet_shared INTERFACE Arrow::arrow_shared)
