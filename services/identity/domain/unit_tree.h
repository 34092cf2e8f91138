// Adding units to the tree. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fiscus::identity {

// A node of the tree.
struct Unit {
  std::string path;
  std::string code;
  std::string name;
  int kind = 0;             // fiscus.identity.v1.UnitKind
  std::string parent_path;  // empty: the root

  friend bool operator==(const Unit&, const Unit&) = default;
};

struct Placement {
  std::vector<absl::Status> results;  // one per unit wanted; OK: it is there afterwards
  std::vector<Unit> to_insert;        // parents before children
};

// Decides which of the units wanted are to be inserted. `existing` holds those that exist among all
// their paths and parents. Later ones may stand below earlier ones. An equal unit is there already:
// OK, nothing to insert. Refuses each, in this order: PARENT_NOT_FOUND, UNIT_CODE_TAKEN (there is a
// unit of this path with another name or kind), and FIELD_INVALID where the path would have more
// than 20 parts.
Placement PlaceUnits(std::map<std::string, Unit> existing, const std::vector<Unit>& wanted);

// The unit with `code` below `parent_path`.
Unit UnitBelow(std::string parent_path, std::string code, std::string name, int kind);

}  // namespace fiscus::identity
