/// \file
/// What doc_qa shows of its runs: answers, the table of managers, JSON.
#pragma once
#include <string>
#include <vector>

#include "apps/document_qa.hpp"
#include "io/json.hpp"

namespace radixlab {

/// One manager's runs in a line of the table.
struct Totals {
  std::size_t prompt_tokens = 0, cached_tokens = 0, computed_tokens = 0;
  double cold_ms = 0;  ///< median time to the first token of requests that open a document
  double warm_ms = 0;  ///< the same of requests on a document that was asked about before; 0 if there are none
  double all_ms = 0;   ///< of all requests, one after the other
  std::size_t answers = 0, correct = 0;
};
Totals totals(const ManagerRuns& runs);

/// "  harbour.txt  What is ...?  4821  ok", a line a question, in 80 columns.
std::string answer_lines(const ManagerRuns& runs);

/// A row a manager, in 80 columns; `speedup` is the first row's warm time over this one's.
std::string manager_table(const std::vector<ManagerRuns>& all);

/// When each manager read a prompt and when it wrote an answer, on one scale, and what it saved of the first one's time;
/// without the runs that were not compared (stock). 80 columns.
std::string time_lines(const std::vector<ManagerRuns>& all);

/// "logits identical: yes (N rows)", a line a manager that was compared; where it is NO, the first wrong bit explained.
std::string verdict_lines(const std::vector<ManagerRuns>& all);

/// {"runs": [...], "managers": [...]}, as the README of the programs says.
Json to_json(const std::vector<ManagerRuns>& all);

}  // namespace radixlab
