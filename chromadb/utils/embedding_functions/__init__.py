"""Embedding functions and their registry, under the path that other packages import them from."""

from typing import Any

from chromadb.embedding import registry
from chromadb.embedding.bedrock import AmazonBedrockEmbeddingFunction
from chromadb.embedding.bm25 import ChromaBm25EmbeddingFunction
from chromadb.embedding.cache import CachedEmbeddingFunction
from chromadb.embedding.default import DefaultEmbeddingFunction, ONNXMiniLM_L6_V2
from chromadb.embedding.fastembed_sparse import Bm25EmbeddingFunction, FastembedSparseEmbeddingFunction
from chromadb.embedding.huggingface_sparse import HuggingFaceSparseEmbeddingFunction
from chromadb.embedding.instructor import InstructorEmbeddingFunction
from chromadb.embedding.langchain import ChromaLangchainEmbeddingFunction, create_langchain_embedding
from chromadb.embedding.open_clip import OpenCLIPEmbeddingFunction
from chromadb.embedding.protocol import EmbeddingFunction, SparseEmbeddingFunction
from chromadb.embedding.registry import (
    config_to_embedding_function,
    get_builtins,
    register_embedding_function,
    register_sparse_embedding_function,
)
from chromadb.embedding.remote.chroma_cloud import (
    ChromaCloudQwenEmbeddingFunction,
    ChromaCloudQwenEmbeddingModel,
    ChromaCloudSpladeEmbeddingFunction,
    ChromaCloudSpladeEmbeddingModel,
)
from chromadb.embedding.remote.cloudflare import CloudflareWorkersAIEmbeddingFunction
from chromadb.embedding.remote.cohere import CohereEmbeddingFunction
from chromadb.embedding.remote.google import (
    GoogleGeminiEmbeddingFunction,
    GoogleGenaiEmbeddingFunction,
    GoogleGenerativeAiEmbeddingFunction,
    GooglePalmEmbeddingFunction,
    GoogleVertexEmbeddingFunction,
)
from chromadb.embedding.remote.huggingface import HuggingFaceEmbeddingFunction, HuggingFaceEmbeddingServer
from chromadb.embedding.remote.jina import JinaEmbeddingFunction
from chromadb.embedding.remote.mistral import MistralEmbeddingFunction
from chromadb.embedding.remote.nomic import NomicEmbeddingFunction
from chromadb.embedding.remote.ollama import OllamaEmbeddingFunction
from chromadb.embedding.remote.openai import BasetenEmbeddingFunction, MorphEmbeddingFunction, OpenAIEmbeddingFunction
from chromadb.embedding.remote.perplexity import PerplexityEmbeddingFunction
from chromadb.embedding.remote.roboflow import RoboflowEmbeddingFunction
from chromadb.embedding.remote.together_ai import TogetherAIEmbeddingFunction
from chromadb.embedding.remote.voyageai import VoyageAIEmbeddingFunction
from chromadb.embedding.sentence_transformer import SentenceTransformerEmbeddingFunction
from chromadb.embedding.text2vec import Text2VecEmbeddingFunction

__all__ = [
    "AmazonBedrockEmbeddingFunction",
    "BasetenEmbeddingFunction",
    "Bm25EmbeddingFunction",
    "CachedEmbeddingFunction",
    "ChromaBm25EmbeddingFunction",
    "ChromaCloudQwenEmbeddingFunction",
    "ChromaCloudQwenEmbeddingModel",
    "ChromaCloudSpladeEmbeddingFunction",
    "ChromaCloudSpladeEmbeddingModel",
    "ChromaLangchainEmbeddingFunction",
    "CloudflareWorkersAIEmbeddingFunction",
    "CohereEmbeddingFunction",
    "DefaultEmbeddingFunction",
    "EmbeddingFunction",
    "FastembedSparseEmbeddingFunction",
    "GoogleGeminiEmbeddingFunction",
    "GoogleGenaiEmbeddingFunction",
    "GoogleGenerativeAiEmbeddingFunction",
    "GooglePalmEmbeddingFunction",
    "GoogleVertexEmbeddingFunction",
    "HuggingFaceEmbeddingFunction",
    "HuggingFaceEmbeddingServer",
    "HuggingFaceSparseEmbeddingFunction",
    "InstructorEmbeddingFunction",
    "JinaEmbeddingFunction",
    "MistralEmbeddingFunction",
    "MorphEmbeddingFunction",
    "NomicEmbeddingFunction",
    "ONNXMiniLM_L6_V2",
    "OllamaEmbeddingFunction",
    "OpenAIEmbeddingFunction",
    "OpenCLIPEmbeddingFunction",
    "PerplexityEmbeddingFunction",
    "RoboflowEmbeddingFunction",
    "SentenceTransformerEmbeddingFunction",
    "SparseEmbeddingFunction",
    "Text2VecEmbeddingFunction",
    "TogetherAIEmbeddingFunction",
    "VoyageAIEmbeddingFunction",
    "config_to_embedding_function",
    "create_langchain_embedding",
    "get_builtins",
    "register_embedding_function",
    "register_sparse_embedding_function",
]


def __getattr__(name: str) -> Any:
    if name in ("known_embedding_functions", "sparse_known_embedding_functions"):
        return getattr(registry, name)
    raise AttributeError(f"module 'chromadb.utils.embedding_functions' has no attribute {name!r}")
