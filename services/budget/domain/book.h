// The part of the ledger that is in memory: the lines, encumbrances and reservations that a group
// of commands touches.
//
// The engine fills a Book with what it has locked, executes the group's commands one by one, each
// seeing the effects of those before it, and writes what changed; tests keep a whole ledger in one.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/budget/domain/ledger.h"

namespace fiscus::budget {

class Book {
 public:
  void AddLine(Line line);
  void AddEncumbrance(const std::string& line_id, const std::string& contract_id,
                      Encumbrance encumbrance);
  void AddReservation(Reservation reservation);
  void AddProfile(ToleranceProfile profile);
  // A code that a line has which the book does not hold.
  void AddCode(int32_t fiscal_year, const std::string& code, const std::string& line_id);

  // Decides about a command with what the book holds, and keeps the effect unless it is refused.
  Outcome Execute(const Command& command);
  // The same for commands that stand or fall together, at least one: keeps the effects of all, or
  // after a refusal of none. One outcome a command, in order; the refused one's neighbours are
  // refused with GROUP_REFUSED.
  std::vector<Outcome> ExecuteAll(const std::vector<Command>& commands);
  // Decides without keeping the effect.
  Outcome Rehearse(const Command& command) const;

  // Null if the book does not hold it.
  const Line* FindLine(const std::string& line_id) const;
  const Reservation* FindReservation(const std::string& reservation_id) const;
  // Nothing open if the book holds none.
  Encumbrance EncumbranceOf(const std::string& line_id, const std::string& contract_id) const;
  const std::unordered_map<std::string, Line>& lines() const { return lines_; }
  const std::map<std::pair<std::string, std::string>, Encumbrance>& encumbrances() const {
    return encumbrances_;
  }
  const std::unordered_map<std::string, Reservation>& reservations() const { return reservations_; }

 private:
  // What a decision replaced; nullopt: it was not there.
  struct Replaced {
    std::map<std::string, std::optional<Line>> lines;
    std::map<std::pair<std::string, std::string>, std::optional<Encumbrance>> encumbrances;
    std::map<std::string, std::optional<Reservation>> reservations;
  };

  const ToleranceProfile* FindProfile(const std::string& name) const;
  void Keep(const Decision& decision);
  Replaced WhatReplaces(const Decision& decision) const;
  void PutBack(const Replaced& replaced);

  std::unordered_map<std::string, Line> lines_;
  std::map<std::pair<int32_t, std::string>, std::string> line_of_code_;      // (year, code) → id
  std::map<std::pair<std::string, std::string>, Encumbrance> encumbrances_;  // (line, contract)
  std::unordered_map<std::string, Reservation> reservations_;
  std::unordered_map<std::string, ToleranceProfile> profiles_;
};

}  // namespace fiscus::budget
