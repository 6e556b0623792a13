"""Cross-encoders of Sentence Transformers, run on this machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chromadb.embedding.sdk import import_package
from chromadbx.reranking.protocol import Distances, RerankingFunction


class CrossEncoderReranker(RerankingFunction):
    """Distances by a cross-encoder: 1 minus the logistic function of its score.

    model_name: a name on Hugging Face or a directory. device: cpu, cuda, mps; None: what there is. batch_size: pairs
    that go through the model at once. raw_scores: the scores themselves, larger is better.
    Raises ValueError without the package: `pip install "chromadb[reranking]"`.
    """

    def __init__(
        self,
        model_name: str = "cross-encoder/ms-marco-MiniLM-L-6-v2",
        *,
        device: str | None = None,
        batch_size: int = 32,
        raw_scores: bool = False,
    ) -> None:
        package = import_package("sentence_transformers", '"chromadb[reranking]"')
        self._model = package.CrossEncoder(model_name, device=device)
        self._batch_size = batch_size
        self._raw_scores = raw_scores

    def id(self) -> str:
        """Return ``cross_encoder``."""
        return "cross_encoder"

    def distances(self, query: str, documents: Sequence[str]) -> Distances:
        """Return the distance of each document from the question."""
        pairs = [(query, document) for document in documents]
        # Models differ in whether they end with a logistic function; asked for none, all give logits.
        identity = import_package("torch", "torch").nn.Identity()
        scores = self._model.predict(
            pairs, batch_size=self._batch_size, show_progress_bar=False, activation_fn=identity, convert_to_numpy=True
        )
        scores = np.asarray(scores, dtype=np.float64)
        found: Distances = (scores if self._raw_scores else 1 / (1 + np.exp(scores))).tolist()
        return found
