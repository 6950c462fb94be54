#include "apps/document_qa_report.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "apps/timing.hpp"

namespace radixlab {
namespace {

std::string shown_ms(double ms) { return ms == 0 ? "-" : fmt::format("{:.1f}", ms); }

// In 8 characters.
std::string shown_time(double ms) {
  return ms >= 10 ? fmt::format("{:>6.2f} s", ms / 1000) : ms >= 1 ? fmt::format("{:>5.1f} ms", ms) : "  < 1 ms";
}

// Both computed every token: what their times differ in is noise.
bool nothing_cached(const ManagerRuns& first, const ManagerRuns& runs) {
  return runs.compared && totals(first).cached_tokens + totals(runs).cached_tokens == 0;
}

// Cut to `width` characters, the last three of them dots if something is missing.
std::string fitted(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 3) + "...";
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  for (char& c : line) c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return line;
}

// Which question the first wrong bit is in, and what FirstWrongBit found out about it.
std::string explanation_lines(const ManagerRuns& first, const ManagerRuns& runs) {
  const auto wrong = std::ranges::find(runs.runs, false, &QuestionRun::logits_identical);
  const auto index = static_cast<std::size_t>(wrong - runs.runs.begin());
  const auto differ = std::ranges::count(runs.runs, false, &QuestionRun::logits_identical);
  const Question& q = wrong->ask->question;
  return fmt::format("\nThe first wrong bit ({} of {} questions have one): question {}, position {} of {} tokens\n",
                     differ, runs.runs.size(), index + 1,
                     wrong->first_wrong ? fmt::format("{}", *wrong->first_wrong) : "none: the generated tokens differ",
                     wrong->result.prompt_tokens + wrong->result.output.size() - 1) +
         fmt::format("  question     {}: {}\n  answered     \"{}\", where {} answers \"{}\"\n{}", q.document,
                     q.question, first_line(wrong->answer), first.manager, first_line(first.runs[index].answer),
                     runs.explanation);
}

}  // namespace

Totals totals(const ManagerRuns& runs) {
  Totals t;
  std::vector<double> cold, warm;
  for (const QuestionRun& run : runs.runs) {
    t.prompt_tokens += run.result.prompt_tokens;
    t.cached_tokens += run.result.cached_tokens;
    t.all_ms += run.result.total_ms;
    t.answers += run.correct.has_value();
    t.correct += run.correct.value_or(false);
    (run.ask->first_of_document ? cold : warm).push_back(run.result.first_token_ms);
  }
  t.computed_tokens = t.prompt_tokens - t.cached_tokens;
  t.cold_ms = median(std::move(cold));
  t.warm_ms = median(std::move(warm));
  return t;
}

std::string answer_lines(const ManagerRuns& runs) {
  std::string text;
  for (const QuestionRun& run : runs.runs) {
    std::string mark;
    if (run.correct) mark = *run.correct ? "ok" : "WRONG, expected " + run.ask->question.answer;
    text += fmt::format("  {:<13} {:<43} {:<14} {}\n", fitted(run.ask->question.document, 13),
                        fitted(run.ask->question.question, 43), fitted(first_line(run.answer), 14), mark);
  }
  return text;
}

std::string manager_table(const std::vector<ManagerRuns>& all) {
  std::string text =
      fmt::format("{:<8}{:^26}  {:^17} {:>8} {:>7} {:>8}\n{:<8}{:>8}{:>9}{:>9}  {:>8} {:>8} {:>8} {:>7} {:>8}\n", "",
                  "prompt tokens", "first token [ms]", "", "KV", "answers", "manager", "all", "cached", "computed",
                  "cold", "warm", "speedup", "[MB]", "right");
  const double base = all.empty() ? 0 : totals(all.front()).warm_ms;
  for (const ManagerRuns& runs : all) {
    const Totals t = totals(runs);
    text += fmt::format(
        "{:<8}{:>8}{:>9}{:>9}  {:>8} {:>8} {:>8} {:>7.1f} {:>8}\n", runs.manager, grouped(t.prompt_tokens),
        grouped(t.cached_tokens), grouped(t.computed_tokens), shown_ms(t.cold_ms), shown_ms(t.warm_ms),
        t.warm_ms > 0 && !nothing_cached(all.front(), runs) ? fmt::format("{:.1f}x", base / t.warm_ms) : "-",
        static_cast<double>(runs.peak_kv_bytes) / 1e6, t.answers ? fmt::format("{}/{}", t.correct, t.answers) : "-");
  }
  return text;
}

std::string time_lines(const std::vector<ManagerRuns>& all) {
  const auto drawn = [&](const ManagerRuns& runs) { return runs.compared || &runs == &all.front(); };
  double longest = 0;
  for (const ManagerRuns& runs : all) longest = drawn(runs) ? std::max(longest, totals(runs).all_ms) : longest;
  const double column = longest / 40, first = all.empty() ? 0 : totals(all.front()).all_ms;
  std::string text = fmt::format("time line, # reading the prompt, . writing the answer; a character is {} ms\n",
                                 column < 1 ? "< 1" : fmt::format("{:.0f}", column));
  for (const ManagerRuns& runs : all) {
    if (!drawn(runs)) continue;
    std::string line;
    double end = 0;  // of what was drawn so far
    const auto draw = [&](double ms, char sign) {
      end += ms;
      while (column > 0 && (static_cast<double>(line.size()) + 0.5) * column < end) line += sign;
    };
    for (const QuestionRun& run : runs.runs) {
      draw(run.result.first_token_ms, '#');
      draw(run.result.total_ms - run.result.first_token_ms, '.');
    }
    const double saved = first - end;
    text += fmt::format("{:<8}{:<41}{}", runs.manager, line, shown_time(end));
    if (nothing_cached(all.front(), runs))
      text += "  nothing cached";
    else if (runs.compared && saved > 0)
      text += fmt::format("  {:.1f}x, {:.1f} % saved", first / end, 100 * saved / first);
    text += "\n";
  }
  return text;
}

std::string verdict_lines(const std::vector<ManagerRuns>& all) {
  std::string text;
  for (const ManagerRuns& runs : all) {
    if (!runs.compared) continue;
    text += fmt::format("{} = {}: logits identical: {} ({} rows)\n", runs.manager, all.front().manager,
                        runs.logits_identical() ? "yes" : "NO", grouped(runs.rows_compared()));
    if (!runs.damage.empty())
      text += runs.damage + (runs.logits_identical() ? ", which no later question read\n" : "\n");
    if (!runs.logits_identical()) text += explanation_lines(all.front(), runs);
  }
  return text;
}

Json to_json(const std::vector<ManagerRuns>& all) {
  Json json{{"runs", Json::array()}, {"managers", Json::array()}};
  for (const ManagerRuns& runs : all) {
    for (const QuestionRun& run : runs.runs) {
      const Generation& r = run.result;
      const Question& q = run.ask->question;
      Json row{{"manager", runs.manager},
               {"document", q.document},
               {"question", q.question},
               {"answer", run.answer},
               {"expected", q.answer.empty() ? Json() : Json(q.answer)},
               {"correct", run.correct ? Json(*run.correct) : Json()},
               {"prompt_tokens", r.prompt_tokens},
               {"cached_tokens", r.cached_tokens},
               {"computed_tokens", r.prompt_tokens - r.cached_tokens},
               {"ttft_ms", r.first_token_ms},
               {"total_ms", r.total_ms},
               {"rows_compared", run.rows_compared},
               {"logits_identical", runs.compared ? Json(run.logits_identical) : Json()}};
      json["runs"].push_back(std::move(row));
    }
    const Totals t = totals(runs);
    json["managers"].push_back({{"manager", runs.manager},
                                {"prompt_tokens", t.prompt_tokens},
                                {"cached_tokens", t.cached_tokens},
                                {"computed_tokens", t.computed_tokens},
                                {"cold_ttft_ms", t.cold_ms},
                                {"warm_ttft_ms", t.warm_ms},
                                {"total_ms", t.all_ms},
                                {"peak_kv_bytes", runs.peak_kv_bytes},
                                {"answers", t.answers},
                                {"correct", t.correct},
                                {"rows_compared", runs.rows_compared()},
                                {"logits_identical", runs.compared ? Json(runs.logits_identical()) : Json()}});
  }
  return json;
}

}  // namespace radixlab
