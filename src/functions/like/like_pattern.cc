// SPDX-License-Identifier: Apache-2.0

#include "functions/like/like_pattern.h"

#include <utility>

namespace hw {
namespace {

constexpr size_t kNowhere = std::string_view::npos;

/// Bytes of the UTF-8 character at the start; a stray byte is a character of its own.
size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return length <= text.size() ? length : text.size();
}

}  // namespace

Result<LikePattern> LikePattern::compile(std::string_view pattern, std::string_view escape) {
  if (!escape.empty() && character_length(escape) != escape.size()) {
    return Status::Invalid("the escape of LIKE must be one character, but is '", escape, "'");
  }
  LikePattern compiled;
  Piece piece;
  bool any = false;
  const auto add = [&](std::string_view bytes, bool wildcard) {
    piece.bytes += bytes;
    piece.wildcards.append(bytes.size(), wildcard ? '_' : ' ');
    any = any || wildcard;
  };
  const auto close = [&] {
    if (!any) {
      piece.wildcards.clear();
      piece.finder = TextFinder(piece.bytes);
    }
    compiled.pieces_.push_back(std::exchange(piece, {}));
    any = false;
  };
  while (!pattern.empty()) {
    const std::string_view character = pattern.substr(0, character_length(pattern));
    pattern.remove_prefix(character.size());
    if (!escape.empty() && character == escape) {
      const std::string_view next =
          pattern.empty() ? pattern : pattern.substr(0, character_length(pattern));
      if (next != "%" && next != "_" && next != escape) {
        return Status::Invalid("in LIKE the escape '", escape,
                               "' must stand before %, _ or itself");
      }
      add(next, false);
      pattern.remove_prefix(next.size());
    } else if (character == "%") {
      close();
      while (pattern.starts_with('%')) pattern.remove_prefix(1);
    } else {
      add(character, character == "_");
    }
  }
  close();
  return compiled;
}

size_t LikePattern::match_at(const Piece& piece, std::string_view text) {
  if (piece.wildcards.empty()) {
    return text.starts_with(piece.bytes) ? piece.bytes.size() : kNowhere;
  }
  size_t at = 0;
  for (size_t i = 0; i < piece.bytes.size(); ++i) {
    if (at == text.size()) return kNowhere;
    if (piece.wildcards[i] == '_') {
      at += character_length(text.substr(at));
    } else if (text[at++] != piece.bytes[i]) {
      return kNowhere;
    }
  }
  return at;
}

size_t LikePattern::find(const Piece& piece, std::string_view text, size_t from, size_t* length) {
  if (piece.wildcards.empty()) {
    *length = piece.bytes.size();
    return piece.finder.find(text, from);
  }
  for (size_t at = from; at <= text.size();) {
    *length = match_at(piece, text.substr(at));
    if (*length != kNowhere) return at;
    if (at == text.size()) break;
    at += character_length(text.substr(at));
  }
  return kNowhere;
}

bool LikePattern::ends_with(const Piece& piece, std::string_view text, size_t from) {
  const std::string_view rest = text.substr(from);
  if (piece.wildcards.empty()) return rest.ends_with(piece.bytes);
  // As many characters from the end as the piece has.
  for (size_t at = 0; at <= rest.size();) {
    if (match_at(piece, rest.substr(at)) == rest.size() - at) return true;
    if (at == rest.size()) break;
    at += character_length(rest.substr(at));
  }
  return false;
}

bool LikePattern::matches(std::string_view text) const {
  const Piece& first = pieces_.front();
  const size_t head = match_at(first, text);
  if (head == kNowhere) return false;
  if (pieces_.size() == 1) return head == text.size();
  size_t at = head;
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    size_t length = 0;
    at = find(pieces_[i], text, at, &length);
    if (at == kNowhere) return false;
    at += length;
  }
  return ends_with(pieces_.back(), text, at);
}

}  // namespace hw
