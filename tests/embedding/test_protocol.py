from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from chromadb.embedding.protocol import (
    EmbeddingFunction,
    SparseEmbeddingFunction,
    validate_embedding_function,
    validate_sparse_embedding_function,
)
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.sparse import SparseVector


class Answers(EmbeddingFunction[list[str]]):
    """Returns what it was told to, whatever it is asked."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer

    def __call__(self, input: list[str]) -> Any:
        return self.answer

    @staticmethod
    def name() -> str:
        return "answers"

    def get_config(self) -> dict[str, Any]:
        return {"answer": self.answer}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> Answers:
        return Answers(**config)


class SparseAnswers(SparseEmbeddingFunction[list[str]]):
    def __init__(self, answer: Any = None) -> None:
        self.answer = answer

    def __call__(self, input: list[str]) -> Any:
        return self.answer

    @staticmethod
    def name() -> str:
        return "sparse_answers"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> SparseAnswers:
        return SparseAnswers()


class Duck:
    """Follows the protocol without inheriting from it."""

    def __call__(self, input: list[str]) -> list[list[float]]:
        return [[1.0] for _ in input]


@pytest.mark.parametrize(
    "answer",
    [
        [[1, 2], [3, 4]],
        [[1.0, 2.0], [3.0, 4.0]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]], dtype=np.float64),
        [np.array([1, 2], dtype=np.float16), np.array([3, 4], dtype=np.int32)],
    ],
)
def test_every_accepted_result_becomes_float32_arrays(answer: Any) -> None:
    vectors = Answers(answer)(["a", "b"])

    assert isinstance(vectors, list)
    assert [vector.dtype for vector in vectors] == [np.float32, np.float32]
    assert [vector.tolist() for vector in vectors] == [[1, 2], [3, 4]]


def test_a_flat_result_is_the_vector_of_one_input() -> None:
    assert [vector.tolist() for vector in Answers([1, 2.5])(["a"])] == [[1, 2.5]]


def test_a_number_beyond_float32_becomes_infinity_without_a_warning() -> None:
    assert np.isinf(Answers(np.array([[1e300]]))(["a"])[0]).all()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "Expected Answers.__call__ to return embeddings, got None"),
        ([], "Expected Embeddings to be non-empty list or numpy array"),
        ([[]], "Expected each embedding"),
        ("text", "Expected embeddings to be a list of floats or ints"),
        (5, "Expected embeddings to be a list of floats or ints"),
        ([[None]], "Expected embeddings to be a list of floats or ints"),
        (np.zeros((1, 2, 3)), "Expected embeddings to be a list of floats or ints"),
        (np.array([[True]]), "Expected each value in the embedding to be a int or float"),
    ],
)
def test_a_result_of_another_shape_is_refused(answer: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Answers(answer)(["a"])


def test_another_number_of_vectors_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"Answers.__call__ .* each of the 3 inputs, got 1 vectors"):
        Answers([[1.0, 2.0]])(["a", "b", "c"])
    with pytest.raises(InvalidArgumentError, match="one vector for each of the 1 inputs, got 2 vectors"):
        Answers([[1.0], [2.0]])(["a"])


def test_a_subclass_may_call_the_checked_call_of_its_base() -> None:
    class Doubled(Answers):
        def __call__(self, input: list[str]) -> Any:
            return [2 * vector for vector in super().__call__(input)]

    class Inherits(Doubled):
        pass

    assert [vector.tolist() for vector in Doubled([[1.0]])(["a"])] == [[2.0]]
    assert [vector.tolist() for vector in Inherits([[1.0]])(["a"])] == [[2.0]]


def test_a_call_that_comes_from_a_mixin_is_checked_too() -> None:
    class FromMixin(Duck, EmbeddingFunction[list[str]]):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

    assert FromMixin()(["a"])[0].dtype == np.float32  # type: ignore[attr-defined]


def test_a_subclass_may_name_its_parameter_as_it_likes() -> None:
    class Other(EmbeddingFunction[list[str]]):
        def __init__(self) -> None:
            pass

        def __call__(self, texts: list[str]) -> Any:
            return [[1.0] for _ in texts]

    validate_embedding_function(Other())
    assert len(Other()(input=["a", "b"])) == 2  # type: ignore[call-arg]


def test_queries_are_embedded_by_the_same_call_unless_overridden() -> None:
    class Queries(Answers):
        def embed_query(self, input: list[str]) -> Any:
            return "unchecked"

    assert Answers([[1.0]]).embed_query(["a"])[0].tolist() == [1.0]
    assert Queries([[1.0]]).embed_query(["a"]) == "unchecked"


def test_defaults() -> None:
    function = Answers()

    assert function.default_space() == "l2"
    assert function.supported_spaces() == ["cosine", "l2", "ip"]
    assert function.is_legacy() is False
    function.validate_config({"anything": 1})
    function.validate_config_update({}, {"anything": 1})


class TestLegacy:
    class Bare(EmbeddingFunction[list[str]]):
        def __call__(self, input: list[str]) -> Any:
            return [[1.0] for _ in input]

    def test_constructing_a_class_without_init_warns(self) -> None:
        with pytest.warns(DeprecationWarning, match="The class Bare does not implement __init__"):
            self.Bare()

    @pytest.mark.parametrize("method", ["name", "get_config", "build_from_config"])
    def test_a_missing_method_warns_and_makes_the_function_legacy(self, method: str) -> None:
        members = {name: value for name, value in vars(Answers).items() if name in LEGACY_MEMBERS - {method}}
        partial = type("Partial", (EmbeddingFunction,), members)()

        with pytest.warns(DeprecationWarning, match=rf"does not implement {method}\(\)"):
            assert partial.is_legacy()

    def test_what_a_missing_method_returns(self) -> None:
        with pytest.warns(DeprecationWarning, match="__init__"):
            bare = self.Bare()
        with pytest.warns(DeprecationWarning, match=r"^The EmbeddingFunction class does not implement name\(\)"):
            assert bare.name() is NotImplemented
        with pytest.warns(DeprecationWarning, match=r"^The class Bare does not implement get_config\(\)"):
            assert bare.get_config() is NotImplemented
        with pytest.warns(DeprecationWarning, match=r"does not implement build_from_config\(\)"):
            assert self.Bare.build_from_config({}) is NotImplemented

    def test_a_function_that_cannot_be_rebuilt_says_why(self) -> None:
        class Unbuildable(Answers):
            @staticmethod
            def build_from_config(config: dict[str, Any]) -> Answers:
                raise RuntimeError("needs a session")

        with pytest.raises(RuntimeError, match="needs a session"):
            Unbuildable().is_legacy()


LEGACY_MEMBERS = {"__init__", "__call__", "name", "get_config", "build_from_config"}


class TestInstanceChecks:
    def test_a_bare_callable_is_no_embedding_function(self) -> None:
        assert not isinstance(Duck(), EmbeddingFunction)
        assert not isinstance(len, EmbeddingFunction)

    def test_a_class_with_every_member_is_one(self) -> None:
        members = {
            name: getattr(EmbeddingFunction, name) for name in vars(EmbeddingFunction) if not name.startswith("_")
        }
        whole: Any = type("Whole", (Duck,), members)()
        without_one = type("WithoutOne", (Duck,), members | {"default_space": None})

        assert isinstance(whole, EmbeddingFunction)
        assert isinstance(whole, SparseEmbeddingFunction)
        assert not isinstance(without_one(), EmbeddingFunction)

    def test_the_protocols_cannot_be_constructed(self) -> None:
        with pytest.raises(TypeError, match="abstract"):
            EmbeddingFunction()  # type: ignore[misc]
        with pytest.raises(TypeError, match="abstract"):
            SparseEmbeddingFunction()  # type: ignore[misc]

    def test_a_subclass_without_call_cannot_be_constructed(self) -> None:
        with pytest.raises(TypeError, match="__call__"):
            type("NoCall", (EmbeddingFunction,), {"__init__": lambda self: None})()


class TestSignature:
    class WrongName:
        def __call__(self, texts: list[str]) -> Any: ...

    class TooMany:
        def __call__(self, input: list[str], extra: int = 1) -> Any: ...

    def test_what_can_be_called_with_input_passes(self) -> None:
        validate_embedding_function(Duck())
        validate_embedding_function(Answers())
        validate_sparse_embedding_function(SparseAnswers())

    @pytest.mark.parametrize(
        ("function", "found"),
        [
            (WrongName(), r"\['self', 'texts'\]"),
            (TooMany(), r"\['self', 'input', 'extra'\]"),
            (lambda texts: texts, r"\['self', 'args', 'kwargs'\]"),
            (5, r"\['args', 'kwargs'\]"),
            (None, r"\['args', 'kwargs'\]"),
            (Answers, r"\['self', 'args', 'kwargs'\]"),
        ],
    )
    def test_anything_else_is_refused(self, function: Any, found: str) -> None:
        expected = r".__call__ to have the following signature: odict_keys\(\['self', 'input'\]\), got odict_keys\("
        with pytest.raises(ValueError, match=f"Expected EmbeddingFunction{expected}{found}"):
            validate_embedding_function(function)
        with pytest.raises(ValueError, match=f"Expected SparseEmbeddingFunction{expected}{found}"):
            validate_sparse_embedding_function(function)


class Failing(EmbeddingFunction[list[str]]):
    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self, input: list[str]) -> Any:
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError(f"failure {self.calls}")
        return [[1.0] for _ in input]


class TestRetries:
    def test_the_first_success_is_returned(self) -> None:
        function = Failing(failures=2)

        assert len(function.embed_with_retries(["a"], attempts=3, delay_s=0)) == 1
        assert function.calls == 3

    def test_the_last_error_is_raised_as_it_is(self) -> None:
        function = Failing(failures=9)

        with pytest.raises(ConnectionError, match="failure 2"):
            function.embed_with_retries(["a"], attempts=2, delay_s=0)
        assert function.calls == 2

    def test_delays_double(self, monkeypatch: pytest.MonkeyPatch) -> None:
        delays: list[float] = []
        monkeypatch.setattr("chromadb.embedding.retry.time.sleep", delays.append)

        Failing(failures=8).embed_with_retries(["a"], attempts=9, delay_s=1)

        assert delays == [1, 2, 4, 8, 16, 30, 30, 30]

    @pytest.mark.parametrize("options", [{"attempts": 0}, {"delay_s": -1}])
    def test_impossible_options_are_refused_before_the_first_call(self, options: dict[str, Any]) -> None:
        function = Failing(failures=0)

        with pytest.raises(ValueError, match=next(iter(options))):
            function.embed_with_retries(["a"], **options)
        assert function.calls == 0

    def test_options_of_tenacity_need_tenacity(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "tenacity", None)

        with pytest.raises(ValueError, match=r"options \['reraise', 'stop'\] .*pip install tenacity"):
            Failing(failures=0).embed_with_retries(["a"], stop=3, reraise=True)


class TestSparse:
    VECTOR = SparseVector(indices=[1, 5], values=[0.5, 2.0])

    def test_vectors_pass_unchanged(self) -> None:
        function = SparseAnswers([self.VECTOR])

        assert function(["a"]) == [self.VECTOR]
        assert function.embed_query(["a"]) == [self.VECTOR]
        assert function.embed_with_retries(["a"]) == [self.VECTOR]

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (None, "Expected SparseAnswers.__call__ to return sparse vectors, got None"),
            ("x", "Expected sparse vectors to be a list, got str"),
            ([], "Expected sparse vectors to be a non-empty list, got 0 sparse vectors"),
            ([5], "Expected SparseVector instance at position 0, got int"),
        ],
    )
    def test_anything_else_is_refused(self, answer: Any, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            SparseAnswers(answer)(["a"])

    def test_another_number_of_vectors_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match="one vector for each of the 1 inputs, got 2 vectors"):
            SparseAnswers([self.VECTOR, self.VECTOR])(["a"])

    def test_every_method_without_a_default_is_required(self) -> None:
        for method in LEGACY_MEMBERS:
            members = {name: getattr(SparseAnswers, name) for name in LEGACY_MEMBERS - {method}}
            with pytest.raises(TypeError, match=method):
                type("Partial", (SparseEmbeddingFunction,), members)()
