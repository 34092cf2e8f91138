// The command table: what the program can do is data. An RPC costs one entry; flags, help,
// completion, paging, idempotency and output follow from the entry and from the RPC's descriptor.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/fiscus/cli/exit_code.h"

namespace fiscus::cli {

class Context;

// What a flag does beyond setting its field.
enum class FlagKind {
  kPlain,
  kNewId,    // a fresh id, derived from the request id, so that a retry makes the same one
  kToday,    // today's date if not given
  kProject,  // takes a project's code as well as its id
};

struct Flag {
  std::string_view name;   // "project" for --project; positional: shown as PROJECT
  std::string_view field;  // dotted path in the request; special commands read it by `name`
  std::string_view help;
  bool positional = false;
  bool required = false;
  FlagKind kind = FlagKind::kPlain;
  bool is_switch = false;  // special commands only: RPC fields say it themselves
};

struct Column {
  std::string_view heading;
  std::string_view field;  // dotted path in the item
  bool wide = false;       // only with -o wide
};

// A field that the command itself sets.
struct Preset {
  std::string_view field;
  std::string_view value;
};

struct Arguments;
using Run = ExitCode (*)(Context&, const Arguments&);

struct Command {
  // A group of commands, in the table for its help only.
  bool is_group() const { return method.empty() && run == nullptr; }

  std::string_view path;    // "budget lines"
  std::string_view help;    // one sentence
  std::string_view method;  // full name of the RPC; empty for special commands
  std::vector<Flag> flags;
  std::string_view
      rows;  // the answer's repeated field that a table shows; empty: the answer itself
  std::vector<Column> columns;
  std::string_view id;  // the item's field that -o name prints
  std::vector<Preset> presets;
  Run run = nullptr;  // special commands
};

// What was given on the command line, by flag name.
struct Arguments {
  struct Entry {
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<Entry> entries;

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // The last value, or "".
  std::string Get(std::string_view name) const {
    const Entry* entry = Find(name);
    return entry == nullptr || entry->values.empty() ? "" : entry->values.back();
  }
  std::vector<std::string> All(std::string_view name) const {
    const Entry* entry = Find(name);
    return entry == nullptr ? std::vector<std::string>() : entry->values;
  }

 private:
  const Entry* Find(std::string_view name) const {
    for (const Entry& entry : entries) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }
};

using CommandTable = std::vector<Command>;

}  // namespace fiscus::cli
