#include "tools/fiscus/cli/completion.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/core/text.h"
#include "tools/fiscus/cli/parser.h"

namespace fiscus::cli {
namespace {

// What may follow the words typed so far: "" → nouns, "budget" → verbs, "budget lines" → flags.
std::map<std::string, std::set<std::string>> Continuations(const CommandTable& table) {
  std::map<std::string, std::set<std::string>> next;
  for (const Command& command : table) {
    if (command.is_group() || command.path.starts_with("__")) continue;
    std::string typed;
    const std::vector<std::string> words = absl::StrSplit(ToAbsl(command.path), ' ');
    for (const std::string& word : words) {
      next[typed].insert(word);
      absl::StrAppend(&typed, typed.empty() ? "" : " ", word);
    }
    for (const KnownFlag& flag : FlagsOf(command)) next[typed].insert("--" + flag.name);
    for (const KnownFlag& flag : GlobalFlags()) next[typed].insert("--" + flag.name);
  }
  return next;
}

// The case lines of a shell function: words typed → words that may follow.
std::string CaseLines(const CommandTable& table) {
  std::string lines;
  for (const auto& [typed, words] : Continuations(table)) {
    absl::StrAppend(&lines, "    '", typed, "') following='", absl::StrJoin(words, " "), "' ;;\n");
  }
  return lines;
}

// Collects the command words before the cursor into `typed` as far as the table knows them.
constexpr char kBash[] =
    R"sh(# bash completion for fiscus; load with: source <(fiscus completion bash)
_fiscus_words() {
  local following=''
  case "$1" in
@CASES@  esac
  printf '%s' "$following"
}
_fiscus() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" typed='' word i
  case "$previous" in
    -o|--output) mapfile -t COMPREPLY < <(compgen -W 'table wide json jsonl csv name' -- "$current"); return ;;
    --project) mapfile -t COMPREPLY < <(compgen -W "$(fiscus __complete projects 2>/dev/null)" -- "$current"); return ;;
    --context) mapfile -t COMPREPLY < <(compgen -W "$(fiscus __complete contexts 2>/dev/null)" -- "$current"); return ;;
    --profile) mapfile -t COMPREPLY < <(compgen -W "$(fiscus __complete profiles 2>/dev/null)" -- "$current"); return ;;
    --ca|--json|--rejected) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    [[ $word == -* ]] && continue
    if [[ -n $(_fiscus_words "${typed:+$typed }$word") ]]; then typed="${typed:+$typed }$word"; fi
  done
  mapfile -t COMPREPLY < <(compgen -W "$(_fiscus_words "$typed")" -- "$current")
}
complete -o default -F _fiscus fiscus
)sh";

constexpr char kZsh[] = R"sh(#compdef fiscus
# zsh completion for fiscus; load with: source <(fiscus completion zsh)
_fiscus_words() {
  local following=''
  case "$1" in
@CASES@  esac
  print -r -- "$following"
}
_fiscus() {
  local previous="${words[CURRENT-1]}" typed='' word i
  case "$previous" in
    -o|--output) compadd table wide json jsonl csv name; return ;;
    --project) compadd -- ${(f)"$(fiscus __complete projects 2>/dev/null)"}; return ;;
    --context) compadd -- ${(f)"$(fiscus __complete contexts 2>/dev/null)"}; return ;;
    --profile) compadd -- ${(f)"$(fiscus __complete profiles 2>/dev/null)"}; return ;;
    --ca|--json|--rejected) _files; return ;;
  esac
  for ((i = 2; i < CURRENT; i++)); do
    word="${words[i]}"
    [[ $word == -* ]] && continue
    [[ -n $(_fiscus_words "${typed:+$typed }$word") ]] && typed="${typed:+$typed }$word"
  done
  compadd -- ${=$(_fiscus_words "$typed")} || _files
}
compdef _fiscus fiscus
)sh";

std::string FishEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

// The condition under which the words of a path have been typed.
std::string FishSeen(const std::string& path) {
  if (path.empty()) return "__fish_use_subcommand";
  std::string condition;
  const std::vector<std::string> words = absl::StrSplit(path, ' ');
  for (const std::string& word : words) {
    absl::StrAppend(&condition, condition.empty() ? "" : "; and ", "__fish_seen_subcommand_from ",
                    word);
  }
  return condition;
}

std::string FishScript(const CommandTable& table) {
  std::string script =
      "# fish completion for fiscus; load with: fiscus completion fish | source\ncomplete -c "
      "fiscus -f\n";
  for (const auto& [typed, words] : Continuations(table)) {
    std::vector<std::string> verbs;
    for (const std::string& word : words) {
      if (!word.starts_with("--")) verbs.push_back(word);
    }
    if (verbs.empty()) continue;
    const std::string all = absl::StrJoin(verbs, " ");
    const std::string unseen =
        typed.empty() ? "" : absl::StrCat("; and not __fish_seen_subcommand_from ", all);
    absl::StrAppend(&script, "complete -c fiscus -n '", FishSeen(typed), unseen, "' -a '", all,
                    "'\n");
  }
  for (const Command& command : table) {
    if (command.is_group() || command.path.starts_with("__")) continue;
    for (const KnownFlag& flag : FlagsOf(command)) {
      absl::StrAppend(&script, "complete -c fiscus -n '", FishSeen(std::string(command.path)),
                      "' -l ", flag.name, flag.takes_value ? " -r" : "", " -d '",
                      FishEscaped(flag.help), "'\n");
    }
  }
  for (const KnownFlag& flag : GlobalFlags()) {
    absl::StrAppend(&script, "complete -c fiscus -l ", flag.name, " -r -d '",
                    FishEscaped(flag.help), "'\n");
  }
  for (const auto& [flag, kind] :
       {std::pair("project", "projects"), std::pair("context", "contexts"),
        std::pair("profile", "profiles")}) {
    absl::StrAppend(&script, "complete -c fiscus -l ", flag, " -r -a '(fiscus __complete ", kind,
                    " 2>/dev/null)'\n");
  }
  return script;
}

std::string WithCases(std::string script, const CommandTable& table) {
  constexpr std::string_view kPlace = "@CASES@";
  return script.replace(script.find(kPlace), kPlace.size(), CaseLines(table));
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(const CommandTable& table, std::string_view shell) {
  if (shell == "bash") return WithCases(kBash, table);
  if (shell == "zsh") return WithCases(kZsh, table);
  if (shell == "fish") return FishScript(table);
  return absl::InvalidArgumentError(
      absl::StrCat("completion wants bash, zsh or fish, not '", ToAbsl(shell), "'"));
}

}  // namespace fiscus::cli
