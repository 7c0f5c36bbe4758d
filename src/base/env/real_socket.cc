// SPDX-License-Identifier: Apache-2.0

#include "base/env/real_socket.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace hw {
namespace {

/// Closes its descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Address {
  int family = AF_INET;
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Result<std::vector<Address>> resolve(const std::string& host, int port, bool passive) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                  std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    return Status::IOError("cannot resolve host '", host, "': ", ::gai_strerror(error));
  std::vector<Address> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Address address{.family = one->ai_family, .length = one->ai_addrlen};
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  return addresses;
}

class RealSocket final : public Socket {
 public:
  /// Connected already.
  explicit RealSocket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  RealSocket(std::string peer, std::vector<Address> addresses)
      : peer_(std::move(peer)), addresses_(std::move(addresses)), connecting_(true) {
    // What fails at once is told by the first read or write.
    (void)advance_connection().ok();
  }

  Result<Transfer> read(char* buffer, int64_t capacity) override {
    HW_ASSIGN_OR_RETURN(const bool connected, advance_connection());
    if (!connected) return Transfer{.would_block = true};
    const ssize_t got = ::recv(descriptor_.get(), buffer, static_cast<size_t>(capacity), 0);
    if (got == 0 && capacity > 0) return Transfer{.closed = true};
    return outcome(got, "read from");
  }

  Result<Transfer> write(std::string_view bytes) override {
    HW_ASSIGN_OR_RETURN(const bool connected, advance_connection());
    if (!connected) return Transfer{.would_block = true};
    return outcome(::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "write to");
  }

 private:
  Result<Transfer> outcome(ssize_t count, const char* verb) const {
    if (count >= 0) return Transfer{.bytes = count};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
      return Transfer{.would_block = true};
    if (errno == ECONNRESET || errno == EPIPE) return Transfer{.closed = true};
    return Status::IOError("cannot ", verb, " socket ", peer_, ": ", std::strerror(errno));
  }

  // Tries the addresses one after the other; true once one is connected.
  Result<bool> advance_connection() {
    while (connecting_) {
      if (!descriptor_.valid()) {
        if (next_address_ == addresses_.size())
          return Status::IOError("cannot connect to ", peer_, ": ", std::strerror(last_error_));
        begin_next();
        continue;
      }
      pollfd waiting{.fd = descriptor_.get(), .events = POLLOUT, .revents = 0};
      if (::poll(&waiting, 1, 0) <= 0) return false;
      int error = 0;
      socklen_t length = sizeof error;
      ::getsockopt(descriptor_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
      if (error == 0) {
        connecting_ = false;
      } else {
        last_error_ = error;
        descriptor_ = Descriptor();
      }
    }
    return true;
  }

  void begin_next() {
    const Address& address = addresses_[next_address_++];
    Descriptor descriptor(::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!descriptor.valid()) {
      last_error_ = errno;
      return;
    }
    const int one = 1;
    ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(descriptor.get(), name, address.length) != 0 && errno != EINPROGRESS) {
      last_error_ = errno;
      return;
    }
    descriptor_ = std::move(descriptor);
  }

  Descriptor descriptor_;
  const std::string peer_;
  const std::vector<Address> addresses_;
  size_t next_address_ = 0;
  int last_error_ = 0;
  bool connecting_ = false;
};

class RealListeningSocket final : public ListeningSocket {
 public:
  RealListeningSocket(Descriptor descriptor, int port)
      : descriptor_(std::move(descriptor)), port_(port) {}
  int port() const override { return port_; }
  Result<std::unique_ptr<Socket>> accept() override {
    Descriptor accepted(
        ::accept4(descriptor_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted.valid()) return std::make_unique<RealSocket>(std::move(accepted));
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
      return nullptr;
    return Status::IOError("cannot accept on port ", port_, ": ", std::strerror(errno));
  }

 private:
  const Descriptor descriptor_;
  const int port_;
};

int port_of(int fd) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return 0;
  return name.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port)
                                    : ntohs(reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
}

}  // namespace

Result<std::unique_ptr<Socket>> connect_socket(const std::string& host, int port) {
  HW_ASSIGN_OR_RETURN(std::vector<Address> addresses, resolve(host, port, /*passive=*/false));
  return std::make_unique<RealSocket>(host + ":" + std::to_string(port), std::move(addresses));
}

Result<std::unique_ptr<ListeningSocket>> listen_socket(const std::string& host, int port) {
  HW_ASSIGN_OR_RETURN(const std::vector<Address> addresses, resolve(host, port, /*passive=*/true));
  int last_error = 0;
  for (const Address& address : addresses) {
    Descriptor descriptor(::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int one = 1;
    if (descriptor.valid())
      ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
    if (descriptor.valid() && ::bind(descriptor.get(), name, address.length) == 0 &&
        ::listen(descriptor.get(), SOMAXCONN) == 0) {
      const int bound = port_of(descriptor.get());
      return std::make_unique<RealListeningSocket>(std::move(descriptor), bound);
    }
    last_error = errno;
  }
  return Status::IOError("cannot listen on ", host, ":", port, ": ", std::strerror(last_error));
}

}  // namespace hw
