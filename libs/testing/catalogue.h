// Reads a migrated database's catalogue and says what would let one tenant see another's rows, or
// what nobody has explained.
//
// tests/catalogue runs it over every service's migrations; a service calls it itself only if it has
// exemptions to try out.
#pragma once

#include <string>
#include <vector>

#include "libs/testing/test_database.h"

namespace fiscus::testing {

// Tables with a tenant column that may do without the rules, each for a reason that its migration
// states.
struct CatalogueExemptions {
  std::vector<std::string>
      without_rls;  // served to all tenants by the process itself; no RPC reads them
  std::vector<std::string> open_reads;  // every tenant's rows may be read (never written)
};

// One sentence per fault; empty if all is well. Tables: forced row-level security with policies on
// fiscus.tenant that fail when it is not set; primary keys that begin with the tenant. The app
// role: owns nothing, no superuser, no BYPASSRLS, member of no role, no TRUNCATE, cannot change the
// audit log. No SECURITY DEFINER functions, no views without security_invoker, no materialised
// views, nothing granted to PUBLIC, no invalid index.
std::vector<std::string> IsolationFaults(const TestDatabase& database,
                                         const CatalogueExemptions& exemptions);

// Tables and columns without a COMMENT.
std::vector<std::string> UncommentedColumns(const TestDatabase& database);

}  // namespace fiscus::testing
