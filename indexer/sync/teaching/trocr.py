"""TrOCR as a teacher: a checkpoint in a folder of this machine. It reads lines, without a confidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import EngineError
from indexer.sync.teaching.teacher import TaughtReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.entities import Box
    from indexer.sync.teaching.teacher import TaughtPhoto


class TrOcr:
    """A VisionEncoderDecoder checkpoint with weights as safetensors; no code in it is run."""

    name, words, local = "trocr", False, True

    def __init__(self, folder: str) -> None:
        """Load the checkpoint. Raises EngineError if there is none."""
        from transformers import TrOCRProcessor, VisionEncoderDecoderModel

        path = Path(folder).expanduser()
        if not (path / "config.json").is_file():
            msg = f"teacher trocr: {folder or 'name a folder, trocr:FOLDER'}: no checkpoint there"
            raise EngineError(msg)
        safely = {"local_files_only": True, "trust_remote_code": False}
        self._processor = TrOCRProcessor.from_pretrained(path, **safely)
        self._model = VisionEncoderDecoderModel.from_pretrained(
            path, use_safetensors=True, **safely
        ).eval()
        self.version = path.name.replace(" ", "-")

    def read(self, photo: TaughtPhoto, boxes: Sequence[Box]) -> list[TaughtReading]:
        """The text of each line."""
        import torch

        found = []
        for box in boxes:
            line = photo.pixels[box.top : box.bottom, box.left : box.right]
            given = self._processor(images=line, return_tensors="pt").pixel_values
            with torch.inference_mode():
                [text] = self._processor.batch_decode(
                    self._model.generate(given, max_new_tokens=64), skip_special_tokens=True
                )
            found.append(TaughtReading(text))
        return found
