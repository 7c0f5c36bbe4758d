# Libraries from Debian packages; `./dev setup` installs them.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_path(HW_XXHASH_INCLUDE xxhash.h REQUIRED)
find_path(HW_SIMDJSON_INCLUDE simdjson.h REQUIRED)
find_library(HW_SIMDJSON simdjson REQUIRED)
# Static and hidden, so that no other library's RE2 meets it (docs/adr/0004).
find_library(HW_RE2 libre2.a REQUIRED)
add_link_options(-Wl,--exclude-libs,libre2.a)
# Digests only; static and hidden, so that it meets no other OpenSSL in the process.
find_library(HW_CRYPTO libcrypto.a REQUIRED)
add_link_options(-Wl,--exclude-libs,libcrypto.a)
find_library(HW_ICU icuuc REQUIRED)
# Sets of integers: the type BITMAP.
find_path(HW_ROARING_INCLUDE roaring/roaring.h REQUIRED)
find_library(HW_ROARING roaring REQUIRED)
find_package(date REQUIRED)
find_path(HW_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
find_library(HW_YAML yaml-cpp REQUIRED)
# Editing of lines in the shell.
find_path(HW_EDIT_INCLUDE histedit.h REQUIRED)
find_library(HW_EDIT edit REQUIRED)
# Their headers only: both are loaded when s3:// is first used (docs/adr/0007).
find_path(HW_CURL_INCLUDE curl/curl.h REQUIRED)
find_path(HW_OPENSSL_INCLUDE openssl/sha.h REQUIRED)
if(HW_TESTS)
  find_package(GTest REQUIRED)
endif()
# What a library links beside its layers line.
set(HW_EXTRA_base Arrow::arrow_shared fmt::fmt Threads::Threads ${CMAKE_DL_LIBS})
set(HW_EXTRA_columnar Arrow::arrow_shared date::date date::date-tz ${HW_ROARING})
# Not ArrowCompute: the casts we use are in libarrow, and libarrow_compute exports symbols of another
# RE2 (docs/adr/0004).
set(HW_EXTRA_expr ${HW_ICU})
set(HW_EXTRA_functions ${HW_RE2} ${HW_ICU} ${HW_CRYPTO})
set(HW_EXTRA_formats Parquet::parquet_shared)
set(HW_EXTRA_connectors ${HW_RE2})
set(HW_EXTRA_cli ${HW_YAML} ${HW_EDIT})
set(HW_EXTRA_engine hw_functions_catalogue hw_formats_catalogue hw_connectors_catalogue)
# operator new of the programs (docs/adr/0008); sanitizers bring their own.
set(HW_ALLOCATOR "")
if(NOT HW_SANITIZE)
  set(HW_ALLOCATOR hw_allocator)
endif()
set(HW_EXTRA_allocator ${CMAKE_DL_LIBS})
