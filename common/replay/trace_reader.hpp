/// \file
/// Traces from files and standard input, a line at a time.
#pragma once
#include <filesystem>
#include <istream>
#include <map>

#include "io/jsonl.hpp"
#include "replay/trace.hpp"

namespace radixlab {

/// Reads the lines that trace.hpp shows. Fields that it does not know it passes over. What stays in memory is one line, and a
/// number for each text that was a "cache_salt".
class TraceReader : public TraceSource {
 public:
  /// `name` stands in messages; `bytes` is the size of the stream, 0 if unknown. `in` must outlive the reader.
  TraceReader(std::istream& in, std::string name, std::uint64_t bytes = 0);

  bool next(TraceOp& op) override;
  std::uint64_t done() const override { return bytes_read_; }
  std::uint64_t total() const override { return bytes_; }

 private:
  bool read(const Json& line, TraceOp& op);  // false: nothing that a trace needs
  bool read_story(const Json& line, TraceOp& op);
  void read_blocks(const Json& line, TraceOp& op) const;
  void read_tokens(const Json& line, TraceOp& op);
  void read_config(const Json& line, TraceOp& op) const;
  void name_request(const Json& line, TraceOp& op);
  std::uint32_t salt(const Json& line);
  [[noreturn]] void refuse(const std::string& what) const;

  LineReader lines_;
  std::uint64_t bytes_, bytes_read_ = 0;
  std::size_t requests_ = 0;
  bool is_story_ = false;                       // its first line said so
  std::map<std::string, std::uint32_t> salts_;  // those that were written as text
};

/// open() throws InputError if the file cannot be read. What is no plain file, such as a pipe, is read once.
Trace trace_file(const std::filesystem::path& file);
Trace trace_stream(std::istream& in, const std::string& name);  ///< read once; `in` must outlive it

}  // namespace radixlab
