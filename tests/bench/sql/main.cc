// fiscus-bench-sql: what hand-written SQL does with the same payments, as an anchor; one JSON line
// about it.
//
// Each payment takes money from a line that has enough (one conditional UPDATE), adds two postings
// and one outbox row; no idempotency, no audit, no explanation, no reservation. naive: a
// transaction a payment, a round trip a statement. batch: one set-based statement for --batch
// payments that accepts or refuses each: the limit of SQL with control in the database.
#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "nlohmann/json.hpp"

ABSL_FLAG(std::string, mode, "naive", "naive or batch");
ABSL_FLAG(int, connections, 8, "connections, each with one transaction in flight");
ABSL_FLAG(int, batch, 100, "payments of one statement in mode batch");
ABSL_FLAG(int64_t, lines, 1000, "lines that are used");
ABSL_FLAG(double, warm_up_s, 1, "seconds before the measurement");
ABSL_FLAG(double, seconds, 5, "seconds measured");

namespace {

using Clock = std::chrono::steady_clock;
using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// As large as the events of the product.
const std::string kPayload(200, 'x');

struct Tally {
  int64_t accepted = 0;
  int64_t refused = 0;
  int64_t worked = 0;  // with the warm-up
  std::vector<double> latency_ms;
};

Answer Checked(PGconn* connection, PGresult* raw) {
  Answer answer(raw, &PQclear);
  const ExecStatusType status = PQresultStatus(raw);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return answer;
  std::cerr << "fiscus-bench-sql: " << PQerrorMessage(connection);
  std::exit(1);
}

Answer Execute(PGconn* connection, const char* statement, const std::vector<std::string>& values) {
  std::vector<const char*> raw;
  for (const std::string& value : values) raw.push_back(value.c_str());
  return Checked(connection, PQexecPrepared(connection, statement, static_cast<int>(raw.size()),
                                            raw.data(), nullptr, nullptr, 0));
}

void Prepare(PGconn* c) {
  const auto prepare = [c](const char* name, const char* sql) {
    Checked(c, PQprepare(c, name, sql, 0, nullptr));
  };
  prepare("take",
          "UPDATE budget_line SET paid = paid + $2::bigint, version = version + 1 WHERE id = "
          "$1::bigint AND paid + $2::bigint <= "
          "encumbered RETURNING project_id");
  prepare("post",
          "INSERT INTO posting (payment_id, side, account, amount) VALUES ($1::bigint, 0, "
          "$2::bigint, $3::bigint), "
          "($1::bigint, 1, 1000000000 + $2::bigint % 100, -$3::bigint)");
  prepare(
      "out",
      "INSERT INTO outbox (project_id, payload) VALUES ($1::bigint, convert_to($2::text, 'UTF8'))");
  prepare("batch",
          "WITH p AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) t (pid, line, "
          "amt)),"
          " b AS (SELECT id, project_id, encumbered, paid FROM budget_line WHERE id IN (SELECT "
          "line FROM p) ORDER BY id FOR UPDATE),"
          " a AS (SELECT p.*, b.project_id, b.paid + sum(p.amt) OVER (PARTITION BY p.line ORDER BY "
          "p.pid) <= b.encumbered AS ok"
          "       FROM p JOIN b ON b.id = p.line),"
          " u AS (UPDATE budget_line l SET paid = l.paid + g.s, version = l.version + 1"
          "       FROM (SELECT line, sum(amt)::bigint s FROM a WHERE ok GROUP BY line) g WHERE "
          "l.id = g.line RETURNING 1),"
          " i1 AS (INSERT INTO posting (payment_id, side, account, amount) SELECT pid, 0, line, "
          "amt FROM a WHERE ok"
          "        UNION ALL SELECT pid, 1, 1000000000 + line % 100, -amt FROM a WHERE ok),"
          " i2 AS (INSERT INTO outbox (project_id, payload) SELECT project_id, "
          "convert_to($4::text, 'UTF8') FROM a WHERE ok)"
          " SELECT count(*) FILTER (WHERE ok), count(*) FILTER (WHERE NOT ok) FROM a");
}

class Worker {
 public:
  Worker(int number, std::atomic<int64_t>& next_id)
      : connection_(PQconnectdb(""), &PQfinish),
        random_(static_cast<uint64_t>(number) * 7919 + 1),
        next_id_(next_id) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      std::cerr << "fiscus-bench-sql: " << PQerrorMessage(connection_.get());
      std::exit(1);
    }
    Prepare(connection_.get());
  }

  // Payments accepted and refused by one transaction.
  std::pair<int64_t, int64_t> Naive() {
    PGconn* c = connection_.get();
    const std::string id = std::to_string(next_id_.fetch_add(1));
    const std::string line = Line();
    const std::string amount = Amount();
    Checked(c, PQexec(c, "BEGIN"));
    const Answer taken = Execute(c, "take", {line, amount});
    const bool enough = PQntuples(taken.get()) == 1;
    if (enough) {
      Execute(c, "post", {id, line, amount});
      Execute(c, "out", {PQgetvalue(taken.get(), 0, 0), kPayload});
    }
    Checked(c, PQexec(c, "COMMIT"));
    return enough ? std::pair{1, 0} : std::pair{0, 1};
  }

  std::pair<int64_t, int64_t> Batch(int size) {
    std::string ids = "{";
    std::string lines = "{";
    std::string amounts = "{";
    const int64_t first = next_id_.fetch_add(size);
    for (int i = 0; i < size; ++i) {
      const char* end = i + 1 < size ? "," : "}";
      ids += std::to_string(first + i) + end;
      lines += Line() + end;
      amounts += Amount() + end;
    }
    const Answer answer = Execute(connection_.get(), "batch", {ids, lines, amounts, kPayload});
    return {std::stoll(PQgetvalue(answer.get(), 0, 0)), std::stoll(PQgetvalue(answer.get(), 0, 1))};
  }

 private:
  std::string Line() {
    return std::to_string(1 + random_() % static_cast<uint64_t>(absl::GetFlag(FLAGS_lines)));
  }
  std::string Amount() { return std::to_string(1 + random_() % 100'000); }

  Connection connection_;
  std::mt19937_64 random_;  // tidy-allow(hidden-input): seeded by the worker's number
  std::atomic<int64_t>& next_id_;
};

void Work(int number, std::atomic<int64_t>& next_id, Clock::time_point begin, Clock::time_point end,
          Tally& tally) {
  Worker worker(number, next_id);
  const bool batch = absl::GetFlag(FLAGS_mode) == "batch";
  const int size = absl::GetFlag(FLAGS_batch);
  while (true) {
    const Clock::time_point sent = Clock::now();
    if (sent >= end) return;
    const auto [accepted, refused] = batch ? worker.Batch(size) : worker.Naive();
    const Clock::time_point now = Clock::now();
    tally.worked += accepted + refused;
    if (sent < begin || now > end) continue;
    tally.accepted += accepted;
    tally.refused += refused;
    tally.latency_ms.push_back(std::chrono::duration<double, std::milli>(now - sent).count());
  }
}

int Main() {
  const auto seconds = [](double s) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  const Clock::time_point begin = Clock::now() + seconds(absl::GetFlag(FLAGS_warm_up_s));
  const Clock::time_point end = begin + seconds(absl::GetFlag(FLAGS_seconds));
  std::atomic<int64_t> next_id =
      std::chrono::duration_cast<std::chrono::microseconds>(begin.time_since_epoch()).count() *
      1000;
  std::vector<Tally> tallies(static_cast<size_t>(absl::GetFlag(FLAGS_connections)));
  {
    std::vector<std::jthread> threads;
    int number = 0;
    for (Tally& tally : tallies)
      threads.emplace_back(Work, number++, std::ref(next_id), begin, end, std::ref(tally));
  }
  Tally all;
  for (const Tally& tally : tallies) {
    all.accepted += tally.accepted;
    all.refused += tally.refused;
    all.worked += tally.worked;
    all.latency_ms.insert(all.latency_ms.end(), tally.latency_ms.begin(), tally.latency_ms.end());
  }
  std::sort(all.latency_ms.begin(), all.latency_ms.end());
  const auto at = [&](size_t percent) {
    return all.latency_ms.empty() ? 0 : all.latency_ms[(all.latency_ms.size() - 1) * percent / 100];
  };
  std::cout << nlohmann::json{{"accepted", all.accepted}, {"refused", all.refused},
                              {"worked", all.worked},     {"seconds", absl::GetFlag(FLAGS_seconds)},
                              {"p50_ms", at(50)},         {"p99_ms", at(99)}}
            << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Payments by hand-written SQL on the server that PGHOST etc. name; prints one JSON line.");
  absl::ParseCommandLine(argc, argv);
  return Main();
}
