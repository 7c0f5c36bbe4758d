// SPDX-License-Identifier: Apache-2.0

#include "connectors/socket/socket_options.h"

namespace hw {
namespace {

// A record is held in memory as a whole.
constexpr int64_t kRecordBytesMax = int64_t{1} << 30;

OptionSpec hostname() {
  return {.name = "hostname",
          .required = true,
          .sentence = "Host to connect to, or the address to listen on."};
}

OptionSpec port() {
  return {.name = "port",
          .type = OptionType::kInteger,
          .required = true,
          .sentence = "Port to connect to or to listen on."};
}

OptionSpec byte_delimiter() {
  return {.name = "byte-delimiter",
          .type = OptionType::kInteger,
          .default_value = "10",
          .sentence = "Number of the byte between two records; 10 is the line feed."};
}

OptionSpec format() {
  return {.name = "format", .default_value = "raw", .sentence = "How a record is decoded."};
}

OptionSpec mode() {
  return {.name = "mode",
          .type = OptionType::kEnum,
          .default_value = "connect",
          .values = {"connect", "listen"},
          .sentence =
              "connect: reads from a server; listen: is one, and reads from its clients "
              "one after the other."};
}

OptionSpec reconnect_interval() {
  return {.name = "reconnect.interval",
          .type = OptionType::kDuration,
          .default_value = "1 s",
          .sentence =
              "Time between attempts to connect; 0 = no second one: the input ends when "
              "the peer closes."};
}

OptionSpec max_record_bytes() {
  return {.name = "max-record-bytes",
          .type = OptionType::kSize,
          .default_value = "1mb",
          .sentence = "A record that is longer is an error."};
}

Status in_range(const OptionSpec& spec, int64_t minimum, int64_t maximum, int64_t value) {
  if (value >= minimum && value <= maximum) return Status::OK();
  return Status::Invalid("option '", spec.name, "' of connector 'socket' must be at least ",
                         minimum, " and at most ", maximum, ", but is ", value);
}

}  // namespace

std::vector<OptionSpec> socket_options() {
  return {hostname(),        port(), byte_delimiter(), format(), mode(), reconnect_interval(),
          max_record_bytes()};
}

Result<SocketSettings> SocketSettings::from(const Options& options) {
  SocketSettings settings;
  settings.host = options.text(hw::hostname());
  const int64_t port = options.integer(hw::port());
  HW_TRY(in_range(hw::port(), 1, 65'535, port));
  settings.port = static_cast<int>(port);
  const int64_t delimiter = options.integer(byte_delimiter());
  HW_TRY(in_range(byte_delimiter(), 0, 255, delimiter));
  settings.delimiter = static_cast<char>(delimiter);
  settings.listens = options.text(mode()) == "listen";
  settings.reconnect_ms = options.duration_ms(reconnect_interval());
  settings.record_bytes_max = options.size_bytes(max_record_bytes());
  HW_TRY(in_range(max_record_bytes(), 1, kRecordBytesMax, settings.record_bytes_max));
  return settings;
}

}  // namespace hw
