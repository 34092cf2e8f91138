#include "services/budget/domain/book.h"

#include <algorithm>

namespace fiscus::budget {
namespace {

// Commands that find their line through their reservation.
bool NamesReservationOnly(const Command& command) {
  switch (command.kind) {
    case CommandKind::kConfirm:
    case CommandKind::kPost:
    case CommandKind::kVoid:
    case CommandKind::kExpire:
      return true;
    case CommandKind::kRefund:
      return command.mode == LineMode::kControlled;
    default:
      return false;
  }
}

bool MakesLine(const Command& command) {
  return command.kind == CommandKind::kApprove || command.kind == CommandKind::kAllot;
}

}  // namespace

void Book::AddLine(Line line) {
  line_of_code_[{line.head->fiscal_year, line.head->code}] = line.head->id;
  lines_[line.head->id] = std::move(line);
}

void Book::AddEncumbrance(const std::string& line_id, const std::string& contract_id,
                          Encumbrance encumbrance) {
  encumbrances_[{line_id, contract_id}] = encumbrance;
}

void Book::AddReservation(Reservation reservation) {
  reservations_[reservation.id] = std::move(reservation);
}

void Book::AddCode(int32_t fiscal_year, const std::string& code, const std::string& line_id) {
  line_of_code_[{fiscal_year, code}] = line_id;
}

void Book::AddProfile(ToleranceProfile profile) { profiles_[profile.name] = std::move(profile); }

const Line* Book::FindLine(const std::string& line_id) const {
  const auto it = lines_.find(line_id);
  return it == lines_.end() ? nullptr : &it->second;
}

const Reservation* Book::FindReservation(const std::string& reservation_id) const {
  const auto it = reservations_.find(reservation_id);
  return it == reservations_.end() ? nullptr : &it->second;
}

Encumbrance Book::EncumbranceOf(const std::string& line_id, const std::string& contract_id) const {
  const auto it = encumbrances_.find({line_id, contract_id});
  return it == encumbrances_.end() ? Encumbrance() : it->second;
}

const ToleranceProfile* Book::FindProfile(const std::string& name) const {
  const auto it = profiles_.find(name);
  if (it != profiles_.end()) return &it->second;
  return name == kDefaultProfileName ? &DefaultProfile() : nullptr;
}

Outcome Book::Rehearse(const Command& command) const {
  Situation situation;
  std::string contract_id = command.contract_id;
  situation.reservation = FindReservation(command.reservation_id);
  if (NamesReservationOnly(command)) {
    if (situation.reservation != nullptr) {
      situation.line = FindLine(situation.reservation->line_id);
      contract_id = situation.reservation->contract_id;
    }
  } else if (command.kind != CommandKind::kApprove) {
    situation.line = FindLine(command.line_id);
  }
  situation.counter_line = FindLine(command.counter_line_id);
  std::string profile_name;
  if (MakesLine(command)) {
    const LineHead& head = *command.new_line;
    situation.new_line = FindLine(head.id);
    // An allotted child is of its parent's year.
    const int32_t year =
        situation.line != nullptr ? situation.line->head->fiscal_year : head.fiscal_year;
    const auto code = line_of_code_.find({year, head.code});
    situation.code_taken = code != line_of_code_.end() && code->second != head.id;
    profile_name = head.tolerance_profile;
  }
  if (situation.line != nullptr) {
    situation.encumbrance = EncumbranceOf(situation.line->head->id, contract_id);
    profile_name = situation.line->head->tolerance_profile;
  }
  situation.tolerance = FindProfile(profile_name);
  return Decide(situation, command);
}

Outcome Book::Execute(const Command& command) {
  Outcome outcome = Rehearse(command);
  if (const Decision* decision = std::get_if<Decision>(&outcome)) Keep(*decision);
  return outcome;
}

std::vector<Outcome> Book::ExecuteAll(const std::vector<Command>& commands) {
  std::vector<Outcome> outcomes;
  std::vector<Replaced> replaced;
  for (const Command& command : commands) {
    outcomes.push_back(Rehearse(command));
    const Decision* decision = std::get_if<Decision>(&outcomes.back());
    if (decision == nullptr) break;
    replaced.push_back(WhatReplaces(*decision));
    Keep(*decision);
  }
  const Refusal* refusal = std::get_if<Refusal>(&outcomes.back());
  if (refusal == nullptr) return outcomes;
  std::for_each(replaced.rbegin(), replaced.rend(), [&](const Replaced& r) { PutBack(r); });
  const size_t culprit = outcomes.size() - 1;
  const Refusal neighbours = GroupRefused(culprit, ReasonName(refusal->reason));
  for (size_t i = 0; i < culprit; ++i) outcomes[i] = neighbours;
  outcomes.resize(commands.size(), neighbours);
  return outcomes;
}

Book::Replaced Book::WhatReplaces(const Decision& decision) const {
  Replaced replaced;
  const auto note = [](auto& into, const auto& from, const auto& key) {
    const auto it = from.find(key);
    into[key] = it == from.end() ? std::nullopt : std::make_optional(it->second);
  };
  for (const Posting& posting : decision.postings) {
    note(replaced.lines, lines_, posting.entry.line_id);
  }
  if (decision.encumbrance.has_value()) {
    note(replaced.encumbrances, encumbrances_,
         std::pair(decision.line.head->id, decision.contract_id));
  }
  if (decision.reservation_changed) {
    note(replaced.reservations, reservations_, decision.reservation->id);
  }
  return replaced;
}

void Book::PutBack(const Replaced& replaced) {
  for (const auto& [id, line] : replaced.lines) {
    if (line.has_value()) {
      AddLine(*line);
      continue;
    }
    const LineHead& head = *lines_.at(id).head;
    line_of_code_.erase({head.fiscal_year, head.code});
    lines_.erase(id);
  }
  for (const auto& [key, encumbrance] : replaced.encumbrances) {
    if (encumbrance.has_value()) {
      encumbrances_[key] = *encumbrance;
    } else {
      encumbrances_.erase(key);
    }
  }
  for (const auto& [id, reservation] : replaced.reservations) {
    if (reservation.has_value()) {
      reservations_[id] = *reservation;
    } else {
      reservations_.erase(id);
    }
  }
}

void Book::Keep(const Decision& decision) {
  if (!decision.postings.empty()) AddLine(decision.line);
  if (!decision.postings.empty() && decision.counter_line.has_value()) {
    AddLine(*decision.counter_line);
  }
  if (decision.encumbrance.has_value()) {
    AddEncumbrance(decision.line.head->id, decision.contract_id, *decision.encumbrance);
  }
  if (decision.reservation_changed) AddReservation(*decision.reservation);
}

}  // namespace fiscus::budget
