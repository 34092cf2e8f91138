// Failpoints for fault tests: FISCUS_FAILPOINT=name[:n] ends the process (as kill -9 does) when the
// n-th pass (default 1) through `name` is reached. Unset in production: one comparison of a
// pointer.
#pragma once

namespace fiscus::failpoint {

void Reach(const char* name);

}  // namespace fiscus::failpoint
