// fiscus units …, users …, roles …
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {

#define FISCUS_RPC(name) "fiscus.identity.v1.IdentityService." name

namespace {

CommandTable UserCommands() {
  const Flag user = {"USER", "user_id", "user: id", true, true};
  const std::vector<Column> user_columns = {{"username", "username"},
                                            {"name", "display_name"},
                                            {"unit", "unit_path"},
                                            {"disabled", "disabled"},
                                            {"must change password", "must_change_password", true},
                                            {"id", "user_id"}};
  return {
      {.path = "users list",
       .help = "Users of the units that you may see.",
       .method = FISCUS_RPC("ListUsers"),
       .flags = {{"unit", "under_path", "only at or below this path"}},
       .rows = "users",
       .columns = user_columns,
       .id = "user_id"},
      {.path = "users get",
       .help = "One user.",
       .method = FISCUS_RPC("GetUser"),
       .flags = {user},
       .columns = user_columns,
       .id = "user_id"},
      {.path = "users create",
       .help = "Adds a user; grants and password by --json, so that the password stays out of the "
               "shell's history.",
       .method = FISCUS_RPC("CreateUser"),
       .flags = {{"username", "username", "user name", false, true},
                 {"name", "display_name", "name", false, true},
                 {"unit", "unit_path", "home unit", false, true},
                 {"keep-password", "keep_password",
                  "the password need not be changed at the first login (an account of a machine)"}},
       .columns = user_columns,
       .id = "user_id"},
      {.path = "users reset-password",
       .help = "Gives a user who lost his password another, by --json; he must change it. All his "
               "sessions end.",
       .method = FISCUS_RPC("ResetPassword"),
       .flags = {user},
       .columns = user_columns,
       .id = "user_id"},
      {.path = "users set-grants",
       .help = "Replaces a user's grants, given by --json.",
       .method = FISCUS_RPC("SetUserGrants"),
       .flags = {user},
       .columns = user_columns,
       .id = "user_id"},
      {.path = "users disable",
       .help = "Disables a user; all sessions end.",
       .method = FISCUS_RPC("SetUserDisabled"),
       .flags = {user},
       .columns = user_columns,
       .id = "user_id",
       .presets = {{"disabled", "true"}}},
      {.path = "users enable",
       .help = "Enables a user.",
       .method = FISCUS_RPC("SetUserDisabled"),
       .flags = {user},
       .columns = user_columns,
       .id = "user_id"},
      {.path = "users revoke-sessions",
       .help = "Ends all sessions of a user.",
       .method = FISCUS_RPC("RevokeSessions"),
       .flags = {user}},
  };
}

}  // namespace

CommandTable IdentityCommands() {
  const std::vector<Column> unit_columns = {
      {"path", "path"}, {"name", "name"}, {"kind", "kind"}, {"code", "code", true}};
  CommandTable table = {
      {.path = "units list",
       .help = "Units that you may see, by path.",
       .method = FISCUS_RPC("ListUnits"),
       .flags = {{"unit", "under_path", "only at or below this path"}},
       .rows = "units",
       .columns = unit_columns,
       .id = "path"},
      {.path = "units create",
       .help = "Adds a unit below another.",
       .method = FISCUS_RPC("CreateUnit"),
       .flags = {{"PARENT", "parent_path", "path of the parent", true, true},
                 {"code", "code", "code, unique among its siblings", false, true},
                 {"name", "name", "name", false, true},
                 {"kind", "kind", "region, department or budget-unit"}},
       .columns = unit_columns,
       .id = "path"},
      {.path = "roles list",
       .help = "Roles of the tenant.",
       .method = FISCUS_RPC("ListRoles"),
       .rows = "roles",
       .columns = {{"name", "name"},
                   {"description", "description"},
                   {"built in", "built_in"},
                   {"intents", "intents", true}},
       .id = "name"},
  };
  table.push_back({.path = "roles put",
                   .help = "Makes a role or replaces what it allows.",
                   .method = FISCUS_RPC("PutRole"),
                   .flags = {{"NAME", "role.name", "role's name", true, true},
                             {"description", "role.description", "what the role is for"},
                             {"intent", "role.intents",
                              "an intent, e.g. payments.submit; may be repeated", false, true}},
                   .columns = {{"name", "name"},
                               {"description", "description"},
                               {"built in", "built_in"},
                               {"intents", "intents"}},
                   .id = "name"});
  const CommandTable users = UserCommands();
  table.insert(table.end(), users.begin(), users.end());
  return table;
}

}  // namespace fiscus::cli
