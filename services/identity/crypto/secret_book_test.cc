#include "services/identity/crypto/secret_book.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

namespace fiscus::identity {
namespace {

std::string FileWith(const std::string& text) {
  std::string path = "/tmp/fiscus_secret_book_XXXXXX";
  const int handle = mkstemp(path.data());
  REQUIRE(handle >= 0);
  close(handle);
  std::ofstream(path) << text;
  return path;
}

TEST_CASE("Secrets match whole, for their owner only", "[identity][crypto]") {
  SecretBook book;
  CHECK_FALSE(book.IsOperator(""));
  CHECK_FALSE(book.IsOperator(std::string(32, '\0')));
  REQUIRE(book.SetOperator("operator-secret-1").ok());
  REQUIRE(book.AddService("payments", "payments-secret-1").ok());
  CHECK(book.IsOperator("operator-secret-1"));
  for (const char* wrong : {"", "operator-secret-", "operator-secret-12", "payments-secret-1"})
    CHECK_FALSE(book.IsOperator(wrong));
  CHECK(book.IsService("payments", "payments-secret-1"));
  CHECK_FALSE(book.IsService("payments", "operator-secret-1"));
  CHECK_FALSE(book.IsService("budget", "payments-secret-1"));
  CHECK_FALSE(book.IsService("", ""));
}

TEST_CASE("Short secrets and malformed files are refused without being repeated",
          "[identity][crypto]") {
  SecretBook book;
  const absl::Status status = book.AddService("payments", "short-secret-xy");
  CHECK_FALSE(status.ok());
  CHECK(status.ToString().find("short-secret-xy") == std::string::npos);
  CHECK_FALSE(book.SetOperator("").ok());
  CHECK_FALSE(book.AddFile("/nonexistent/secrets").ok());

  const std::string good =
      FileWith("# comment\n\npayments=payments-secret=1\nbudget=budget-secret-123\n");
  CHECK(book.AddFile(good).ok());
  CHECK(book.IsService("payments", "payments-secret=1"));
  CHECK(book.IsService("budget", "budget-secret-123"));
  const std::string bad = FileWith("payments=payments-secret=1\nnonsense-that-is-secret\n");
  const absl::Status malformed = book.AddFile(bad);
  CHECK(malformed.ToString().find(":2:") != std::string::npos);
  CHECK(malformed.ToString().find("nonsense-that-is-secret") == std::string::npos);
  unlink(good.c_str());
  unlink(bad.c_str());
}

}  // namespace
}  // namespace fiscus::identity
