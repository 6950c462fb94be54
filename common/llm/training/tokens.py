"""The tokenizer, learned from the generator's own text, and how documents become token ids.

SentencePiece BPE with byte fallback. Names are spelled in pieces of about a syllable; since the syllables for
evaluation are kept out of this text as well, they are spelled in smaller pieces that training has shown. Digits go in
pairs from the left (4821 is 48 21): 110 pieces spell every number, and the second half of a number is seldom found
elsewhere in a document."""
import random
import re

import sentencepiece

import documents

PIECES = 2048
BEGIN = 1
PAIRS = [f"{number:02}" for number in range(100)]
QUESTION = "\nQuestion: {question} Answer:"
ANSWER = " {answer}\n"
WORDS = re.compile(r"\n| ?[^ \n]+")


def train(path, seed, count=6000):
    """Writes `path`, a SentencePiece model."""
    dice, style = random.Random(f"tokenizer {seed}"), documents.Style(loose=0.2)

    def lines():
        for _ in range(count):
            document = documents.make(dice, 60, lambda text: len(text.split()), style)
            yield document.text
            for asked in document.asked:
                yield (QUESTION.format(question=asked.question) + ANSWER.format(answer=asked.answer)).strip()

    with open(path, "wb") as out:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=lines(), model_writer=out, vocab_size=PIECES, model_type="bpe", byte_fallback=True,
            split_digits=True, user_defined_symbols=PAIRS, character_coverage=1.0,
            normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=True,
            unk_id=0, bos_id=BEGIN, eos_id=2, pad_id=-1, num_threads=1, minloglevel=2)


class Tokens:
    """Text to ids, word by word: what SentencePiece gives for the whole, remembered for every word."""

    def __init__(self, path):
        self.model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        self.newline, self.space = (self.model.piece_to_id(piece) for piece in ("<0x0A>", "\u2581"))
        self.known, self.respelled = {"\n": [self.newline]}, None
        self.ids = {self.model.id_to_piece(i): i for i in range(len(self)) if self.model.is_byte(i) is False}

    def __len__(self):
        return self.model.get_piece_size()

    def respell(self, dice, share):
        """From here on that share of the names is spelled in other pieces than usual, each the same way wherever it
        stands, until the next call. So training shows many spellings of names, not only the usual one."""
        self.respelled, self.dice, self.share = {}, dice, share

    def __call__(self, text):
        ids = []
        for word in WORDS.findall(text if text[:1] in " \n" else " " + text):
            ids += self._word(word)
        return ids

    def _word(self, word):
        ids = self.known.get(word)
        if ids is None:
            ids = self.known[word] = self._spell(word)
        if self.respelled is None or len(ids) == 1 or not word[1:2].isupper():
            return ids
        bare = word.rstrip(".,;?'s")  # the name itself, the same in "Mira's" and "Mira."
        if bare not in self.respelled:
            self.respelled[bare] = self._respell(bare) if self.dice.random() < self.share else None
        other = self.respelled[bare]
        return ids if other is None else other + (self._spell(word[len(bare):]) if bare != word else [])

    def _respell(self, word):
        """Cuts a word at random into pieces that there are, longer ones rather than shorter ones."""
        rest, ids = word.replace(" ", "\u2581"), []
        while rest:
            sizes = [size for size in range(1, len(rest) + 1) if rest[:size] in self.ids]
            if not sizes:
                return None  # a letter that is spelled in bytes
            size = self.dice.choices(sizes, sizes)[0]
            ids.append(self.ids[rest[:size]])
            rest = rest[size:]
        return ids

    def _spell(self, word):
        if word.startswith(" "):
            return self.model.encode(word[1:])
        ids = self.model.encode("\n" + word)  # no space before it: after a newline
        return ids[ids.index(self.newline) + 1:]
