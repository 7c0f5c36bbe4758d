// SPDX-License-Identifier: Apache-2.0
//
// Column kernels from functions of one row's values:
//
//   bool starts_with(std::string_view value, std::string_view prefix);
//   .kernel = row_kernel<starts_with>()
//
// Parameters: bool, int8_t … int64_t, float, double, Int128 (DECIMAL, unscaled), std::string_view.
// A NULL argument makes the result NULL without a call, unless its parameter is a std::optional.
// Results: one of these; std::optional (nullopt is NULL); Result of either (an error fails the
// job, so the record says `can_fail`). Text results are appended to a first parameter
// `TextWriter&`; such a function returns void, bool (false is NULL), Status or Result<bool>.
// Several functions are overloads: the first that takes the arguments' storage types is chosen.
// A function with state is an object, made per call by a bind function (see make_row_kernel).

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "expr/encoded_kernel.h"
#include "expr/kernel_output.h"
#include "expr/row_value.h"

namespace hw {

namespace row_kernel_detail {

template <typename R, typename... A>
struct Plain {
  using Return = R;
  using Args = std::tuple<std::remove_cvref_t<A>...>;
  static constexpr bool kWritesText = false;
};
template <typename R, typename... A>
struct Signature : Plain<R, A...> {};
template <typename R, typename... A>
struct Signature<R, TextWriter&, A...> : Plain<R, A...> {
  static constexpr bool kWritesText = true;
};

template <typename F>
struct SignatureOf : SignatureOf<decltype(&F::operator())> {};
template <typename R, typename... A>
struct SignatureOf<R (*)(A...)> : Signature<R, A...> {};
template <typename R, typename... A>
struct SignatureOf<R (*)(A...) noexcept> : Signature<R, A...> {};
template <typename C, typename R, typename... A>
struct SignatureOf<R (C::*)(A...)> : Signature<R, A...> {};
template <typename C, typename R, typename... A>
struct SignatureOf<R (C::*)(A...) const> : Signature<R, A...> {};

/// Takes Result<…> and std::optional<…> off a return type.
template <typename R>
struct Unwrapped {
  using Value = R;
  static constexpr bool kFails = false;
  static constexpr bool kMayBeNull = false;
};
template <typename T>
struct Unwrapped<std::optional<T>> {
  using Value = T;
  static constexpr bool kFails = false;
  static constexpr bool kMayBeNull = true;
};
template <typename R>
struct Unwrapped<arrow::Result<R>> {
  using Value = typename Unwrapped<R>::Value;
  static constexpr bool kFails = true;
  static constexpr bool kMayBeNull = Unwrapped<R>::kMayBeNull;
};

template <typename T>
struct StripOptional {
  using Type = T;
};
template <typename T>
struct StripOptional<std::optional<T>> {
  using Type = T;
};

template <typename Args, size_t... I>
uint64_t null_seers(std::index_sequence<I...>) {
  return (uint64_t{0} | ... |
          (IsOptional<std::tuple_element_t<I, Args>>::value ? uint64_t{1} << I : 0));
}

template <typename Args, size_t... I>
bool storage_fits(const std::vector<SqlType>& types, std::index_sequence<I...>) {
  return (true && ... &&
          (physical_of<typename StripOptional<std::tuple_element_t<I, Args>>::Type>() ==
           types[I].physical()));
}

}  // namespace row_kernel_detail

template <typename F>
class RowKernel final : public EncodedKernel {
  using Signature = row_kernel_detail::SignatureOf<F>;
  using Args = typename Signature::Args;
  using Return = typename Signature::Return;
  using Unwrapped = row_kernel_detail::Unwrapped<Return>;
  using Value = typename Unwrapped::Value;
  static constexpr size_t kArity = std::tuple_size_v<Args>;
  using Indices = std::make_index_sequence<kArity>;

 public:
  RowKernel(F function, SqlType result_type)
      : EncodedKernel(std::move(result_type), row_kernel_detail::null_seers<Args>(Indices{})),
        function_(std::move(function)) {}

  /// True when arguments and result of the call are stored as the function's C++ types.
  static bool fits(const CallBinding& binding) {
    if (binding.arg_types.size() != kArity) return false;
    if (!row_kernel_detail::storage_fits<Args>(binding.arg_types, Indices{})) return false;
    const PhysicalType result = binding.result_type.physical();
    if constexpr (Signature::kWritesText) return result == PhysicalType::kBytes;
    return physical_of<Value>() == result;
  }

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    std::vector<const Column*> strict;
    for (size_t i = 0; i < args.size(); ++i) {
      if (!sees_nulls(i)) strict.push_back(args[i].get());
    }
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    if constexpr (Signature::kWritesText) {
      return write_text(num_rows, args, std::move(validity), Indices{});
    } else if constexpr (std::is_same_v<Return, bool>) {
      return fill_bits(num_rows, args, std::move(validity), Indices{});
    } else if constexpr (is_fixed_value<Return>) {
      return fill(num_rows, args, std::move(validity));
    } else {
      return fill_checked(num_rows, args, std::move(validity), Indices{});
    }
  }

 private:
  template <size_t I>
  using Arg = std::tuple_element_t<I, Args>;
  template <size_t I>
  using Reader = ValueReader<Arg<I>>;

  static bool is_valid(const uint8_t* validity, int64_t row) {
    return validity == nullptr || arrow::bit_util::GetBit(validity, row);
  }

  // Numbers from numbers: nothing can go wrong in a row, so NULL rows are computed, too.

  Result<ColumnPtr> fill(int64_t num_rows, std::span<const ColumnPtr> args, BufferPtr validity) {
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<Return>(num_rows));
    auto* out = reinterpret_cast<Return*>(values->mutable_data());
    fill_values(num_rows, args, out, validity ? validity->data() : nullptr);
    return make_plain(result_type(), num_rows, std::move(validity), std::move(values));
  }

  void fill_values(int64_t num_rows, std::span<const ColumnPtr> args, Return* out,
                   const uint8_t* validity) {
    if constexpr (kArity == 1 && all_fixed(Indices{})) {
      run(num_rows, out, PlainReader<Arg<0>>(*args[0]));
    } else if constexpr (kArity == 2 && all_fixed(Indices{})) {
      if (args[0]->is_constant()) {
        run(num_rows, out, ConstantReader<Arg<0>>(*args[0]), PlainReader<Arg<1>>(*args[1]));
      } else if (args[1]->is_constant()) {
        run(num_rows, out, PlainReader<Arg<0>>(*args[0]), ConstantReader<Arg<1>>(*args[1]));
      } else {
        run(num_rows, out, PlainReader<Arg<0>>(*args[0]), PlainReader<Arg<1>>(*args[1]));
      }
    } else {
      run_valid(num_rows, args, out, validity, Indices{});
    }
  }

  template <size_t... I>
  static constexpr bool all_fixed(std::index_sequence<I...>) {
    return (true && ... && is_fixed_value<Arg<I>>);
  }

  template <typename... Readers>
  void run(int64_t num_rows, Return* __restrict out, Readers... readers) {
    for (int64_t i = 0; i < num_rows; ++i) out[i] = function_(readers(i)...);
  }

  template <size_t... I>
  void run_valid(int64_t num_rows, [[maybe_unused]] std::span<const ColumnPtr> args, Return* out,
                 const uint8_t* validity, std::index_sequence<I...>) {
    const std::tuple<Reader<I>...> readers{Reader<I>(*args[I])...};
    for (int64_t i = 0; i < num_rows; ++i) {
      out[i] = is_valid(validity, i) ? function_(std::get<I>(readers)(i)...) : Return{};
    }
  }

  // BOOLEAN results: 0/1 bytes of 64 rows at a time, then packed.

  template <size_t... I>
  Result<ColumnPtr> fill_bits(int64_t num_rows, [[maybe_unused]] std::span<const ColumnPtr> args,
                              BufferPtr validity, std::index_sequence<I...>) {
    HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows));
    uint8_t* out = bits->mutable_data();
    if constexpr (kArity == 1 && all_fixed(Indices{})) {
      run_bits(num_rows, out, PlainReader<Arg<0>>(*args[0]));
    } else if constexpr (kArity == 2 && all_fixed(Indices{})) {
      if (args[0]->is_constant()) {
        run_bits(num_rows, out, ConstantReader<Arg<0>>(*args[0]), PlainReader<Arg<1>>(*args[1]));
      } else if (args[1]->is_constant()) {
        run_bits(num_rows, out, PlainReader<Arg<0>>(*args[0]), ConstantReader<Arg<1>>(*args[1]));
      } else {
        run_bits(num_rows, out, PlainReader<Arg<0>>(*args[0]), PlainReader<Arg<1>>(*args[1]));
      }
    } else {
      run_bits(num_rows, out, Reader<I>(*args[I])...);
    }
    return make_plain(result_type(), num_rows, std::move(validity), std::move(bits));
  }

  /// The processor looks ahead by itself, but not from one page to the next one.
  template <typename T>
  static void ask_ahead(const PlainReader<T>& reader, int64_t base) {
    const auto* next = static_cast<const char*>(reader.values) + base * sizeof(T) + 4096;
    for (size_t i = 0; i < sizeof(T); ++i) __builtin_prefetch(next + i * 64);
  }
  template <typename Reader>
  static void ask_ahead(const Reader&, int64_t) {}

  template <typename... Readers>
  void run_bits(int64_t num_rows, uint8_t* bits, Readers... readers) {
    uint8_t block[64];
    int64_t base = 0;
    for (; base + 64 <= num_rows; base += 64) {
      (ask_ahead(readers, base), ...);
      for (int64_t j = 0; j < 64; ++j) block[j] = function_(readers(base + j)...) ? 1 : 0;
      for (int64_t j = 0; j < 8; ++j) bits[base / 8 + j] = pack_8(block + j * 8);
    }
    const int64_t rest = num_rows - base;
    for (int64_t j = 0; j < rest; ++j) block[j] = function_(readers(base + j)...) ? 1 : 0;
    pack_bits(block, rest, bits + base / 8);
  }

  // Results that may be NULL or an error: called for rows without NULL only.

  template <size_t... I>
  Result<ColumnPtr> fill_checked(int64_t num_rows, std::span<const ColumnPtr> args,
                                 BufferPtr validity, std::index_sequence<I...>) {
    using Stored = std::conditional_t<std::is_same_v<Value, bool>, uint8_t, Value>;
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<Stored>(num_rows));
    auto* out = reinterpret_cast<Stored*>(values->mutable_data());
    const uint8_t* valid_in = validity ? validity->data() : nullptr;
    const std::tuple<Reader<I>...> readers{Reader<I>(*args[I])...};
    std::vector<uint8_t> present;
    if constexpr (Unwrapped::kMayBeNull) present.resize(static_cast<size_t>(num_rows));
    for (int64_t i = 0; i < num_rows; ++i) {
      out[i] = Stored{};
      if (!is_valid(valid_in, i)) continue;
      Return result = function_(std::get<I>(readers)(i)...);
      if constexpr (Unwrapped::kFails) {
        if (!result.ok()) return result.status();
        take(result.ValueUnsafe(), i, out, present);
      } else {
        take(result, i, out, present);
      }
    }
    if constexpr (Unwrapped::kMayBeNull) {
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(num_rows));
      pack_bits(present.data(), num_rows, validity->mutable_data());
    }
    if constexpr (std::is_same_v<Value, bool>) {
      HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows));
      pack_bits(out, num_rows, bits->mutable_data());
      values = std::move(bits);
    }
    return make_plain(result_type(), num_rows, std::move(validity), std::move(values));
  }

  template <typename R, typename Stored>
  static void take(const R& result, int64_t row, Stored* out, std::vector<uint8_t>& present) {
    if constexpr (IsOptional<R>::value) {
      if (!result) return;
      out[row] = static_cast<Stored>(*result);
      present[static_cast<size_t>(row)] = 1;
    } else {
      out[row] = static_cast<Stored>(result);
    }
  }

  template <size_t... I>
  Result<ColumnPtr> write_text(int64_t num_rows, std::span<const ColumnPtr> args,
                               BufferPtr validity, std::index_sequence<I...>) {
    HW_ASSIGN_OR_RETURN(TextWriter writer, TextWriter::make(num_rows, num_rows * 16));
    const uint8_t* valid_in = validity ? validity->data() : nullptr;
    const std::tuple<Reader<I>...> readers{Reader<I>(*args[I])...};
    constexpr bool kMayBeNull =
        std::is_same_v<Return, bool> || std::is_same_v<Return, Result<bool>>;
    std::vector<uint8_t> present;
    if constexpr (kMayBeNull) present.resize(static_cast<size_t>(num_rows));
    for (int64_t i = 0; i < num_rows; ++i) {
      if (!is_valid(valid_in, i)) {
        writer.end_null_row();
        continue;
      }
      bool is_value = true;
      if constexpr (std::is_same_v<Return, void>) {
        function_(writer, std::get<I>(readers)(i)...);
      } else if constexpr (std::is_same_v<Return, bool>) {
        is_value = function_(writer, std::get<I>(readers)(i)...);
      } else if constexpr (std::is_same_v<Return, Result<bool>>) {
        HW_ASSIGN_OR_RETURN(is_value, function_(writer, std::get<I>(readers)(i)...));
      } else {
        HW_TRY(function_(writer, std::get<I>(readers)(i)...));
      }
      if constexpr (kMayBeNull) present[static_cast<size_t>(i)] = is_value ? 1 : 0;
      is_value ? writer.end_row() : writer.end_null_row();
    }
    if constexpr (kMayBeNull) {
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(num_rows));
      pack_bits(present.data(), num_rows, validity->mutable_data());
    }
    return writer.finish(result_type(), num_rows, std::move(validity));
  }

  F function_;
};

/// The kernel of one row function that carries state, such as a compiled pattern. The function is
/// an object with one operator(). Fails (UnknownError) when its C++ types are not the call's.
template <typename F>
Result<std::unique_ptr<ScalarKernel>> make_row_kernel(F function, const CallBinding& binding) {
  if (!RowKernel<F>::fits(binding)) {
    return Status::UnknownError("a row function does not fit its call's storage types");
  }
  return std::make_unique<RowKernel<F>>(std::move(function), binding.result_type);
}

/// Passes the first argument on: the others are literals that the kernel has taken in already.
class FirstArgumentKernel final : public ScalarKernel {
 public:
  explicit FirstArgumentKernel(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    return kernel_->evaluate(context, args.first(1));
  }

 private:
  const std::unique_ptr<ScalarKernel> kernel_;
};

/// The kernel of a row function of the first argument alone. Requires: the call's other arguments
/// are literals, not NULL, and part of `function`.
template <typename F>
Result<std::unique_ptr<ScalarKernel>> make_first_argument_kernel(F function, CallBinding binding) {
  binding.arg_types.resize(1);
  binding.literals.resize(1);
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> kernel,
                      make_row_kernel(std::move(function), binding));
  return std::make_unique<FirstArgumentKernel>(std::move(kernel));
}

namespace row_kernel_detail {

template <auto kFunction, typename R, typename... A>
struct Wrapped {
  R operator()(A... args) const { return kFunction(args...); }
};
template <auto kFunction, typename F>
struct Wrapper;
template <auto kFunction, typename R, typename... A>
struct Wrapper<kFunction, R (*)(A...)> {
  using Type = Wrapped<kFunction, R, A...>;
};

/// Makes the kernel of the first function that fits.
template <auto kFunction, auto... kOthers>
Result<std::unique_ptr<ScalarKernel>> choose(const CallBinding& binding) {
  using F = typename Wrapper<kFunction, decltype(+kFunction)>::Type;
  if (RowKernel<F>::fits(binding)) {
    return std::make_unique<RowKernel<F>>(F{}, binding.result_type);
  }
  if constexpr (sizeof...(kOthers) > 0) {
    return choose<kOthers...>(binding);
  } else {
    return Status::UnknownError("no row function fits the call's storage types");
  }
}

}  // namespace row_kernel_detail

template <auto... kFunctions>
ScalarBind row_kernel() {
  return
      [](const CallBinding& binding) { return row_kernel_detail::choose<kFunctions...>(binding); };
}

}  // namespace hw
