"""Images as services take them."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np

from chromadb.embedding.sdk import import_package
from chromadb.embedding.types import Image


def png_base64(image: Image) -> str:
    """Return an array of whole numbers from 0 to 255, (height, width) or (height, width, channels), as PNG in base64.

    Raises ValueError without pillow.
    """
    pillow: Any = import_package("PIL.Image", "pillow", "PIL")
    written = BytesIO()
    pillow.fromarray(np.asarray(image).astype(np.uint8)).save(written, format="PNG")
    return base64.b64encode(written.getvalue()).decode("ascii")
