"""The path that other packages import `ChromaLangchainEmbeddingFunction` from."""

from chromadb.embedding.langchain import ChromaLangchainEmbeddingFunction as ChromaLangchainEmbeddingFunction
from chromadb.embedding.langchain import create_langchain_embedding as create_langchain_embedding
