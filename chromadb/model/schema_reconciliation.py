"""Which of the two descriptions of a new collection's indexes counts: its schema or its configuration.

The one that differs from the factory settings counts; when both do, the request contradicts itself and is
refused. A default embedding function says nothing, and neither does the number of threads in a schema: a
schema read from one machine stays a default one on another.
"""

from __future__ import annotations

from msgspec.structs import replace

from chromadb.model.configuration import (
    CollectionConfiguration,
    HnswConfiguration,
    HnswOptions,
    SpannConfiguration,
    default_hnsw,
    is_default_embedding_function,
)
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.json_record import merged
from chromadb.model.schema_values import (
    SchemaRecord,
    VectorOptions,
    factory_schema,
    vector_options,
    with_vector_options,
)

_MIN_BATCH = 2


def reconciled(given: SchemaRecord, configuration: CollectionConfiguration) -> SchemaRecord:
    """Return the complete schema of a new collection.

    given: a valid schema as the user sent it. Raises InvalidArgumentError when schema and configuration both
    differ from the defaults, and for an index out of its limits.
    """
    factory = factory_schema(default_hnsw(), None)
    complete = _completed(given, factory)
    schema = with_vector_options(complete, *map(_with_one_index, vector_options(complete)))
    _refuse_small_batches(schema)
    _refuse_spann_out_of_limits(schema)
    says_nothing = _is_factory(schema, factory)
    if not configuration.is_default and not says_nothing:
        raise InvalidArgumentError(
            "Failed to reconcile schema: Cannot set both collection config and schema simultaneously"
        )
    if not says_nothing:
        return schema
    configured = factory_schema(configuration.index, configuration.embedding_function)
    index = configuration.index
    if isinstance(index, HnswConfiguration) and index.num_threads != default_hnsw().num_threads:
        return configured
    return _with_threads_of(configured, schema)


def _completed(given: SchemaRecord, factory: SchemaRecord) -> SchemaRecord:
    """Return the schema with defaults and special keys complete; metadata keys stay as they were given."""
    special = {key: merged(given.keys.get(key, types), types) for key, types in factory.keys.items()}
    keys = {**special, **{key: types for key, types in given.keys.items() if key not in special}}
    return replace(given, defaults=merged(given.defaults, factory.defaults), keys=keys)


def _with_one_index(options: VectorOptions) -> VectorOptions:
    """Return complete options of the kind of index that was given; the factory settings bring the other."""
    if options.spann is None:
        return options
    return replace(options, hnsw=None, spann=merged(options.spann, SpannConfiguration().options()))


def _refuse_spann_out_of_limits(schema: SchemaRecord) -> None:
    indexes = [options.spann for options in vector_options(schema) if options.spann is not None]
    problems = dict.fromkeys(problem for index in indexes for problem in index.problems())
    if problems:
        listed = "\n".join(problems)
        raise InvalidArgumentError(f"Failed to reconcile schema: Invalid SPANN configuration: {listed}")


def _refuse_small_batches(schema: SchemaRecord) -> None:
    problems = [
        f'{name}: Validation error: range [{{"min": Number({_MIN_BATCH}), "value": Number({size})}}]'
        for options in vector_options(schema)
        if options.hnsw is not None
        for name, size in (
            ("batch_size", options.hnsw.batch_size),
            ("sync_threshold", options.hnsw.sync_threshold),
        )
        if size is not None and size < _MIN_BATCH
    ]
    if problems:
        listed = "\n".join(dict.fromkeys(problems))
        raise InvalidArgumentError(f"Failed to reconcile schema: Invalid HNSW configuration: {listed}")


def _is_factory(schema: SchemaRecord, factory: SchemaRecord) -> bool:
    """True when the complete schema says no more than the factory schema."""
    plain = (
        replace(
            options,
            embedding_function=None
            if is_default_embedding_function(options.embedding_function)
            else options.embedding_function,
            hnsw=_with_threads(options.hnsw, base.hnsw),
        )
        for options, base in zip(vector_options(schema), vector_options(factory), strict=True)
    )
    return with_vector_options(schema, *plain) == factory


def _with_threads_of(configured: SchemaRecord, schema: SchemaRecord) -> SchemaRecord:
    """Return the configured schema with the numbers of threads that the user's schema asks for."""
    pairs = zip(vector_options(configured), vector_options(schema), strict=True)
    return with_vector_options(
        configured, *(replace(ours, hnsw=_with_threads(ours.hnsw, theirs.hnsw)) for ours, theirs in pairs)
    )


def _with_threads(options: HnswOptions | None, source: HnswOptions | None) -> HnswOptions | None:
    if options is None or source is None:
        return options
    return replace(options, num_threads=source.num_threads)
