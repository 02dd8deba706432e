"""disredis-slots-v1 after ALGORITHM.md, written apart from the TypeScript: it made disredis-slots-v1.jsonl.

That file is frozen. To check it with any Python 3:  python3 reference.py | diff - disredis-slots-v1.jsonl
"""

import binascii
import hashlib
import json
import struct

SLOTS = 16384
MASK = 0xFFFFFFFF


def key_slot(key: bytes) -> int:
    before, brace, after = key.partition(b"{")
    tag, close, _ = after.partition(b"}")
    return binascii.crc_hqx(tag if brace and close and tag else key, 0) % SLOTS


def rotate(x: int, bits: int) -> int:
    return ((x << bits) | (x >> (32 - bits))) & MASK


def murmur3(data: bytes, seed: int) -> int:
    h = seed
    for at in range(0, len(data), 4):
        block = data[at : at + 4]
        k = int.from_bytes(block, "little") * 0xCC9E2D51 & MASK
        h ^= rotate(k, 15) * 0x1B873593 & MASK
        if len(block) == 4:
            h = (rotate(h, 13) * 5 + 0xE6546B64) & MASK
    h ^= len(data)
    h = (h ^ h >> 16) * 0x85EBCA6B & MASK
    h = (h ^ h >> 13) * 0xC2B2AE35 & MASK
    return h ^ h >> 16


def log2(x: int) -> int:
    integer = x.bit_length() - 1
    m = (x << 25) >> integer
    fraction = 0
    for _ in range(25):
        m = m * m >> 25
        bit = m >> 26
        m >>= bit
        fraction = fraction << 1 | bit
    return (integer << 25) + fraction


def owner(shards: dict[bytes, float], slot: int) -> bytes:
    def rank(name: bytes):
        h = murmur3(name, 2**18 + slot)
        return ((2**30 - log2(h + 1)) / shards[name], -h, name)

    return min(shards, key=rank)


def numbered(pattern: str, count: int) -> dict[str, float]:
    return {pattern.format(i + 1): 1 for i in range(count)}


KEYS = [
    "", "0", "foo", "123456789", "user:1000", "sess:3f9c1b7a", "{user1000}.following",
    "{user1000}.followers", "foo{}{bar}", "foo{{bar}}zap", "foo{bar}{zap}", "{}", "{", "}", "}{a}",
    "a{b", "{a}", "{{}}", "{}{x}", "Grüße", "{Grüße}:x", "ключ", "键", "clé{é}", "👍", "x{👍}y", "\u0000",
    "\u007f", "\u0080", "\uffff", "a b\r\n", "k" * 300,
]  # fmt: skip

RINGS = [
    *({"only": 1}, {"b": 1, "a": 1}, {"shard-3": 1, "shard-1": 1, "shard-2": 1}),
    *(numbered("shard-{}", n) for n in (2, 4, 5, 8, 16, 32, 64)),
    *(numbered("mymaster{}", 3), numbered("10.0.0.{}:6379", 6), numbered("{}", 12)),
    {name: 1 for name in ("a", "ab", "abc", "abcd", "abcde", "abcdefgh", "n" * 100)},
    {name: 1 for name in ("größe", "ключ", "键", "😀", "\ufffd", "\ue000", "{tag}", "with space")},
    *({"a": 1, "b": 2}, {"a": 10, "b": 20}, {"a": 3, "b": 6}, {"a": 0.1, "b": 0.2, "c": 0.7}),
    *({"shard-1": 1, "shard-2": 1, "shard-3": 2}, {"shard-1": 2.5, "shard-2": 1.25, "shard-3": 0.75}),
    {f"shard-{i}": i for i in range(1, 17)},
    {f"shard-{i}": 1 + (i % 7) * 0.3 for i in range(1, 65)},
    {"small": 1, "large": 10000},
    {"none": 5e-324, "all": 1.7976931348623157e308},
    {"x": 5e-324, "y": 5e-324, "z": 1e-323},
    # At the slot of "foo": an equal hash, so the first name; an equal score, so the larger hash.
    *({"t96236": 1, "t135169": 1}, {"t117745": 1, "t216134": 1}),
    {"64GB": 68719476736, "32GB": 34359738368, "16GB": 17179869184},
]


def describe(ring: dict[str, float]) -> dict:
    shards = {name.encode(): weight for name, weight in ring.items()}
    names = sorted(shards)
    owners = [owner(shards, slot) for slot in range(SLOTS)]
    table = b"".join(struct.pack(">H", names.index(name)) for name in owners)
    return {
        "shards": ring,
        "slots": {name.decode(): owners.count(name) for name in names},
        "tableSha256": hashlib.sha256(table).hexdigest(),
        "locate": [owners[key_slot(key.encode())].decode() for key in KEYS],
    }


print(json.dumps({"keys": KEYS, "slots": [key_slot(key.encode()) for key in KEYS]}))
for ring in RINGS:
    print(json.dumps(describe(ring)))
