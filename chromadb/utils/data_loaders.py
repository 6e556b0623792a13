"""Data loaders, under the path that other packages import them from."""

from chromadb.embedding.data_loader import DataLoader
from chromadb.embedding.image_loader import ChromaLangchainPassthroughDataLoader, ImageLoader

__all__ = ["ChromaLangchainPassthroughDataLoader", "DataLoader", "ImageLoader"]
