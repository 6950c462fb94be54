/// \file
/// The steps of demo_08. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include "08-engine/demo_model.hpp"
#include "apps/demo.hpp"

namespace radixlab {

/// Seed 001's two requests, and the first once more: what is found is not computed, by the device's own count.
void show_two_requests(Demo& demo, DemoModel& model);

/// The worked example: one step of two requests, part by part, and what each part calls. Drawn.
void show_one_step(Demo& demo, DemoModel& model);

/// Prefill in chunks beside decode, a twin that waits, a fork and a preemption, as a time line. Drawn.
void show_batching(Demo& demo, DemoModel& model);

/// Attention of one row in one pass, beside two passes over all scores.
void show_softmax(Demo& demo, DemoModel& model);

/// Eight questions on one document, one after the other and in a batch: passes over the weights, tokens that are computed,
/// rows that differ. Throws CheckFailed if there is one.
void show_eight_questions(Demo& demo, DemoModel& model, const std::vector<std::string>& managers);

/// The answers to questions.json that no step above says, from runs; prints nothing.
void keep_numbers(Demo& demo, DemoModel& model);

}  // namespace radixlab
