"""Images behind URIs: as files say, in order, and what cannot be loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chromadb
from chromadb.api.types import EmbeddingFunction
from chromadb.utils.data_loaders import ImageLoader

from . import local_packages

Image = pytest.importorskip("PIL.Image")

RED = np.full((4, 5, 3), (200, 10, 0), dtype=np.uint8)
BLUE = np.full((6, 2, 3), (0, 10, 200), dtype=np.uint8)


class Colours(EmbeddingFunction[Any]):
    """An image is its mean colour."""

    def __init__(self) -> None: ...

    def __call__(self, input: Any) -> Any:
        return [image.reshape(-1, 3).mean(axis=0) for image in input]

    @staticmethod
    def name() -> str:
        return "test-colours"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Colours:
        return Colours()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / f"{name} one.png" for name in ("red", "blue")}
    Image.fromarray(RED).save(paths["red"])
    Image.fromarray(BLUE).save(paths["blue"])
    return paths


def test_paths_and_file_uris_in_order(files: dict[str, Path]) -> None:
    loaded = ImageLoader(max_workers=2)([str(files["red"]), None, files["blue"].as_uri()])

    assert np.array_equal(loaded[0], RED)
    assert loaded[1] is None
    assert np.array_equal(loaded[2], BLUE)
    assert ImageLoader()([]) == []


def test_what_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    for uri, error, message in (
        (str(tmp_path / "none.png"), FileNotFoundError, "none.png"),
        (str(tmp_path / "text.png"), OSError, "text.png"),
        ("https://example.org/a.png", ValueError, "a path or a file: URI, got 'https://example.org/a.png'"),
    ):
        with pytest.raises(error, match=message):
            ImageLoader()([uri])
    with pytest.raises(ValueError, match="at least 1, got 0"):
        ImageLoader(max_workers=0)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    local_packages.uninstall(monkeypatch, "PIL")

    with pytest.raises(ValueError, match=r"The PIL python package is not installed.*pip install pillow"):
        ImageLoader()


def test_a_collection_of_images(files: dict[str, Path]) -> None:
    with chromadb.EphemeralClient() as client:
        collection = client.get_or_create_collection(
            "images", embedding_function=Colours(), data_loader=ImageLoader(), configuration={"hnsw": {"space": "l2"}}
        )
        try:
            collection.add(ids=["red", "blue"], uris=[str(files["red"]), str(files["blue"])])
            collection.add(ids=["pixels"], images=[np.zeros((2, 2, 3), dtype=np.uint8)])
            answer = collection.query(query_images=[RED], n_results=1, include=["uris", "data"])
            assert (answer["ids"], answer["uris"]) == ([["red"]], [[str(files["red"])]])
            assert np.array_equal(answer["data"][0][0], RED)
            assert collection.query(query_uris=[str(files["blue"])], n_results=1)["ids"] == [["blue"]]
            everything = collection.get(include=["data", "uris"])
            assert [None if data is None else data.shape for data in everything["data"]] == [(4, 5, 3), (6, 2, 3), None]
            collection.upsert(ids=["red"], images=[BLUE])
            assert set(collection.query(query_images=[BLUE], n_results=2)["ids"][0]) == {"red", "blue"}
        finally:
            client.delete_collection("images")
