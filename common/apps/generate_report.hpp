/// \file
/// What generate tells of its answers.
#pragma once
#include <string>

#include "apps/generate_setup.hpp"
#include "io/json.hpp"

namespace radixlab {

/// The answer as people read it: text, or token ids where there is no `tokenizer`.
std::string shown_answer(const Answer& answer, const Tokenizer* tokenizer);

/// "prompt 27 tokens: 16 cached, 11 computed in float32; first token 3.1 ms, then 210.4 tokens/s"
std::string figures_line(const Answer& answer, DType type);

/// A line an answer, and one for all.
std::string answer_table(const Served& served);

Json answers_json(const Served& served, const Tokenizer* tokenizer);

/// logits_I [rows, vocab_size] and start_I [1] of each answer. Throws as SafetensorsWriter does.
void write_logits(const std::string& file, Device& device, const std::vector<Answer>& answers);

}  // namespace radixlab
