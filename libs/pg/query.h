// A named query; made by tools/sql_header.py from queries/*.sql. The name is the prepared
// statement, metric label and log field.
#pragma once

namespace fiscus::pg {

struct Query {
  const char* name;
  const char* sql;
};

}  // namespace fiscus::pg
