"""Rerankers: ``reranker(["a question"], collection.query(query_texts=["a question"]))``."""

from chromadbx.reranking.cross_encoder import CrossEncoderReranker
from chromadbx.reranking.protocol import (
    Distances,
    Queries,
    Rerankable,
    RerankedDocuments,
    RerankedQueryResult,
    RerankingFunction,
)
from chromadbx.reranking.services import CohereReranker, TogetherReranker

__all__ = [
    "CohereReranker",
    "CrossEncoderReranker",
    "Distances",
    "Queries",
    "Rerankable",
    "RerankedDocuments",
    "RerankedQueryResult",
    "RerankingFunction",
    "TogetherReranker",
]
