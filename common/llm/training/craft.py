"""The start that the model learns from: layers 0 and 1 are built by hand so that a KV entry can be found.

From a random start the first experiments learned which kind of value is asked for and never whose. Here is what a KV
entry must hold for attention to find it, as slots of the residual stream (192 wide):

    0-7      constant: the same for every piece, so that a head can look at positions alone
    8-79     content: who this piece is, for all but the commonest pieces
    80-95    who this piece is if it is one of the commonest ("the", "of"), kept apart so as not to drown the rest
    96-127   the previous piece                           (layer 0, head 0 writes it)
    128-191  a bag: the content of the last dozen pieces  (layer 0, heads 1-4 write it)

Rotary embedding turns pair i of a head by position / theta^(i / 16). A query and a key that are constant, one turned
ahead by a distance, meet best at just that distance: with fast pairs at one piece, with slower ones over a window. In
layer 1 the matching uses only pairs that hardly turn within 2,000 positions, so it finds its entry wherever it stands:

    heads 0, 5  induction: my piece with your previous piece, and take over who you are: they copy on
    heads 1-3   my bag with your bag (the asked name and attribute with those just before a value), take who you are
    head 4      my bag with your bag, and takes over your bag: for a value that stands before the name

All of it is trained afterwards like the rest; layers 2 and 3 start with queries equal to keys (like finds like)."""
import torch

CONSTANT, CONTENT, WHO = slice(0, 8), slice(8, 80), slice(8, 96)
PREVIOUS, BAGS = slice(96, 128), (slice(128, 160), slice(160, 192))
HEAD, PAIRS = 32, 16
ONE_BACK = {0: 6.5, 1: 6.5, 2: 6.5}  # pair -> strength of its query and its key
NEAR, FAR = {1: 2.0, 2: 4.5, 3: 4.5}, {2: 4.5, 3: 5.0, 4: 3.0}  # windows of about 8 and 14 pieces
NOT_NEAR = {2: 6.0, 3: 6.0}  # the bag that is most like my own is my own


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
        self.always = torch.zeros(self.width)  # reads 1 off every normed piece
        self.always[CONSTANT] = 1 / (8 * 2 ** 0.5)

    @torch.no_grad()
    def craft(self, common):
        self._embed(common)
        for layer in self.layers:
            self._soft(layer)
        self._collect(self.layers[0].self_attn)
        self._find(self.layers[1].self_attn)

    def _embed(self, common):
        """The half of the slots that layer 0 fills starts near zero; norming makes the rest 2 ** 0.5 long."""
        weight = self.embedding.normal_(0, 0.1)
        weight[:, CONSTANT] = 0.1
        weight[:, 96:] *= 0.1
        rare = torch.ones(len(weight), dtype=torch.bool)
        rare[common] = False
        weight[:, 80:96][rare] *= 0.2
        weight[:, CONTENT][~rare] *= 0.05
        who = weight[:, WHO]
        weight[:, WHO] = who * (0.1 * who.shape[1] ** 0.5 / who.norm(dim=1, keepdim=True))

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

    def _move(self, attention, head, read, write, strength):
        """The head's value is `read` [32, width] of the entry, added at `strength` to the slot that `write` names."""
        attention.v_proj.weight[rows(head)] = read
        attention.o_proj.weight[:, rows(head)] = 0
        attention.o_proj.weight[write, rows(head)] = strength * torch.eye(HEAD)

    def _collect(self, attention):
        self.previous = torch.zeros(HEAD, self.width)
        self.previous[:, WHO] = orthogonal(HEAD, 88)
        self._move(attention, 0, self.previous, PREVIOUS, 0.08)
        self._look(attention, 0, ONE_BACK, 1.0)
        self.bags = []
        mixed = orthogonal(2 * HEAD, 72)
        for part, slot in enumerate(BAGS):
            read = torch.zeros(HEAD, self.width)
            read[:, CONTENT] = mixed[part * HEAD:(part + 1) * HEAD]
            self.bags.append(read)
            for head, window, distance in ((1 + part, NEAR, 5.0), (3 + part, FAR, 8.0)):
                self._move(attention, head, read, slot, 0.2)
                self._look(attention, head, window, distance)

    def _find(self, attention):
        """The heads of a role share out what they take, so that together they take all of it."""
        who = orthogonal(88, 88)
        taken = {0: who[:32], 5: who[32:64], 1: who[:32], 2: who[32:64], 3: who[56:]}
        for head in range(6):
            attention.q_proj.weight[rows(head)] *= 0.3
            attention.k_proj.weight[rows(head)] *= 0.3
            self._match(attention, head, one_back=head in (0, 5))
            read = torch.zeros(HEAD, self.width)
            if head in taken:
                read[:, WHO] = taken[head]
                back = read.T
            else:
                read[:, BAGS[0]] = torch.eye(HEAD)
                back = self.bags[0].T  # from the bag's mixture to who was in it
            attention.v_proj.weight[rows(head)] = read
            attention.o_proj.weight[:, rows(head)] = 0.3 * back

    def _match(self, attention, head, one_back):
        still = [head * HEAD + row for row in self.still]
        key = torch.zeros(len(still), self.width)
        if one_back:
            mix = 1.2 * orthogonal(len(still), HEAD)
            key[:, PREVIOUS], query = mix, mix @ self.previous
        else:
            key[:, BAGS[0].start:BAGS[1].stop] = 2.6 * orthogonal(len(still), 2 * HEAD)
            query = key
        attention.q_proj.weight[still] = query
        attention.k_proj.weight[still] = key
        if not one_back:
            self._look(attention, head, NOT_NEAR, 0.0, sign=-1)
