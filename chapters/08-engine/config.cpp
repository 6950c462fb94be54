#include "08-engine/config.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

void check_config(const EngineConfig& config) {
  if (config.max_num_seqs == 0) throw std::invalid_argument("max_num_seqs is 0, expected at least 1 request");
  if (config.max_num_batched_tokens < config.max_num_seqs)
    throw std::invalid_argument("max_num_batched_tokens is " + std::to_string(config.max_num_batched_tokens) +
                                ", expected at least max_num_seqs, " + std::to_string(config.max_num_seqs) +
                                ": each running request needs a token a step");
}

}  // namespace radixlab
