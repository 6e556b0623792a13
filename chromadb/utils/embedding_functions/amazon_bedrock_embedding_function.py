"""The path that other packages import `AmazonBedrockEmbeddingFunction` from."""

from chromadb.embedding.bedrock import AmazonBedrockEmbeddingFunction as AmazonBedrockEmbeddingFunction
