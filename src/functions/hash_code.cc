// SPDX-License-Identifier: Apache-2.0
//
// HASH_CODE: a number that equal values share. It is that of keys (columnar/key_bytes.h), so it is
// the same in every run and on every machine, but not the one that another engine gives.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "columnar/key_bytes.h"
#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

class HashCode final : public ScalarKernel {
 public:
  explicit HashCode(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const int64_t rows = context.num_rows;
    const std::vector<uint64_t> hashes = hash_keys(args.subspan(0, 1), rows);
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<int32_t>(rows));
    auto* out = reinterpret_cast<int32_t*>(values->mutable_data());
    for (size_t i = 0; i < hashes.size(); ++i) {
      out[i] = static_cast<int32_t>(static_cast<uint32_t>(hashes[i] ^ (hashes[i] >> 32)));
    }
    BufferPtr validity;
    if (args[0]->may_have_nulls()) {
      std::vector<uint8_t> known(hashes.size());
      for (int64_t row = 0; row < rows; ++row) {
        known[static_cast<size_t>(row)] = args[0]->is_null(row) ? 0 : 1;
      }
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(rows));
      pack_bits(known.data(), rows, validity->mutable_data());
    }
    return make_plain(type_, rows, std::move(validity), std::move(values));
  }

 private:
  const SqlType type_;
};

}  // namespace

void register_hash_code(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "HASH_CODE",
      .family = "string",
      .signatures = {"(value ANY) -> INT"},
      .sentence = "A number that equal values share, the same in every run; other engines give "
                  "other numbers.",
      .examples = {{"HASH_CODE('a') = HASH_CODE('a' || '')", "TRUE"},
                   {"HASH_CODE(CAST(NULL AS INT))", "NULL"}},
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<HashCode>(binding.result_type);
      },
  });
}

}  // namespace hw
