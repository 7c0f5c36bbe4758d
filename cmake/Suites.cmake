# Suites and their time boxes (tests/budget.txt).
file(STRINGS ${CMAKE_SOURCE_DIR}/tests/budget.txt lines REGEX "^[a-z0-9]+ +[0-9]+")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([a-z0-9]+) +([0-9]+)" _ "${line}")
  set(HW_BOX_${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/budget.txt)

# Puts a ctest test into a suite: its label, its time box, and what scripts need to know.
function(hw_suite test suite)
  if(NOT DEFINED HW_BOX_${suite})
    message(FATAL_ERROR "suite '${suite}' has no line in tests/budget.txt")
  endif()
  # Results show times in the session's zone, which is the machine's if nobody says otherwise.
  set(environment TZ=UTC HW_ROOT=${CMAKE_SOURCE_DIR} HW_BUILD=${CMAKE_BINARY_DIR}
    HW_SUITE_SECONDS=${HW_BOX_${suite}})
  if(TARGET headwater)
    list(APPEND environment HW_BINARY=$<TARGET_FILE:headwater>)
  endif()
  set_tests_properties(${test} PROPERTIES LABELS ${suite} TIMEOUT ${HW_BOX_${suite}}
    ENVIRONMENT "${environment}")
endfunction()

# A suite that is one Python script.
function(hw_script_suite suite script)
  add_test(NAME ${suite} COMMAND ${HW_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
  hw_suite(${suite} ${suite})
endfunction()
