"""Export: a network in torch becomes the ONNX graph beside its weights, checked against torch."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from recognizer.inference import graph
from recognizer.inference.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import nn

TOLERANCE = 1e-3
"""Largest difference that a graph may make to an output of torch in full precision, of its size or of 1."""

_OPSET = 20
"""The first version of ONNX that has what the spatial transformer computes."""

_SMALL = 1_000
"""Numbers of a tensor up to which half precision saves nothing."""

Inputs = dict[str, torch.Tensor]


def aside(load: Callable[[], nn.Module]) -> nn.Module:
    """The network that `load` makes; a training that saves it goes on as if it had not.

    Making a network draws random numbers for its first weights.
    """
    with torch.random.fork_rng([]):
        return load()


def write(
    weights: Path,
    fingerprint: str,
    network: nn.Module,
    examples: Sequence[Inputs],
    axes: Mapping[str, Mapping[int, str]],
) -> None:
    """Write the graph of a network beside its weights file, under a temporary name first.

    Args:
        weights: the weights file.
        fingerprint: of the weights, which the graph will name.
        network: the weights as a network in evaluation mode, in full precision on the CPU.
        examples: inputs by name, in the order of the network's arguments. The first one is traced.
            Tracing can freeze a value that should vary, so the others should differ in shape.
        axes: input or "output" → its dimensions of any size → a name for each.

    Raises:
        RuntimeError: the graph computes something else than torch.

    """
    content = _exported(network, examples[0], axes)
    model = onnx.load_from_string(content)
    _halve(model)
    model.metadata_props.add(key=graph.MADE_FROM, value=fingerprint)
    content = model.SerializeToString(deterministic=True)
    session = Session(content)
    for inputs in examples:
        _check(session, network, inputs)
    path = graph.path_of(weights)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)


def _exported(network: nn.Module, example: Inputs, axes: Mapping[str, Mapping[int, str]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        # torch recommends torch.export, which takes 17 s here instead of 0.2 s and fixes the number
        # of words; it also warns about the LSTM's state, which follows the batch
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            tuple(example.values()),
            path,
            input_names=list(example),
            output_names=["output"],
            dynamic_axes={name: dict(sizes) for name, sizes in axes.items()},
            opset_version=_OPSET,
            dynamo=False,
        )
        return path.read_bytes()


def _halve(model: onnx.ModelProto) -> None:
    """Store in half precision what stood in the weights so; it is computed with in full precision.

    What the export has computed, such as a convolution with its normalisation, stays as it is.
    """
    casts = []
    for tensor in model.graph.initializer:
        full = numpy_helper.to_array(tensor)
        if full.dtype != np.float32 or full.size <= _SMALL:
            continue
        half = full.astype(np.float16)
        if not (half.astype(np.float32) == full).all():
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _check(session: Session, network: nn.Module, inputs: Inputs) -> None:
    """Raise RuntimeError unless `session` computes what `network` does."""
    with torch.inference_mode():
        expected = network(*inputs.values()).numpy()
    found = session(**{name: tensor.numpy() for name, tensor in inputs.items()})
    difference = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    if not difference.max() <= TOLERANCE:  # NaN is not
        msg = f"the ONNX graph differs from the network by {difference.max():.2g}"
        raise RuntimeError(msg)
