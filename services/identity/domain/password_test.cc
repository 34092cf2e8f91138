#include "services/identity/domain/password.h"

#include <catch2/catch.hpp>

#include <string>

#include "libs/core/status.h"

namespace fiscus::identity {
namespace {

std::string RuleOf(const std::string& password, const std::string& username = "zhang.wei") {
  const absl::Status status = CheckPassword(password, username);
  if (status.ok()) return "OK";
  const auto refusal = RefusalOf(status);
  REQUIRE(refusal.has_value());
  REQUIRE(refusal->reason == "WEAK_PASSWORD");
  return refusal->figures.at("rule");
}

TEST_CASE("Passwords by length, in characters and not in bytes", "[identity][domain]") {
  CHECK(RuleOf("") == "LENGTH");
  CHECK(RuleOf("kvxmzrplqwt") == "LENGTH");
  CHECK(RuleOf("kvxmzrplqwtu") == "OK");
  CHECK(RuleOf("审计员的口令很长很难猜") == "LENGTH");
  CHECK(RuleOf("审计员的口令很长很难猜中") == "OK");
  std::string longest;
  while (longest.size() + 4 <= kPasswordBytesMax)
    longest += std::to_string(1000 + longest.size() * 7 % 8999);
  longest.resize(kPasswordBytesMax, 'x');
  CHECK(RuleOf(longest) == "OK");
  CHECK(RuleOf(longest + "x") == "LENGTH");
}

TEST_CASE("Passwords that are not UTF-8 are refused", "[identity][domain]") {
  for (const char* bad : {"\x80_twelve_chars", "twelve_chars_\xC3", "twelve_\xC0\xAF_chars",
                          "twelve_\xED\xA0\x80_chars", "twelve_\xF5\x80\x80\x80_chars",
                          "twelve_\xE0\x80\x80_chars", "twelve_\xF4\x90\x80\x80_chars"}) {
    CHECK(RuleOf(bad) == "CHARACTERS");
  }
}

TEST_CASE("Passwords that are guessed first are refused", "[identity][domain]") {
  CHECK(RuleOf("my-Zhang.Wei-2026") == "USERNAME");
  CHECK(RuleOf("plain-old-bob-words", "bob") ==
        "OK");  // a name of three letters is in too many words
  CHECK(RuleOf("aaaaaaaaaaaa") == "REPEATED");
  CHECK(RuleOf("abcdabcdabcdab") == "REPEATED");
  CHECK(RuleOf("123456789012") == "SEQUENCE");
  CHECK(RuleOf("0987654321098") == "SEQUENCE");
  CHECK(RuleOf("QWERTYUIOPAS") == "SEQUENCE");
  CHECK(RuleOf("lkjihgfedcba") == "SEQUENCE");
  CHECK(RuleOf("password123456") == "COMMON");
  CHECK(RuleOf("P@ssw0rd-2026!!") == "COMMON");
  CHECK(RuleOf("Adm1nistr4tor") == "COMMON");
  CHECK(RuleOf("correct horse battery staple") == "COMMON");
  CHECK(RuleOf("ledger otter granite seven") == "OK");
}

TEST_CASE("A change of password changes it", "[identity][domain]") {
  CHECK(CheckNewPassword("ledger otter granite six", "ledger otter granite seven").ok());
  const auto refusal = RefusalOf(CheckNewPassword("ledger otter", "ledger otter"));
  REQUIRE(refusal.has_value());
  CHECK(refusal->reason == "WEAK_PASSWORD");
  CHECK(refusal->figures.at("rule") == "UNCHANGED");
}

}  // namespace
}  // namespace fiscus::identity
