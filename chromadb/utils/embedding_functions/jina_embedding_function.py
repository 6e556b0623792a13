"""The path that other packages import these names from."""

from chromadb.embedding.remote.jina import (
    JinaEmbeddingFunction as JinaEmbeddingFunction,
)
from chromadb.embedding.remote.jina import (
    JinaQueryConfig as JinaQueryConfig,
)
