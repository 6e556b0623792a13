"""`CohereReranker`, under the path that other packages import it from."""

from chromadbx.reranking.services import CohereReranker

__all__ = ["CohereReranker"]
