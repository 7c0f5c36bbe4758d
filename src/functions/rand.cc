// SPDX-License-Identifier: Apache-2.0
//
// RAND, RAND_INTEGER and UUID. Each call of a query has a stream of its own, which starts at the
// session's seed; with a seed argument the stream is the same in every run.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/env/env.h"
#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"
#include "expr/literal.h"
#include "expr/row_value.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

Random own_stream(const CallBinding& binding) {
  uint64_t seed = binding.session != nullptr ? binding.session->random_seed : 0;
  if (seed == 0) seed = real_env().random("expr").next();
  return Random(seed + static_cast<uint64_t>(binding.call_number) * 0x9e3779b97f4a7c15u);
}

/// The stream that a row draws from: one for the call, or, for a seed that is not a literal, a
/// fresh one per row.
class Draws {
 public:
  /// `seed_arg`: which argument is the seed, -1 for none.
  Draws(const CallBinding& binding, int seed_arg)
      : seed_arg_(seed_arg), stream_(own_stream(binding)) {
    if (seed_arg < 0) return;
    const ColumnPtr& literal = binding.literals[static_cast<size_t>(seed_arg)];
    if (literal == nullptr || literal_is_null(literal)) return;
    stream_ = Random(static_cast<uint64_t>(literal_integer(*literal)));
    seed_arg_ = -1;
  }

  /// Null seeds are the caller's business.
  Random& of_row(std::span<const ColumnPtr> args, int64_t row) {
    if (seed_arg_ < 0) return stream_;
    const Column& seeds = *args[static_cast<size_t>(seed_arg_)];
    stream_ = Random(static_cast<uint64_t>(int64_t{seeds.value<int32_t>(row)}));
    return stream_;
  }

 private:
  int seed_arg_;
  Random stream_;
};

bool any_null(std::span<const ColumnPtr> args, int64_t row) {
  for (const ColumnPtr& arg : args) {
    if (arg->is_null(row)) return true;
  }
  return false;
}

/// Draw: `Status operator()(Random&, args, row, Out&)`.
template <typename Out, typename Draw>
class DrawKernel final : public ScalarKernel {
 public:
  DrawKernel(Draws draws, SqlType type) : draws_(std::move(draws)), type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const int64_t n = context.num_rows;
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<Out>(n));
    auto* out = reinterpret_cast<Out*>(values->mutable_data());
    std::vector<uint8_t> present(static_cast<size_t>(n), 1);
    bool nulls = false;
    for (int64_t i = 0; i < n; ++i) {
      out[i] = Out{};
      if (any_null(args, i)) {
        present[static_cast<size_t>(i)] = 0;
        nulls = true;
        continue;
      }
      HW_TRY(Draw()(draws_.of_row(args, i), args, i, out[i]));
    }
    BufferPtr validity;
    if (nulls) {
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(n));
      pack_bits(present.data(), n, validity->mutable_data());
    }
    return make_plain(type_, n, std::move(validity), std::move(values));
  }

 private:
  Draws draws_;
  const SqlType type_;
};

struct DrawReal {
  Status operator()(Random& random, std::span<const ColumnPtr>, int64_t, double& out) const {
    out = random.real();
    return Status::OK();
  }
};

/// The bound is the last argument.
struct DrawInteger {
  Status operator()(Random& random, std::span<const ColumnPtr> args, int64_t row,
                    int32_t& out) const {
    const int32_t bound = args.back()->value<int32_t>(row);
    if (bound <= 0) {
      return Status::Invalid("the bound of RAND_INTEGER must be positive, but is ", bound);
    }
    out = static_cast<int32_t>(random.below(static_cast<uint64_t>(bound)));
    return Status::OK();
  }
};

class UuidKernel final : public ScalarKernel {
 public:
  UuidKernel(Random random, SqlType type) : random_(random), type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context, std::span<const ColumnPtr>) override {
    HW_ASSIGN_OR_RETURN(TextWriter writer,
                        TextWriter::make(context.num_rows, context.num_rows * 36));
    for (int64_t i = 0; i < context.num_rows; ++i) {
      append_uuid(writer);
      writer.end_row();
    }
    return writer.finish(type_, context.num_rows, nullptr);
  }

 private:
  /// Version 4 (random), variant 1, of RFC 9562.
  void append_uuid(TextWriter& writer) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const uint64_t high = (random_.next() & ~uint64_t{0xf000}) | 0x4000;
    const uint64_t low = (random_.next() & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
    char* out = writer.extend(36);
    for (int i = 0; i < 32; ++i) {
      if (i == 8 || i == 12 || i == 16 || i == 20) *out++ = '-';
      const uint64_t half = i < 16 ? high : low;
      *out++ = kDigits[(half >> (60 - i % 16 * 4)) & 15];
    }
  }

  Random random_;
  const SqlType type_;
};

}  // namespace

void register_rand(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "RAND",
      .family = "arithmetic",
      .signatures = {"([seed INT]) -> DOUBLE"},
      .sentence = "A random number from 0 up to but not including 1; with a seed, the same ones "
                  "in every run.",
      .examples = {{"RAND() < 1", "TRUE"}},
      .determinism = Determinism::kNever,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        const int seed_arg = static_cast<int>(binding.arg_types.size()) - 1;
        return std::make_unique<DrawKernel<double, DrawReal>>(Draws(binding, seed_arg),
                                                              binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "RAND_INTEGER",
      .family = "arithmetic",
      .signatures = {"(bound INT) -> INT", "(seed INT, bound INT) -> INT"},
      .sentence = "A random integer from 0 up to but not including `bound`.",
      .examples = {{"RAND_INTEGER(1)", "0"}},
      .determinism = Determinism::kNever,
      .can_fail = true,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        const int seed_arg = static_cast<int>(binding.arg_types.size()) - 2;
        return std::make_unique<DrawKernel<int32_t, DrawInteger>>(Draws(binding, seed_arg),
                                                                  binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "UUID",
      .family = "arithmetic",
      .signatures = {"() -> VARCHAR NOT NULL"},
      .sentence = "A random identifier of 36 characters, another one for each row.",
      .examples = {{"CHAR_LENGTH(UUID())", "36"}},
      .nulls = Nulls::kHandled,
      .determinism = Determinism::kNever,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<UuidKernel>(own_stream(binding), binding.result_type);
      },
  });
}

}  // namespace hw
