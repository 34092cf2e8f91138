// Compact bytes of the monitor's own records: varints and length-prefixed text. Equal values give
// equal bytes, which protobuf does not promise; the digest of the state and the replay tests rest
// on that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fiscus::monitor {

// Appends to a string.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Unsigned(uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  // Zigzag: small magnitudes are short, whatever their sign.
  void Signed(int64_t value) {
    Unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Bool(bool value) { out_.push_back(value ? 1 : 0); }
  void Text(std::string_view text) {
    Unsigned(text.size());
    out_.append(text);
  }
  void Optional(const std::optional<int32_t>& value) {
    Bool(value.has_value());
    if (value.has_value()) Signed(*value);
  }

 private:
  std::string& out_;
};

// Reads what Writer wrote. A read beyond the end or of a malformed value makes ok() false and
// yields zero.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  uint64_t Unsigned() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !in_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(in_.front());
      in_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  int64_t Signed() {
    const uint64_t value = Unsigned();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  int32_t Small() { return static_cast<int32_t>(Signed()); }
  bool Bool() { return Unsigned() != 0; }
  std::string_view Text() {
    const uint64_t size = Unsigned();
    if (size > in_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view text = in_.substr(0, size);
    in_.remove_prefix(size);
    return text;
  }
  std::optional<int32_t> Optional() {
    if (!Bool()) return std::nullopt;
    return Small();
  }
  // A count of elements that follow; each takes at least one byte, so more than what is left is
  // malformed.
  size_t Count() {
    const uint64_t count = Unsigned();
    if (count > in_.size()) ok_ = false;
    return ok_ ? count : 0;
  }

  // What has not been read yet.
  std::string_view Rest() const { return in_; }

  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && in_.empty(); }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace fiscus::monitor
