"""The path that other packages import these names from."""

from chromadb.embedding.remote.google import (
    GoogleGeminiEmbeddingFunction as GoogleGeminiEmbeddingFunction,
)
from chromadb.embedding.remote.google import (
    GoogleGenaiEmbeddingFunction as GoogleGenaiEmbeddingFunction,
)
from chromadb.embedding.remote.google import (
    GoogleGenerativeAiEmbeddingFunction as GoogleGenerativeAiEmbeddingFunction,
)
from chromadb.embedding.remote.google import (
    GooglePalmEmbeddingFunction as GooglePalmEmbeddingFunction,
)
from chromadb.embedding.remote.google import (
    GoogleVertexEmbeddingFunction as GoogleVertexEmbeddingFunction,
)
