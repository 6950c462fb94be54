"""The start that the model learns from: layers 0 and 1 and a head of layer 2 are built by hand so that a KV entry can be
found.

From a random start the first experiments learned which kind of value is asked for and never whose. Here is what a KV
entry must hold for attention to find it, as slots of the residual stream (128 wide):

    0-7     constant: the same for every piece, so that a head can look at positions alone
    8-63    who: which piece this is
    64-95   the previous piece                       (layer 0, head 0 writes it)
    96-127  a bag: which were the last few pieces    (layer 0, heads 1 and 2 write it)

Rotary embedding turns pair i of a head by position / theta^(i / 16). A query and a key that are constant, one turned
ahead by a distance, meet best at just that distance: with fast pairs at one piece, with slower ones over a window. In
layer 1 the matching uses only pairs that hardly turn within 2,000 positions, so it finds its entry wherever it stands:

    head 0     induction: my piece with your previous piece, and take over who you are: it copies on
    heads 1-3  my bag with your bag (the asked name and attribute with those just before a value), and take who you are

Head 1 of layer 2 matches bag with bag too, and takes over who is in yours: a value that stands before the name is seen
from behind it. All of it is trained afterwards like the rest; what is not built starts with queries equal to keys (like
finds like)."""
import torch

CONSTANT, WHO, PREVIOUS, BAG = slice(0, 8), slice(8, 64), slice(64, 96), slice(96, 128)
HEAD, PAIRS = 32, 16
ONE_BACK = {0: 5.0, 1: 5.0, 2: 5.0}  # pair -> strength of its query and its key
WINDOWS = (4.0, {1: 2.0, 2: 4.5, 3: 4.5}), (5.0, {1: 1.5, 2: 4.0, 3: 4.0})  # (centre in pieces, strengths)
NOT_NEAR = {2: 4.0, 3: 4.0}  # the bag that is most like my own is my own


def rows(head):
    return slice(head * HEAD, (head + 1) * HEAD)


def orthogonal(count, width):
    return torch.linalg.qr(torch.randn(max(count, width), max(count, width)))[0][:count, :width]


class Crafter:
    def __init__(self, model):
        self.width = model.config.hidden_size
        self.layers = model.model.layers
        self.embedding = model.model.embed_tokens.weight
        theta = model.config.rope_parameters["rope_theta"]
        self.turn = theta ** (-torch.arange(PAIRS) / PAIRS)  # of each pair, in radians a position
        still = [pair for pair in range(PAIRS) if self.turn[pair] * 2000 < 2]
        self.still = still + [pair + PAIRS for pair in still]
        self.always = torch.zeros(self.width)  # reads about 1 off every normed piece
        self.always[CONSTANT] = 1 / (8 * 2 ** 0.5)

    @torch.no_grad()
    def craft(self):
        self._embed()
        for layer in self.layers:
            self._soft(layer)
        self._collect(self.layers[0].self_attn)
        self._find(self.layers[1].self_attn)
        self._look_into_bags(self.layers[2].self_attn)

    def _embed(self):
        """The half of the slots that layer 0 fills starts near zero."""
        weight = self.embedding.normal_(0, 0.1)
        weight[:, CONSTANT] = 0.1
        weight[:, PREVIOUS.start:] *= 0.1

    def _soft(self, layer):
        """A quiet start for what is not built: each layer changes little, and like finds like."""
        attention, inner = layer.self_attn, layer.mlp.down_proj.weight.shape[1]
        for part in (layer.mlp.gate_proj, layer.mlp.up_proj):
            part.weight.normal_(0, self.width ** -0.5)
        layer.mlp.down_proj.weight.normal_(0, 0.05 * inner ** -0.5)
        values = attention.v_proj.weight
        values.copy_(orthogonal(*values.shape))
        attention.o_proj.weight.copy_(0.03 * values.T)
        attention.q_proj.weight.normal_(0, 0.4 * self.width ** -0.5)
        attention.k_proj.weight.copy_(attention.q_proj.weight)

    def _look(self, attention, head, strengths, distance, sign=1):
        """Attends `distance` positions back (sign 1), or away from there (sign -1)."""
        for pair, strength in strengths.items():
            row, angle = head * HEAD + pair, self.turn[pair] * distance
            attention.q_proj.weight[row] = strength * self.always
            attention.q_proj.weight[row + PAIRS] = 0
            attention.k_proj.weight[row] = sign * strength * angle.cos() * self.always
            attention.k_proj.weight[row + PAIRS] = sign * strength * angle.sin() * self.always

    def _who(self):
        """A mixture [32, width] of who a piece is."""
        read = torch.zeros(HEAD, self.width)
        read[:, WHO] = orthogonal(HEAD, WHO.stop - WHO.start)
        return read

    def _collect(self, attention):
        self.previous, self.bag = self._who(), self._who()
        self._write(attention, 0, self.previous, PREVIOUS, 0.08)
        self._look(attention, 0, ONE_BACK, 1.0)
        for head, (distance, window) in enumerate(WINDOWS, 1):
            self._write(attention, head, self.bag, BAG, 0.12)
            self._look(attention, head, window, distance)

    def _write(self, attention, head, read, slot, strength):
        """The head's value is `read` [32, width] of the entry, added at `strength` to a slot of the reader."""
        attention.v_proj.weight[rows(head)] = read
        attention.o_proj.weight[:, rows(head)] = 0
        attention.o_proj.weight[slot, rows(head)] = strength * torch.eye(HEAD)

    def _find(self, attention):
        for head in range(4):
            self._match(attention, head)
            who = self._who()
            self._take(attention, head, who, who)

    def _look_into_bags(self, attention):
        read = torch.zeros(HEAD, self.width)
        read[:, BAG] = torch.eye(HEAD)
        self._match(attention, 1)
        self._take(attention, 1, read, self.bag)

    def _take(self, attention, head, read, who):
        """The head's value is `read` of the entry; it is added to the reader as the `who` that it is a mixture of."""
        attention.v_proj.weight[rows(head)] = read
        attention.o_proj.weight[:, rows(head)] = 0.2 * who.T

    def _match(self, attention, head):
        """Head 0 finds what came after its own piece before, the others what has a bag like theirs."""
        attention.q_proj.weight[rows(head)] *= 0.3
        attention.k_proj.weight[rows(head)] *= 0.3
        still = [head * HEAD + row for row in self.still]
        mix, key = orthogonal(len(still), HEAD), torch.zeros(len(still), self.width)
        if head == 0:
            key[:, PREVIOUS], query = 1.2 * mix, 1.2 * mix @ self.previous
        else:
            key[:, BAG] = 1.8 * mix
            query = key
        attention.q_proj.weight[still] = query
        attention.k_proj.weight[still] = key
        if head:
            self._look(attention, head, NOT_NEAR, 0.0, sign=-1)
