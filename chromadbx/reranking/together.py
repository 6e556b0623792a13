"""`TogetherReranker`, under the path that other packages import it from."""

from chromadbx.reranking.services import TogetherReranker

__all__ = ["TogetherReranker"]
